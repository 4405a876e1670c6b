"""What a job's fate does to the jobs that wait for it, in the transaction that decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.jobs.graph import by_ids, dependents, needs, stopped_by, waiting_on
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, Trouble, move
from qbwc_server.jobs.states import Status

_job, _dependency = tables.job, tables.job_dependency
_UNFINISHED = (
    sa.select(_dependency.c.job_id, sa.func.count())
    .join(_job, _job.c.id == _dependency.c.on_job_id)
    .where(_dependency.c.job_id.in_(sa.bindparam("ids", expanding=True)), _job.c.status != Status.DONE)
    .group_by(_dependency.c.job_id)
)
_CHANGE = _job.update().where(_job.c.id == sa.bindparam("b_id"))


def recount(c: sa.Connection, waiters: Collection[int]) -> None:
    """Counts anew what these jobs still wait for."""
    left = dict.fromkeys(waiters, 0)
    for some in slices(left):
        left |= {row[0]: row[1] for row in c.execute(_UNFINISHED, {"ids": some})}
    if left:
        c.execute(_CHANGE, [{"b_id": job_id, "waiting_for": count} for job_id, count in sorted(left.items())])


def free_dependents(c: sa.Connection, done_ids: Iterable[int]) -> None:
    """After jobs were done: what waited for them waits for fewer."""
    recount(c, [job.id for job in waiting_on(c, done_ids)])


def block_dependents(c: sa.Connection, stuck: Iterable[Job], *, now: datetime, actor: str) -> None:
    """After jobs failed: everything that waits for them, near and far, is blocked with the reason."""
    causes = {job.id: job for job in stuck}
    cause_of = dependents(c, causes, (Status.QUEUED, Status.RETRYING, Status.BLOCKED))
    waiters = [job for job in by_ids(c, cause_of) if job.status is not Status.BLOCKED]
    moves = [Move(job, Status.BLOCKED, "blocked", _blocked_by(causes[cause_of[job.id]])) for job in waiters]
    move(c, moves, now=now, actor=actor)


def block_stopped(c: sa.Connection, ids: Collection[int], *, now: datetime, actor: str) -> None:
    """Blocks those of these queued jobs that wait for a job which failed while they were held."""
    block_dependents(c, stopped_by(c, needs(c, ids)), now=now, actor=actor)


def _blocked_by(cause: Job) -> Trouble:
    return Trouble(
        error=f"waits for job {cause.id} ({cause.label}), which cannot go on",
        cause="It refers to a record that is not in QuickBooks yet.",
        remedy=f"Correct job {cause.id} and retry it; this one then follows by itself.",
    )


def release_dependents(c: sa.Connection, moving: Collection[int], *, now: datetime, actor: str) -> None:
    """After jobs got under way again: what was blocked on them alone is queued again, near and far."""
    blocked = dependents(c, moving, [Status.BLOCKED])
    others = stopped_by(c, needs(c, blocked))
    still = dependents(c, [job.id for job in others], [Status.BLOCKED])
    free = [job for job in by_ids(c, blocked.keys() - still.keys()) if job.missing_name is None]
    move(c, [Move(job, Status.QUEUED, "what it waits for goes on") for job in free], now=now, actor=actor)


def raise_ranks(c: sa.Connection, ranks: Mapping[int, int], waits: Mapping[int, Collection[int]]) -> None:
    """Lets everything a job waits for run at least at that job's rank.

    `ranks` maps the jobs that came or changed to their ranks, `waits` is what `needs` says of them.
    """
    wanted = inherited(ranks, waits)
    low = [{"b_id": job.id, "rank": wanted[job.id]} for job in by_ids(c, wanted) if job.rank < wanted[job.id]]
    if low:
        c.execute(_CHANGE, low)


def inherited(ranks: Mapping[int, int], waits: Mapping[int, Collection[int]]) -> dict[int, int]:
    """For everything that is waited for, near and far, the highest rank of what waits for it."""
    found: dict[int, int] = {}
    for start in sorted(ranks, key=lambda job_id: ranks[job_id], reverse=True):
        walk = [start]
        while walk:
            new = [on_job_id for on_job_id in waits.get(walk.pop(), ()) if on_job_id not in found]
            found |= dict.fromkeys(new, ranks[start])
            walk += new
    return found
