"""Reading jobs and what waits for what, near and far, along `job_dependency`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.errors import Problem
from qbwc_server.jobs.model import SELECT, Job, job_of
from qbwc_server.jobs.states import Question, Status

_job, _dependency = tables.job, tables.job_dependency
_BY_IDS = SELECT.where(_job.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(_job.c.id)
_STILL_WAITING = SELECT.where(
    _job.c.message_set_id == sa.bindparam("number"),
    sa.or_(_job.c.status.in_((Status.SENT, Status.IN_DOUBT)), _job.c.question == Question.IN_THE_BOOKS),
).order_by(_job.c.id)
_WAITERS = sa.select(_dependency.c.job_id).where(_dependency.c.on_job_id.in_(sa.bindparam("ids", expanding=True)))
_OVER = (Status.DONE, Status.CANCELLED)


def by_ids(c: sa.Connection, ids: Iterable[int]) -> list[Job]:
    """The jobs of these numbers, in the order of their numbers; unknown numbers are left out."""
    jobs: list[Job] = []
    for some in slices(ids):
        jobs += map(job_of, c.execute(_BY_IDS, {"ids": some}))
    return jobs


def still_waiting(c: sa.Connection, message_set_id: int) -> list[Job]:
    """The jobs last sent in this set of which it is not known yet whether they are in the books."""
    return [job_of(row) for row in c.execute(_STILL_WAITING, {"number": message_set_id})]


def unknown_job(number: int) -> Problem:
    """What is said of a number that no job has."""
    return Problem(f"there is no job {number}", remedy="`qbwc jobs` lists them.")


def waiting_on(c: sa.Connection, ids: Iterable[int]) -> list[Job]:
    """The jobs that directly wait or waited for any of these."""
    waiters: set[int] = set()
    for some in slices(ids):
        waiters |= set(c.scalars(_WAITERS, {"ids": some}))
    return by_ids(c, waiters)


def needed_by(c: sa.Connection, job_id: int) -> list[Job]:
    """The jobs this one directly waits or waited for."""
    return by_ids(c, c.scalars(sa.select(_dependency.c.on_job_id).where(_dependency.c.job_id == job_id)))


def dependents(c: sa.Connection, ids: Iterable[int], statuses: Collection[Status]) -> dict[int, int]:
    """Everything in these states that waits for any of `ids`, near and far; for each the lowest of them it waits for.

    Jobs in other states are not walked through.
    """
    found: dict[int, int] = {}
    for some in slices(ids):
        waiting = (
            sa.select(_dependency.c.job_id, _dependency.c.on_job_id.label("root"))
            .join(_job, _job.c.id == _dependency.c.job_id)
            .where(_dependency.c.on_job_id.in_(some), _job.c.status.in_(statuses))
            .cte("waiting", recursive=True)
        )
        waiting = waiting.union(
            sa.select(_dependency.c.job_id, waiting.c.root)
            .join(waiting, waiting.c.job_id == _dependency.c.on_job_id)
            .join(_job, _job.c.id == _dependency.c.job_id)
            .where(_job.c.status.in_(statuses))
        )
        rows = c.execute(sa.select(waiting.c.job_id, sa.func.min(waiting.c.root)).group_by(waiting.c.job_id))
        for job_id, root in rows:
            found[job_id] = min(root, found.get(job_id, root))
    return found


def open_dependents(c: sa.Connection, job_id: int) -> list[Job]:
    """Everything that waits for a job, near and far, and was neither done nor cancelled."""
    return by_ids(c, dependents(c, [job_id], [status for status in Status if status not in _OVER]))


def awaited(c: sa.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these jobs that others wait or waited for; the others need not be looked at one by one."""
    return _with_any(c, ids, _dependency.c.on_job_id)


def in_need(c: sa.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these jobs that wait or waited for others."""
    return _with_any(c, ids, _dependency.c.job_id)


def _with_any(c: sa.Connection, ids: Iterable[int], column: sa.Column[int]) -> set[int]:
    """Those of these jobs that stand in this column at least once: one look for each, however often it does."""
    found: set[int] = set()
    for some in slices(ids):
        any_row = sa.exists().where(column == _job.c.id)
        found |= set(c.scalars(sa.select(_job.c.id).where(_job.c.id.in_(some), any_row)))
    return found


def needs(c: sa.Connection, ids: Collection[int]) -> dict[int, set[int]]:
    """What these jobs wait for, what those wait for, and so on; jobs that are done are left out."""
    waits = (
        sa.select(_dependency.c.job_id, _dependency.c.on_job_id)
        .join(_job, _job.c.id == _dependency.c.on_job_id)
        .where(_job.c.status != Status.DONE)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for some in slices(ids):
        for row in c.execute(waits.where(_dependency.c.job_id.in_(some))):
            found[row.job_id].add(row.on_job_id)
    for some in slices({on_job_id for each in found.values() for on_job_id in each}.difference(ids)):
        far = waits.where(_dependency.c.job_id.in_(some)).cte("far", recursive=True)
        far = far.union(waits.join(far, far.c.on_job_id == _dependency.c.job_id))
        for row in c.execute(sa.select(far.c.job_id, far.c.on_job_id)):
            found[row.job_id].add(row.on_job_id)
    return found


def stopped_by(c: sa.Connection, waits: Mapping[int, Collection[int]]) -> list[Job]:
    """The failed or cancelled ones among `needs`: until a person acts on them, nothing that waits for them goes on.

    A job that is held, or blocked on a name missing in QuickBooks, only holds up what waits for it.
    """
    awaited = {on_job_id for some in waits.values() for on_job_id in some}
    return [job for job in by_ids(c, awaited) if job.status in (Status.FAILED, Status.CANCELLED)]
