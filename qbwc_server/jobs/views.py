"""Looking at jobs: lists for people and programs, and the whole story of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import tables
from qbwc_server.errors import UnknownJob
from qbwc_server.jobs.graph import by_ids, needed_by, unknown_job, waiting_on
from qbwc_server.jobs.model import Job

_job, _event = tables.job, tables.job_event


@dataclass(frozen=True, slots=True)
class JobRow:
    """One line of a list of jobs."""

    id: int
    company: str
    kind: str
    operation: str
    external_id: str | None
    status: str
    list_id: str | None
    txn_id: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One move in a job's history."""

    at: datetime
    from_status: str | None
    to_status: str
    reason: str
    actor: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One message set a job travelled in."""

    key: str
    """newMessageSetID and prefix of its requestIDs."""
    position: int
    state: str
    sent_at: datetime
    answered_at: datetime | None
    status_code: int | None
    """This job's statusCode in the answer."""
    request: str
    """Empty once the texts of old sets were purged."""
    response: str | None


@dataclass(frozen=True, slots=True)
class JobStory:
    """A job with everything that happened to it."""

    job: Job
    company: str
    events: list[Event]
    exchanged: list[Exchanged]
    waits_for: list[Job]
    waited_for_by: list[Job]


def list_jobs(
    c: sa.Connection, *, company: str | None = None, status: str | None = None, limit: int = 50
) -> list[JobRow]:
    """The newest `limit` jobs of that company and state, oldest of them first. Raises UnknownCompany."""
    company_name = tables.company.c.name.label("company")
    columns = [company_name if name == "company" else _job.c[name] for name in JobRow.__dataclass_fields__]
    query = sa.select(*columns).join(tables.company, tables.company.c.id == _job.c.company_id)
    if company is not None:
        query = query.where(_job.c.company_id == companies.get(c, company).id)
    if status is not None:
        query = query.where(_job.c.status == status)
    rows = c.execute(query.order_by(_job.c.id.desc()).limit(limit)).all()
    return [JobRow(*row) for row in reversed(rows)]


def job_story(c: sa.Connection, number: int) -> JobStory:
    """Everything that is known of a job. Raises UnknownJob."""
    found = by_ids(c, [number])
    if not found:
        raise UnknownJob(unknown_job(number))
    job = found[0]
    company = c.scalar(sa.select(tables.company.c.name).where(tables.company.c.id == job.company_id)) or ""
    return JobStory(
        job, company, _events(c, number), _exchanged(c, number), needed_by(c, number), waiting_on(c, [number])
    )


def _events(c: sa.Connection, number: int) -> list[Event]:
    columns = [_event.c[name] for name in Event.__dataclass_fields__]
    rows = c.execute(sa.select(*columns).where(_event.c.job_id == number).order_by(_event.c.id))
    return [Event(*row) for row in rows]


def _exchanged(c: sa.Connection, number: int) -> list[Exchanged]:
    item, sets, text = tables.message_set_item, tables.message_set, tables.message_set_text
    rows = c.execute(
        sa.select(
            sets.c.key,
            item.c.position,
            sets.c.state,
            sets.c.first_sent_at,
            sets.c.answered_at,
            item.c.status_code,
            sa.func.coalesce(text.c.request, ""),
            text.c.response,
        )
        .join(sets, sets.c.id == item.c.message_set_id)
        .outerjoin(text, text.c.message_set_id == sets.c.id)
        .where(item.c.job_id == number)
        .order_by(sets.c.id)
    )
    return [Exchanged(*row) for row in rows]
