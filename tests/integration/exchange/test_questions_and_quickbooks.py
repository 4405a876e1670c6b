"""Questions that arise from real books: look-alikes typed by hand, and documents that were deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from qbwc_server import exchange
from qbwc_server.db import Database
from qbwc_server.exchange import Verb
from qbwc_server.jobs import Status
from qbwc_server.simulator import Person, Point, QuickBooksSettings, Recovery
from tests.support.desk import customer, invoice
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office

LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}


@pytest.fixture
def forgetful(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    """A QuickBooks that keeps no record of message sets and returns no GUID."""
    settings = QuickBooksSettings(recovery=Recovery.ABSENT, echoes_guid=False)
    return Office(db, clock, chance, tmp_path / "books.db", settings=settings)


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    return Office(db, clock, chance, tmp_path / "books.db")


def answer(office: Office, names: Sequence[str], verb: Verb, *values: str) -> None:
    with office.db.write() as c:
        exchange.answer(c, [office.job(name).id for name in names], verb, values, office.clock, actor="test")


def visits(office: Office, number: int) -> None:
    for _ in range(number):
        office.clock.advance(hours=25)
        office.visit()


def test_what_was_booked_and_cannot_be_proved_is_settled_by_its_id(forgetful: Office) -> None:
    forgetful.enqueue(customer("C-1"), customer("C-2"))
    forgetful.faults.crash_at(Point.AFTER_BOOKED)
    forgetful.visit()
    visits(forgetful, 1)
    assert forgetful.statuses() == {"C-1": Status.HELD, "C-2": Status.HELD}
    ids = {document.name: document.id for document in forgetful.books.documents()}
    answer(forgetful, ["C-1", "C-2"], Verb.BOOKED, ids["C-1"], ids["C-2"])
    forgetful.enqueue(invoice("INV-1", "C-2", lines=[{"desc": "text"}]))
    visits(forgetful, 1)
    assert set(forgetful.statuses().values()) == {Status.DONE}
    assert sorted(forgetful.booked()) == ["C-1", "C-2", "INV-1"]


def test_a_look_alike_typed_by_hand_is_not_it_and_then_its_name_is_taken(forgetful: Office) -> None:
    forgetful.enqueue(customer("C-1", name="Acme"))
    forgetful.faults.crash_at(Point.AFTER_SEND)
    forgetful.visit()
    Person(forgetful.books).type_customer("Acme")
    visits(forgetful, 1)
    assert forgetful.job("C-1").question == "in-the-books"
    answer(forgetful, ["C-1"], Verb.NOT_BOOKED)
    visits(forgetful, 1)
    assert forgetful.job("C-1").question == "name-taken"
    answer(forgetful, ["C-1"], Verb.RENAME, "Acme (web shop)")
    visits(forgetful, 1)
    assert forgetful.job("C-1").status is Status.DONE
    assert sorted(forgetful.booked()) == ["Acme", "Acme (web shop)"]


def test_a_look_alike_of_an_invoice_is_never_taken_for_ours_without_a_person(forgetful: Office) -> None:
    forgetful.enqueue(LABOR, customer("C-1"))
    forgetful.visit()
    forgetful.enqueue(invoice("1001", "C-1"))
    forgetful.faults.crash_at(Point.AFTER_SEND)
    forgetful.visit()
    Person(forgetful.books).type_invoice("C-1", "120.00", txn_date="2026-11-02", ref_number="1001", item="Labor")
    visits(forgetful, 1)
    assert forgetful.job("1001").question == "in-the-books"
    answer(forgetful, ["1001"], Verb.NOT_BOOKED)
    visits(forgetful, 1)
    assert forgetful.job("1001").status is Status.DONE
    assert forgetful.booked().count("1001") == 2


def _deleted(office: Office) -> str:
    """An invoice that was booked, and deleted by a person; its TxnID."""
    office.enqueue(LABOR, customer("C-1"), invoice("INV-1", "C-1"))
    office.visit()
    txn_id = office.job("INV-1").txn_id or ""
    Person(office.books).delete("Invoice", txn_id)
    office.enqueue(customer("C-2"))
    office.visit()
    job = office.job("INV-1")
    assert (job.status, job.question) == (Status.HELD, "gone")
    return txn_id


def test_a_document_that_is_gone_is_booked_again_if_a_person_says_so(office: Office) -> None:
    lost = _deleted(office)
    answer(office, ["INV-1"], Verb.NOT_BOOKED)
    assert office.job("INV-1").status is Status.QUEUED
    visits(office, 1)
    assert office.job("INV-1").status is Status.DONE
    assert office.job("INV-1").txn_id != lost


def test_a_document_that_is_gone_may_stay_so_and_is_not_asked_about_again(office: Office) -> None:
    lost = _deleted(office)
    answer(office, ["INV-1"], Verb.BOOKED, lost)
    assert (office.job("INV-1").status, office.job("INV-1").txn_id) == (Status.DONE, lost)
    office.enqueue(customer("C-3"))
    visits(office, 2)
    assert office.job("INV-1").status is Status.DONE
    assert "INV-1" not in office.booked()
