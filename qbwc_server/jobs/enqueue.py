"""Taking jobs into the queue: all of them or none, each once for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.clock import Chance, Clock, guid
from qbwc_server.companies import lock
from qbwc_server.db import slices, tables
from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs.dependencies import block_dependents, raise_ranks, recount, release_dependents
from qbwc_server.jobs.graph import needs, stopped_by, waiting_on
from qbwc_server.jobs.handed_in import HandedIn, Key, handed_in, idempotency_key, jobs_by_key
from qbwc_server.jobs.intake import NewJob
from qbwc_server.jobs.kinds import kind
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move, move
from qbwc_server.jobs.refused import NOTHING_REFUSED, HalfRead, Refused
from qbwc_server.jobs.search_keys import add_keys, search_keys
from qbwc_server.jobs.states import REPLACEABLE, Applied, Status
from qbwc_server.jobs.targets import Batch, Targets, find_targets

_job, _dependency, _event = tables.job, tables.job_dependency, tables.job_event
_SHOWN = 300
"""Characters of a payload shown in a message."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of one job that was handed in."""

    id: int
    external_id: str
    status: Status
    created: bool
    """False for a job that was there already, its payload replaced or not."""


def enqueue(
    c: sa.Connection,
    company_id: int,
    new_jobs: Sequence[NewJob],
    clock: Clock,
    chance: Chance,
    *,
    actor: str,
    refused: Refused = NOTHING_REFUSED,
) -> list[Enqueued]:
    """Puts jobs into a company's queue, in a transaction of the caller's.

    The same key with the same content is the job that is there; with other content it takes the place of one that
    failed, is blocked, held or cancelled and was never applied. Anything else, an unknown reference or a cycle
    raises PayloadRefused with every problem of all jobs, and nothing is enqueued. The problems of what was `refused`
    of the same hand-in when it was read are among them.
    """
    lock(c, company_id)
    now = clock.now()
    looked = _looked_at(c, company_id, new_jobs, refused)
    if looked.problems:
        raise PayloadRefused(*looked.problems)

    handed, there, batch, targets = looked.handed, looked.there, looked.batch, looked.targets
    replaced = {key: there[key] for key in batch if key in there}
    _replace(c, replaced, batch, now, actor)
    ids = {key: job.id for key, job in replaced.items()}
    ids |= _insert(c, company_id, [each for key, each in batch.items() if key not in there], now, chance, actor)
    _depend(c, batch, targets, ids)
    _follow_up(c, batch, ids, replaced.values(), now, actor)
    return _results(c, company_id, handed, there)


def why_not_enqueued(
    c: sa.Connection, company_id: int, new_jobs: Sequence[NewJob], *, refused: Refused = NOTHING_REFUSED
) -> tuple[Problem, ...]:
    """Everything for which `enqueue` would refuse these jobs now; changes nothing."""
    return _looked_at(c, company_id, new_jobs, refused).problems


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """A hand-in compared with what is there."""

    handed: Sequence[HandedIn]
    there: Mapping[Key, Job]
    batch: Batch
    targets: Targets
    problems: tuple[Problem, ...]


def _looked_at(c: sa.Connection, company_id: int, new_jobs: Sequence[NewJob], refused: Refused) -> _LookedAt:
    handed = list(handed_in(new_jobs))
    there = jobs_by_key(c, company_id, {each.key for each in handed})
    batch, problems = _sorted_out(handed, there)
    targets, unresolvable = find_targets(c, company_id, batch, refused)
    everything = [*refused.problems, *_twice(handed, refused), *problems, *unresolvable]
    in_order = tuple(sorted(everything, key=lambda problem: problem.line or 0))
    return _LookedAt(handed, there, batch, targets, in_order)


def _sorted_out(handed: Sequence[HandedIn], there: Mapping[Key, Job]) -> tuple[Batch, list[Problem]]:
    """The jobs that are to be written (new ones and replacements), and what is wrong with the others."""
    first: dict[Key, HandedIn] = {}
    problems = []
    for each in handed:
        earlier = first.setdefault(each.key, each)
        job = there.get(each.key)
        if earlier is each and job is not None and not _is_same(job, each.new) and not _may_replace(job):
            problems.append(_conflict(job, each))
    batch = {key: each for key, each in first.items() if key not in there or not _is_same(there[key], each.new)}
    return batch, problems


def _twice(handed: Sequence[HandedIn], refused: Refused) -> Iterator[Problem]:
    """Records that stand in one hand-in more than once with different contents, told at the later ones."""
    first: dict[Key, HandedIn | HalfRead] = {}
    everything: list[HandedIn | HalfRead] = [*handed, *refused.jobs]
    for each in sorted(everything, key=lambda job: job.place.order):
        if each.key is None:
            continue
        earlier = first.setdefault(each.key, each)
        if earlier.content_hash != each.content_hash:
            message = f"stands in {earlier.place} with other content"
            yield each.place.problem(message, "external_id", "Use one external_id for one record.")


def _is_same(job: Job, new: NewJob) -> bool:
    return job.content_sha256 == new.content_hash


def _may_replace(job: Job) -> bool:
    return job.status in REPLACEABLE and job.applied is Applied.NO


def _conflict(job: Job, handed: HandedIn) -> Problem:
    new = handed.new
    there, here = _short(job.payload), _short(new.payload_json)
    if job.kind != new.kind:  # an item may come again as another kind of item
        there, here = f"{job.kind} {there}", f"{new.kind} {here}"
    return handed.place.problem(
        f"{job.external_id!r} is job {job.id}, which is {job.status} with other content: there {there}, here {here}",
        "external_id",
        "A job that is on its way or in the books is not changed by adding it again; "
        "use another external_id if this is another record.",
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _insert(
    c: sa.Connection, company_id: int, new: Sequence[HandedIn], now: datetime, chance: Chance, actor: str
) -> dict[Key, int]:
    """Writes the jobs that are new; their numbers rise in the order in which they were handed in."""
    if not new:
        return {}
    rows = [
        _content(each.new)
        | {
            "company_id": company_id,
            "family": each.key[0],
            "external_id": each.new.external_id,
            "idempotency_key": idempotency_key(each.key),
            "status": Status.QUEUED,
            "due_at": now,
            "guid": guid(chance),
            "created_at": now,
            "updated_at": now,
        }
        for each in new
    ]
    numbers = c.scalars(_job.insert().returning(_job.c.id, sort_by_parameter_order=True), rows).all()
    add_keys(c, ((company_id, number, search_keys(row)) for number, row in zip(numbers, rows, strict=True)))
    first = {"at": now, "to_status": Status.QUEUED, "reason": "enqueued", "actor": actor}
    c.execute(_event.insert(), [{"job_id": number, **first} for number in numbers])
    return {each.key: number for each, number in zip(new, numbers, strict=True)}


def _content(new: NewJob) -> dict[str, object]:
    """The columns of a job that come from the caller and are replaced with its payload."""
    return {
        "kind": new.kind,
        "operation": new.operation,
        "step": new.operation,
        "content_sha256": new.content_hash,
        "payload": new.payload_json,
        "label": kind(new.kind).label(new.payload),
        "priority": new.priority,
        "rank": new.priority,
    }


def _replace(c: sa.Connection, replaced: Mapping[Key, Job], batch: Batch, now: datetime, actor: str) -> None:
    """Puts new payloads into jobs that were never applied; the old ones stay in the history."""
    moves = [
        Move(
            job,
            Status.QUEUED,
            _correction(job, batch[key].new),
            changes=_content(batch[key].new) | {"due_at": now, "attempts": 0, "search_group": None, "waiting_for": 0},
            detail=job.payload,
        )
        for key, job in replaced.items()
    ]
    move(c, moves, now=now, actor=actor)
    for some in slices(job.id for job in replaced.values()):
        c.execute(_dependency.delete().where(_dependency.c.job_id.in_(some)))


def _correction(job: Job, new: NewJob) -> str:
    reason = "corrected: its payload was replaced"
    return reason if job.kind == new.kind else f"{reason}, and it is {new.kind} now, not {job.kind}"


def _depend(c: sa.Connection, batch: Batch, targets: Targets, ids: Mapping[Key, int]) -> None:
    """Writes down what the jobs of the batch wait for."""
    number_of = {key: job.id for key, job in targets.jobs.items()} | dict(ids)
    rows = [
        {"job_id": ids[key], "on_job_id": number_of[target], "path": path}
        for key in batch
        for target, path in targets.of[key].items()
    ]
    if rows:
        c.execute(_dependency.insert(), rows)
        recount(c, {ids[key] for key in batch if targets.of[key]})


def _follow_up(
    c: sa.Connection, batch: Batch, ids: Mapping[Key, int], replaced: Collection[Job], now: datetime, actor: str
) -> None:
    """What the new jobs mean for what they wait for, and for themselves if that cannot go on."""
    corrected = [job.id for job in replaced]
    ranks = {job.id: job.rank for job in waiting_on(c, corrected)}
    ranks |= {ids[key]: each.new.priority for key, each in batch.items()}
    waits = needs(c, ranks)
    raise_ranks(c, ranks, waits)
    block_dependents(c, stopped_by(c, waits), now=now, actor=actor)
    release_dependents(c, corrected, now=now, actor=actor)


def _results(c: sa.Connection, company_id: int, handed: Sequence[HandedIn], there: Mapping[Key, Job]) -> list[Enqueued]:
    now_there = jobs_by_key(c, company_id, {each.key for each in handed})
    seen = set(there)
    results = []
    for each in handed:
        job = now_there[each.key]
        results.append(Enqueued(job.id, each.new.external_id, job.status, each.key not in seen))
        seen.add(each.key)
    return results
