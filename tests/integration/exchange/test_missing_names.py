"""Jobs blocked on a name that is missing in QuickBooks, and the three ways in which they are released."""

from __future__ import annotations

from pathlib import Path

import pytest

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from qbwc_server.jobs import Status
from qbwc_server.simulator import Person
from tests.support.desk import Desk, customer, invoice, read
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office

WORDS = 'There is an invalid reference to QuickBooks {} "{}" in the Invoice line.  QuickBooks error message: Invalid.'
LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    return Office(db, clock, chance, tmp_path / "books.db")


def missing(db: Database) -> int:
    with db.read() as c:
        return len(c.execute(tables.missing_name.select()).all())


def test_a_job_that_creates_the_name_releases_what_missed_it_in_the_same_visit(office: Office, db: Database) -> None:
    office.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    office.visit()
    assert (office.job("INV-1").status, office.job("INV-1").missing_name) == (Status.BLOCKED, "Item:Labor")
    office.enqueue(LABOR)
    office.visit()
    assert office.statuses() == {"C-1": Status.DONE, "INV-1": Status.DONE, "I-1": Status.DONE}
    assert missing(db) == 0


def test_a_customer_that_is_created_releases_what_missed_it(office: Office) -> None:
    office.enqueue(LABOR)
    office.enqueue(invoice("INV-1", "", customer_ref={"full_name": "Acme Hardware"}))
    office.visit()
    assert office.job("INV-1").missing_name == "Customer:Acme Hardware"
    office.enqueue(customer("C-1", name="ACME Hardware"))
    office.visit()
    assert office.job("INV-1").status is Status.DONE


def test_a_name_that_somebody_typed_is_found_at_the_next_visit_an_hour_later(office: Office, db: Database) -> None:
    office.enqueue(customer("C-1", terms_ref="Net 45"), customer("C-2", sales_rep_ref="ZZ"))
    office.visit()
    assert office.statuses() == {"C-1": Status.BLOCKED, "C-2": Status.BLOCKED}
    office.clock.advance(minutes=61)
    office.visit()
    assert office.statuses() == {"C-1": Status.BLOCKED, "C-2": Status.BLOCKED}
    Person(office.books).type_name("Terms", "net 45")
    office.clock.advance(minutes=15)
    office.visit()
    assert office.job("C-1").status is Status.BLOCKED, "asked again within the hour"
    office.clock.advance(minutes=50)
    office.visit()
    assert office.statuses() == {"C-1": Status.DONE, "C-2": Status.BLOCKED}
    assert missing(db) == 1


def block(desk: Desk, *names: tuple[str, str]) -> None:
    """Customers, each blocked on one of these names, in a visit that has ended."""
    desk.enqueue(*(customer(f"C-{index}") for index, _ in enumerate(names)))
    ticket = desk.greet()
    refused = {f"C-{index}": (3140, WORDS.format(*name)) for index, name in enumerate(names)}
    assert desk.answer(ticket, desk.send(ticket), refused) == 100
    desk.exchange.close(ticket)
    desk.clock.advance(minutes=15)


def test_all_missing_names_are_asked_for_in_one_set_by_their_lists(desk: Desk) -> None:
    names = [
        ("Item", "Labor"),
        ("Item", "labor"),
        ("Item", "Parts"),
        ("Sales Tax Code", "X"),
        ("Customer", "Joe Smith"),
    ]
    block(desk, *names, ("Horoscope", "Leo"))
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert sent.new_id is None
    asked = {request.name: [node.text for node in request.element.findall("FullName")] for request in sent.requests}
    assert asked["CustomerQueryRq"] == ["Joe Smith"]
    assert asked["SalesTaxCodeQueryRq"] == ["X"]
    assert [name.casefold() for name in asked["ItemQueryRq"] if name] == ["labor", "parts"]
    assert len(asked) == 3
    assert desk.answer(ticket, sent) == 100
    assert desk.ask(ticket) == ""


def test_a_list_without_a_query_is_left_to_a_person(desk: Desk) -> None:
    block(desk, ("Horoscope", "Leo"))
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"


def test_a_name_that_cannot_be_written_is_left_out(desk: Desk) -> None:
    block(desk, ("Item", "Łabor"), ("Item", "Labor"))
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert [node.text for node in sent.requests[0].element.findall("FullName")] == ["Labor"]


def found(sent_number: str, inner: str) -> str:
    reply = f'<ItemQueryRs requestID="{sent_number}" statusCode="500">{inner}</ItemQueryRs>'
    return f"<QBXML><QBXMLMsgsRs>{reply}</QBXMLMsgsRs></QBXML>"


def test_an_inactive_entry_releases_nothing(desk: Desk) -> None:
    block(desk, ("Item", "Labor"), ("Item", "Parts:Bolt"))
    ticket = desk.log_in()
    sent = desk.send(ticket)
    labor = "<ListID>80000001-1</ListID><FullName>Labor</FullName><IsActive>false</IsActive>"
    inactive = f"<ItemServiceRet>{labor}</ItemServiceRet>"
    bolt = "<ListID>80000002-1</ListID><Name>Bolt</Name><FullName>PARTS:Bolt</FullName>"
    active = f"<ItemServiceRet>{bolt}</ItemServiceRet>"

    assert desk.hand_in(ticket, found(sent.requests[0].request_id, inactive + active)) < 100
    assert desk.statuses() == {"C-0": Status.BLOCKED, "C-1": Status.QUEUED}


def test_a_name_that_quickbooks_shows_and_refuses_all_the_same_is_given_up_after_a_day(desk: Desk) -> None:
    block(desk, ("Item", "Labor"))
    ticket = desk.log_in()
    there = "<ItemServiceRet><ListID>80000001-1</ListID><FullName>Labor</FullName></ItemServiceRet>"
    tries = 0
    for _ in range(20):
        text = desk.ask(ticket)
        while text:
            sent = read(text)
            if sent.requests[0].name == "ItemQueryRq":
                desk.hand_in(ticket, found(sent.requests[0].request_id, there))
            else:
                tries += 1
                desk.answer(ticket, sent, {"C-0": (3140, WORDS.format("Item", "Labor"))})
            text = desk.ask(ticket)
        desk.exchange.close(ticket)
        desk.clock.advance(hours=2)
        ticket = desk.log_in()
    assert tries == 12
    assert desk.job("C-0").status is Status.BLOCKED


def test_a_lost_question_is_asked_again_after_an_hour(desk: Desk) -> None:
    block(desk, ("Item", "Labor"))
    ticket = desk.log_in()
    desk.send(ticket)
    desk.exchange.close(ticket)
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"
    desk.clock.advance(hours=1)
    assert desk.send(desk.log_in()).requests[0].name == "ItemQueryRq"


def test_a_person_releases_what_misses_a_name(desk: Desk, db: Database) -> None:
    block(desk, ("Item", "Labor"), ("Item", "Parts"))
    with db.write() as c:
        assert jobs.missing_names(c, desk.company.id) == ["Item:Labor", "Item:Parts"]
        freed = jobs.release_missing(c, desk.company.id, ["ITEM:labor"], "told", now=desk.clock.now(), actor="test")
    assert [job.external_id for job in freed] == ["C-0"]
    assert desk.statuses() == {"C-0": Status.QUEUED, "C-1": Status.BLOCKED}
    assert missing(db) == 1
