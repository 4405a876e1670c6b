"""One job as it is handed in: the record it is about, and where in the file or call it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.jobs.intake import NewJob
from qbwc_server.jobs.kinds import kind
from qbwc_server.jobs.model import SELECT, Job, job_of
from qbwc_server.jobs.place import Place

_job = tables.job

Key = tuple[str, str]
"""Family and external id: the record a job is about."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A checked job on its way into the queue."""

    new: NewJob
    key: Key

    @property
    def place(self) -> Place:
        """Where in the file or call it stands."""
        return self.new.place

    @property
    def content_hash(self) -> str:
        """Equal for two jobs only if they are the same."""
        return self.new.content_hash


def handed_in(new_jobs: Iterable[NewJob]) -> Iterator[HandedIn]:
    """The jobs in their order."""
    return (HandedIn(new, (kind(new.kind).family, new.external_id)) for new in new_jobs)


def idempotency_key(key: Key) -> str:
    """The key an `add` is unique by in its company."""
    return f"{key[0]}:{key[1]}"


def key_of(job: Job) -> Key:
    """The record a job is about."""
    return job.family, job.external_id or ""


def jobs_by_key(c: sa.Connection, company_id: int, keys: Collection[Key]) -> dict[Key, Job]:
    """The add jobs there are for these records."""
    found: dict[Key, Job] = {}
    for some in slices(idempotency_key(key) for key in keys):
        of_these = SELECT.where(_job.c.company_id == company_id, _job.c.idempotency_key.in_(some))
        found |= {key_of(job): job for job in map(job_of, c.execute(of_these))}
    return found
