"""The world of one schedule: the real exchange and database, a company file, PCs, a person, and time.

`Stage` is made once in a process; `World` is one schedule on it. Every schedule begins with the same database and the
same company file, both put back by a copy of their pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from qbwc_server import companies, exchange, jobs
from qbwc_server.companies import Company, Credentials
from qbwc_server.db import Database, tables
from qbwc_server.errors import DatabaseAway, JobRefused, PayloadRefused
from qbwc_server.exchange import Exchange
from qbwc_server.jobs import Job
from qbwc_server.qbxml import Renderer
from qbwc_server.simulator import (
    Books,
    Crash,
    Document,
    Person,
    Point,
    ProcessingError,
    QuickBooksSettings,
    RequestProcessor,
    ScriptedStatus,
    WireFault,
    read_qwc,
    stamp_file,
)
from tests.simulation.faults import Cuts, Fault, Seeded
from tests.simulation.story import Story
from tests.support.doubles import ManualClock, SeededChance

NAME = "Acme"
STANDING = "Standing Customer"
"""A customer who is in the books from the beginning, so that invoices need no job before them."""
_LABOR = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError"><ItemServiceAddRq>'
    "<ItemServiceAdd><Name>Labor</Name><SalesOrPurchase><Price>60.00</Price><AccountRef><FullName>Consulting Income"
    "</FullName></AccountRef></SalesOrPurchase></ItemServiceAdd></ItemServiceAddRq></QBXMLMsgsRq></QBXML>"
)
_RENDERER = Renderer()
_START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_AWAY_CALLS = (1, 2, 5)


class WorkerDied(BaseException):
    """SIGKILL: nothing in the program may catch it."""


class MortalDatabase(Database):
    """A database that fails when told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url, durable=False)
        self.fate: Cuts | Seeded = Cuts()
        self.on_fault: Callable[[Fault], None] = lambda fault: None
        self.away_for = 0

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        self._may_be_away()
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        self._may_be_away()
        with super().write() as connection:
            yield connection
            if self._strikes(Fault.WORKER_DIES_BEFORE_COMMIT):
                raise WorkerDied
        if self._strikes(Fault.WORKER_DIES_AFTER_COMMIT):
            raise WorkerDied
        if self._strikes(Fault.COMMIT_UNCERTAIN):
            raise DatabaseAway("the connection was lost during COMMIT")

    def _may_be_away(self) -> None:
        if self.away_for == 0 and self._strikes(Fault.DATABASE_AWAY):
            self.away_for = self.fate.pick(_AWAY_CALLS)
        if self.away_for > 0:
            self.away_for -= 1
            raise DatabaseAway("the database cannot be reached")

    def _strikes(self, fault: Fault) -> bool:
        if not self.fate.strikes(fault):
            return False
        self.on_fault(fault)
        return True


class Stage:
    """A migrated database with one company, and its company file: made once, put back before each schedule."""

    def __init__(self, url: str) -> None:
        self.start = start = _START
        self.clock, self.pc_clock = ManualClock(start), ManualClock(start)
        self.db = MortalDatabase(url)
        self.db.migrate()
        self.credentials = self._company()
        self._kept = self._keep()
        with self.db.read() as c:
            self.application = read_qwc(companies.qwc_file(companies.get(c, NAME)))
        self.books = Books(":memory:", clock=self.pc_clock.now)
        self._kept_books = sqlite3.connect(":memory:")
        self._furnish()

    def reset(self) -> None:
        """Puts everything back as it was."""
        for clock in (self.clock, self.pc_clock):
            clock.advance(seconds=(self.start - clock.now()).total_seconds())
        self.db.fate, self.db.away_for = Cuts(), 0
        if self._kept is None:
            self._clear()
            self._company()
        else:
            with self.db.engine.connect() as c:
                driver = c.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                self._kept.backup(driver)
        self._kept_books.backup(self.books.connection)

    def close(self) -> None:
        self.db.close()
        self.books.close()

    def _company(self) -> Credentials:
        """Registered, seen once, and its file known: what a company is after its first visit."""
        with self.db.write() as c:
            credentials = companies.add(
                c, name=NAME, base_url="http://localhost:8000", clock=self.clock, chance=SeededChance(1)
            )
            c.execute(tables.company.update().values(first_seen_at=self.start, is_stamped=True))
        return credentials

    def _furnish(self) -> None:
        stamp_file(self.books, self.application.owner_id, self.application.file_id)
        Person(self.books).type_customer(STANDING)
        RequestProcessor(self.books).process(_LABOR)
        self.books.connection.backup(self._kept_books)

    def _keep(self) -> sqlite3.Connection | None:
        if not self.db.is_sqlite:
            return None
        kept = sqlite3.connect(":memory:")
        with self.db.engine.connect() as c:
            driver = c.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.backup(kept)
        return kept

    def _clear(self) -> None:
        with self.db.write() as c:
            for table in reversed(tables.metadata.sorted_tables):
                c.execute(table.delete())


class QuickBooksFaults:
    """What befalls a PC while its QuickBooks works."""

    _POINTS: Mapping[Point, Fault] = {
        Point.BEFORE_COMMIT: Fault.DIES_BEFORE_COMMIT,
        Point.AFTER_COMMIT: Fault.DIES_AFTER_COMMIT,
    }
    _STATUSES = (
        ScriptedStatus(3176, "There was an error: the object could not be locked.", is_booked=False),
        ScriptedStatus(1000, "There has been an internal error when processing the request.", is_booked=False),
        ScriptedStatus(1000, "There has been an internal error when processing the request.", is_booked=True),
        ScriptedStatus(3231, "The request has not been processed.", is_booked=False),
        ScriptedStatus(530, "The field is not supported by this implementation.", is_booked=True),
        ScriptedStatus(3070, "The string is too long.", is_booked=False),
    )

    def __init__(self, world: World, machine: str) -> None:
        self._world, self._machine = world, machine

    def at(self, point: Point, qbxml: str) -> None:
        fault = self._POINTS.get(point)
        if fault is not None and "AddRq" in qbxml and self._world.strikes(fault, self._machine):
            raise Crash(point)

    def opening(self) -> ProcessingError | None:
        return None

    def refusal(self) -> ProcessingError | None:
        return None

    def status(self, request: str) -> ScriptedStatus | None:
        if not request.endswith("AddRq") or not self._world.strikes(Fault.REFUSED, self._machine):
            return None
        status = self._world.fate.pick(self._STATUSES)
        self._world.tell(f"{self._machine}: {request} gets status {status.code}, booked: {status.is_booked}")
        return status

    def is_locked(self, object_id: str) -> bool:
        return False


class World:
    """One schedule's world."""

    def __init__(
        self,
        stage: Stage,
        fate: Cuts | Seeded,
        *,
        settings: QuickBooksSettings | None = None,
        seed: int = 1,
        set_size: int = 20,
        has_app_lock: bool = True,
        is_known: bool = False,
    ) -> None:
        """`is_known`: what this QuickBooks does with message set ids was learnt in earlier visits."""
        stage.reset()
        self.stage, self.fate, self.books = stage, fate, stage.books
        self.settings = settings or QuickBooksSettings()
        self.has_app_lock = has_app_lock
        self._true_now = stage.start
        self.story = Story()
        self.was_restored = False
        self.problems: list[str] = []
        """What was seen on the way that must never be."""
        self._backups = [_copy(self.books.connection)]
        self.chance = SeededChance(seed)
        self.person = Person(self.books)
        self.exchange = Exchange(stage.db, _RENDERER, clock=stage.clock, chance=self.chance)
        with stage.db.write() as c:
            known = self.settings.recovery if is_known else "unknown"
            c.execute(tables.company.update().values(set_size=set_size, recovery=str(known)))
        stage.db.fate = fate
        stage.db.on_fault = lambda fault: self.tell(str(fault))

    # time

    @property
    def now(self) -> datetime:
        """The true time; the server's clock and the PCs' may differ from it."""
        return self._true_now

    def pass_time(self, delta: timedelta) -> None:
        """Time goes by, for all clocks alike."""
        self._true_now += delta
        self.stage.clock.advance(seconds=delta.total_seconds())
        self.stage.pc_clock.advance(seconds=delta.total_seconds())

    def set_clocks(self, server: timedelta, pc: timedelta) -> None:
        """How far the server's clock and the PCs' are from the true time."""
        self.tell(f"the server's clock now goes wrong by {server}, the PCs' by {pc}")
        for clock, offset in ((self.stage.clock, server), (self.stage.pc_clock, pc)):
            clock.advance(seconds=(self._true_now + offset - clock.now()).total_seconds())

    # faults

    def strikes(self, fault: Fault, who: str) -> bool:
        """Whether it happens, and if so a line in the story."""
        if not self.fate.strikes(fault):
            return False
        self.tell(f"{who}: {fault}")
        return True

    def back_up(self) -> None:
        """Somebody makes a backup of the company file."""
        self._backups = [self._backups[0], _copy(self.books.connection)]

    def restore(self) -> None:
        """Somebody restores the last backup, or the first."""
        self.fate.pick(self._backups[::-1]).backup(self.books.connection)
        self.was_restored = True

    @contextmanager
    def other_file(self) -> Iterator[None]:
        """Another company file is open for a while, of the same name, with another FileID or none."""
        right = _copy(self.books.connection)
        self._backups[0].backup(self.books.connection)
        stamp = self.fate.pick(
            ("DELETE FROM data_ext", "UPDATE data_ext SET value = '{' || hex(randomblob(16)) || '}'")
        )
        self.books.connection.execute(f"{stamp} WHERE name = 'FileID'")
        before = self.books.documents()
        yield
        if self.books.documents() != before:
            self.problems.append("something was booked in another company's file")
        right.backup(self.books.connection)

    def tell(self, text: str) -> None:
        """A line in the story."""
        self.story.tell(self._true_now, text)

    def call(self, name: str, call: Callable[..., object], *arguments: object) -> object:
        """One call over the wire. Raises WireFault if our worker died in it."""
        try:
            return call(*arguments)
        except WorkerDied:
            raise WireFault(f"{name}: the server closed the connection") from None

    # what the application and a person do

    def enqueue(self, *new: Mapping[str, object]) -> None:
        """Jobs come in; a refused batch is no job."""
        try:
            with self._calm() as c:
                company = companies.get(c, NAME).id
                checked = jobs.read_dicts(new)
                accepted = jobs.enqueue(c, company, checked, self.stage.clock, self.chance, actor="application")
        except (PayloadRefused, JobRefused) as refused:
            self.tell(f"refused: {refused}")
            return
        self.tell("accepted: " + ", ".join(f"job {each.id} {each.external_id}" for each in accepted))

    def retry(self, job: Job) -> None:
        """A person wants it tried again; what must not be is refused."""
        try:
            with self._calm() as c:
                exchange.retry(c, [job.id], self.stage.clock, actor="command line")
            self.tell(f"a person retries job {job.id}")
        except JobRefused as refused:
            self.tell(f"a person's retry is refused: {refused}")

    def answer(self, job: Job, words: str) -> None:
        """A person answers what is asked about a job: `booked ID` or `not-booked`."""
        verb, *values = words.split()
        try:
            with self._calm() as c:
                exchange.answer(c, [job.id], exchange.Verb(verb), values, self.stage.clock, actor="command line")
            self.tell(f"a person answers for job {job.id}: {words}")
        except JobRefused as refused:
            self.tell(f"a person's answer {words} for job {job.id} is refused: {refused}")

    def resume(self) -> None:
        """A person lets a paused company go on."""
        with self._calm() as c:
            if companies.get(c, NAME).is_paused:
                self.tell(f"a person resumes: {companies.get(c, NAME).pause_reason}")
                companies.resume(c, NAME)

    # what there is

    @property
    def company(self) -> Company:
        with self._calm() as c:
            return companies.get(c, NAME)

    def jobs(self) -> list[Job]:
        """All jobs in the order in which they came."""
        with self._calm() as c:
            return jobs.by_ids(c, list(c.scalars(sa.select(tables.job.c.id).order_by(tables.job.c.id))))

    def documents(self) -> list[Document]:
        """Everything in the books that was not there at the beginning."""
        return [each for each in self.books.documents() if each.name not in (STANDING, "Labor")]

    @contextmanager
    def _calm(self) -> Iterator[sa.Connection]:
        """The database without faults, for what is not under test."""
        fate, away = self.stage.db.fate, self.stage.db.away_for
        self.stage.db.fate, self.stage.db.away_for = Cuts(), 0
        try:
            with self.stage.db.write() as c:
                yield c
        finally:
            self.stage.db.fate, self.stage.db.away_for = fate, away


def sqlite_url(folder: Path) -> str:
    """A database of this process' own."""
    return f"sqlite:///{folder / 'simulation.db'}"


def _copy(books: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    books.backup(copy)
    return copy
