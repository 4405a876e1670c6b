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
    queued = SELECT.where(
        _job.c.company_id == company_id, _job.c.status == sa.literal_column("'queued'"), _free(), _job.c.step != LOOKUP
    )
    due = SELECT.where(
        _job.c.company_id == company_id,
        _job.c.status == sa.literal_column("'retrying'"),
        _free(),
        _job.c.due_at <= now,
    )
    rows: list[sa.Row[Any]] = []
    rows += c.execute(queued.order_by(_job.c.rank.desc(), _job.c.id).limit(limit))
    rows += c.execute(due.order_by(_job.c.rank.desc(), _job.c.id).limit(limit))
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
    some = (
        sa.select(_job.c.id)
        .where(_job.c.company_id == company_id, _job.c.status == Status.QUEUED)
        .limit(COUNT_CAP)
        .subquery()
    )
    queued = c.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    next_due = c.scalar(
        sa.select(_job.c.due_at)
        .where(_job.c.company_id == company_id, _job.c.status == sa.literal_column("'retrying'"), _free())
        .order_by(_job.c.due_at)
        .limit(1)
    )
    return Backlog(queued, next_due)


def counts(c: sa.Connection, company_id: int, statuses: Sequence[Status]) -> dict[Status, int]:
    """How many jobs are in each of these states, each counted up to COUNT_CAP."""
    found = {}
    for status in statuses:
        some = (
            sa.select(_job.c.id)
            .where(_job.c.company_id == company_id, _job.c.status == status)
            .limit(COUNT_CAP)
            .subquery()
        )
        found[status] = c.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    return found


def _free() -> sa.ColumnElement[bool]:
    """Written as a literal, so that the databases see it match their partial indexes."""
    return _job.c.waiting_for == sa.literal_column("0")
