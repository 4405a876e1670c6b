"""Retry and cancel for one job, for several, or for all that match a filter, with a preview of what would happen.

All that match means those that were there when the person looked: the filter as it stood and the highest number it
showed. The deed is done in transactions of CHUNK jobs, each whole; done twice, it changes nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from qbwc_server import exchange, jobs
from qbwc_server.clock import Clock
from qbwc_server.db import Database
from qbwc_server.desk.filters import JobFilter
from qbwc_server.desk.finding import MOST_MATCHES, find
from qbwc_server.errors import JobRefused, Problem, UnknownJob
from qbwc_server.jobs import Job, Status

CHUNK = 500
"""Jobs in one transaction: others may write between two of them."""
MOST_PREVIEWED = 5000
"""Jobs that a preview looks at."""
_EXAMPLES = 3
_PASSES = 5
"""How often jobs that could not go before others did are tried once more."""


class Deed(StrEnum):
    """What may be done to many jobs at once."""

    RETRY = "retry"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which jobs: by number, or all that match a filter up to the highest number that was there."""

    ids: tuple[int, ...] = ()
    matching: JobFilter | None = None
    up_to: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some of the jobs stay as they are."""

    text: str
    """Without the job's name, for all of them: "is done; there is nothing to try again"."""
    count: int
    examples: tuple[Problem, ...]
    """The same for a few of them, with name and remedy."""


@dataclass(frozen=True, slots=True)
class Stays:
    """One job that stays as it is."""

    job: Job
    problem: Problem


@dataclass(frozen=True, slots=True)
class Preview:
    """What a deed would do."""

    will_change: int
    will_stay: int
    reasons: tuple[Reason, ...]
    is_capped: bool
    """There are more than MOST_PREVIEWED, and only so many were looked at."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one transaction did."""

    changed: tuple[Job, ...]
    """As they are now; with `with_dependents` also those that were taken along."""
    stayed: tuple[Stays, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a deed did."""

    changed: int
    stayed: int
    reasons: tuple[Reason, ...]
    is_unfinished: bool = False
    """There are more; the same call goes on."""


_WANTED: Mapping[Deed, tuple[Status, ...]] = {
    Deed.RETRY: (Status.FAILED, Status.RETRYING, Status.BLOCKED),
    Deed.CANCEL: (Status.QUEUED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.FAILED),
}
"""What a filter that names no state means: never the jobs that somebody cancelled or that wait with a question."""


def preview(c: sa.Connection, deed: Deed, selection: Selection, *, with_dependents: bool = False) -> Preview:
    """How many jobs a deed would change, how many not and why. Raises UnknownCompany, UnknownJob or JobRefused."""
    ids = _next(c, deed, selection, None, MOST_PREVIEWED + 1)
    looked_at = ids[:MOST_PREVIEWED]
    found = jobs.by_ids(c, looked_at)
    if unknown := sorted(set(looked_at) - {job.id for job in found}):
        raise UnknownJob(*(jobs.unknown_job(number) for number in unknown))
    stays = _stays(c, deed, found, with_dependents)
    return Preview(len(found) - len(stays), len(stays), _told(stays), len(ids) > MOST_PREVIEWED)


def carry_out(
    db: Database,
    deed: Deed,
    selection: Selection,
    clock: Clock,
    *,
    with_dependents: bool = False,
    actor: str,
    most: int | None = None,
    each: Callable[[Chunk], object] | None = None,
) -> Result:
    """Does it in transactions of CHUNK jobs, tells `each` of them, and says what was done.

    With `most` it stops after about so many jobs, for a page that cannot wait; the same call then goes on. Jobs that
    could not go because of others of the selection are tried again once those went. Raises UnknownCompany,
    UnknownJob or JobRefused before anything of that transaction was changed.
    """
    changed, examined, stays = 0, 0, list[Stays]()
    for _ in range(_PASSES):
        stays, before = [], changed
        for chunk in _chunks(db, deed, selection, clock, with_dependents, actor):
            if each is not None:
                each(chunk)
            changed += len(chunk.changed)
            stays += chunk.stayed
            examined += len(chunk.changed) + len(chunk.stayed)
            if most is not None and examined >= most:
                return Result(changed, len(stays), _told(stays), is_unfinished=True)
        selection = Selection(ids=tuple(stay.job.id for stay in stays))
        if not stays or changed == before:
            break
    return Result(changed, len(stays), _told(stays))


def _chunks(
    db: Database, deed: Deed, selection: Selection, clock: Clock, with_dependents: bool, actor: str
) -> Iterator[Chunk]:
    last: int | None = None
    while True:
        with db.write() as c:
            ids = _next(c, deed, selection, last, CHUNK)
            if not ids:
                return
            chunk = _carry_out(c, deed, ids, clock, with_dependents, actor)
        yield chunk
        last = ids[-1]


def _next(c: sa.Connection, deed: Deed, selection: Selection, last: int | None, limit: int) -> list[int]:
    """The next numbers of a selection. What is waited for mostly has the lower one: it is retried first, and
    cancelled last."""
    upwards = deed is Deed.RETRY
    if selection.matching is None:
        ids = sorted(set(selection.ids), reverse=not upwards)
        left = [each for each in ids if last is None or (each > last if upwards else each < last)]
        return left[:limit]
    wanted = selection.matching
    if not wanted.wanted:
        wanted = replace(wanted, statuses=_WANTED[deed])
    while True:
        if upwards:
            found = find(c, wanted, limit, above=last or 0, at_most=selection.up_to)
        else:
            found = find(c, wanted, limit, below=last, at_most=selection.up_to)
        if found.is_broad:
            remedy = "Type more of it, then choose all that match."
            raise JobRefused(Problem(f"more than {MOST_MATCHES:,} jobs match {wanted.text!r}.", "text", remedy))
        if found.ids or found.searched_to is None:
            return list(found.ids)
        last = found.searched_to


def _carry_out(
    c: sa.Connection, deed: Deed, ids: Sequence[int], clock: Clock, with_dependents: bool, actor: str
) -> Chunk:
    found = jobs.locked(c, ids)
    stays = _stays(c, deed, found, with_dependents)
    left = {each.job.id for each in stays}
    fit = [job.id for job in found if job.id not in left]
    if not fit:
        return Chunk((), stays)
    if deed is Deed.RETRY:
        return Chunk(tuple(exchange.retry(c, fit, clock, actor=actor)), stays)
    changed = jobs.cancel(c, fit, clock, with_dependents=with_dependents, actor=actor)
    taken = {job.id for job in changed}
    return Chunk(tuple(changed), tuple(each for each in stays if each.job.id not in taken))


def _stays(c: sa.Connection, deed: Deed, found: Sequence[Job], with_dependents: bool) -> tuple[Stays, ...]:
    if deed is Deed.RETRY:
        problems = jobs.why_not_retried(c, found)
    else:
        problems = jobs.why_not_cancelled(c, found, with_dependents=with_dependents)
    return tuple(Stays(job, problems[job.id]) for job in found if job.id in problems)


_IN_SHORT: Sequence[tuple[str, str]] = (
    ("waits for job ", "waits for another job that stays as it is"),
    ("is waited for by job ", "is waited for by other jobs"),
)


def _in_short(job: Job, problem: Problem) -> str:
    """A refusal without the job's name, so that the same ones count as one."""
    told = problem.message.removeprefix(f"job {job.id} ({job.label}) ")
    return next((short for beginning, short in _IN_SHORT if told.startswith(beginning)), told)


def _told(stays: Iterable[Stays]) -> tuple[Reason, ...]:
    """The reasons, the most frequent one first, with a few examples of each."""
    by_text: dict[str, list[Problem]] = defaultdict(list)
    for each in stays:
        by_text[_in_short(each.job, each.problem)].append(each.problem)
    frequent = sorted(by_text.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(Reason(text, len(problems), tuple(problems[:_EXAMPLES])) for text, problems in frequent)
