"""The whole path in one process: queue, exchange, Web Connector and QuickBooks, and a PC that dies in between."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from qbwc_server.db import Database
from qbwc_server.jobs import Status
from qbwc_server.simulator import Point, QuickBooksSettings, Recovery, StatusAnswers, Storing
from tests.support.desk import customer, invoice, payment
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office

LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}
PARTLY = [Point.AFTER_SEND, Point.BEFORE_COMMIT, Point.AFTER_COMMIT, Point.AFTER_BOOKED, Point.AFTER_RECEIVE]


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    return Office(db, clock, chance, tmp_path / "books.db")


def _day(office: Office) -> None:
    """Two customers, an item, two invoices and two payments: three levels of dependence."""
    office.enqueue(
        LABOR,
        customer("C-1"),
        customer("C-2"),
        invoice("INV-1", "C-1", lines=[{"item_ref": {"external_id": "I-1"}, "quantity": "2", "rate": "60.00"}]),
        invoice("INV-2", "C-2", lines=[{"item_ref": {"external_id": "I-1"}, "quantity": "2", "rate": "60.00"}]),
        payment("P-1", "C-1", "INV-1"),
        payment("P-2", "C-2", "INV-2"),
    )


def _nothing_twice(office: Office) -> None:
    """Whatever happened, no job is in the books twice, and every recorded ID is that job's document."""
    guids = Counter(document.external_guid for document in office.books.documents())
    assert max(guids.values(), default=1) == 1
    by_guid = {document.external_guid: document.id for document in office.books.documents()}
    for job in office.jobs():
        if job.status is Status.DONE:
            assert by_guid[job.guid] == job.qb_id


def test_everything_is_booked_in_one_visit_and_every_id_is_recorded(office: Office) -> None:
    _day(office)
    outcome = office.visit()
    assert outcome is not None
    assert (outcome.ok, outcome.status) == (True, "7 jobs done.")
    assert outcome.percentages[-1] == 100
    assert max(outcome.percentages[:-1]) < 100
    assert set(office.statuses().values()) == {Status.DONE}
    assert sorted(office.booked()) == ["C-1", "C-2", "INV-1", "INV-2", "Labor", "P-1", "P-2"]
    _nothing_twice(office)


def test_a_second_visit_has_nothing_to_do(office: Office) -> None:
    _day(office)
    office.visit()
    outcome = office.visit()
    assert outcome is not None
    assert outcome.status == "No data exchange required."


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("point", PARTLY)
def test_wherever_the_pc_dies_everything_is_booked_once_in_the_end(office: Office, point: Point, nth: int) -> None:
    _day(office)
    office.faults.crash_at(point, nth)
    assert office.visit() is None
    for _ in range(3):
        office.clock.advance(minutes=15)
        assert office.visit() is not None
    _nothing_twice(office)
    assert set(office.statuses().values()) == {Status.DONE}
    assert sorted(office.booked()) == ["C-1", "C-2", "INV-1", "INV-2", "Labor", "P-1", "P-2"]


@pytest.mark.parametrize("answers", list(StatusAnswers))
def test_a_lost_answer_is_recovered_whatever_quickbooks_tells_of_it(
    db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path, answers: StatusAnswers
) -> None:
    office = Office(db, clock, chance, tmp_path / "b.db", settings=QuickBooksSettings(status_answers=answers))
    _day(office)
    office.faults.crash_at(Point.AFTER_BOOKED)
    assert office.visit() is None
    office.visit()
    office.visit()
    _nothing_twice(office)
    assert set(office.statuses().values()) == {Status.DONE}


@pytest.mark.parametrize(
    "settings",
    [
        QuickBooksSettings(recovery=Recovery.ABSENT),
        QuickBooksSettings(recovery=Recovery.REFUSED),
        QuickBooksSettings(storing=Storing.AT_THE_END),
        QuickBooksSettings(storing=Storing.FAILS),
        QuickBooksSettings(unknown_set_status=600),
        QuickBooksSettings(echoes_guid=False),
    ],
    ids=["recovery absent", "recovery refused", "stored at the end", "never stored", "600", "no guid"],
)
@pytest.mark.parametrize("point", PARTLY)
def test_a_quickbooks_without_recovery_never_books_twice_either(
    db: Database,
    clock: ManualClock,
    chance: SeededChance,
    tmp_path: Path,
    settings: QuickBooksSettings,
    point: Point,
) -> None:
    office = Office(db, clock, chance, tmp_path / "b.db", settings=settings)
    _day(office)
    office.faults.crash_at(point)
    office.visit()
    for _ in range(3):
        office.clock.advance(hours=25)
        office.visit()
    _nothing_twice(office)


def test_a_bad_job_among_good_ones_fails_alone(office: Office) -> None:
    office.enqueue(customer("C-1"), customer("C-2", terms_ref="No such terms"), customer("C-3"))
    outcome = office.visit()
    assert outcome is not None
    assert office.statuses() == {"C-1": Status.DONE, "C-2": Status.BLOCKED, "C-3": Status.DONE}
    assert office.job("C-2").missing_name == "Terms:No such terms"


def test_a_name_that_is_taken_by_hand_is_explained(office: Office) -> None:
    office.enqueue(customer("C-1"))
    office.visit()
    office.enqueue(customer("C-9", name="c-1"))
    office.visit()
    job = office.job("C-9")
    assert (job.status, job.question) == (Status.HELD, "name-taken")
    assert f"the Customer C-1 ({office.job('C-1').list_id})" in (job.error or "")


def test_a_locked_customer_is_tried_again_and_then_booked(office: Office) -> None:
    office.enqueue(customer("C-1"))
    office.visit()
    office.faults.lock(office.job("C-1").list_id or "")
    office.enqueue(invoice("INV-1", "C-1", lines=[{"desc": "text only"}]), customer("C-2"))
    office.visit()
    first = office.job("INV-1")
    office.faults.unlock(office.job("C-1").list_id or "")
    office.clock.advance(minutes=5)
    office.visit()
    assert office.statuses()["C-2"] is Status.DONE
    assert first.status in (Status.RETRYING, Status.FAILED)


def test_quickbooks_that_cannot_be_opened_loses_nothing(office: Office) -> None:
    _day(office)
    office.faults.fail_to_open("0x80040408", "Could not start QuickBooks.")
    outcome = office.visit()
    assert outcome is not None
    assert not outcome.ok
    assert set(office.statuses().values()) == {Status.QUEUED}
    office.visit()
    assert set(office.statuses().values()) == {Status.DONE}


def test_the_books_of_another_company_are_never_written_to(
    db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path, office: Office
) -> None:
    other = Office(db, clock, chance, tmp_path / "other.db", name="Other")
    _day(office)
    office.open(other.books)
    outcome = office.visit()
    assert outcome is not None
    assert not outcome.ok
    assert office.booked() == []
    assert "accept-file" in outcome.status
