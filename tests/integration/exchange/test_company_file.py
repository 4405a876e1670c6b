"""Which company file is open: nothing is ever written into another one."""

from __future__ import annotations

import logging

import pytest

from qbwc_server import companies
from qbwc_server.db import Database
from qbwc_server.jobs import Status
from tests.support.desk import Desk, customer

OTHER_FILE = "{11111111-2222-3333-4444-555555555555}"


def test_the_first_hcp_is_stored_and_shown(desk: Desk) -> None:
    desk.ask(desk.log_in())
    facts = desk.company.known_facts()
    assert facts["product"] == "QuickBooks Pro 2024"
    assert facts["version"] == "34.0"
    assert facts["country"] == "US"
    assert facts["qbxml_versions"] == ["1.0", "16.0"]
    assert facts["sample_company"] is False
    assert facts["sales_tax"] is False
    assert desk.company.seen_path == "C:\\Books\\acme.qbw"


def test_the_tax_number_is_kept_as_a_hash_only(desk: Desk, db: Database, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ticket = desk.log_in()
        desk.answer(ticket, desk.send(ticket))
    with db.read() as c:
        everything = str(c.exec_driver_sql("SELECT * FROM company").all())
        everything += str(c.exec_driver_sql("SELECT * FROM message_set_text").all())
    assert "12-3456789" not in everything + caplog.text


def test_another_files_id_stops_the_visit_with_an_explanation(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.log_in()
    assert desk.ask(ticket, hcp=desk.hcp(file_id=OTHER_FILE, name="Rival Inc")) == ""
    assert "Rival Inc" in desk.exchange.last_error(ticket)
    assert "accept-file" in desk.exchange.close(ticket)
    assert desk.statuses() == {"C-1": Status.QUEUED}


def test_opening_the_right_file_again_lifts_the_stop(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    desk.ask(desk.log_in(), hcp=desk.hcp(file_id=OTHER_FILE))
    assert desk.company.stop_reason
    assert desk.ask(desk.log_in())
    assert desk.company.stop_reason is None


def test_without_a_file_id_the_names_seen_first_decide(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    first = desk.log_in()
    assert desk.ask(first, hcp=desk.hcp(file_id=None))
    second = desk.log_in()
    assert desk.ask(second, hcp=desk.hcp(file_id=None, name="Rival Inc")) == ""
    assert "Rival Inc" in desk.exchange.last_error(second)


def test_a_person_may_accept_the_file_that_was_seen_last(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    desk.ask(desk.log_in(), hcp=desk.hcp(file_id=None))
    renamed = desk.hcp(file_id=None, name="Acme Holding")
    assert desk.ask(desk.log_in(), hcp=renamed) == ""
    with db.write() as c:
        companies.accept_file(c, "Acme")
    assert desk.ask(desk.log_in(), hcp=renamed)


def test_a_status_check_waits_until_the_right_file_is_open(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.send(ticket)
    ticket = desk.log_in()
    assert desk.ask(ticket, hcp=desk.hcp(file_id=OTHER_FILE)) == ""
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}
    assert desk.send(desk.log_in()).is_check


@pytest.mark.parametrize("hcp", ["", "   ", "<QBXML><QBXMLMsgsRs>", "HOSTQUERY is currently not supported in QBPOS."])
def test_without_a_readable_hcp_quickbooks_is_asked_which_file_it_is(desk: Desk, hcp: str) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.log_in()
    sent = desk.send(ticket, hcp=hcp)
    assert [request.name for request in sent.requests] == ["CompanyQueryRq"]
    assert desk.answer(ticket, sent) < 100
    assert desk.send(ticket).titles == ["C-1"]


def test_a_quickbooks_that_will_not_say_which_file_it_is_gets_nothing(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.log_in()
    desk.send(ticket, hcp="")
    desk.break_off(ticket, "0x80040402")
    assert desk.ask(ticket, hcp="") == ""
    assert "did not say which company file" in desk.exchange.last_error(ticket)
    assert desk.statuses() == {"C-1": Status.QUEUED}


def test_the_computer_is_known_by_the_lock_that_qbwc_takes_on_the_file(desk: Desk, db: Database) -> None:
    for machine in ("OFFICE-1", "LAPTOP-7"):
        desk.ask(desk.log_in(), hcp=desk.hcp(machine=machine))
    with db.read() as c:
        assert [row.machine for row in c.exec_driver_sql("SELECT machine FROM session ORDER BY id")] == [
            "OFFICE-1",
            "LAPTOP-7",
        ]


def test_a_file_of_the_same_name_without_the_file_id_that_was_seen_before_is_stopped(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    desk.greet()
    ticket = desk.log_in()
    assert desk.ask(ticket, hcp=desk.hcp(file_id=None)) == ""
    assert "does not carry the FileID seen before" in desk.exchange.last_error(ticket)
    with db.write() as c:
        companies.accept_file(c, "Acme")
    assert desk.ask(desk.log_in(), hcp=desk.hcp(file_id=None))
    assert desk.ask(desk.log_in())
    assert desk.company.is_stamped
