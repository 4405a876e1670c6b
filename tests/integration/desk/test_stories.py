"""One job's page with a simulated QuickBooks behind it: the paper, the timeline, the receipt, what can be done."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from qbwc_server import desk as desks
from qbwc_server.db import Database, tables
from qbwc_server.desk import Basis, Needs, Receipt, Story, Verdict, Who
from qbwc_server.errors import UnknownJob
from qbwc_server.exchange import Verb
from qbwc_server.jobs import Question, Status
from tests.support.desk import customer, invoice, payment
from tests.support.office import Office

LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}
LINES = [
    {"item_ref": {"external_id": "I-1"}, "desc": "Repair", "quantity": "2", "rate": "60.00"},
    {"desc": "Thank you"},
    {"item_ref": {"external_id": "I-1"}, "amount": "10.50"},
]


def story_of(office: Office, external_id: str) -> Story:
    with office.db.read() as c:
        return desks.story(c, office.job(external_id).id)


def receipt_of(office: Office, external_id: str) -> Receipt:
    with office.db.read() as c:
        found = desks.receipt(c, office.job(external_id))
    assert found is not None
    return found


def enqueue_a_sale(office: Office, **changes: object) -> None:
    office.enqueue(
        LABOR,
        customer("C-1", name="Acme Hardware", bill_address={"addr1": "1 Main St", "city": "Mansfield"}),
        invoice("INV-1", "C-1", lines=LINES, terms_ref="Net 30", **changes),
        payment("P-1", "C-1", "INV-1", "100.00"),
    )


def test_an_invoice_looks_like_an_invoice_before_it_is_sent(office: Office) -> None:
    enqueue_a_sale(office)

    paper = story_of(office, "INV-1").document

    assert (paper.title, paper.number, paper.date) == ("Invoice", "INV-1", "2026-11-02")
    assert paper.customer is not None
    assert (paper.customer.text, paper.customer.job_id) == ("Acme Hardware", office.job("C-1").id)
    repair, thanks, more = paper.lines
    assert (str(repair.item), repair.quantity, repair.rate, repair.amount) == (
        "Labor",
        Decimal(2),
        Decimal(60),
        Decimal(120),
    )
    assert (thanks.item, thanks.description, thanks.amount) == (None, "Thank you", None)
    assert (more.amount, paper.subtotal) == (Decimal("10.50"), Decimal("130.50"))
    assert [(name, str(value)) for name, value in paper.fields] == [("terms", "Net 30")]

    paid = story_of(office, "P-1").document
    assert (paid.paid, paid.unapplied) == (Decimal("100.00"), Decimal("0.00"))
    assert [(str(each.invoice), each.amount) for each in paid.pays] == [("INV-1", Decimal("100.00"))]
    added = story_of(office, "C-1").document
    assert [name for name, _ in added.fields] == ["name", "bill address: address", "bill address: city"]


def test_a_story_knows_its_neighbours_and_what_can_be_done(office: Office) -> None:
    enqueue_a_sale(office)

    told = story_of(office, "C-1")

    assert [each.label for each in told.waited_for_by.shown] == ["Invoice INV-1", "Payment P-1"]
    assert (told.waits_for.shown, told.waited_for_by.has_more, told.trouble) == ((), False, None)
    assert told.actions.retry is not None
    assert "is waited for" in str(told.actions.cancel)
    assert told.actions.cancel_with_dependents is None
    assert told.actions.correct is not None
    assert (told.actions.question, told.actions.answers) == (None, ())
    with pytest.raises(UnknownJob), office.db.read() as c:
        desks.story(c, 2**63)


def test_the_timeline_tells_every_move_sending_and_answer_in_order(office: Office) -> None:
    enqueue_a_sale(office)
    office.clock.advance(minutes=5)
    office.visit()

    told = story_of(office, "INV-1").timeline

    assert [(entry.what, entry.who) for entry in told] == [
        ("handed in", "test"),
        ("handed to the Web Connector for QuickBooks", "exchange"),
        ("QuickBooks answered: done", "QuickBooks"),
        (f"booked as {office.job('INV-1').txn_id}", "QuickBooks"),
    ]
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    sent = next(entry for entry in told if entry.set_key)
    with office.db.read() as c:
        xml = desks.xml_parts(c, office.job("INV-1").id, sent.set_key or "")
        assert desks.xml_parts(c, office.job("INV-1").id, "another") is None
    assert xml is not None
    assert xml.request.startswith("<InvoiceAddRq")
    assert "Labor" in xml.answer
    assert "CustomerAdd" not in xml.request


def test_a_receipt_shows_what_was_sent_beside_what_came_back(office: Office) -> None:
    enqueue_a_sale(office, expected_total="130.50")
    office.visit()

    told = receipt_of(office, "INV-1")
    fields = {each.field: each for each in told.fields}

    assert (told.basis, told.differences) == (Basis.ANSWER, ())
    assert told.says.endswith("equal to what was sent.")
    assert (told.total_expected, told.total_returned) == (Decimal("130.50"), Decimal("130.50"))
    assert (fields["customer"].sent, fields["customer"].returned) == ("Acme Hardware", "Acme Hardware")
    for name in ("number", "date", "line 1: item", "line 1: quantity", "line 1: rate", "line 3: amount"):
        assert fields[name].verdict is Verdict.EQUAL, name
    assert fields["line 1: amount"].verdict is Verdict.ADDED, "QuickBooks computed it: no difference"
    assert fields["subtotal"].verdict is Verdict.ADDED
    assert receipt_of(office, "P-1").differences == ()
    assert receipt_of(office, "C-1").differences == ()


def test_a_document_without_a_number_is_called_and_found_by_the_one_that_quickbooks_gives_it(office: Office) -> None:
    enqueue_a_sale(office, ref_number=None)
    assert office.job("INV-1").label == "Invoice of 2026-11-02"
    office.visit()

    told = receipt_of(office, "INV-1")
    with office.db.read() as c:
        found = desks.page(c, desks.JobFilter(text=str(told.number)))

    assert told.number
    assert office.job("INV-1").label == f"Invoice {told.number}"
    assert f"Invoice {told.number}" in [line.label for line in found.lines]
    assert (told.fields[0].sent, told.fields[0].returned) == (None, told.number)
    shown = [each.field for each in told.fields if each.is_looked_for]
    assert {"number", "date", "line 1: amount"} <= set(shown)
    assert "is to be printed" not in shown, "that nothing was asked for is no news"


def test_a_receipt_names_what_differs(office: Office) -> None:
    enqueue_a_sale(office)
    office.visit()
    text = tables.message_set_text
    with office.db.write() as c:
        for number, response in c.execute(sa.select(text.c.message_set_id, text.c.response)).all():
            other = (response or "").replace("<Rate>60.00<", "<Rate>61.00<").replace("INV-1<", "INV-9<")
            c.execute(text.update().where(text.c.message_set_id == number).values(response=other))

    told = receipt_of(office, "INV-1")

    assert [each.field for each in told.differences] == ["number", "line 1: rate"]
    assert "differs in number, line 1: rate" in told.says


def test_a_receipt_is_honest_when_there_is_nothing_to_compare(office: Office) -> None:
    enqueue_a_sale(office)
    assert office.job("INV-1").status is Status.QUEUED
    with office.db.read() as c:
        assert desks.receipt(c, office.job("INV-1")) is None
    office.visit()
    with office.db.write() as c:
        c.execute(tables.message_set_text.delete())

    told = receipt_of(office, "INV-1")

    assert (told.basis, told.fields) == (Basis.TEXTS_GONE, ())
    assert "cannot be compared" in told.says


def test_a_question_comes_with_its_answers_and_the_candidates_to_choose_from(office: Office) -> None:
    office.enqueue(customer("C-1", name="Acme Hardware"))
    office.visit()
    office.enqueue(customer("C-2", name="Acme Hardware"))
    office.visit()
    office.visit()

    told = story_of(office, "C-2")

    assert told.job.status is Status.HELD
    assert told.actions.question is Question.NAME_TAKEN
    link, rename, skip = told.actions.answers
    assert [(each.verb, each.needs) for each in (link, rename, skip)] == [
        (Verb.LINK, Needs.ID),
        (Verb.RENAME, Needs.NAME),
        (Verb.SKIP, Needs.NOTHING),
    ]
    (candidate,) = link.candidates
    assert (candidate.id, candidate.type) == (office.job("C-1").list_id, "Customer")
    assert (candidate.name, candidate.is_active, candidate.on_record_for) == ("Acme Hardware", True, "C-1")
    assert rename.candidates == ()
    assert told.trouble is not None
    assert told.trouble.who is Who.BOOKKEEPER
    assert "qbwc" not in (told.trouble.remedy or "")
    assert told.actions.correct is None


def test_a_failure_says_why_what_to_do_and_whose_turn_it_is(office: Office, db: Database) -> None:
    office.enqueue(customer("C-1"))
    with db.write() as c:
        c.execute(tables.job.update().values(status="failed", error="QuickBooks refused it", error_code="3140"))

    told = story_of(office, "C-1").trouble

    assert told is not None
    assert told.cause
    assert told.remedy
    assert told.who in (Who.BOOKKEEPER, Who.ADMINISTRATOR)
