"""Visits: who may come in, what ends one, and what QBWC is told."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from qbwc_server import companies
from qbwc_server.db import Database, tables
from qbwc_server.exchange import Exchange, Limits, plan
from qbwc_server.jobs import Status
from qbwc_server.qbxml import Renderer
from tests.support.desk import Desk, customer, invoice, payment, read
from tests.support.doubles import ManualClock, SeededChance


def test_customer_invoice_and_payment_travel_in_three_sets_of_one_visit(desk: Desk) -> None:
    desk.enqueue(payment("P-1", "C-1", "INV-1"), invoice("INV-1", "C-1"), customer("C-1"))
    ticket = desk.greet()
    travelled = []
    percents = []
    for _ in range(3):
        sent = desk.send(ticket)
        travelled.append(sent.titles)
        percents.append(desk.answer(ticket, sent))
    assert travelled == [["C-1"], ["INV-1"], ["P-1"]]
    assert percents == [33, 66, 100]
    assert desk.exchange.close(ticket) == "3 jobs done."
    assert {job.external_id: (job.status, job.list_id, job.txn_id) for job in desk.jobs()} == {
        "P-1": (Status.DONE, None, "3-1700000000"),
        "INV-1": (Status.DONE, None, "2-1700000000"),
        "C-1": (Status.DONE, "80000001-1700000000", None),
    }


def test_an_invoice_names_its_customer_by_the_recorded_list_id(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    assert "<CustomerRef><ListID>80000001-1700000000</ListID></CustomerRef>" in desk.send(ticket).text


def test_a_company_that_was_never_seen_is_asked_for_its_name_before_anything_is_written(desk: Desk) -> None:
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert [request.name for request in sent.requests] == ["CompanyQueryRq"]
    assert sent.new_id is None
    assert desk.answer(ticket, sent) == 100
    assert desk.company.first_seen_at is not None
    assert desk.exchange.close(ticket) == "0 jobs done."


def test_a_known_company_without_work_is_told_none(desk: Desk) -> None:
    desk.exchange.close(desk.greet())
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password) == ("", "none", "", "")


@pytest.mark.parametrize("password", ["", "wrong", None])
def test_a_wrong_password_is_told_nvu_and_writes_nothing(desk: Desk, password: str | None) -> None:
    before = desk.company
    for _ in range(50):
        assert desk.exchange.authenticate(desk.credentials.username, password) == ("", "nvu", "", "")
    assert desk.company == before
    assert desk.log_in()


def test_an_unknown_user_is_told_nvu(desk: Desk) -> None:
    assert desk.exchange.authenticate("nobody", desk.credentials.password) == ("", "nvu", "", "")


def test_the_company_file_of_the_registration_is_returned_to_qbwc(db: Database, desk: Desk) -> None:
    other = Desk(db, desk.clock, desk.chance, name="Other", company_file="C:\\Books\\other.qbw")
    ticket, outcome, postpone, minimum = other.exchange.authenticate(
        other.credentials.username, other.credentials.password
    )
    assert (len(ticket), outcome, postpone, minimum) == (32, "C:\\Books\\other.qbw", "", "")


def test_a_paused_company_is_told_none_and_keeps_its_jobs(db: Database, desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    with db.write() as c:
        companies.pause(c, "Acme", "year-end closing")
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"
    assert desk.statuses() == {"C-1": Status.QUEUED}


def test_a_company_that_is_paused_during_a_visit_sends_nothing_more_and_says_why(db: Database, desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    with db.write() as c:
        companies.pause(c, "Acme", "year-end closing")
    assert desk.ask(ticket) == ""
    assert desk.exchange.last_error(ticket) == "Acme is paused: year-end closing."


def test_work_that_arrives_during_a_visit_is_taken_along(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.enqueue(customer("C-2"))
    assert desk.answer(ticket, sent) == 50
    assert desk.send(ticket).titles == ["C-2"]


def test_a_queue_that_ran_dry_between_two_calls_is_no_error(desk: Desk) -> None:
    ticket = desk.greet()
    assert desk.ask(ticket) == ""
    assert desk.exchange.last_error(ticket) == ""
    assert desk.exchange.close(ticket) == "0 jobs done."


def test_a_visit_ends_after_its_round_trips_and_says_that_more_is_queued(db: Database, desk: Desk) -> None:
    short = Desk(db, desk.clock, desk.chance, name="Short", limits=Limits(round_trips=3, jobs_per_set=1))
    short.enqueue(*(customer(f"C-{n}") for n in range(5)))
    ticket = short.greet()
    assert short.answer(ticket, short.send(ticket)) < 100
    assert short.answer(ticket, short.send(ticket)) == 100
    assert short.exchange.close(ticket) == "2 jobs done. More is queued and goes out at the next visit."


def test_a_visit_ends_after_half_an_hour(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.clock.advance(minutes=31)
    assert desk.answer(ticket, sent) == 100
    assert desk.statuses() == {"C-1": Status.DONE, "INV-1": Status.QUEUED}


def test_a_new_visit_ends_the_old_one_at_once(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    old = desk.greet()
    new = desk.log_in()
    assert desk.ask(old) == ""
    assert "newer visit" in desk.exchange.last_error(old)
    assert desk.send(new).titles == ["C-1"]


def test_one_companys_ticket_never_moves_another_companys_jobs(db: Database, desk: Desk) -> None:
    other = Desk(db, desk.clock, desk.chance, name="Other")
    desk.enqueue(customer("C-1"))
    other.enqueue(customer("C-1"))
    mine, theirs = desk.greet(), other.greet()
    sent = desk.send(mine)
    other_sent = other.send(theirs)
    assert other.hand_in(theirs, desk.reply(sent, {})) < 100
    assert desk.statuses() == {"C-1": Status.SENT}
    assert other.statuses() == {"C-1": Status.IN_DOUBT}
    assert desk.answer(mine, sent) == 100
    assert other_sent.new_id != sent.new_id


@pytest.mark.parametrize("ticket", [None, "", "nonsense", "x" * 10_000, "ü\ud800"])
def test_an_unknown_ticket_gets_an_answer_to_every_call(desk: Desk, ticket: str | None) -> None:
    assert desk.exchange.next_request(ticket, "", "", "US", 13, 0) == ""
    assert desk.exchange.take_response(ticket, "<QBXML/>", "", "") == -1
    assert desk.exchange.connection_error(ticket, "0x80040408", "") == "done"
    assert "Update Selected" in desk.exchange.last_error(ticket)
    assert desk.exchange.close(ticket)


def test_closing_twice_says_the_same_twice(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    assert desk.exchange.close(ticket) == desk.exchange.close(ticket) == "1 job done."
    assert desk.company.last_result == "1 job done."


def test_a_connection_error_is_explained_in_the_status_column(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.log_in()
    assert desk.exchange.connection_error(ticket, "0x80040408", "Could not start QuickBooks.") == "done"
    assert "Could not start QuickBooks." in desk.exchange.last_error(ticket)
    assert "Could not start QuickBooks." in desk.exchange.close(ticket)
    assert desk.statuses() == {"C-1": Status.QUEUED}


def test_a_path_that_cannot_be_opened_is_followed_once_by_the_file_that_is_open(db: Database, desk: Desk) -> None:
    other = Desk(db, desk.clock, desk.chance, name="Other", company_file="C:\\gone.qbw")
    ticket = other.log_in()
    assert other.exchange.connection_error(ticket, "0x80040403", "") == ""
    assert other.exchange.connection_error(ticket, "0x80040403", "") == "done"


def test_another_open_file_is_never_taken_for_ours(db: Database, desk: Desk) -> None:
    other = Desk(db, desk.clock, desk.chance, name="Other", company_file="C:\\other.qbw")
    assert other.exchange.connection_error(other.log_in(), "0x8004040A", "") == "done"


def test_with_the_database_away_every_call_has_its_answer(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    away = Exchange(Database("postgresql://nobody@127.0.0.1:1/none"), Renderer())
    with caplog.at_level(logging.DEBUG):
        assert away.authenticate("u", "canary-password")[1] == "busy"
        assert away.next_request("canary-ticket", "canary-hcp", "", "US", 13, 0) == ""
        assert away.take_response("canary-ticket", "<QBXML/>", "", "") == -1
        assert "Nothing was lost" in away.last_error("canary-ticket")
        assert "Nothing was lost" in away.close("canary-ticket")
        assert away.connection_error("canary-ticket", "0x80040408", "") == "done"
    assert "canary" not in caplog.text


def test_a_defect_of_ours_is_a_sentence_for_getlasterror_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()

    def broken(*_: object) -> None:
        raise KeyError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr("qbwc_server.exchange.send.plan", broken)
        assert desk.ask(ticket) == ""
    assert desk.exchange.last_error(ticket).startswith("Something went wrong on the server.")
    assert "KeyError" in caplog.text
    assert ticket not in caplog.text
    assert desk.statuses() == {"C-1": Status.QUEUED}
    assert desk.send(ticket).titles == ["C-1"]


def test_a_defect_while_taking_an_answer_stops_the_visit_and_leaves_the_set_to_be_asked_about(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr("qbwc_server.exchange.write_answer.settle", broken)
        assert desk.answer(ticket, sent) == -1
    assert desk.statuses() == {"C-1": Status.SENT}
    desk.exchange.close(ticket)
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}
    assert desk.send(desk.log_in()).is_check


def test_tickets_and_passwords_are_stored_as_hashes_only(db: Database, desk: Desk) -> None:
    ticket = desk.log_in()
    with db.read() as c:
        stored = str(c.execute(tables.session.select()).all()) + str(c.execute(tables.company.select()).all())
    assert ticket not in stored
    assert desk.credentials.password not in stored


def test_set_sizes_follow_the_time_that_quickbooks_takes(desk: Desk) -> None:
    desk.enqueue(*(customer(f"C-{n}") for n in range(140)))
    ticket = desk.greet()
    sizes = []
    for seconds in (0.2, 2, 20, 2):
        sent = desk.send(ticket)
        sizes.append(len(sent.requests))
        desk.clock.advance(seconds=seconds)
        desk.answer(ticket, sent)
    assert sizes == [20, 40, 50, 12]
    assert len(desk.send(ticket).requests) == 140 - sum(sizes)


def test_a_set_is_closed_when_its_text_gets_long(db: Database, desk: Desk) -> None:
    small = Desk(db, desk.clock, desk.chance, name="Small", limits=Limits(set_bytes=1500))
    small.enqueue(*(customer(f"C-{n}", notes="x" * 1000) for n in range(4)))
    ticket = small.greet()
    assert len(small.send(ticket).requests) == 2


def test_every_text_is_plain_ascii_with_the_declaration_quickbooks_wants(desk: Desk) -> None:
    desk.enqueue(customer("C-1", company_name="Bücher & Söhne €"))
    text = desk.ask(desk.greet())
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>')
    assert "B&#252;cher &amp; S&#246;hne &#8364;" in text
    assert read(text).requests[0].text("CompanyName") == "Bücher & Söhne €"


def test_an_old_quickbooks_is_told_what_it_lacks(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.log_in()
    assert desk.ask(ticket, major=10) == ""
    assert "qbXML 10.0" in desk.exchange.last_error(ticket)
    assert desk.statuses() == {"C-1": Status.QUEUED}


def test_qbxml_12_is_spoken_with_a_quickbooks_that_knows_no_more(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    assert '<?qbxml version="12.0"?>' in desk.ask(desk.log_in(), major=12)


def test_the_closing_text_says_when_the_next_retry_is_due(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    locked = (3175, "The transaction could not be locked.  It is in use by another user.")
    assert desk.answer(ticket, desk.send(ticket), {"C-1": locked}) == 100
    assert desk.exchange.close(ticket) == "0 jobs done. The next retry is due in less than a minute."
    desk.clock.advance(seconds=30)
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"
    desk.clock.advance(seconds=60)
    assert desk.send(desk.log_in()).titles == ["C-1"]


def test_the_last_contact_is_remembered(desk: Desk) -> None:
    desk.clock.advance(minutes=5)
    desk.log_in()
    assert desk.company.last_contact_at == desk.clock.now()
    assert desk.clock.now() - desk.company.created_at == timedelta(minutes=5)


def test_a_connection_error_that_was_overcome_is_not_told_at_the_end(db: Database, desk: Desk) -> None:
    other = Desk(db, desk.clock, desk.chance, name="Other", company_file="C:\\gone.qbw")
    other.enqueue(customer("C-1"))
    ticket = other.log_in()
    assert other.exchange.connection_error(ticket, "0x80040403", "Could not open it.") == ""
    other.answer(ticket, other.send(ticket))
    other.answer(ticket, other.send(ticket))
    assert other.exchange.close(ticket) == "1 job done."


def test_a_client_that_does_not_heed_the_end_of_its_visit_gets_nothing_more(db: Database, desk: Desk) -> None:
    short = Desk(db, desk.clock, desk.chance, name="Short", limits=Limits(round_trips=2))
    short.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = short.greet()
    assert short.answer(ticket, short.send(ticket)) == 100
    assert short.ask(ticket) == ""
    assert "next one" in short.exchange.last_error(ticket)


def test_a_call_gives_up_on_a_crowd_of_unfit_jobs_and_the_next_visit_goes_on(
    db: Database, clock: ManualClock, chance: SeededChance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_MOST_FAILURES", 4)
    desk = Desk(db, clock, chance, limits=Limits(jobs_per_set=2))
    desk.enqueue(*(customer(f"C-{number}") for number in range(7)))
    with db.write() as c:  # accepted by an older version that did not ask for a name
        c.execute(tables.job.update().where(tables.job.c.external_id != "C-6").values(payload="{}"))
    ticket = desk.greet()
    assert desk.ask(ticket) == ""
    assert list(desk.statuses().values()).count(Status.FAILED) == 4
    assert "More is queued and goes out at the next visit." in desk.exchange.close(ticket)
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert sent.titles == ["C-6"]
    assert desk.answer(ticket, sent) == 100
    assert list(desk.statuses().values()).count(Status.FAILED) == 6
