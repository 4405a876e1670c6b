"""A server that runs, and companies whose QuickBooks is simulated: what the pages in a browser are pages of."""

from __future__ import annotations

import io
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from qbwc_server import accounts, companies, jobs
from qbwc_server.accounts import Actor, Hasher, Role
from qbwc_server.clock import SystemChance, SystemClock
from qbwc_server.companies import Company
from qbwc_server.db import Database
from qbwc_server.jobs import Job
from qbwc_server.simulator import Books, Options, Outcome, Person, QuickBooksSettings, ScriptedFaults, simulate
from tests.support import processes
from tests.support.processes import Server

PASSWORD = "correct horse battery staple"
ADA, BOB = "ada@example.com", "bob@example.com"
CLOCK, CHANCE = SystemClock(), SystemChance()
_LINK = re.compile(r"http://localhost:\d+(/admin/set-up/\S+)")
_TEST = Actor("a test")


@dataclass(frozen=True)
class Site:
    """`qbwc serve` with gunicorn, and its database for whoever wants to look or help behind its back."""

    server: Server
    db: Database
    folder: Path

    @property
    def base(self) -> str:
        return f"http://localhost:{self.server.port}"

    @property
    def first_link(self) -> str:
        """The set-up link that the server printed."""
        found = _LINK.search(self.server.log)
        assert found is not None, self.server.log
        return found[0]

    def person(self, email: str, role: Role = Role.ADMIN) -> None:
        """Adds somebody who may use the page."""
        with self.db.write() as c:
            person = accounts.add(c, email, role, by=_TEST, clock=CLOCK)
            accounts.set_password(c, person, PASSWORD, Hasher(memory_kib=8, passes=1), by=_TEST)

    def office(self, name: str, settings: QuickBooksSettings | None = None) -> Office:
        """A new company with its PC, whose Web Connector has been here once."""
        with self.db.write() as c:
            credentials = companies.add(c, name=name, base_url=self.base, clock=CLOCK, chance=CHANCE)
            found = companies.get(c, name)
        pc = self.pc(credentials.password, companies.qwc_file(found), f"company-{found.id}", settings)
        pc.visit()
        return Office(self, found, pc)

    def pc(self, password: str, qwc: bytes, name: str, settings: QuickBooksSettings | None = None) -> PC:
        """A PC on which somebody loads that .qwc and types that password."""
        file = self.folder / f"{name}.qwc"
        file.write_bytes(qwc)
        return PC(password, file, self.folder / f"{name}.books", settings)


@dataclass(frozen=True)
class PC:
    """The Web Connector and QuickBooks of one company."""

    password: str
    qwc: Path
    books: Path
    settings: QuickBooksSettings | None = None
    faults: ScriptedFaults = field(default_factory=ScriptedFaults)

    def visit(self) -> Outcome:
        """One update, over HTTP; nobody waits between two calls."""
        told = Console(file=io.StringIO(), width=200)
        return simulate(
            Options(
                self.password,
                qwc=self.qwc,
                books=self.books,
                settings=self.settings,
                faults=self.faults,
                console=told,
                machine="OFFICE-PC",
                sleep=_do_not_wait,
            )
        )

    @contextmanager
    def at_the_keyboard(self) -> Iterator[Person]:
        """Somebody types in QuickBooks."""
        with closing(Books(self.books)) as books:
            yield Person(books)

    def booked(self) -> list[str]:
        """Names and numbers of everything in the company file."""
        with closing(Books(self.books)) as books:
            return [document.name for document in books.documents()]


@dataclass(frozen=True)
class Office:
    """A company as the server knows it, with its PC."""

    site: Site
    company: Company
    pc: PC

    def enqueue(self, *new: Mapping[str, object], by: str = "the web shop") -> list[int]:
        """The jobs' numbers."""
        with self.site.db.write() as c:
            done = jobs.enqueue(c, self.company.id, jobs.read_dicts(new), CLOCK, CHANCE, actor=by)
        return [each.id for each in done]

    def job(self, number: int) -> Job:
        with self.site.db.read() as c:
            return jobs.by_ids(c, [number])[0]


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A site on a database of its own; nobody may use it yet."""
    url = f"sqlite:///{folder / 'qbwc.sqlite3'}"
    with processes.server(folder, QBWC_DATABASE_URL=url, QBWC_LOG_LEVEL="warning") as server:
        with closing(Database(url, durable=False)) as db:
            yield Site(server, db, folder)
        server.process.send_signal(
            signal.SIGQUIT
        )  # at once: a browser keeps its connections, and they would be waited for


def customer(name: str, **fields: object) -> dict[str, object]:
    return _job("customer", name, {"name": name, **fields})


def service(name: str, price: str = "60.00", **fields: object) -> dict[str, object]:
    sold = {"price": price, "account_ref": "Consulting Income", **fields}
    return _job("item_service", name, {"name": name, "sales_or_purchase": sold})


def invoice(number: str, of: object, item: str, quantity: str = "2", **fields: object) -> dict[str, object]:
    line = {"item_ref": item, "desc": "Repair", "quantity": quantity, "rate": "60.00"}
    given = {"customer_ref": of, "txn_date": "2026-11-02", "ref_number": number, "lines": [line], **fields}
    return _job("invoice", number, given)


def payment(number: str, of: object, amount: str, for_invoice: str) -> dict[str, object]:
    applied = [{"txn": {"external_id": for_invoice}, "payment_amount": amount}]
    given = {"customer_ref": of, "txn_date": "2026-11-03", "ref_number": number, "total_amount": amount}
    return _job("payment", number, {**given, "applied_to": applied})


def _job(kind: str, external_id: str, payload: Mapping[str, object]) -> dict[str, object]:
    return {"kind": kind, "operation": "add", "external_id": external_id[:40], "payload": dict(payload)}


def _do_not_wait(seconds: float) -> None:
    time.sleep(min(seconds, 0.01))
