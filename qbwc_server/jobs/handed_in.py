"""One job as it is handed in: the record it is about, and where in the file or call it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.errors import Problem
from qbwc_server.jobs.intake import NewJob
from qbwc_server.jobs.kinds import kind
from qbwc_server.jobs.model import COLUMNS, Job, job_of

_job = tables.job

Key = tuple[str, str]
"""Family and external id: the record a job is about."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A checked job on its way into the queue."""

    new: NewJob
    key: Key
    place: str
    """``jobs[1]`` in a call from Python with several jobs, else empty."""

    def problem(self, message: str, path: str, remedy: str) -> Problem:
        """Something that is wrong with it, at its place."""
        return Problem(message, path=f"{self.place}.{path}" if self.place else path, remedy=remedy, line=self.new.line)

    def __str__(self) -> str:
        return self.place if self.new.line is None else f"line {self.new.line}"


def handed_in(new_jobs: Sequence[NewJob]) -> Iterator[HandedIn]:
    """The jobs in their order; those that come from no file have their place in the call."""
    for index, new in enumerate(new_jobs):
        place = f"jobs[{index}]" if new.line is None and len(new_jobs) > 1 else ""
        yield HandedIn(new, (kind(new.kind).family, new.external_id), place)


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
        of_these = sa.select(*COLUMNS).where(_job.c.company_id == company_id, _job.c.idempotency_key.in_(some))
        found |= {key_of(job): job for job in map(job_of, c.execute(of_these))}
    return found
