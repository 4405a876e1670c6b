"""Jobs that are blocked on a name missing in QuickBooks, and their release when it is there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.jobs.graph import by_ids
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, move
from qbwc_server.jobs.states import Status

_missing, _job = tables.missing_name, tables.job
_LONGEST = 300


def missing_key(name: str) -> str:
    """The form under which a missing name such as "Item:Labor" is found: QuickBooks compares without case."""
    return " ".join(name.split()).casefold()[:_LONGEST]


def missing_names(c: sa.Connection, company_id: int, before: datetime | None = None) -> list[str]:
    """The names that jobs of a company are blocked on (since before a moment), as QuickBooks wrote them, in order."""
    written = (
        sa.select(_job.c.missing_name)
        .join(_missing, _missing.c.job_id == _job.c.id)
        .where(_missing.c.company_id == company_id, _job.c.missing_name.is_not(None))
    )
    if before is not None:
        written = written.where(_missing.c.since < before)
    names = {missing_key(name): name for name in c.scalars(written.distinct())}
    return [names[key] for key in sorted(names)]


def release_missing(
    c: sa.Connection,
    company_id: int,
    names: Collection[str],
    reason: str,
    *,
    now: datetime,
    actor: str,
    most_attempts: int | None = None,
) -> list[Job]:
    """Queues the jobs that are blocked on any of these names; returns them as they were.

    With `most_attempts` the release counts as an attempt, and jobs that have had so many stay blocked.
    """
    waiting: set[int] = set()
    for some in slices({missing_key(name) for name in names}):
        mine = sa.and_(_missing.c.company_id == company_id, _missing.c.name.in_(some))
        waiting |= set(c.scalars(sa.select(_missing.c.job_id).where(mine)))
    counted = most_attempts is not None
    blocked = [job for job in by_ids(c, waiting) if job.status is Status.BLOCKED]
    free = [job for job in blocked if most_attempts is None or job.attempts < most_attempts]
    moves = [
        Move(job, Status.QUEUED, reason, changes={"due_at": now, "attempts": job.attempts + counted}) for job in free
    ]
    move(c, moves, now=now, actor=actor)
    return free
