"""Booking again what a restored backup lost: a person said that a done job is not in the file any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.errors import QbwcError
from qbwc_server.jobs import Applied, Job, Move, Status, references, stored_payload

_job, _dependency, _record = tables.job, tables.job_dependency, tables.record
_OPEN = (Status.QUEUED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.FAILED)


def rebook(c: sa.Connection, job: Job, *, now: datetime, actor: str) -> None:
    """Queues a done job whose record is gone; its lost ID goes to the history, and what refers to it waits again."""
    mine = sa.and_(_record.c.company_id == job.company_id, _record.c.job_id == job.id)
    c.execute(_record.delete().where(mine))
    lost = {"list_id": None, "txn_id": None, "applied": Applied.NO, "attempts": 0, "warning": None, "due_at": now}
    reason = f"{job.qb_id} is not in the books any more; it is booked again"
    jobs.move(c, [Move(job, Status.QUEUED, reason, changes=lost)], now=now, actor=actor)
    jobs.recount(c, [job.id])
    wait_again(c, job.company_id, [job])


def wait_again(c: sa.Connection, company_id: int, undone: Sequence[Job]) -> None:
    """Lets every open job that refers to one of these wait for it: they were done, and are not any more."""
    if not undone:
        return
    ids = {job.id for job in undone}
    named: dict[tuple[str | None, str | None], int] = {(job.family, job.external_id): job.id for job in undone}
    known = c.execute(sa.select(_dependency.c.job_id, _dependency.c.on_job_id).where(_dependency.c.on_job_id.in_(ids)))
    there = {(row.job_id, row.on_job_id) for row in known}
    wanted = {
        (other.id, named[each])
        for other in _open_jobs(c, company_id)
        for each in _referred_to(other) & named.keys()
        if other.id != named[each]
    }
    if new := sorted(wanted - there):
        c.execute(_dependency.insert(), [{"job_id": one, "on_job_id": other, "path": ""} for one, other in new])
    jobs.recount(c, sorted({number for number, _ in wanted | there}))


def _open_jobs(c: sa.Connection, company_id: int) -> list[Job]:
    numbers = c.scalars(sa.select(_job.c.id).where(_job.c.company_id == company_id, _job.c.status.in_(_OPEN)))
    return jobs.by_ids(c, list(numbers))


def _referred_to(job: Job) -> set[tuple[str | None, str | None]]:
    """Family and external id of everything a job refers to by its external id."""
    try:
        found = references(stored_payload(job.kind, job.payload))
    except QbwcError:  # a payload of an older version: it fails alone when it is planned
        return set()
    return {(each.family, each.ref.external_id) for each in found}
