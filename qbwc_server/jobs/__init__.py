"""What the business asks for: kinds of jobs, their payloads, the queue they wait in."""

from qbwc_server.jobs.corrected import corrected
from qbwc_server.jobs.dependencies import block_dependents, block_stopped, free_dependents, recount
from qbwc_server.jobs.enqueue import Enqueued, enqueue
from qbwc_server.jobs.graph import by_ids, still_waiting, unknown_job, waiting_on
from qbwc_server.jobs.intake import HandIn, NewJob, read_dicts, read_lines, stored_payload, survey_dicts, survey_lines
from qbwc_server.jobs.kinds import KINDS, Invoice, InvoiceLine, Kind, Payment, kind
from qbwc_server.jobs.missing import missing_key, missing_names, release_missing
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, Trouble, move
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.person import cancel, locked, retry, retryable, why_not_cancelled, why_not_retried
from qbwc_server.jobs.queue import Backlog, backlog, counts, end_search, has_ready, ready
from qbwc_server.jobs.ref import Ref, looks_like_an_id
from qbwc_server.jobs.references import references, resolved
from qbwc_server.jobs.search_keys import LONGEST_KEY, folded
from qbwc_server.jobs.states import ANSWERS, LOOKUP, REPLACEABLE, Applied, Question, Status
from qbwc_server.jobs.views import Event, Exchanged, JobRow, JobStory, job_story, list_jobs

__all__ = [
    "ANSWERS",
    "KINDS",
    "LONGEST_KEY",
    "LOOKUP",
    "REPLACEABLE",
    "Applied",
    "Backlog",
    "Enqueued",
    "Event",
    "Exchanged",
    "HandIn",
    "Invoice",
    "InvoiceLine",
    "Job",
    "JobRow",
    "JobStory",
    "Kind",
    "Move",
    "NewJob",
    "Payload",
    "Payment",
    "Question",
    "Ref",
    "Status",
    "Trouble",
    "backlog",
    "block_dependents",
    "block_stopped",
    "by_ids",
    "cancel",
    "corrected",
    "counts",
    "end_search",
    "enqueue",
    "folded",
    "free_dependents",
    "has_ready",
    "job_story",
    "kind",
    "list_jobs",
    "locked",
    "looks_like_an_id",
    "missing_key",
    "missing_names",
    "move",
    "read_dicts",
    "read_lines",
    "ready",
    "recount",
    "references",
    "release_missing",
    "resolved",
    "retry",
    "retryable",
    "still_waiting",
    "stored_payload",
    "survey_dicts",
    "survey_lines",
    "unknown_job",
    "waiting_on",
    "why_not_cancelled",
    "why_not_retried",
]
