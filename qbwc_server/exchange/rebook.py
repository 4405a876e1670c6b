"""Booking again what a restored backup lost: a person said that a done job is not in the file any more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.errors import QbwcError
from qbwc_server.jobs import Applied, Job, Move, Status, references, stored_payload

_job, _dependency, _record = tables.job, tables.job_dependency, tables.record
_OPEN = (Status.QUEUED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.FAILED)


def rebook(c: sa.Connection, job: Job, *, now: datetime, actor: str) -> None:
    """Queues a done job whose record is gone; its lost ID goes to the history, and what refers to it waits again."""
    mine = sa.and_(_record.c.company_id == job.company_id, _record.c.job_id == job.id)
    c.execute(_record.delete().where(mine))
    lost = {"list_id": None, "txn_id": None, "applied": Applied.NO, "attempts": 0, "warning": None, "due_at": now}
    reason = f"{job.qb_id} is not in the books any more; it is booked again"
    jobs.move(c, [Move(job, Status.QUEUED, reason, changes=lost)], now=now, actor=actor)
    waiting = [other for other in _open_jobs(c, job.company_id) if other.id != job.id and _refers_to(other, job)]
    there = set(c.scalars(sa.select(_dependency.c.job_id).where(_dependency.c.on_job_id == job.id)))
    rows = [{"job_id": other.id, "on_job_id": job.id, "path": ""} for other in waiting if other.id not in there]
    if rows:
        c.execute(_dependency.insert(), rows)
    jobs.recount(c, [job.id, *(other.id for other in waiting), *there])


def _open_jobs(c: sa.Connection, company_id: int) -> list[Job]:
    numbers = c.scalars(sa.select(_job.c.id).where(_job.c.company_id == company_id, _job.c.status.in_(_OPEN)))
    return jobs.by_ids(c, list(numbers))


def _refers_to(other: Job, job: Job) -> bool:
    try:
        found = references(stored_payload(other.kind, other.payload))
    except QbwcError:  # a payload of an older version: it fails alone when it is planned
        return False
    return any((each.family, each.ref.external_id) == (job.family, job.external_id) for each in found)
