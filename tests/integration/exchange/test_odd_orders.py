"""Answers and questions in odd orders: nobody is left waiting for nothing, and nothing builds on a doubt."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from qbwc_server import exchange, records
from qbwc_server.db import tables
from qbwc_server.exchange import Verb
from qbwc_server.exchange.outcome import MOST_TRIES
from qbwc_server.jobs import Status
from tests.integration.exchange.test_questions import ABSENT, UNKNOWN, answer, held, look_alikes, recovery_works
from tests.support.desk import Desk, Sent, customer, invoice, payment, read

LOST = "0x8004040D"
ELSEWHERE = "80000099-1700000000"


def is_done_with(desk: Desk) -> bool:
    """Whether the Web Connector is told that there is nothing to do."""
    return desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"


def book(desk: Desk, *names: str) -> None:
    desk.enqueue(*(customer(name) for name in names))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    desk.exchange.close(ticket)


def lose(desk: Desk, name: str) -> str:
    """A visit in which the customer is not in the file any more; its ticket."""
    ticket = desk.log_in()
    told = desk.everything_is_there(read(desk.ask(ticket)))
    desk.hand_in(ticket, told.replace(desk.job(name).list_id or "", ELSEWHERE))
    assert (desk.job(name).status, desk.job(name).question) == (Status.HELD, "gone")
    return ticket


def visits(desk: Desk, lost: Sent) -> None:
    """Visits in which QuickBooks knows nothing of a lost set, and everything it booked since, until nothing is left."""
    for _ in range(4):
        desk.clock.advance(hours=26)
        if is_done_with(desk):
            return
        ticket = desk.log_in()
        while desk.ask(ticket):
            sent = desk.last_sent()
            unknown = UNKNOWN.format(lost.new_id) if sent.is_check else desk.reply(sent, {})
            desk.hand_in(ticket, desk.everything_is_there(sent) if sent.is_lookback else unknown)
        desk.exchange.close(ticket)


def only(desk: Desk, sent: Sent, position: int) -> str:
    """QuickBooks' answer to one of the requests of a set."""
    return f"<QBXML><QBXMLMsgsRs>{desk.one_reply(sent.requests[position], 0)}</QBXMLMsgsRs></QBXML>"


def swapped(desk: Desk) -> tuple[str, str]:
    """A person mixed up two look-alikes, and a late answer says so; the IDs of C-1 and C-2 as QuickBooks gave them."""
    book(desk, "C-0")
    with desk.db.write() as c:
        c.execute(sa.update(tables.company).values(echoes_guid="unknown"))
    desk.enqueue(customer("C-1"), customer("C-2"))
    old = desk.log_in()
    told = desk.reply(desk.send(old), {})
    first, second = (part.split("<")[0] for part in told.split("<ListID>")[1:])
    for _ in range(3):
        desk.clock.advance(hours=26)
        ticket = desk.log_in()
        while desk.ask(ticket):
            desk.hand_in(ticket, "")
    answer(desk, ["C-1", "C-2"], Verb.BOOKED, second, first)
    desk.hand_in(old, told)
    assert [desk.job(name).question for name in ("C-1", "C-2")] == ["two-ids"] * 2
    return first, second


# --- a person's word is heard ---------------------------------------------------------------------------------------


def test_not_booked_is_heard_after_three_visits_in_which_quickbooks_said_nothing(desk: Desk) -> None:
    recovery_works(desk)
    desk.enqueue(customer("C-1"))
    desk.send(desk.greet())
    for _ in range(3):
        assert desk.send(desk.log_in()).is_check
    assert desk.ask(desk.log_in()) == ""
    assert desk.statuses() == {"C-1": Status.HELD}
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    assert desk.ask(desk.log_in())
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}


def test_a_told_job_goes_on_when_quickbooks_has_said_what_became_of_the_other(desk: Desk) -> None:
    lost = held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    with desk.db.write() as c:
        exchange.retry(c, [desk.job("C-2").id], desk.clock, actor="test")
    visits(desk, lost)
    assert set(desk.statuses().values()) == {Status.DONE}


def test_a_told_job_goes_on_when_a_late_answer_has_settled_the_other(desk: Desk) -> None:
    recovery_works(desk)
    desk.enqueue(customer("C-1"), customer("C-2"))
    old = desk.greet()
    lost = desk.send(old)
    desk.clock.advance(hours=25)
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    desk.hand_in(ticket, UNKNOWN.format(lost.new_id))
    desk.hand_in(ticket, look_alikes(desk.send(ticket), ["C-1", "C-2"]))
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    desk.hand_in(old, only(desk, lost, 1))
    visits(desk, lost)
    assert set(desk.statuses().values()) == {Status.DONE}


def test_a_job_in_doubt_of_a_held_set_is_asked_about_at_once_if_a_person_wants_it(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1"])
    with desk.db.write() as c:
        exchange.retry(c, [desk.job("C-2").id], desk.clock, actor="test")
    assert desk.send(desk.log_in()).is_check


def test_a_told_set_is_looked_for_first_where_quickbooks_ignores_ids_by_now(desk: Desk) -> None:
    held(desk, ["C-1"], ["C-1"])
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    desk.hand_in(ticket, ABSENT)
    assert desk.send(ticket).is_search


def test_ids_that_were_mixed_up_are_put_right_in_one_call(desk: Desk) -> None:
    first, second = swapped(desk)
    answer(desk, ["C-1", "C-2"], Verb.BOOKED, first, second)
    assert set(desk.statuses().values()) == {Status.DONE}
    with desk.db.read() as c:
        found = records.find(c, desk.company.id, [("customer", "C-1"), ("customer", "C-2")])
    assert [found["customer", name].qb_id for name in ("C-1", "C-2")] == [first, second]


# --- nothing builds on what is in doubt -----------------------------------------------------------------------------


def test_no_invoice_goes_out_to_a_customer_with_two_ids(desk: Desk) -> None:
    first, _ = swapped(desk)
    desk.enqueue(invoice("INV-1", "C-2"))
    assert is_done_with(desk)
    answer(desk, ["C-1"], Verb.BOOKED, first)
    assert desk.job("INV-1").waiting_for == 1


def test_no_payment_goes_out_to_an_invoice_with_two_ids(desk: Desk) -> None:
    book(desk, "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    ticket = desk.log_in()
    sent = desk.send(ticket)
    desk.answer(ticket, sent)
    desk.exchange.close(ticket)
    desk.enqueue(payment("P-1", "C-1", "INV-1"))
    desk.hand_in(ticket, desk.reply(sent, {}))  # a late answer with another ID
    desk.enqueue(payment("P-2", "C-1", "INV-1"))
    assert desk.job("INV-1").question == "two-ids"
    assert is_done_with(desk)


def test_a_new_invoice_waits_for_a_customer_that_is_gone(desk: Desk) -> None:
    book(desk, "C-0", "C-1")
    desk.enqueue(customer("C-2"))
    lose(desk, "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    assert desk.job("INV-1").waiting_for == 1


def test_a_set_in_doubt_is_not_sent_again_while_what_it_refers_to_is_gone(desk: Desk) -> None:
    recovery_works(desk)
    book(desk, "C-0", "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    lost = desk.send(desk.log_in())
    desk.clock.advance(minutes=20)
    ticket = lose(desk, "C-1")
    while text := desk.ask(ticket):
        assert "InvoiceAdd" not in text
        sent = desk.last_sent()
        desk.hand_in(ticket, UNKNOWN.format(lost.new_id) if sent.is_check else desk.reply(sent, {}))
    assert (desk.job("INV-1").status, desk.job("INV-1").waiting_for) == (Status.QUEUED, 1)


def test_a_gone_job_of_a_set_in_doubt_is_booked_again_from_the_beginning(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    lost = desk.send(ticket)
    desk.hand_in(ticket, only(desk, lost, 0))
    assert desk.statuses() == {"C-1": Status.DONE, "C-2": Status.IN_DOUBT}
    desk.clock.advance(hours=26)
    ticket = lose(desk, "C-1")
    while desk.ask(ticket):
        sent = desk.last_sent()
        desk.hand_in(ticket, UNKNOWN.format(lost.new_id) if sent.is_check else desk.reply(sent, {}))
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    assert (desk.job("C-1").status, desk.job("C-1").list_id) == (Status.QUEUED, None)
    with desk.db.read() as c:
        assert not records.find(c, desk.company.id, [("customer", "C-1")])


def test_a_reference_to_an_id_that_is_gone_fails_and_is_no_missing_name(desk: Desk) -> None:
    book(desk, "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    ticket = desk.log_in()
    words = f'There is an invalid reference to QuickBooks Customer "{desk.job("C-1").list_id}" in the Invoice.'
    desk.answer(ticket, desk.send(ticket), {"INV-1": (3140, words)})
    assert desk.job("INV-1").status is Status.FAILED
    assert "which is not in QuickBooks any more" in (desk.job("INV-1").error or "")


# --- no ID is lost ----------------------------------------------------------------------------------------------------


def test_a_third_id_does_not_hide_the_second(desk: Desk) -> None:
    lost = held(desk, ["C-1"], ["C-1"], ABSENT)
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    ticket = desk.log_in()
    second = desk.send(ticket)
    assert second.new_id != lost.new_id
    desk.hand_in(ticket, desk.reply(lost, {}))
    late = json.loads(desk.job("C-1").question_detail or "{}")["ids"]
    desk.answer(ticket, second)
    assert (desk.job("C-1").status, desk.job("C-1").question) == (Status.HELD, "two-ids")
    ids = json.loads(desk.job("C-1").question_detail or "{}")["ids"]
    assert len(ids) == 2
    assert set(late) < set(ids)


def test_a_set_whose_jobs_were_all_settled_by_something_else_is_closed(desk: Desk) -> None:
    lost = held(desk, ["C-1"], ["C-1"], ABSENT)
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    old = desk.log_in()
    desk.send(old)
    desk.hand_in(old, desk.reply(lost, {}))
    answer(desk, ["C-1"], Verb.BOOKED, json.loads(desk.job("C-1").question_detail or "{}")["ids"][0])
    visits(desk, lost)
    writes = sa.select(tables.message_set.c.state).where(tables.message_set.c.purpose == "write")
    with desk.db.read() as c:
        assert set(c.scalars(writes)) == {"answered"}


def test_a_file_that_returns_guids_no_more_is_not_believed_to_return_them(desk: Desk) -> None:
    book(desk, "C-0")
    assert desk.company.echoes_guid == "yes"
    desk.enqueue(invoice("1001", "C-0"))
    desk.send(desk.log_in())
    desk.clock.advance(minutes=20)
    ticket = desk.log_in()
    alike = (
        "<InvoiceRet><TxnID>77-1700000000</TxnID><TxnDate>2026-11-02</TxnDate><RefNumber>1001</RefNumber><CustomerRef>"
        f"<ListID>{desk.job('C-0').list_id}</ListID></CustomerRef><Subtotal>120.00</Subtotal></InvoiceRet>"
    )
    while text := desk.ask(ticket):
        sent = desk.last_sent()
        assert "InvoiceAdd" not in text
        told = "".join(
            f'<InvoiceQueryRs requestID="{each.request_id}" statusCode="0">{alike}</InvoiceQueryRs>'
            for each in sent.requests
        )
        found = ABSENT if sent.is_check else f"<QBXML><QBXMLMsgsRs>{told}</QBXMLMsgsRs></QBXML>"
        desk.hand_in(ticket, desk.everything_is_there(sent) if sent.is_lookback else found)
    assert desk.job("1001").status is Status.HELD


# --- a question that QuickBooks dies of holds up nobody else ----------------------------------------------------------


def test_after_three_checks_that_end_the_session_a_person_is_asked(desk: Desk) -> None:
    recovery_works(desk)
    desk.enqueue(customer("C-1"))
    desk.send(desk.greet())
    for _ in range(3):
        ticket = desk.log_in()
        assert desk.send(ticket).is_check
        assert desk.break_off(ticket, LOST) == -1
        desk.exchange.close(ticket)
    desk.ask(desk.log_in())
    assert desk.statuses() == {"C-1": Status.HELD}


@pytest.mark.parametrize("dies", [True, False], ids=["the PC dies", "the session is lost"])
def test_after_three_looks_back_that_end_the_visit_one_goes_on_without(desk: Desk, dies: bool) -> None:
    book(desk, "C-1")
    desk.enqueue(customer("C-2"), invoice("INV-1", "C-2"))
    for _ in range(3):
        ticket = desk.log_in()
        desk.ask(ticket)
        assert desk.last_sent().is_lookback
        if not dies:
            desk.break_off(ticket, LOST)
    ticket = desk.log_in()
    for title in ("C-2", "INV-1"):
        assert desk.ask(ticket)
        assert desk.last_sent().titles == [title]
        desk.answer(ticket, desk.last_sent())
    assert set(desk.statuses().values()) == {Status.DONE}


def test_after_three_lookups_that_end_the_visit_a_person_is_asked_and_others_go_on(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100})
    desk.enqueue(customer("C-2"))
    for _ in range(3):
        assert desk.send(ticket).requests[0].name == "EntityQueryRq"
        ticket = desk.log_in()
    desk.answer(ticket, desk.send(ticket))
    assert desk.statuses() == {"C-1": Status.HELD, "C-2": Status.DONE}
    assert desk.job("C-1").question == "name-taken"


def test_a_job_that_quickbooks_dies_of_goes_alone_after_all_others_and_at_last_to_a_person(desk: Desk) -> None:
    recovery_works(desk)
    desk.enqueue(customer("poison"), customer("C-1"))
    desk.exchange.close(desk.greet())
    deaths = 0
    while not is_done_with(desk):
        ticket = desk.log_in()
        while text := desk.ask(ticket):
            sent = desk.last_sent()
            if ">poison<" in text and "AddRq" in text:
                deaths += 1
                break
            unknown = UNKNOWN.format(sent.new_id) if sent.is_check else desk.reply(sent, {})
            desk.hand_in(ticket, desk.everything_is_there(sent) if sent.is_lookback else unknown)
        if deaths == 7:
            desk.enqueue(customer("C-2"))
        if deaths == 9:
            assert desk.statuses()["C-1"] is Status.DONE
            assert desk.statuses()["C-2"] is Status.DONE
    assert deaths == 3 * MOST_TRIES
    assert desk.job("poison").question == "in-the-books"
    assert "does QuickBooks stop because of it?" in (desk.job("poison").error or "")
