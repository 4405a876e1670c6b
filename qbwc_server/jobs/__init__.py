"""What the business asks for: kinds of jobs, their payloads, the queue they wait in."""

from qbwc_server.jobs.dependencies import block_dependents, free_dependents
from qbwc_server.jobs.enqueue import Enqueued, enqueue
from qbwc_server.jobs.graph import by_ids
from qbwc_server.jobs.intake import NewJob, read_dicts, read_lines, stored_payload
from qbwc_server.jobs.kinds import KINDS, Kind, kind
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, Trouble, move
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.person import cancel, retry
from qbwc_server.jobs.queue import Backlog, backlog, counts, has_ready, ready
from qbwc_server.jobs.references import references, resolved
from qbwc_server.jobs.states import Applied, Status
from qbwc_server.jobs.views import Event, Exchanged, JobRow, JobStory, job_story, list_jobs

__all__ = [
    "KINDS",
    "Applied",
    "Backlog",
    "Enqueued",
    "Event",
    "Exchanged",
    "Job",
    "JobRow",
    "JobStory",
    "Kind",
    "Move",
    "NewJob",
    "Payload",
    "Status",
    "Trouble",
    "backlog",
    "block_dependents",
    "by_ids",
    "cancel",
    "counts",
    "enqueue",
    "free_dependents",
    "has_ready",
    "job_story",
    "kind",
    "list_jobs",
    "move",
    "read_dicts",
    "read_lines",
    "ready",
    "references",
    "resolved",
    "retry",
    "stored_payload",
]
