"""What a person may do to a job: try it again, or take it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.clock import Clock
from qbwc_server.db import slices, tables
from qbwc_server.errors import JobRefused, Problem, UnknownJob
from qbwc_server.jobs.dependencies import release_dependents
from qbwc_server.jobs.graph import awaited, by_ids, in_need, needs, open_dependents, stopped_by, unknown_job
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, Trouble, move
from qbwc_server.jobs.states import Applied, Question, Status

_RETRIED = (Status.FAILED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.CANCELLED)
_NAMED = 10
"""Jobs listed by name in a message."""


def retry(c: sa.Connection, ids: Sequence[int], clock: Clock, *, actor: str) -> list[Job]:
    """Queues jobs again, all or none, and releases what waits for them; returns them as they are now.

    A job that may be in the books already (`applied` other than no) is never queued: QuickBooks is asked about it
    at the next visit, as it would be anyway. Raises UnknownJob and JobRefused with a problem for each job.
    """
    found = locked(c, ids)
    now = clock.now()
    asked = [job for job in found if _is_asked_about(job)]
    queued = [job for job in found if not _is_asked_about(job)]
    together = {job.id for job in queued}
    waiting = in_need(c, together)
    problems = [problem for job in queued if (problem := _why_not_retried(c, job, together, waiting))]
    if problems:
        raise JobRefused(*problems)
    moves = [_tried_again(job, now) for job in queued]
    move(c, moves + [_asked_again(job) for job in asked], now=now, actor=actor)
    release_dependents(c, together, now=now, actor=actor)
    return by_ids(c, ids)


def retryable(
    c: sa.Connection, company_id: int | None = None, code: str | None = None
) -> tuple[list[int], list[Problem]]:
    """The failed, retrying and blocked jobs of a company or of all, and why some of them cannot be tried again.

    With a `code` (QuickBooks' statusCode, an HRESULT, or a question) only those, and those that are held with it.
    """
    job = tables.job.c
    wanted = [Status.FAILED, Status.RETRYING, Status.BLOCKED, *([Status.HELD] if code is not None else [])]
    these = sa.select(job.id).where(job.status.in_(wanted))
    if company_id is not None:
        these = these.where(job.company_id == company_id)
    if code is not None:
        these = these.where(job.error_code == code)
    chosen = {each.id: each for each in locked(c, c.scalars(these).all()) if each.status in wanted}
    left = why_not_retried(c, list(chosen.values()))
    return sorted(chosen.keys() - left.keys()), list(left.values())


def why_not_retried(c: sa.Connection, together: Sequence[Job]) -> dict[int, Problem]:
    """Those of these jobs that cannot be tried again, with the reason; all the others can, in one call."""
    chosen = {each.id: each for each in together}
    waiting = in_need(c, chosen)
    left: dict[int, Problem] = {}
    while problems := {
        number: problem
        for number, each in chosen.items()
        if not _is_asked_about(each) and (problem := _why_not_retried(c, each, chosen, waiting))
    }:
        left |= problems
        chosen = {number: each for number, each in chosen.items() if number not in problems}
    return left


def why_not_cancelled(
    c: sa.Connection, together: Sequence[Job], *, with_dependents: bool = False
) -> dict[int, Problem]:
    """Those of these jobs that cannot be taken back, with the reason; all the others can, in one call."""
    chosen = {each.id: each for each in together}
    waited_for = awaited(c, chosen)
    left: dict[int, Problem] = {}
    while problems := {
        number: problem
        for number, each in chosen.items()
        if (problem := _why_not_cancelled(each))
        or (number in waited_for and (problem := _stuck_with_others(c, each, chosen, with_dependents)))
    }:
        left |= problems
        chosen = {number: each for number, each in chosen.items() if number not in problems}
    return left


def _stuck_with_others(c: sa.Connection, job: Job, together: Collection[int], with_dependents: bool) -> Problem | None:
    others = [each for each in open_dependents(c, job.id) if each.id not in together]
    if with_dependents:
        return next((problem for each in others if (problem := _why_not_cancelled(each))), None)
    return _has_dependents(job, others) if others else None


def cancel(
    c: sa.Connection,
    ids: Sequence[int],
    clock: Clock,
    *,
    with_dependents: bool = False,
    actor: str,
    reason: str = "cancelled",
) -> list[Job]:
    """Takes jobs back before they reach the books, all or none; returns every job that was cancelled.

    A job that others wait for is refused with their list, unless they are to be taken along. Raises UnknownJob and
    JobRefused with a problem for each job.
    """
    chosen = {job.id: job for job in locked(c, ids)}
    waited_for = awaited(c, chosen)
    problems = []
    for job in [job for job in chosen.values() if job.id in waited_for]:
        others = {each.id: each for each in open_dependents(c, job.id) if each.id not in ids}
        if with_dependents:
            chosen |= others
        elif others:
            problems.append(_has_dependents(job, list(others.values())))
    problems += [problem for job in chosen.values() if (problem := _why_not_cancelled(job))]
    if problems:
        raise JobRefused(*problems)
    moves = [Move(job, Status.CANCELLED, reason) for _, job in sorted(chosen.items())]
    move(c, moves, now=clock.now(), actor=actor)
    return by_ids(c, chosen)


def locked(c: sa.Connection, ids: Collection[int]) -> list[Job]:
    """The jobs, read after their companies were locked. Raises UnknownJob with a problem for each that is not there."""
    company_of: dict[int, int] = {}
    for some in slices(ids):
        rows = c.execute(sa.select(tables.job.c.id, tables.job.c.company_id).where(tables.job.c.id.in_(some)))
        company_of |= {row.id: row.company_id for row in rows}
    if unknown := sorted(set(ids) - company_of.keys()):
        raise UnknownJob(*(unknown_job(number) for number in unknown))
    for company_id in sorted(set(company_of.values())):  # always in this order: two of us must not wait for each other
        companies.lock(c, company_id)
    return by_ids(c, ids)


def _is_asked_about(job: Job) -> bool:
    """Whether QuickBooks can still say if it is in the books; a record that is gone is known not to be."""
    if job.status is Status.IN_DOUBT:
        return True
    return job.status is Status.HELD and job.question == Question.IN_THE_BOOKS


def _tried_again(job: Job, now: datetime) -> Move:
    changes = {
        "due_at": now,
        "attempts": 0,
        "search_group": None,
        "step": job.operation,
        "rank": max(job.rank, job.priority),
    }
    return Move(job, Status.QUEUED, "tried again", changes=changes)


def _asked_again(job: Job) -> Move:
    trouble = Trouble(job.error or "", cause=job.cause, quickbooks_message=job.quickbooks_message)
    return Move(job, Status.IN_DOUBT, "QuickBooks is asked about it again at the next visit", trouble)


def _why_not_retried(c: sa.Connection, job: Job, together: Collection[int], waiting: Collection[int]) -> Problem | None:
    """`waiting`: the jobs that wait for others at all; only they have to be looked at one by one."""
    if job.status not in _RETRIED:
        return Problem(f"job {job.id} ({job.label}) is {job.status}; there is nothing to try again")
    if job.applied is not Applied.NO:
        return Problem(
            f"job {job.id} ({job.label}) may be in the books already and is not sent again",
            remedy=(job.question and job.remedy) or "Look for it in QuickBooks.",
        )
    if job.id not in waiting:
        return None
    stuck = [each for each in stopped_by(c, needs(c, [job.id])) if each.id not in together]
    if stuck:
        return Problem(f"job {job.id} ({job.label}) waits for {_names(stuck)}", remedy="Retry that first.")
    return None


def _why_not_cancelled(job: Job) -> Problem | None:
    name = f"job {job.id} ({job.label})"
    if job.question and job.applied is not Applied.NO:
        return Problem(f"{name} may be in QuickBooks, and a person is asked about it", remedy=job.remedy or "")
    match job.status, job.applied:
        case (Status.CANCELLED, _):
            return Problem(f"{name} is cancelled already")
        case (Status.DONE, _) | (_, Applied.YES):
            return Problem(f"{name} is in QuickBooks", remedy="Void or delete it there.")
        case (Status.SENT | Status.IN_DOUBT, _):
            remedy = "Wait for the Web Connector's next visit, which finds out."
            return Problem(f"{name} is {job.status}: it may be in QuickBooks already", remedy=remedy)
        case (_, Applied.UNKNOWN):
            return Problem(f"{name} may be in QuickBooks already", remedy="Look for it there.")
    return None


def _has_dependents(job: Job, dependents: Sequence[Job]) -> Problem:
    return Problem(
        f"job {job.id} ({job.label}) is waited for by {_names(dependents)}",
        remedy="Cancel those too with --with-dependents, or first.",
    )


def _names(jobs: Sequence[Job]) -> str:
    named = ", ".join(f"job {each.id} ({each.label}, {each.status})" for each in jobs[:_NAMED])
    return f"{named} and {len(jobs) - _NAMED} more" if len(jobs) > _NAMED else named
