"""A name that is taken in QuickBooks: who has it is looked up, and what follows from that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qbwc_server import exchange, jobs
from qbwc_server.db import Database, tables
from qbwc_server.exchange import Verb
from qbwc_server.jobs import Applied, Job, Status
from qbwc_server.simulator import Person
from tests.support.desk import Desk, customer, invoice
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office

TAKEN = (3100, 'The name "Acme Hardware" of the list element is already in use.')
VENDOR = (
    "<VendorRet><ListID>80000099-1700000000</ListID><Name>Acme Hardware</Name><IsActive>false</IsActive></VendorRet>"
)


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    return Office(db, clock, chance, tmp_path / "books.db")


def allow_linking(db: Database) -> None:
    with db.write() as c:
        c.execute(tables.company.update().values(settings=json.dumps({"link_same_name": "yes"})))


def answered(office: Office, job: Job, verb: Verb, *values: str) -> None:
    with office.db.write() as c:
        exchange.answer(c, [job.id], verb, values, office.clock, actor="test")


def candidates(job: Job) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(job.question_detail or "{}")["candidates"]
    return found


def test_who_has_the_name_is_looked_up_in_the_same_visit(desk: Desk) -> None:
    desk.enqueue(customer("C-1", name="Acme Hardware"))
    ticket = desk.greet()
    assert desk.answer(ticket, desk.send(ticket), {"Acme Hardware": TAKEN}) < 100
    job = desk.job("C-1")
    assert (job.status, job.applied, job.step, job.error) == (Status.QUEUED, Applied.NO, "lookup", None)
    query = desk.send(ticket)
    assert (query.new_id, query.old_id) == (None, None)
    assert [request.name for request in query.requests] == ["EntityQueryRq"]
    assert query.requests[0].element.findtext("FullName") == "Acme Hardware"
    number = query.requests[0].request_id
    told = f'<EntityQueryRs requestID="{number}" statusCode="0">{VENDOR}</EntityQueryRs>'
    assert desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{told}</QBXMLMsgsRs></QBXML>") == 100
    job = desk.job("C-1")
    assert (job.status, job.question, job.applied, job.step) == (Status.HELD, "name-taken", Applied.NO, "add")
    assert "the inactive Vendor Acme Hardware (80000099-1700000000)" in (job.error or "")
    assert candidates(job)[0]["type"] == "Vendor"
    assert f"qbwc answer {job.id} link ID | rename NAME | skip" in (job.remedy or "")


def test_several_names_are_looked_up_in_one_set(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"), customer("C-3"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100, "C-3": 3100})
    query = desk.send(ticket)
    assert [request.element.findtext("FullName") for request in query.requests] == ["C-1", "C-3"]
    desk.answer(ticket, query)
    assert desk.statuses() == {"C-1": Status.HELD, "C-2": Status.DONE, "C-3": Status.HELD}
    assert "shows nobody who has it" in (desk.job("C-1").error or "")


@pytest.mark.parametrize("code", [1000, 3250, 9999])
def test_a_lookup_that_fails_is_asked_again_at_the_next_visit_and_not_before(desk: Desk, code: int) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100})
    query = desk.send(ticket)
    failed = f'<EntityQueryRs requestID="{query.requests[0].request_id}" statusCode="{code}" />'
    assert desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{failed}</QBXMLMsgsRs></QBXML>") == 100
    assert desk.ask(ticket) == ""
    desk.exchange.close(ticket)
    again = desk.send(desk.log_in())
    assert [request.name for request in again.requests] == ["EntityQueryRq"]


@pytest.mark.parametrize("answer", ["", "<html/>", "<QBXML><QBXMLMsgsRs/></QBXML>"])
def test_a_lookup_without_a_readable_answer_ends_the_visits_questions(desk: Desk, answer: str) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100})
    desk.send(ticket)
    assert desk.hand_in(ticket, answer) == 100
    assert desk.job("C-1").status is Status.QUEUED
    assert desk.send(desk.log_in()).requests[0].name == "EntityQueryRq"


def test_a_lookup_that_was_never_answered_is_asked_again(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100})
    first = desk.send(ticket)
    second_ticket = desk.log_in()
    second = desk.send(second_ticket)
    assert second.requests[0].name == "EntityQueryRq"
    assert desk.answer(ticket, first) == -1
    assert desk.job("C-1").status is Status.QUEUED
    desk.answer(second_ticket, second)
    assert desk.job("C-1").status is Status.HELD


def test_a_job_cancelled_while_it_is_looked_up_stays_cancelled(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3100})
    query = desk.send(ticket)
    with db.write() as c:
        jobs.cancel(c, [desk.job("C-1").id], desk.clock, actor="test")
    assert desk.answer(ticket, query) == 100
    assert desk.job("C-1").status is Status.CANCELLED


def test_our_own_entry_is_adopted_by_its_guid(office: Office) -> None:
    office.enqueue(customer("C-1", name="Acme Hardware"))
    office.visit()
    known = office.job("C-1")
    with office.db.write() as c:  # as if the answer had never been recorded
        c.execute(tables.record.delete())
        c.execute(tables.job.update().values(status="queued", applied="no", list_id=None, finished_at=None))
    office.visit()
    job = office.job("C-1")
    assert (job.status, job.list_id) == (Status.DONE, known.list_id)
    assert office.booked() == ["Acme Hardware"]


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "JOE@acme.example"},
        {"phone": "555.0100"},
        {"bill_address": {"addr1": "1 Main St", "postal_code": "06268"}},
        {"company_name": "ACME Hardware Inc."},
    ],
)
@pytest.mark.parametrize("policy", ["ask", "yes"])
def test_a_hand_typed_customer_that_agrees_in_one_more_field_is_linked_where_the_policy_says_so(
    office: Office, fields: dict[str, Any], policy: str
) -> None:
    typed = Person(office.books).type_customer(
        "Acme Hardware",
        Email="joe@acme.example",
        Phone="555-0100",
        CompanyName="Acme Hardware Inc.",
        BillAddress={"Addr1": "1 Main", "PostalCode": "06268"},
    )
    if policy == "yes":
        allow_linking(office.db)
    office.enqueue(customer("C-1", name="ACME Hardware", **fields))
    office.visit()
    job = office.job("C-1")
    if policy == "ask":
        assert (job.status, job.question) == (Status.HELD, "name-taken")
        return
    assert (job.status, job.list_id, job.applied) == (Status.DONE, typed, Applied.YES)
    assert "linked to the Customer" in (job.warning or "")
    assert office.company.echoes_guid != "no"


def test_a_name_alone_is_never_enough_to_link(office: Office) -> None:
    Person(office.books).type_customer("Acme Hardware", Email="joe@acme.example")
    allow_linking(office.db)
    office.enqueue(customer("C-1", name="Acme Hardware"), customer("C-2", name="acme hardware", email="x@y.example"))
    office.visit()
    assert office.statuses() == {"C-1": Status.HELD, "C-2": Status.HELD}


def test_of_two_jobs_for_one_hand_typed_customer_only_one_is_linked(office: Office) -> None:
    typed = Person(office.books).type_customer("Acme Hardware", Email="joe@acme.example")
    allow_linking(office.db)
    both = {"name": "Acme Hardware", "email": "joe@acme.example"}
    office.enqueue(customer("C-1", **both), customer("C-2", **both))
    office.visit()
    assert office.statuses() == {"C-1": Status.DONE, "C-2": Status.HELD}
    assert office.job("C-1").list_id == typed
    assert candidates(office.job("C-2"))[0]["on_record_for"] == "C-1"


def test_an_inactive_customer_and_a_vendor_are_never_linked(office: Office) -> None:
    person = Person(office.books)
    person.make_inactive("Customer", person.type_customer("Acme Hardware", Email="joe@acme.example"))
    person.type_name("Vendor", "Bolts Inc")
    allow_linking(office.db)
    office.enqueue(
        customer("C-1", name="Acme Hardware", email="joe@acme.example"),
        customer("C-2", name="Bolts Inc", email="joe@acme.example"),
    )
    office.visit()
    assert office.statuses() == {"C-1": Status.HELD, "C-2": Status.HELD}
    assert candidates(office.job("C-1"))[0]["active"] is False
    assert candidates(office.job("C-2"))[0]["type"] == "Vendor"


def test_an_item_is_looked_up_among_all_kinds_of_items(office: Office) -> None:
    office.enqueue(
        {
            "kind": "item_non_inventory",
            "operation": "add",
            "external_id": "I-1",
            "payload": {"name": "Labor", "sales_or_purchase": {"account_ref": "Consulting Income"}},
        }
    )
    office.visit()
    office.enqueue(
        {
            "kind": "item_service",
            "operation": "add",
            "external_id": "I-2",
            "payload": {"name": "LABOR", "sales_or_purchase": {"account_ref": "Consulting Income"}},
        }
    )
    office.visit()
    job = office.job("I-2")
    assert (job.status, job.question) == (Status.HELD, "name-taken")
    assert [each["type"] for each in candidates(job)] == ["ItemNonInventory"]


def test_a_job_of_a_customer_is_looked_up_below_its_parent_alone(office: Office) -> None:
    person = Person(office.books)
    person.type_customer("Beta")
    person.type_customer("Roof", parent="Beta")
    office.enqueue(customer("C-1"), customer("C-2", name="Roof", parent_ref={"external_id": "C-1"}))
    office.visit()
    assert set(office.statuses().values()) == {Status.DONE}
    office.enqueue(
        customer("C-3", name="roof", parent_ref={"external_id": "C-1"}),
        customer("C-4", name="roof", parent_ref={"full_name": "Beta"}),
    )
    office.visit()
    assert [each["name"] for each in candidates(office.job("C-3"))] == ["C-1:Roof"]
    assert [each["name"] for each in candidates(office.job("C-4"))] == ["Beta:Roof"]


def test_a_held_customer_that_is_linked_lets_its_invoice_go(office: Office) -> None:
    person = Person(office.books)
    typed = person.type_customer("Acme Hardware")
    office.enqueue(customer("C-1", name="Acme Hardware"), invoice("INV-1", "C-1", lines=[{"desc": "text"}]))
    office.visit()
    assert office.statuses() == {"C-1": Status.HELD, "INV-1": Status.QUEUED}
    answered(office, office.job("C-1"), Verb.LINK, typed)
    assert (office.job("C-1").list_id, office.job("C-1").status) == (typed, Status.DONE)
    office.visit()
    assert office.job("INV-1").status is Status.DONE


def test_a_held_customer_that_is_renamed_goes_out_under_the_new_name(office: Office) -> None:
    Person(office.books).type_customer("Acme Hardware")
    office.enqueue(customer("C-1", name="Acme Hardware"))
    office.visit()
    before = office.job("C-1")
    answered(office, before, Verb.RENAME, "Acme Hardware, Inc. (2)")
    job = office.job("C-1")
    assert (job.status, job.label) == (Status.QUEUED, "Customer Acme Hardware, Inc. (2)")
    assert job.content_sha256 != before.content_sha256
    office.visit()
    assert office.job("C-1").status is Status.DONE
    assert sorted(office.booked()) == ["Acme Hardware", "Acme Hardware, Inc. (2)"]


def test_a_new_name_that_is_taken_as_well_is_asked_about_again(office: Office) -> None:
    person = Person(office.books)
    person.type_customer("Acme")
    person.type_customer("Acme 2")
    office.enqueue(customer("C-1", name="Acme"))
    office.visit()
    answered(office, office.job("C-1"), Verb.RENAME, "Acme 2")
    office.visit()
    assert (office.job("C-1").status, candidates(office.job("C-1"))[0]["name"]) == (Status.HELD, "Acme 2")
