"""No list, count, search or page reads the whole of a long queue, nor sorts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qbwc_server import desk as desks
from qbwc_server.db import Database
from qbwc_server.desk import Deed, JobFilter, Selection, finding
from qbwc_server.jobs import Status
from tests.support.crowd import BEGUN, crowd
from tests.support.query_plans import query_plans, scans, sorts

Queries = Callable[[sa.Connection], object]
JOBS = 20_000
FEW = 200
NOW = BEGUN + timedelta(minutes=JOBS)
ACME = "Company 1"
LONG = ("job", "job_event", "job_dependency", "job_key", "record", "message_set", "message_set_item")


def shows(**wanted: object) -> Queries:
    return lambda c: desks.page(c, JobFilter(**wanted))  # type: ignore[arg-type]


LISTS: dict[str, Queries] = {
    "all": shows(),
    "a company": shows(company=ACME),
    "a company's failed ones": shows(company=ACME, statuses=(Status.FAILED,)),
    "all failed ones": shows(statuses=(Status.FAILED,)),
    "all cancelled ones": shows(statuses=(Status.CANCELLED,)),
    "what needs a person": shows(needs_person=True),
    "a rare kind": shows(kind="item_service"),
    "a company's rare kind": shows(company=ACME, kind="item_service", statuses=(Status.DONE,)),
    "an error": shows(code="3140"),
    "a company's error": shows(code="3140", company=ACME),
    "days": shows(since=date(2026, 1, 3), until=date(2026, 1, 4)),
    "a company's old days": shows(company=ACME, until=date(2026, 1, 2)),
    "upwards": lambda c: desks.page(c, JobFilter(company=ACME), after=100),
    "a text": shows(text="1234"),
    "a company's text": shows(text="invoice-12", company=ACME),
    "a broad text": shows(text="invoice"),
}
OTHERS: dict[str, Queries] = {
    "counts": desks.counts,
    "a company's counts": lambda c: desks.counts(c, ACME),
    "a preview": lambda c: desks.preview(
        c, Deed.RETRY, Selection(matching=JobFilter(company=ACME, needs_person=True), up_to=JOBS)
    ),
    "a story": lambda c: desks.story(c, 8),
    "a receipt": lambda c: desks.receipt(c, desks.story(c, 21).job),
    "an estimate": lambda c: desks.estimate(c, ACME, NOW),
    "the overview": lambda c: desks.overview(c, NOW),
    "a connection": lambda c: desks.connection(c, ACME, NOW),
    "open invoices": lambda c: desks.open_invoices(c, ACME, "c-10"),
    "customers": lambda c: desks.customers(c, ACME, "c"),
    "items": lambda c: desks.items(c, ACME),
}


@pytest.fixture
def crowded(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(finding, "MOST_MATCHES", 30)
    monkeypatch.setattr(finding, "WINDOW", 300)  # as small beside this queue as the real one beside a million
    crowd(db, JOBS, companies=5)
    return db


def test_no_page_reads_or_sorts_all_jobs(crowded: Database) -> None:
    """Reading backwards along an index until a page is full is no scan: LIMIT ends it."""
    for name, queries in (LISTS | OTHERS).items():
        for plan in query_plans(crowded, queries):
            assert not any(reads_all(plan, table) for table in LONG), f"{name}:\n{plan}"
            if name in LISTS:
                assert not sorts_many(plan), f"{name}:\n{plan}"


def sorts_many(plan: str) -> bool:
    """PostgreSQL sorts where it expects a handful of jobs."""
    few = [int(rows) < FEW for rows in re.findall(r"Sort  \(cost=\S+ rows=(\d+)", plan)]
    return sorts(plan) and not (few and all(few))


def reads_all(plan: str, table: str) -> bool:
    """SQLite calls it SCAN too when it walks the table in the order of its numbers, which a LIMIT ends."""
    walks = f"SCAN {table}" in plan.splitlines()
    return scans(plan, table) and not walks


def test_the_overview_asks_as_often_for_a_hundred_companies_as_for_five(crowded: Database) -> None:
    few = len(query_plans(crowded, OTHERS["the overview"]))
    with crowded.write() as c:
        for number in range(100):
            values = {"name": f"X{number}", "name_key": f"x{number}", "username": f"x{number}", "file_id": f"x{number}"}
            c.execute(
                sa.text(
                    "INSERT INTO company (name, name_key, username, password_sha256, owner_id, file_id, created_at)"
                    " SELECT :name, :name_key, :username, 'x', 'o', :file_id, created_at FROM company WHERE id ="
                    " (SELECT min(id) FROM company)"
                ),
                values,
            )

    plans = query_plans(crowded, OTHERS["the overview"])

    assert len(plans) == few <= 8
    for plan in plans:
        assert not any(scans(plan, table) for table in ("job", "session")), plan
