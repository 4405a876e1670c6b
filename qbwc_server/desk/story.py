"""One job's page: the paper it stands for, what happened, what is wrong, what can be done, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.desk.actions import Actions, actions
from qbwc_server.desk.document import Document, document
from qbwc_server.desk.timeline import Entry, timeline
from qbwc_server.desk.trouble import Explanation, explanation
from qbwc_server.errors import UnknownJob
from qbwc_server.jobs import Job, Status

MOST_NEIGHBOURS = 20
_job, _dependency = tables.job, tables.job_dependency


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A job that is waited for, or waits."""

    id: int
    label: str
    status: Status


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Some of the jobs on one side."""

    shown: tuple[Neighbour, ...]
    """At most MOST_NEIGHBOURS, by number."""
    has_more: bool


@dataclass(frozen=True, slots=True)
class Story:
    """All that a job's page shows. XML comes by `xml_parts`, a done document's comparison by `receipt`."""

    job: Job
    company: str
    document: Document
    timeline: tuple[Entry, ...]
    waits_for: Neighbours
    waited_for_by: Neighbours
    trouble: Explanation | None
    actions: Actions


def story(c: sa.Connection, number: int) -> Story:
    """Everything about a job. Raises UnknownJob."""
    found = jobs.by_ids(c, [number]) if 0 < number < 2**63 else []
    if not found:
        raise UnknownJob(jobs.unknown_job(number))
    (job,) = found
    company = c.scalar(sa.select(tables.company.c.name).where(tables.company.c.id == job.company_id)) or ""
    return Story(
        job,
        company,
        document(c, job),
        timeline(c, number),
        _neighbours(c, _dependency.c.job_id == number, _dependency.c.on_job_id),
        _neighbours(c, _dependency.c.on_job_id == number, _dependency.c.job_id),
        explanation(job),
        actions(c, job),
    )


def _neighbours(c: sa.Connection, mine: sa.ColumnElement[bool], other: sa.Column[int]) -> Neighbours:
    some = sa.select(other).where(mine).order_by(other).limit(MOST_NEIGHBOURS + 1)
    ids = c.scalars(some).all()
    rows = c.execute(sa.select(_job.c.id, _job.c.label, _job.c.status).where(_job.c.id.in_(ids[:MOST_NEIGHBOURS])))
    shown = sorted((Neighbour(row.id, row.label, Status(row.status)) for row in rows), key=lambda each: each.id)
    return Neighbours(tuple(shown), len(ids) > MOST_NEIGHBOURS)
