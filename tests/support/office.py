"""A company with its PC: a real exchange and database here, the simulated Web Connector and QuickBooks there."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from pathlib import Path

from qbwc_server import companies, jobs
from qbwc_server.companies import Company
from qbwc_server.db import Database
from qbwc_server.exchange import Exchange, Limits
from qbwc_server.jobs import Enqueued, Job, Status
from qbwc_server.qbxml import Renderer
from qbwc_server.simulator import (
    Argument,
    Books,
    Crash,
    Operation,
    Outcome,
    QuickBooksSettings,
    RequestProcessor,
    ScriptedFaults,
    WebConnector,
    read_qwc,
    stamp_file,
)
from tests.support.doubles import ManualClock, SeededChance

_RENDERER = Renderer()


class DirectWire:
    """The server in the same process: every call goes straight to the exchange, as the SOAP service does it."""

    def __init__(self, exchange: Exchange) -> None:
        self._calls: Mapping[Operation, Callable[..., object]] = {
            Operation.SERVER_VERSION: exchange.server_version,
            Operation.CLIENT_VERSION: exchange.client_version,
            Operation.AUTHENTICATE: exchange.authenticate,
            Operation.SEND_REQUEST_XML: exchange.next_request,
            Operation.RECEIVE_RESPONSE_XML: exchange.take_response,
            Operation.CONNECTION_ERROR: exchange.connection_error,
            Operation.GET_LAST_ERROR: exchange.last_error,
            Operation.CLOSE_CONNECTION: exchange.close,
        }

    def call(self, operation: Operation, *arguments: Argument) -> tuple[str, ...]:
        answer = self._calls[operation](*arguments)
        return answer if isinstance(answer, tuple) else (str(answer),)


class Office:
    """One company file on one PC, registered at a server."""

    def __init__(
        self,
        db: Database,
        clock: ManualClock,
        chance: SeededChance,
        books: Path | str,
        *,
        settings: QuickBooksSettings | None = None,
        limits: Limits | None = None,
        name: str = "Acme",
    ) -> None:
        self.db, self.clock, self.chance, self.name = db, clock, chance, name
        self.exchange = Exchange(db, _RENDERER, clock=clock, chance=chance, limits=limits)
        with db.write() as c:
            self.credentials = companies.add(c, name=name, base_url="http://localhost:8000", clock=clock, chance=chance)
        self.application = read_qwc(companies.qwc_file(self.company))
        self.faults = ScriptedFaults()
        self._settings = settings
        self.open(Books(books, clock=clock.now))
        stamp_file(self.books, self.application.owner_id, self.application.file_id)

    def open(self, books: Books) -> None:
        """Opens a company file in QuickBooks; it is closed with this office."""
        weakref.finalize(self, books.close)
        self.books = books
        self.processor = RequestProcessor(
            books, settings=self._settings, faults=self.faults, application=self.application.app_name
        )

    @property
    def company(self) -> Company:
        with self.db.read() as c:
            return companies.get(c, self.name)

    def enqueue(self, *new: Mapping[str, object]) -> list[Enqueued]:
        with self.db.write() as c:
            return jobs.enqueue(
                c, companies.get(c, self.name).id, jobs.read_dicts(new), self.clock, self.chance, actor="test"
            )

    def visit(self, *, machine: str = "OFFICE-PC") -> Outcome | None:
        """One update of the Web Connector; None if its PC died during it."""
        connector = WebConnector(
            DirectWire(self.exchange),
            self.processor,
            username=self.credentials.username,
            password=self.credentials.password,
            application=self.application,
            machine=machine,
            sleep=lambda seconds: self.clock.advance(seconds=seconds),
        )
        try:
            return connector.run()
        except Crash:
            return None

    def jobs(self) -> list[Job]:
        with self.db.read() as c:
            return jobs.by_ids(c, [row.id for row in jobs.list_jobs(c, company=self.name, limit=10_000)])

    def job(self, external_id: str) -> Job:
        return next(job for job in self.jobs() if job.external_id == external_id)

    def statuses(self) -> dict[str, Status]:
        return {job.external_id or "": job.status for job in self.jobs()}

    def booked(self) -> list[str]:
        """Names and numbers of everything in the books, in order."""
        return [document.name for document in self.books.documents()]
