"""A set that went unanswered: it is asked about, and nothing of it is ever sent again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from lxml import etree

from qbwc_server.db import tables
from qbwc_server.jobs import Applied, Status
from tests.support.desk import PARSE_ERROR, Desk, Sent, customer, invoice


def _unanswered(desk: Desk) -> Sent:
    """A set of two customers that QBWC took and never answered."""
    desk.enqueue(customer("C-1"), customer("C-2"))
    return desk.send(desk.greet())


def test_an_unanswered_set_is_in_doubt_at_the_next_visit_and_asked_about_first(desk: Desk) -> None:
    lost = _unanswered(desk)
    desk.enqueue(customer("C-3"))
    check = desk.send(desk.log_in())
    assert check.is_check
    assert check.new_id == lost.new_id
    assert desk.statuses() == {"C-1": Status.IN_DOUBT, "C-2": Status.IN_DOUBT, "C-3": Status.QUEUED}
    assert desk.job("C-1").applied is Applied.UNKNOWN
    assert desk.job("C-1").error == "sent, but no answer came from QuickBooks"


def test_a_status_check_answered_in_full_records_everything(desk: Desk) -> None:
    lost = _unanswered(desk)
    ticket = desk.log_in()
    desk.send(ticket)
    assert desk.hand_in(ticket, desk.reply(lost, {})) == 100
    assert {job.external_id: job.list_id for job in desk.jobs()} == {
        "C-1": "80000001-1700000000",
        "C-2": "80000002-1700000000",
    }
    assert set(desk.statuses().values()) == {Status.DONE}


def test_a_status_check_tells_failures_as_well(desk: Desk) -> None:
    lost = _unanswered(desk)
    ticket = desk.log_in()
    desk.send(ticket)
    desk.hand_in(ticket, desk.reply(lost, {"C-2": 3070}))
    assert desk.statuses() == {"C-1": Status.DONE, "C-2": Status.FAILED}


@pytest.mark.parametrize("code", ["0", "600", "9001", "9002", "9004", "9005"])
def test_after_a_status_check_that_proves_nothing_the_jobs_are_looked_for_in_the_books(desk: Desk, code: str) -> None:
    lost = _unanswered(desk)
    ticket = desk.log_in()
    assert desk.send(ticket).new_id == lost.new_id
    nothing = f'<QBXML><QBXMLMsgsRs newMessageSetID="{lost.new_id}" messageSetStatusCode="{code}"/></QBXML>'
    assert desk.hand_in(ticket, nothing) < 100
    search = desk.send(ticket)
    assert search.is_search
    assert search.new_id is None
    asked = [(node.findtext("NameFilter/Name"), node.findtext("FromModifiedDate")) for node in _elements(search)]
    assert asked == [("C-1", None), ("C-2", None), (None, "2026-10-30T17:00:00")]


def test_jobs_that_do_not_touch_the_set_go_on(desk: Desk) -> None:
    _unanswered(desk)
    desk.enqueue(customer("C-3"), invoice("INV-1", "C-1"))
    desk.clock.advance(minutes=1)
    ticket = desk.log_in()
    other_pc = desk.hcp(machine="LAPTOP-7")
    assert desk.send(ticket, hcp=other_pc).is_check
    desk.hand_in(ticket, "<QBXML><QBXMLMsgsRs/></QBXML>")
    search = desk.send(ticket)
    assert search.is_search
    desk.answer(ticket, search)
    sent = desk.send(ticket)
    assert sent.titles == ["C-3"]
    assert desk.answer(ticket, sent) == 100
    assert desk.statuses()["INV-1"] is Status.QUEUED


def test_asking_for_the_next_request_without_answering_the_last_gets_the_status_check(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    again = desk.send(ticket)
    assert again.is_check
    assert again.new_id == sent.new_id
    assert desk.send(ticket).is_check


@pytest.mark.parametrize("hresult", ["0x80040402", "0x80040408", "0x80010105", "nonsense"])
def test_after_another_hresult_the_status_check_follows_in_the_same_visit(desk: Desk, hresult: str) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    assert 0 <= desk.break_off(ticket, hresult) < 100
    check = desk.send(ticket)
    assert (check.is_check, check.new_id) == (True, sent.new_id)


def test_a_quickbooks_session_that_was_lost_ends_the_visit_with_an_explanation(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.send(ticket)
    assert desk.break_off(ticket, "0x8004040D", "The ticket is invalid.") == -1
    assert "The ticket is invalid." in desk.exchange.last_error(ticket)
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}


def test_a_parse_error_to_a_status_check_says_nothing_about_the_jobs(desk: Desk) -> None:
    _unanswered(desk)
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    assert desk.break_off(ticket, PARSE_ERROR) < 100
    assert set(desk.statuses().values()) == {Status.IN_DOUBT}
    assert desk.send(ticket).is_search


@pytest.mark.parametrize("response", ["", "   ", "<html>Gateway timeout</html>", "<QBXML><QBXMLMsgsRs>", "\x00\x01"])
def test_an_unreadable_answer_puts_the_set_in_doubt(desk: Desk, response: str) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.send(ticket)
    assert desk.hand_in(ticket, response) < 100
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}
    assert desk.send(ticket).is_check


def test_a_job_without_a_reply_is_in_doubt_while_the_others_are_done(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    only = desk.one_reply(sent.requests[0], 0)
    assert desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{only}</QBXMLMsgsRs></QBXML>") < 100
    assert desk.statuses() == {"C-1": Status.DONE, "C-2": Status.IN_DOUBT}
    assert desk.send(ticket).new_id == sent.new_id


def test_a_late_answer_to_an_ended_visit_is_recorded_and_the_visit_told_to_stop(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    old = desk.greet()
    sent = desk.send(old)
    desk.log_in()
    assert desk.answer(old, sent) == -1
    assert desk.statuses() == {"C-1": Status.DONE}
    assert "newer visit" in desk.exchange.last_error(old)


def test_a_late_answer_and_then_the_status_check_agree(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    old = desk.greet()
    sent = desk.send(old)
    answer = desk.reply(sent, {})
    new = desk.log_in()
    assert desk.send(new).is_check
    assert desk.hand_in(old, answer) == -1
    assert desk.hand_in(new, answer) == 100
    assert desk.statuses() == {"C-1": Status.DONE}


def test_a_set_that_was_in_doubt_is_not_cleared_for_seven_days(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    lost = desk.send(desk.greet())
    ticket = desk.log_in()
    desk.send(ticket)
    desk.hand_in(ticket, desk.reply(lost, {}))
    desk.enqueue(customer("C-2"))
    second = desk.send(ticket)
    assert second.old_id is None
    desk.answer(ticket, second)
    desk.clock.advance(days=7, minutes=1)
    old = set()
    for name in ("C-3", "C-4"):
        desk.enqueue(customer(name))
        ticket = desk.log_in()
        sent = desk.send(ticket)
        old.add(sent.old_id)
        desk.answer(ticket, sent)
    assert old == {lost.new_id, second.new_id}


def test_closing_with_an_unanswered_set_puts_it_in_doubt(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.send(ticket)
    assert desk.exchange.close(ticket) == "0 jobs done. Needs a look: 1 in doubt (see `qbwc jobs`)."
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}


def test_while_quickbooks_cannot_say_nothing_is_sent_again_and_after_three_visits_a_person_is_asked(desk: Desk) -> None:
    _unanswered(desk)
    for _ in range(5):
        desk.clock.advance(hours=26)
        if desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none":
            break
        ticket = desk.log_in()
        while text := desk.ask(ticket):
            assert "CustomerAdd" not in text
            desk.hand_in(ticket, "")
        desk.exchange.close(ticket)
    assert set(desk.statuses().values()) == {Status.HELD}
    assert "is it in the books?" in (desk.job("C-1").error or "")
    assert desk.job("C-1").question == "in-the-books"


def _elements(sent: Sent) -> list[etree._Element]:
    return [request.element for request in sent.requests]


def test_many_sets_in_doubt_never_keep_other_work_from_going_out(desk: Desk) -> None:
    for number in range(15):
        desk.enqueue(customer(f"C-{number}"))
        ticket = desk.greet() if number == 0 else desk.log_in()
        _checks_before(desk, ticket, f"C-{number}", f"PC-{number}")
    desk.enqueue(customer("C-new"))
    assert _checks_before(desk, desk.log_in(), "C-new", "PC-99") == 10


def _checks_before(desk: Desk, ticket: str, title: str, machine: str) -> int:
    """How often QuickBooks, which knows nothing, is asked about old sets before this customer goes out."""
    checks = 0
    while (sent := desk.send(ticket, hcp=desk.hcp(machine=machine))).titles != [title]:
        checks += sent.is_check
        desk.hand_in(ticket, "<QBXML><QBXMLMsgsRs/></QBXML>" if sent.is_check else desk.reply(sent, {}))
    return checks


def test_a_late_answer_settles_jobs_a_person_is_asked_about_already(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    old = desk.greet()
    lost = desk.send(old)
    answer = desk.reply(lost, {})
    for _ in range(3):
        desk.clock.advance(hours=26)
        ticket = desk.log_in()
        while desk.ask(ticket):
            desk.hand_in(ticket, "")
    assert set(desk.statuses().values()) == {Status.HELD}
    assert desk.hand_in(old, answer) == -1
    assert set(desk.statuses().values()) == {Status.DONE}
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"


@pytest.mark.parametrize("answers_checks", [False, True], ids=["dies of the check", "dies of the search"])
def test_where_quickbooks_dies_of_every_question_a_person_is_asked_after_three_visits(
    desk: Desk, answers_checks: bool
) -> None:
    _unanswered(desk)
    for visit in range(3):
        ticket = desk.log_in()
        assert set(desk.statuses().values()) == {Status.IN_DOUBT}
        sent = desk.send(ticket)
        assert sent.is_check
        if answers_checks:
            desk.hand_in(ticket, "<QBXML><QBXMLMsgsRs/></QBXML>")
            assert "CustomerQuery" in desk.ask(ticket)
            if visit == 0:  # asked again in the same visit, which counts once
                assert "CustomerQuery" in desk.ask(ticket)
    assert desk.ask(desk.log_in()) == ""
    assert set(desk.statuses().values()) == {Status.HELD}
    assert "asked in several visits and never answered" in (desk.job("C-1").error or "")


def test_jobs_go_out_anew_only_when_no_pc_can_still_hold_their_old_text(desk: Desk) -> None:
    """The id of a set guards against a PC that hands it over late; under another id nothing would."""
    with desk.db.write() as c:
        c.execute(sa.update(tables.company).values(recovery="works"))
    desk.enqueue(customer("C-1"))
    old = desk.send(desk.greet(), hcp=desk.hcp(machine="PC-1"))
    desk.clock.advance(minutes=20)
    assert [_looked_for(desk, machine="PC-2") for _ in range(2)] == [old.new_id] * 2

    assert _looked_for(desk, machine="PC-2") is None
    assert desk.statuses() == {"C-1": Status.IN_DOUBT}

    desk.clock.advance(hours=48)
    assert _looked_for(desk, machine="PC-2") not in (None, old.new_id)


def _looked_for(desk: Desk, *, machine: str) -> str | None:
    """A visit in which QuickBooks knows nothing of the jobs; the id they are then sent under, and the PC dies."""
    ticket = desk.log_in()
    while text := desk.ask(ticket, hcp=desk.hcp(machine=machine)):
        sent = desk.last_sent()
        if "AddRq" in text:
            return sent.new_id
        unknown = f'<QBXML><QBXMLMsgsRs newMessageSetID="{sent.new_id}" messageSetStatusCode="9002"/></QBXML>'
        desk.hand_in(ticket, unknown if sent.is_check else desk.reply(sent, {}))
    return None
