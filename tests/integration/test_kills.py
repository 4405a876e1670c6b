"""Acceptance: real gunicorn killed with SIGKILL under a Web Connector over HTTP; nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from qbwc_server import companies, jobs
from qbwc_server.clock import SystemChance, SystemClock
from qbwc_server.db import Database
from qbwc_server.jobs import Job, Status
from qbwc_server.simulator import (
    Books,
    Faults,
    HttpWire,
    NoFaults,
    Point,
    RequestProcessor,
    WebConnector,
    read_qwc,
    stamp_file,
)
from tests.support import processes
from tests.support.desk import customer, invoice, payment

KILLS = 22
"""On each database; 44 in all."""
JOBS_A_ROUND = 3
_VISITS_TO_THE_END = 12
LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}


class Company:
    """One company file and its Web Connector, at one or several hosts."""

    def __init__(self, db: Database, urls: list[str], books: Path) -> None:
        self.db, self.urls = db, urls
        with db.write() as c:
            self._login = companies.add(
                c, name="Acme", base_url="http://localhost:8000", clock=SystemClock(), chance=SystemChance()
            )
            self._application = read_qwc(companies.qwc_file(companies.get(c, "Acme")))
        self.books = Books(books)
        stamp_file(self.books, self._application.owner_id, self._application.file_id)
        self._enqueue(LABOR)

    def enqueue(self, round_number: int) -> None:
        n = round_number
        line = {"item_ref": {"external_id": "I-1"}, "quantity": "2", "rate": "60.00"}
        new = [customer(f"C-{n}"), invoice(f"INV-{n}", f"C-{n}", lines=[line]), payment(f"P-{n}", f"C-{n}", f"INV-{n}")]
        self._enqueue(*new)

    def _enqueue(self, *new: Mapping[str, object]) -> None:
        with self.db.write() as c:
            company_id = companies.get(c, "Acme").id
            jobs.enqueue(c, company_id, jobs.read_dicts(new), SystemClock(), SystemChance(), actor="test")

    def visit(self, host: int, faults: Faults | None = None) -> None:
        """One update at a host; whatever the server does to it ends it, and the next one goes on."""
        wire = HttpWire(self.urls[host % len(self.urls)], answer_seconds=20)
        try:
            WebConnector(
                wire,
                RequestProcessor(self.books, faults=faults, application=self._application.app_name),
                username=self._login.username,
                password=self._login.password,
                application=self._application,
            ).run()
        finally:
            wire.close()

    def jobs(self) -> list[Job]:
        with self.db.read() as c:
            return jobs.by_ids(c, [row.id for row in jobs.list_jobs(c, limit=10_000)])


@contextmanager
def _hosts(count: int, folder: Path, database_url: str) -> Iterator[list[processes.Server]]:
    with ExitStack() as stack:
        servers = []
        for number in range(count):
            place = folder / f"host{number}"
            place.mkdir()
            server = processes.server(place, "--workers", "2", QBWC_DATABASE_URL=database_url)
            servers.append(stack.enter_context(server))
        yield servers


class KillBeforeTheAnswer(NoFaults):
    """Kills a host's workers once, when QuickBooks has booked a write set and its answer is not handed in yet."""

    def __init__(self, server: processes.Server) -> None:
        self._server = server
        self.kills = 0

    def at(self, point: Point, qbxml: str) -> None:
        if point is Point.AFTER_BOOKED and "AddRq" in qbxml and not self.kills:
            self.kills = _kill_workers(self._server)


def _workers(server: processes.Server) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def _kill_workers(server: processes.Server) -> int:
    """SIGKILL to every worker of a host, as if its machine lost power; gunicorn then starts new ones."""
    killed = 0
    for pid in _workers(server):
        try:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        except ProcessLookupError:
            continue
    return killed


def test_workers_killed_at_any_moment_lose_nothing_and_book_nothing_twice(
    database_url: str, database_kind: str, db: Database, tmp_path: Path
) -> None:
    dice = random.Random(1)
    hosts = 2 if database_kind == "postgresql" else 1
    with _hosts(hosts, tmp_path, database_url) as servers:
        company = Company(db, [f"http://localhost:{server.port}/qbwc" for server in servers], tmp_path / "books.db")
        kills = rounds = between = 0
        while kills < KILLS:
            rounds += 1
            company.enqueue(rounds)
            host = dice.randrange(hosts)
            if rounds % 3 == 0:
                aimed = KillBeforeTheAnswer(servers[host])
                company.visit(host, aimed)
                kills += aimed.kills
                between += aimed.kills
                continue
            update = threading.Thread(target=company.visit, args=(host,))
            update.start()
            time.sleep(dice.uniform(0.0, 0.35))
            kills += _kill_workers(servers[host])
            update.join()
        for number in range(_VISITS_TO_THE_END):
            if all(job.status is Status.DONE for job in company.jobs()):
                break
            time.sleep(0.5)
            company.visit(number)
        ended = company.jobs()
    assert Counter(job.status for job in ended) == {Status.DONE: 1 + rounds * JOBS_A_ROUND}
    booked = {document.external_guid: document.id for document in company.books.documents() if document.external_guid}
    assert Counter(document.external_guid for document in company.books.documents()).most_common(1)[0][1] == 1
    assert {job.guid: job.qb_id for job in ended} == booked
    assert between, "no kill fell between a booking and its answer: recovery was not put to the test"
