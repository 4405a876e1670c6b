"""Home, connect, when, and what a payment form offers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from qbwc_server import companies
from qbwc_server import desk as desks
from qbwc_server.desk import Card, Connection, Contact, Estimate
from qbwc_server.errors import UnknownCompany
from qbwc_server.jobs import Status
from tests.support.desk import customer, invoice, payment
from tests.support.office import Office


def card(office: Office) -> Card:
    with office.db.read() as c:
        alone, _ = desks.card(c, "acme", office.clock.now())
        (among_all,) = desks.overview(c, office.clock.now()).cards
    assert alone == among_all
    return alone


def estimate(office: Office) -> Estimate:
    with office.db.read() as c:
        return desks.estimate(c, "Acme", office.clock.now())


def connection(office: Office) -> Connection:
    with office.db.read() as c:
        return desks.connection(c, "Acme", office.clock.now())


def test_a_company_is_new_then_fine_then_late(office: Office) -> None:
    assert (card(office).contact, card(office).next_expected_at) == (Contact.NEVER_SEEN, None)
    office.visit()

    shown = card(office)
    assert (shown.contact, shown.says) == (Contact.FINE, "")
    assert shown.next_expected_at == (shown.last_contact_at or office.clock.now()) + timedelta(minutes=15)
    assert shown.edition
    assert shown.file_name
    assert shown.last_visit is not None
    assert shown.last_visit.state == "closed"

    office.clock.advance(minutes=40)
    shown = card(office)
    assert shown.contact is Contact.LATE
    assert "asleep" in shown.says


def test_what_waits_for_a_person_stands_on_the_home_page(office: Office) -> None:
    office.enqueue(customer("C-1", name="Acme Hardware"), customer("C-3"))
    office.visit()
    office.enqueue(customer("C-2", name="Acme Hardware"))
    office.visit()
    office.visit()

    with office.db.read() as c:
        waiting = desks.overview(c, office.clock.now()).waiting

    assert [line.external_id for line in waiting] == ["C-2"]
    assert str(card(office).needs_person) == "1"
    assert str(card(office).counts[Status.DONE]) == "2"


def test_a_paused_company_says_why(office: Office) -> None:
    with office.db.write() as c:
        companies.pause(c, "Acme", "holidays")

    assert (card(office).contact, card(office).says) == (Contact.PAUSED, "Paused: holidays.")
    assert "paused" in estimate(office).why_unknown


def test_the_connect_page_turns_green_at_the_first_answer(office: Office) -> None:
    before = connection(office)
    assert (before.is_connected, before.first_answer_at, before.last_said) == (False, None, "")
    assert [step.is_done for step in before.steps if step.is_done] == []
    office.visit()

    after = connection(office)

    assert after.is_connected
    assert after.first_answer_at is not None
    assert "0 jobs done" in after.last_said
    assert [step.title for step in after.steps if step.is_done is False] == []


def test_when_is_told_from_this_company_s_own_pace_or_why_it_cannot_be(office: Office) -> None:
    office.enqueue(*(customer(f"C-{number}") for number in range(3)))
    assert (estimate(office).waiting.number, estimate(office).through_at) == (3, None)
    assert "not logged in" in estimate(office).why_unknown
    office.visit()
    assert estimate(office).seconds_per_job is not None
    assert estimate(office).through_at == office.clock.now(), "nothing waits"

    office.enqueue(customer("C-9"))
    told = estimate(office)
    assert told.next_visit_at is not None
    assert told.through_at is not None
    assert office.clock.now() < told.next_visit_at < told.through_at < office.clock.now() + timedelta(minutes=20)

    office.clock.advance(hours=5)
    assert "late" in estimate(office).why_unknown


def test_a_payment_form_offers_what_is_open_of_a_customer(office: Office) -> None:
    office.enqueue(customer("C-1", name="Jane Roe"), invoice("INV-1", "C-1"), payment("P-1", "C-1", "INV-1", "50.00"))
    with pytest.raises(UnknownCompany), office.db.read() as c:
        desks.open_invoices(c, "Acmee", "C-1")
    with office.db.read() as c:
        (queued,) = desks.open_invoices(c, "Acme", "C-1").invoices
    assert (queued.total, queued.is_final, queued.paid, queued.open) == (Decimal(120), False, Decimal(50), Decimal(70))

    office.enqueue({**invoice("C-1", "C-1"), "external_id": "INV-2"}, payment("P-2", "C-1", "INV-1", "70.00"))
    with office.db.read() as c:
        found = desks.open_invoices(c, "Acme", "c-1")
        nobody = desks.open_invoices(c, "Acme", "Jane")
    assert [(each.external_id, each.open) for each in found.invoices] == [("INV-2", Decimal("120.00"))]
    assert (found.open, nobody.invoices) == (Decimal("120.00"), ())
    assert "QuickBooks itself" in found.not_known


def test_forms_offer_customers_and_items_by_the_beginning_of_their_names(office: Office) -> None:
    office.enqueue(
        customer("C-1", name="Jane Roe"),
        customer("C-2", name="Zoe", parent_ref={"external_id": "C-1"}),
        invoice("INV-1", "C-1", customer_ref="Roeder"),
    )
    with office.db.read() as c:
        assert [each.name for each in desks.customers(c, "Acme", "roe")] == ["Jane Roe"]
        assert [each.external_id for each in desks.customers(c, "Acme")] == ["C-1", "C-2"]
        assert desks.items(c, "Acme", "labor") == ()
        assert desks.customers(c, "Acme", "\0") == desks.customers(c, "Acme")
