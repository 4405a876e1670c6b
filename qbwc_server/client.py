"""The queue as a Python call: what `qbwc enqueue` and `qbwc jobs` do, for the application's own process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from qbwc_server import companies, jobs
from qbwc_server.clock import SystemChance, SystemClock
from qbwc_server.config import database_url as checked_url
from qbwc_server.config import load_settings
from qbwc_server.db import Database
from qbwc_server.errors import ConfigurationError, Problem
from qbwc_server.jobs import Enqueued, JobRow, JobStory

ACTOR = "Python call"
"""Who it was, in a job's history."""


class Queue:
    """An open queue. Safe to share between threads; open another one in each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = SystemClock()
        self._chance = SystemChance()

    def enqueue(self, company: str, new_jobs: Iterable[Mapping[str, object]]) -> list[Enqueued]:
        """Puts jobs into a company's queue, all of them or none, and returns one result for each, in their order.

        A job is a mapping with `kind`, `operation`, `external_id`, `payload` and optionally `priority`; money is
        Decimal or text, never float. When this returns, the jobs are stored for good; handing in the same ones again
        changes nothing. Raises UnknownCompany, PayloadRefused with every problem of every job, or DatabaseAway.
        """
        given = jobs.survey_dicts(new_jobs)
        with self._database.write() as c:
            found = companies.get(c, company)
            return jobs.enqueue(c, found.id, given.jobs, self._clock, self._chance, actor=ACTOR, refused=given.refused)

    def jobs(self, *, company: str | None = None, status: str | None = None, limit: int = 50) -> list[JobRow]:
        """The newest `limit` jobs, the oldest of them first. Raises UnknownCompany or DatabaseAway."""
        with self._database.read() as c:
            name = companies.get(c, company).name if company is not None else None
            return jobs.list_jobs(c, company=name, status=status, limit=limit)

    def job(self, number: int) -> JobStory:
        """Everything that is known of a job. Raises UnknownJob or DatabaseAway."""
        with self._database.read() as c:
            return jobs.job_story(c, number)

    def close(self) -> None:
        """Gives the connections back; closing twice does no harm."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_queue(database_url: str | None = None) -> Queue:
    """See `qbwc_server.connect`."""
    database = Database(_checked(database_url) if database_url is not None else load_settings().database_url)
    try:
        database.check_ready()
    except BaseException:
        database.close()
        raise
    return Queue(database)


def _checked(url: str) -> str:
    try:
        return checked_url(url)
    except ValueError as error:
        raise ConfigurationError(Problem(f"{error}.", path="database_url")) from None
