"""Booking again what a restored backup lost: a person said that a done job is not in the file any more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.jobs import Applied, Job, Move, Status

_record = tables.record


def rebook(c: sa.Connection, job: Job, *, now: datetime, actor: str) -> None:
    """Queues a done job whose record is gone; its lost ID goes to the history, and what refers to it waits again."""
    mine = sa.and_(_record.c.company_id == job.company_id, _record.c.job_id == job.id)
    c.execute(_record.delete().where(mine))
    lost = {"list_id": None, "txn_id": None, "applied": Applied.NO, "attempts": 0, "warning": None, "due_at": now}
    reason = f"{job.qb_id} is not in the books any more; it is booked again"
    jobs.move(c, [Move(job, Status.QUEUED, reason, changes=lost)], now=now, actor=actor)
    jobs.recount(c, [job.id])
    jobs.wait_again(c, job.company_id, [job])
