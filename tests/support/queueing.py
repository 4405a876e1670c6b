"""A queue without a Web Connector: jobs go in as JSON lines, and the test says what QuickBooks made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from qbwc_server import companies, jobs, records
from qbwc_server.clock import Chance, SystemChance, SystemClock
from qbwc_server.db import Database, tables
from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs import Applied, Enqueued, Event, Job, Move, Status, Trouble
from tests.support.doubles import ManualClock

Given = Mapping[str, object]


def below(parent: str) -> dict[str, object]:
    """Makes a customer a job of another one: `customer("C-2", **below("C-1"))`."""
    return {"parent_ref": {"external_id": parent}}


def at(priority: int, given: Given) -> Given:
    """The same job at another priority."""
    return {**given, "priority": priority}


def lines(*given: Given) -> str:
    """A file of JSON lines."""
    return "".join(json.dumps(one) + "\n" for one in given)


class QueueDesk:
    """One company's queue on a database of the test's own. External ids are taken to be different in all families."""

    def __init__(self, db: Database, clock: ManualClock, chance: Chance, company: str = "Acme") -> None:
        self.db, self.clock, self.chance = db, clock, chance
        with db.write() as c:
            companies.add(c, name=company, base_url="https://sync.example.com", clock=clock, chance=chance)
            self.company_id = companies.get(c, company).id

    def enqueue(self, *given: Given) -> list[Enqueued]:
        """Hands in a file."""
        return self.hand_in(lines(*given))

    def hand_in(self, file: str | bytes) -> list[Enqueued]:
        """The same with the file's text."""
        given = jobs.survey_lines(file)
        with self.db.write() as c:
            return jobs.enqueue(
                c, self.company_id, given.jobs, self.clock, self.chance, actor="command line", refused=given.refused
            )

    def refused(self, *given: Given) -> tuple[Problem, ...]:
        """Hands in a file that must be refused; everything that is said against it."""
        with pytest.raises(PayloadRefused) as refusal:
            self.enqueue(*given)
        return refusal.value.problems

    def number(self, external_id: str) -> int:
        return self.job(external_id).id

    def job(self, external_id: str) -> Job:
        """The job as it is now."""
        with self.db.read() as c:
            wanted = (tables.job.c.company_id == self.company_id) & (tables.job.c.external_id == external_id)
            number = c.execute(sa.select(tables.job.c.id).where(wanted)).scalar_one()
            (job,) = jobs.by_ids(c, [number])
        return job

    def statuses(self, *external_ids: str) -> dict[str, str]:
        return {external_id: self.job(external_id).status.value for external_id in external_ids}

    def count(self) -> int:
        """How many jobs there are, of all companies."""
        with self.db.read() as c:
            return c.execute(sa.select(sa.func.count()).select_from(tables.job)).scalar_one()

    def history(self, external_id: str) -> list[Event]:
        with self.db.read() as c:
            return jobs.job_story(c, self.number(external_id)).events

    def ready(self, limit: int = 50) -> list[str]:
        """The external ids of the jobs that would be sent now, in order."""
        with self.db.read() as c:
            return [job.external_id or "" for job in jobs.ready(c, self.company_id, self.clock.now(), limit)]

    def becomes(self, external_id: str, to: Status, error: str = "something is wrong", **changes: Any) -> None:
        """Moves a job as the exchange does after an answer."""
        trouble = None if to in (Status.QUEUED, Status.SENT, Status.DONE, Status.CANCELLED) else Trouble(error)
        job = self.job(external_id)
        with self.db.write() as c:
            move = Move(job, to, "said the test", trouble, changes)
            jobs.move(c, [move], now=self.clock.now(), actor="QuickBooks")
            if to is Status.FAILED:
                jobs.block_dependents(c, [job], now=self.clock.now(), actor="QuickBooks")

    def fails(self, external_id: str, error: str = "QuickBooks refused it") -> None:
        self.becomes(external_id, Status.FAILED, error)

    def misses(self, external_id: str, name: str) -> None:
        """Blocks a job on a name that is missing in QuickBooks."""
        job, now = self.job(external_id), self.clock.now()
        trouble = Trouble(f"{name} is not in QuickBooks", missing_name=name)
        with self.db.write() as c:
            jobs.move(c, [Move(job, Status.BLOCKED, "a name is missing", trouble)], now=now, actor="QuickBooks")
            missing = {"company_id": self.company_id, "name": jobs.missing_key(name), "job_id": job.id, "since": now}
            c.execute(tables.missing_name.insert().values(missing))

    def booked(self, external_id: str, qb_id: str | None = None) -> None:
        """Makes a job done, its ID recorded."""
        job, now = self.job(external_id), self.clock.now()
        qb_id = qb_id or f"{job.id:X}-1"
        column = "txn_id" if jobs.kind(job.kind).is_transaction else "list_id"
        changes = {"applied": Applied.YES, column: qb_id}
        with self.db.write() as c:
            jobs.move(c, [Move(job, Status.DONE, f"booked as {qb_id}", changes=changes)], now=now, actor="QuickBooks")
            record = records.Record(job.family, external_id, qb_id, job.id)
            records.save(c, self.company_id, [record], now)
            jobs.free_dependents(c, [job.id])

    def retry(self, *external_ids: str) -> list[Job]:
        numbers = [self.number(external_id) for external_id in external_ids]
        with self.db.write() as c:
            return jobs.retry(c, numbers, self.clock, actor="command line")

    def cancel(self, *external_ids: str, with_dependents: bool = False) -> list[str]:
        """The external ids of the jobs that were cancelled."""
        numbers = [self.number(external_id) for external_id in external_ids]
        with self.db.write() as c:
            done = jobs.cancel(c, numbers, self.clock, with_dependents=with_dependents, actor="command line")
        return [job.external_id or "" for job in done]


def enqueue_elsewhere(url: str, company: str, given: list[Given]) -> list[Enqueued]:
    """Hands in a file, as a process of its own does."""
    database = Database(url, durable=False)
    try:
        new_jobs = jobs.read_lines(lines(*given))
        with database.write() as c:
            company_id = companies.get(c, company).id
            return jobs.enqueue(c, company_id, new_jobs, SystemClock(), SystemChance(), actor="command line")
    finally:
        database.close()
