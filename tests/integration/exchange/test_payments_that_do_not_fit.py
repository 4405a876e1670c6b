"""Payments that QuickBooks does not take, and payments of invoices that came out differently than expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qbwc_server import exchange
from qbwc_server.db import Database
from qbwc_server.errors import JobRefused
from qbwc_server.exchange import Verb
from qbwc_server.jobs import Applied, Job, Status
from qbwc_server.simulator import Person
from tests.support.desk import Desk, customer, invoice, payment, read
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office

LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    """With a customer and an invoice over 120.00 in the books."""
    office = Office(db, clock, chance, tmp_path / "books.db")
    office.enqueue(LABOR, customer("C-1"), invoice("INV-1", "C-1"))
    office.visit()
    assert set(office.statuses().values()) == {Status.DONE}
    return office


def answered(office: Office, external_id: str, verb: Verb, *values: str) -> list[Job]:
    with office.db.write() as c:
        return exchange.answer(c, [office.job(external_id).id], verb, values, office.clock, actor="test")


def shown(job: Job) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(job.question_detail or "{}")["invoices"]
    return found


def typed_payment(office: Office, amount: str) -> str:
    txn_id = office.job("INV-1").txn_id or ""
    return Person(office.books).type_payment("C-1", amount, ref_number="4711", applied_to={txn_id: amount})


@pytest.mark.parametrize(("paid", "still_open"), [("100.00", "20.00"), ("120.00", "0.00")])
def test_a_payment_that_does_not_fit_is_held_with_what_is_open_and_who_paid(
    office: Office, paid: str, still_open: str
) -> None:
    there = typed_payment(office, paid)
    office.enqueue(payment("P-1", "C-1", "INV-1"))
    office.visit()
    job = office.job("P-1")
    assert (job.status, job.question, job.applied) == (Status.HELD, "payment-does-not-fit", Applied.NO)
    (told,) = shown(job)
    assert Decimal(told["open"]) == Decimal(still_open)
    assert [each["txn_id"] for each in told["payments"]] == [there]
    assert "on invoice INV-1" in (job.error or "")
    assert there in (job.error or "")
    assert len([name for name in office.booked() if name == "P-1"]) == 0


def test_it_is_the_payment_that_is_there(office: Office) -> None:
    there = typed_payment(office, "120.00")
    office.enqueue(payment("P-1", "C-1", "INV-1"))
    office.visit()
    answered(office, "P-1", Verb.LINK, there)
    assert (office.job("P-1").status, office.job("P-1").txn_id) == (Status.DONE, there)
    office.enqueue(payment("P-2", "C-1", "INV-1"))
    office.visit()
    assert shown(office.job("P-2"))[0]["payments"][0]["on_record_for"] == "P-1"
    with pytest.raises(JobRefused, match="on record for payment 'P-1'"):
        answered(office, "P-2", Verb.LINK, there)


def test_it_is_booked_as_a_credit(office: Office) -> None:
    typed_payment(office, "120.00")
    office.enqueue(payment("P-1", "C-1", "INV-1"))
    office.visit()
    answered(office, "P-1", Verb.CREDIT)
    job = office.job("P-1")
    assert (job.status, "applied_to" in job.payload) == (Status.QUEUED, False)
    office.visit()
    assert office.job("P-1").status is Status.DONE
    assert "P-1" in office.booked()


def test_it_is_skipped(office: Office) -> None:
    typed_payment(office, "120.00")
    office.enqueue(payment("P-1", "C-1", "INV-1"))
    office.visit()
    answered(office, "P-1", Verb.SKIP)
    assert office.job("P-1").status is Status.CANCELLED


def test_a_payment_of_an_invoice_that_was_deleted_says_so(office: Office) -> None:
    txn_id = office.job("INV-1").txn_id or ""
    Person(office.books).delete("Invoice", txn_id)
    office.enqueue(payment("P-1", "C-1", "INV-1"))
    office.visit()
    assert (office.job("INV-1").status, office.job("P-1").status) == (Status.HELD, Status.QUEUED)
    answered(office, "INV-1", Verb.BOOKED, txn_id)
    office.visit()
    assert shown(office.job("P-1"))[0]["found"] is False
    assert "is not in QuickBooks any more" in (office.job("P-1").error or "")


def test_a_credit_that_is_refused_is_not_looked_up(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    given = payment("P-1", "C-1", "INV-1")
    assert isinstance(given["payload"], dict)
    desk.enqueue({**given, "payload": {key: value for key, value in given["payload"].items() if key != "applied_to"}})
    assert desk.answer(ticket, desk.send(ticket), {"P-1": 3210}) == 100
    assert desk.job("P-1").status is Status.FAILED


# --- totals -------------------------------------------------------------------------------------------------------


def expecting(external_id: str, **expected: str) -> Mapping[str, object]:
    return invoice(external_id, "C-1", **expected)


def booked(desk: Desk, *new: Mapping[str, object]) -> None:
    """One visit in which QuickBooks books everything it gets; every invoice comes to 120.00."""
    desk.enqueue(*new)
    ticket = desk.greet()
    while text := desk.ask(ticket):
        sent = read(text)
        if sent.is_lookback:
            desk.hand_in(ticket, desk.everything_is_there(sent))
        else:
            desk.answer(ticket, sent)
    desk.exchange.close(ticket)


@pytest.mark.parametrize("expected", [{"expected_total": "130.00"}, {"expected_tax": "9.60"}])
def test_the_payments_of_an_invoice_with_another_total_are_held(desk: Desk, expected: dict[str, str]) -> None:
    booked(
        desk,
        customer("C-1"),
        expecting("INV-1", **expected),
        invoice("INV-2", "C-1", expected_total="120.00", expected_tax="0.00"),
        payment("P-1", "C-1", "INV-1"),
        payment("P-2", "C-1", "INV-2"),
    )
    assert desk.statuses() == {
        "C-1": Status.DONE,
        "INV-1": Status.DONE,
        "INV-2": Status.DONE,
        "P-1": Status.HELD,
        "P-2": Status.DONE,
    }
    job = desk.job("P-1")
    assert (job.question, job.applied) == ("total-differs", Applied.NO)
    assert "not the expected" in (job.error or "")
    assert f"qbwc answer {job.id} accept | skip" in (job.remedy or "")
    assert desk.job("INV-1").warning


def accept(desk: Desk, *names: str) -> list[Job]:
    with desk.db.write() as c:
        ids = [desk.job(name).id for name in names]
        return exchange.answer(c, ids, Verb.ACCEPT, [], desk.clock, actor="test")


def test_a_payment_that_is_enqueued_later_is_held_too(desk: Desk) -> None:
    booked(desk, customer("C-1"), expecting("INV-1", expected_total="130.00"))
    booked(desk, payment("P-1", "C-1", "INV-1"))
    assert desk.job("P-1").status is Status.HELD
    txn_id = desk.job("INV-1").txn_id
    given = payment("P-2", "C-1", "INV-1")
    assert isinstance(given["payload"], dict)
    applied = [{"txn": {"txn_id": txn_id}, "payment_amount": "120.00"}]
    booked(desk, {**given, "payload": {**given["payload"], "applied_to": applied}})
    assert desk.job("P-2").status is Status.HELD


def test_accept_lets_go_every_payment_of_that_invoice_and_is_not_asked_again(desk: Desk) -> None:
    booked(
        desk,
        customer("C-1"),
        expecting("INV-1", expected_total="130.00"),
        expecting("INV-2", expected_total="140.00"),
        payment("P-1", "C-1", "INV-1", "60.00"),
        payment("P-2", "C-1", "INV-1", "60.00"),
        payment("P-3", "C-1", "INV-2"),
    )
    changed = accept(desk, "P-1")
    assert sorted(str(job.external_id) for job in changed) == ["P-1", "P-2"]
    assert desk.job("P-3").status is Status.HELD
    booked(desk, payment("P-4", "C-1", "INV-1", "1.00"))
    assert [desk.job(name).status for name in ("P-1", "P-2", "P-3", "P-4")] == [
        Status.DONE,
        Status.DONE,
        Status.HELD,
        Status.DONE,
    ]


def test_a_payment_of_two_invoices_waits_for_both_answers(desk: Desk) -> None:
    given = payment("P-1", "C-1", "INV-1", "240.00")
    assert isinstance(given["payload"], dict)
    applied = [{"txn": {"external_id": name}, "payment_amount": "120.00"} for name in ("INV-1", "INV-2")]
    booked(
        desk,
        customer("C-1"),
        expecting("INV-1", expected_total="130.00"),
        expecting("INV-2", expected_total="140.00"),
        {**given, "payload": {**given["payload"], "applied_to": applied}},
    )
    assert [each["external_id"] for each in shown(desk.job("P-1"))] == ["INV-1", "INV-2"]
    accept(desk, "P-1")
    booked(desk)
    assert desk.job("P-1").status is Status.DONE


def test_retrying_a_held_payment_does_not_pass_the_question_by(desk: Desk) -> None:
    booked(desk, customer("C-1"), expecting("INV-1", expected_total="130.00"), payment("P-1", "C-1", "INV-1"))
    with desk.db.write() as c:
        exchange.retry(c, [desk.job("P-1").id], desk.clock, actor="test")
    booked(desk)
    assert desk.job("P-1").status is Status.HELD
