"""The queue as an exchange with QuickBooks sees it: what is ready, and how much there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.jobs.model import SELECT, Job, job_of
from qbwc_server.jobs.states import LOOKUP, Status

_job = tables.job
COUNT_CAP = 5000
"""Queued jobs are counted up to here: a figure for a progress bar must not cost more than the work."""
_MINE = _job.c.company_id == sa.bindparam("company")
# Written as literals, so that the databases see them match their partial indexes.
_FREE = _job.c.waiting_for == sa.literal_column("0")
_QUEUED = sa.and_(_MINE, _job.c.status == sa.literal_column("'queued'"), _FREE)
_RETRYING = sa.and_(_MINE, _job.c.status == sa.literal_column("'retrying'"), _FREE)
_IN_ORDER = SELECT.order_by(_job.c.rank.desc(), _job.c.id).limit(sa.bindparam("most"))
_READY = _IN_ORDER.where(_QUEUED, _job.c.step != LOOKUP)
_DUE = _IN_ORDER.where(_RETRYING, _job.c.due_at <= sa.bindparam("now"))
_SOME = (
    sa.select(_job.c.id).where(_MINE, _job.c.status == sa.bindparam("status")).limit(sa.bindparam("most")).subquery()
)
_COUNT = sa.select(sa.func.count()).select_from(_SOME)
_NEXT_DUE = sa.select(_job.c.due_at).where(_RETRYING).order_by(_job.c.due_at).limit(1)
_UNSETTLED = (Status.QUEUED, Status.RETRYING, Status.SENT, Status.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a company's queue holds at a moment."""

    queued: int
    """Queued jobs, those that wait for others included; at most COUNT_CAP."""
    next_due: datetime | None
    """When the first job that is to be tried again is due, if there is one."""


def ready(c: sa.Connection, company_id: int, now: datetime, limit: int) -> list[Job]:
    """The jobs to send next, at most `limit`: due, waiting for nothing, by rank and then by number.

    Jobs under suspicion of having spoiled a set go with their own group alone, others never with them.
    Two narrow indexes are read, so the cost does not grow with the queue.
    """
    rows: list[sa.Row[Any]] = []
    rows += c.execute(_READY, {"company": company_id, "most": limit})
    rows += c.execute(_DUE, {"company": company_id, "now": now, "most": limit})
    jobs = sorted(map(job_of, rows), key=lambda job: (-job.rank, job.id))
    return [job for job in jobs if job.search_group == jobs[0].search_group][:limit]


def end_search(c: sa.Connection, company_id: int) -> None:
    """Clears every job of the suspicion of having spoiled a set: they travel together again."""
    suspects = sa.and_(_job.c.company_id == company_id, _job.c.status.in_(_UNSETTLED), _job.c.search_group.is_not(None))
    c.execute(_job.update().where(suspects).values(search_group=None))


def has_ready(c: sa.Connection, company_id: int, now: datetime) -> bool:
    """Whether there is a job that could go out now."""
    return bool(ready(c, company_id, now, 1))


def backlog(c: sa.Connection, company_id: int) -> Backlog:
    """How much is queued, and when the next retry is due."""
    queued = _count(c, company_id, Status.QUEUED)
    return Backlog(queued, c.scalar(_NEXT_DUE, {"company": company_id}))


def counts(c: sa.Connection, company_id: int, statuses: Sequence[Status]) -> dict[Status, int]:
    """How many jobs are in each of these states, each counted up to COUNT_CAP."""
    return {status: _count(c, company_id, status) for status in statuses}


def _count(c: sa.Connection, company_id: int, status: Status) -> int:
    return c.scalar(_COUNT, {"company": company_id, "status": status, "most": COUNT_CAP}) or 0
