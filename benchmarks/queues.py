"""Databases with companies and jobs to measure on, the same ones at every run."""

from __future__ import annotations

import random
from collections.abc import Mapping

import sqlalchemy as sa

from benchmarks.answers import QuickBooks
from benchmarks.visits import Login, direct, visit
from qbwc_server import companies, jobs
from qbwc_server.clock import SystemClock
from qbwc_server.db import Database, tables
from qbwc_server.exchange import Exchange
from qbwc_server.qbxml import Renderer

COMPANY = "Acme"
ITEMS = 10
CUSTOMERS = 20
Given = Mapping[str, object]


class Seeded:
    """Random bits that are the same in every run, so that each server is given the same jobs with the same GUIDs."""

    def __init__(self) -> None:
        self._random = random.Random(7)  # noqa: S311 - measured against, never attacked

    def bits(self, count: int) -> int:
        """`count` random bits."""
        return self._random.getrandbits(count)


def customer(number: str) -> Given:
    """A customer with an address, as the README's."""
    address = {"addr1": f"Customer {number} LLC", "addr2": f"{number} Main St", "city": "Mansfield", "state": "CT"}
    payload = {
        "name": f"Customer {number}",
        "company_name": f"Customer {number} LLC",
        "bill_address": address | {"postal_code": "06268"},
        "phone": "555-0100",
        "email": f"ap{number}@acme.example",
    }
    return _job("customer", f"C-{number}", payload)


def invoice(number: str, customer_id: str, lines: int) -> Given:
    """An invoice over `lines` items."""
    payload = {
        "customer_ref": {"external_id": customer_id},
        "txn_date": "2026-11-02",
        "ref_number": number,
        "lines": [
            {
                "item_ref": {"external_id": f"I-{line % ITEMS}"},
                "desc": f"Repair of roof {number}, part {line}",
                "quantity": str(line + 1),
                "rate": "60.00",
            }
            for line in range(lines)
        ],
    }
    return _job("invoice", f"INV-{number}", payload)


def payment(number: str, customer_id: str) -> Given:
    """A payment of the first line of the invoice with the same number."""
    payload = {
        "customer_ref": {"external_id": customer_id},
        "txn_date": "2026-11-03",
        "ref_number": f"CHK {number}",
        "total_amount": "60.00",
        "payment_method_ref": "Check",
        "applied_to": [{"txn": {"external_id": f"INV-{number}"}, "payment_amount": "60.00"}],
    }
    return _job("payment", f"P-{number}", payload)


class Queue:
    """The database of one measurement, with a company that QuickBooks has been seen with before."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._db = Database(url)
        self._db.migrate()
        self._clock, self._chance = SystemClock(), Seeded()
        self.quickbooks = QuickBooks()
        self.login = self.register(1)[0]
        items = [_job("item_service", f"I-{number}", _item(number)) for number in range(ITEMS)]
        self.enqueue([*items, *(customer(str(number)) for number in range(CUSTOMERS))])
        exchange = Exchange(self._db, Renderer(), clock=self._clock, chance=self._chance)
        visit(direct(exchange), self.login, self.quickbooks)
        self.enqueue([customer("W"), invoice("W", "C-0", 1), payment("W", "C-0")])

    def register(self, count: int) -> list[Login]:
        """New companies; the first one of all is called COMPANY."""
        logins = []
        with self._db.write() as c:
            there = c.scalar(sa.select(sa.func.count()).select_from(tables.company)) or 0
            for number in range(there, there + count):
                name = f"{COMPANY} {number}" if number else COMPANY
                made = companies.add(
                    c, name=name, base_url="http://localhost:8000", clock=self._clock, chance=self._chance
                )
                known = companies.get(c, name)
                logins.append(Login(made.username, made.password, known.owner_id, known.file_id))
            if there:  # the others are seen with QuickBooks, too, or their first visit would ask
                c.execute(tables.company.update().values(first_seen_at=self._clock.now()))
        return logins

    def enqueue(self, given: list[Given]) -> None:
        """Puts jobs into the first company's queue."""
        read = jobs.survey_dicts(given)
        with self._db.write() as c:
            company = companies.get(c, COMPANY)
            jobs.enqueue(c, company.id, read.jobs, self._clock, self._chance, actor="benchmark", refused=read.refused)

    def multiply(self, wanted: int) -> None:
        """Copies the newest job until `wanted` are queued, by the database alone."""
        own = ("guid", "idempotency_key", "external_id")
        columns = [column.name for column in tables.job.c if column.name not in ("id", *own)]
        guid = f"'{{{wanted:08}-0000-4000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2) || '}}'"
        have = ", ".join([guid, f"'{wanted}-' || n", f"'{wanted}-' || n", *columns])
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {wanted - 1})"
        into = f"INSERT INTO job ({', '.join([*own, *columns])})"
        source = f"SELECT {have} FROM job, numbers WHERE job.id = (SELECT max(id) FROM job)"
        order = f"{numbers} {into} {source}" if self._db.is_sqlite else f"{into} {numbers} {source}"
        with self._db.write() as c:
            if not self._db.is_sqlite:
                c.execute(sa.text("SET LOCAL statement_timeout = 0"))
            c.execute(sa.text(order))
            c.execute(sa.text("ANALYZE"))

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self._db.read() as c:
            return {
                table.name: c.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in tables.metadata.sorted_tables
            }

    def done(self) -> int:
        """How many jobs are done."""
        with self._db.read() as c:
            is_done = tables.job.c.status == jobs.Status.DONE
            return c.scalar(sa.select(sa.func.count()).select_from(tables.job).where(is_done)) or 0

    def close(self) -> None:
        """Gives the connections back."""
        self._db.close()


def _item(number: int) -> Given:
    sold = {"desc": f"Item {number}", "price": "60.00", "account_ref": "Consulting Income"}
    return {"name": f"Item {number}", "sales_or_purchase": sold}


def _job(kind: str, external_id: str, payload: Given) -> Given:
    return {"kind": kind, "operation": "add", "external_id": external_id, "payload": payload}
