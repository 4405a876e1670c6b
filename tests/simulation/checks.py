"""What must be true at the end of every schedule: the books and the queue compared, job by job."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.exchange.message_set import Clearing, Purpose, SetState
from qbwc_server.jobs import Applied, Job, Question, Status
from tests.simulation.world import World

_STOPPED = (Status.FAILED, Status.BLOCKED, Status.HELD, Status.CANCELLED)
_UNSETTLED = """
SELECT EXISTS (SELECT 1 FROM job WHERE status IN ('sent', 'in_doubt', 'retrying')
                                   OR (status = 'queued' AND waiting_for = 0))
    OR EXISTS (SELECT 1 FROM message_set WHERE state IN ('sent', 'in_doubt', 'refused'))
    OR EXISTS (SELECT 1 FROM company WHERE state = 'paused')
    OR EXISTS (SELECT 1 FROM job WHERE status = 'held' AND question IN ('in-the-books', 'gone', 'two-ids'))
"""


def violations(world: World) -> list[str]:
    """Every broken promise, one line each."""
    return [*world.problems, *_each_job(world), *_strangers(world), *_message_sets(world), *_records(world)]


def is_settled(world: World) -> bool:
    """Whether nothing is going to happen any more by itself; asked often, hence in one plain statement."""
    with world.stage.db.read() as c:
        return not c.exec_driver_sql(_UNSETTLED).scalar()


def _each_job(world: World) -> Iterator[str]:
    booked = defaultdict(list)
    for document in world.documents():
        if document.external_guid:
            booked[document.external_guid].append(document.id)
    on = _dependencies(world)
    found = {job.id: job for job in world.jobs()}
    for job in found.values():
        name = f"job {job.id} ({job.label}, {job.status})"
        ids = booked[job.guid]
        if len(ids) > 1:
            yield f"{name} is in the books {len(ids)} times: {', '.join(ids)}"
        yield from (f"{name} {problem}" for problem in _one(job, ids))
        if job.status is Status.QUEUED:
            waits = [found[number] for number in on[job.id] if found[number].status is not Status.DONE]
            if len(waits) != job.waiting_for:
                yield f"{name} counts {job.waiting_for} jobs to wait for, and there are {len(waits)}"
            if not any(each.status in _STOPPED or each.status is Status.QUEUED for each in waits):
                yield f"{name} waits for nothing"


def _one(job: Job, ids: list[str]) -> Iterator[str]:
    match job.status:
        case Status.DONE:
            yield from _done(job, ids)
        case Status.FAILED | Status.BLOCKED | Status.CANCELLED | Status.QUEUED:
            if ids:
                yield f"is in the books as {ids[0]}"
            if (job.error is None) is not (job.status in (Status.CANCELLED, Status.QUEUED)):
                yield "gives no reason"
        case Status.HELD:
            if not job.question or not job.remedy:
                yield "asks nobody anything"
            if job.question in (Question.IN_THE_BOOKS, Question.GONE, Question.TWO_IDS):
                yield f"is still asked about ({job.question}), and was answered"
            if ids and job.applied is Applied.NO:
                yield f"says that it is not in the books, where it is as {ids[0]}"
        case _:
            yield "is not at its end"


def _done(job: Job, ids: list[str]) -> Iterator[str]:
    if not ids:
        yield f"is not in the books; {job.qb_id} was recorded"
    elif job.qb_id not in ids:
        yield f"is in the books as {ids[0]}; {job.qb_id} was recorded"
    if job.applied is not Applied.YES:
        yield f"says applied={job.applied}"


def _strangers(world: World) -> Iterator[str]:
    """What carries a GUID was ordered by a job."""
    guids = {job.guid for job in world.jobs()}
    for document in world.documents():
        if document.external_guid and document.external_guid not in guids:
            yield f"{document.type} {document.id} belongs to no job"


def _message_sets(world: World) -> Iterator[str]:
    table, item = tables.message_set, tables.message_set_item
    with world.stage.db.read() as c:
        rows = c.execute(sa.select(table.c.id, table.c.purpose, table.c.state, table.c.clearing)).all()
        jobs_of = defaultdict(list)
        for number, job_id in c.execute(sa.select(item.c.message_set_id, item.c.job_id)):
            jobs_of[number].append(job_id)
    held = {job.id for job in world.jobs() if job.status is Status.HELD}
    for row in rows:
        name = f"message set {row.id} ({row.purpose})"
        if row.state in (SetState.SENT, SetState.IN_DOUBT, SetState.REFUSED):
            yield f"{name} is left {row.state}"
        if row.state == SetState.HELD and not held & set(jobs_of[row.id]):
            yield f"{name} is held, and nobody is asked about its jobs"
        if row.purpose == Purpose.WRITE and row.clearing == Clearing.CLEARING:
            yield f"{name} is being cleared for ever"


def _records(world: World) -> Iterator[str]:
    """Each record is that of its job, and no ID stands in two of them."""
    found = {job.id: job for job in world.jobs()}
    with world.stage.db.read() as c:
        rows = c.execute(sa.select(tables.record)).all()
    for row in rows:
        job = found.get(row.job_id)
        if job is not None and job.status is Status.DONE and row.qb_id != job.qb_id:
            yield f"record {row.external_id} says {row.qb_id}, its job {job.qb_id}"
    for qb_id, times in Counter((row.family, row.qb_id) for row in rows).items():
        if times > 1:
            yield f"{qb_id} is recorded {times} times"
    recorded = {row.job_id for row in rows}
    for job in found.values():
        if job.status is Status.DONE and job.id not in recorded:
            yield f"job {job.id} ({job.label}) is done and has no record"


def _dependencies(world: World) -> dict[int, list[int]]:
    on: dict[int, list[int]] = defaultdict(list)
    with world.stage.db.read() as c:
        for row in c.execute(sa.select(tables.job_dependency.c.job_id, tables.job_dependency.c.on_job_id)):
            on[row.job_id].append(row.on_job_id)
    return on


def ends(world: World) -> Counter[str]:
    """How many jobs ended how, for the account of a run."""
    return Counter(str(job.status) for job in world.jobs())
