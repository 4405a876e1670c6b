"""Lists of jobs: pages both ways, filters, what a text finds, and counts that stay cheap."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qbwc_server import desk as desks
from qbwc_server.db import Database
from qbwc_server.desk import JobFilter, Page, finding
from qbwc_server.errors import UnknownCompany
from qbwc_server.jobs import Status
from tests.support.desk import customer, invoice, payment
from tests.support.queueing import QueueDesk


def page(db: Database, wanted: JobFilter | None = None, **cursor: Any) -> Page:
    with db.read() as c:
        return desks.page(c, wanted or JobFilter(), **cursor)


def names(found: Page) -> list[str | None]:
    return [line.external_id for line in found.lines]


def found_by(db: Database, text: str) -> set[str | None]:
    return set(names(page(db, JobFilter(company="Acme", text=text)))) | set(names(page(db, JobFilter(text=text))))


def test_pages_go_from_the_newest_to_the_oldest_and_back(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(7)))

    first = page(db, size=3)
    second = page(db, before=first.older, size=3)
    third = page(db, before=second.older, size=3)
    back = page(db, after=third.newer, size=3)

    assert [names(each) for each in (first, second, third)] == [["C-6", "C-5", "C-4"], ["C-3", "C-2", "C-1"], ["C-0"]]
    assert (first.newer, third.older) == (None, None)
    assert names(back) == names(second)
    assert names(page(db, after=back.newer, size=3)) == names(first)
    assert page(db, after=back.newer, size=3).newer is None


def test_a_page_that_was_left_behind_still_knows_its_way(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    number = desk.number("C-1")

    assert page(db, before=number).lines == ()
    assert page(db, before=number).newer == number - 1
    assert names(page(db, after=page(db, before=number).newer)) == ["C-1"]
    assert page(db, after=2**63 - 1).lines == ()


def test_a_line_holds_all_that_a_list_shows(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", "C-1", "INV-1", "50.00"))
    desk.booked("C-1", "80000001-1")
    desk.becomes("INV-1", Status.FAILED, "no such\nitem", applied="no")

    paid, billed, added = page(db).lines

    assert (billed.company, billed.label, billed.amount) == ("Acme", "Invoice INV-1", Decimal("120.00"))
    assert (billed.status, billed.error) == (Status.FAILED, "no such item")
    assert (added.qb_id, added.amount, added.attempts) == ("80000001-1", None, 0)
    assert (paid.amount, paid.status) == (Decimal("50.00"), Status.BLOCKED)
    assert added.created_at == added.due_at == desk.clock.now()


def test_every_filter_narrows_alone_and_together(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    other.enqueue(customer("B-1"), customer("B-2"))
    desk.clock.advance(hours=20)  # 2026-11-03 05:00 UTC
    desk.enqueue(customer("C-2"))
    desk.becomes("C-2", Status.FAILED, error_code="3140")
    other.fails("B-2")

    wanted = [
        (JobFilter(company="BETA"), ["B-2", "B-1"]),
        (JobFilter(kind="invoice"), ["INV-1"]),
        (JobFilter(statuses=(Status.FAILED,)), ["C-2", "B-2"]),
        (JobFilter(statuses=(Status.FAILED, Status.QUEUED)), ["C-2", "B-2", "B-1", "INV-1", "C-1"]),
        (JobFilter(company="Acme", statuses=(Status.FAILED, Status.QUEUED), kind="customer"), ["C-2", "C-1"]),
        (JobFilter(code="3140"), ["C-2"]),
        (JobFilter(code="3140", company="Beta"), []),
        (JobFilter(needs_person=True), ["C-2", "B-2"]),
        (JobFilter(since=date(2026, 11, 3)), ["C-2"]),
        (JobFilter(until=date(2026, 11, 2), company="Acme"), ["INV-1", "C-1"]),
        (JobFilter(since=date(2026, 11, 3), zone=ZoneInfo("America/Los_Angeles")), []),
        (JobFilter(text="b-", statuses=(Status.QUEUED,)), ["B-1"]),
    ]

    assert [names(page(db, each)) for each, _ in wanted] == [expected for _, expected in wanted]
    with pytest.raises(UnknownCompany, match="Did you mean Acme"):
        page(db, JobFilter(company="Acmee"))


def test_a_text_finds_what_people_look_for(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(
        customer("C-1", name="Jane Roe", company_name="Roe & Sons"),
        customer("C-2", name="Ärzte GmbH"),
        invoice("INV-1", to="C-1", ref_number="1001"),
        invoice("INV-2", to="C-2", ref_number="1002", customer_ref={"full_name": "Old Customer:Roof"}),
    )
    desk.booked("INV-1", "CEC8-1360116030")

    assert found_by(db, "100") == {"INV-1", "INV-2"}
    assert found_by(db, "inv-2") == {"INV-2"}
    assert found_by(db, "jane  ROE") == {"C-1", "INV-1"}, "with the customer come its documents"
    assert found_by(db, "sons") == {"C-1", "INV-1"}
    assert found_by(db, "c-1") == {"C-1", "INV-1"}
    assert found_by(db, "roof") == {"INV-2"}
    assert found_by(db, "cec8-13") == {"INV-1"}
    assert found_by(db, "ärz") == {"C-2"}
    assert found_by(db, str(desk.number("INV-2"))) == {"INV-2"}
    assert found_by(db, "%") == found_by(db, "_") == found_by(db, "9" * 90) == set()


def test_a_job_is_found_by_what_it_is_called_now(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1", name="Jane Roe"))
    desk.fails("C-1")
    desk.enqueue(customer("C-1", name="John Doe"))

    assert found_by(db, "john") == found_by(db, "doe") == found_by(db, "c-1") == {"C-1"}
    assert found_by(db, "jane") == found_by(db, "roe") == set()


def test_a_text_that_matches_too_much_says_so_and_still_finds_what_is_called_exactly_so(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_MATCHES", 3)
    desk.enqueue(*(customer(f"C-{number}") for number in range(11)))

    broad = page(db, JobFilter(text="C-1"))
    assert broad.is_broad is False
    assert set(names(broad)) == {"C-1", "C-10"}
    broad = page(db, JobFilter(text="C-"))
    assert broad.is_broad
    assert len(broad.lines) == 3


def test_a_search_that_would_take_too_long_stops_and_goes_on_from_there(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WINDOW", 4)
    desk.enqueue(customer("C-0"), invoice("INV-1", to="C-0"), *(customer(f"C-{number}") for number in range(1, 6)))
    rare = JobFilter(company="Acme", statuses=(Status.QUEUED,), kind="invoice")

    first = page(db, rare)
    second = page(db, rare, before=first.older)

    assert (first.lines, first.searched_to, first.older) == ((), desk.number("C-2"), desk.number("C-2"))
    assert (names(second), second.searched_to, second.older) == (["INV-1"], None, None)


def test_counts_stop_at_their_cap(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(4)))
    desk.fails("C-0")

    with db.read() as c:
        mine, everybody = desks.counts(c, "acme", cap=2), desks.counts(c, cap=3)

    assert (str(mine[Status.QUEUED]), str(mine[Status.FAILED]), str(mine[Status.DONE])) == ("2+", "1", "0")
    assert str(everybody[Status.QUEUED]) == "3"
