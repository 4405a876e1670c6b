"""What QuickBooks' answers do to the jobs of a set."""

from __future__ import annotations

import pytest

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from qbwc_server.errors import RenderingFailed
from qbwc_server.jobs import Applied, Status
from tests.support.desk import PARSE_ERROR, Desk, customer, invoice, payment


def test_a_failed_job_never_stops_the_others(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"), customer("C-3"))
    ticket = desk.greet()
    too_long = (3070, 'The string "C-2" in the field "Name" is too long.')
    assert desk.answer(ticket, desk.send(ticket), {"C-2": too_long}) == 100
    assert desk.statuses() == {"C-1": Status.DONE, "C-2": Status.FAILED, "C-3": Status.DONE}
    failed = desk.job("C-2")
    assert failed.error == 'QuickBooks refused it (status 3070): The string "C-2" in the field "Name" is too long.'
    assert failed.error_code == "3070"
    assert failed.cause
    assert failed.remedy
    assert failed.applied is Applied.NO
    assert desk.exchange.close(ticket) == "2 jobs done, 1 failed. Needs a look: 1 failed (see `qbwc jobs`)."


def test_what_waits_for_a_failed_job_is_blocked_and_goes_on_after_its_retry(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"), payment("P-1", "C-1", "INV-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": 3070})
    assert desk.statuses() == {"C-1": Status.FAILED, "INV-1": Status.BLOCKED, "P-1": Status.BLOCKED}
    with db.write() as c:
        jobs.retry(c, [desk.job("C-1").id], desk.clock, actor="test")
    ticket = desk.log_in()
    for _ in range(3):
        desk.answer(ticket, desk.send(ticket))
    assert set(desk.statuses().values()) == {Status.DONE}


@pytest.mark.parametrize("code", [530, 550, 570])
def test_a_warning_on_an_add_is_done_with_its_id(desk: Desk, code: int) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    assert desk.answer(ticket, desk.send(ticket), {"C-1": (code, "Saved, but.")}) == 100
    job = desk.job("C-1")
    assert (job.status, job.list_id) == (Status.DONE, "80000001-1700000000")
    assert job.warning == f"QuickBooks warned (status {code}): Saved, but."


def test_a_missing_name_blocks_the_job_and_is_written_down(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    text = (
        'There is an invalid reference to QuickBooks Item "Labor" in the Invoice line.  QuickBooks error message: '
        "Invalid argument.  The specified record does not exist in the list."
    )
    assert desk.answer(ticket, desk.send(ticket), {"INV-1": (3140, text)}) == 100
    job = desk.job("INV-1")
    assert (job.status, job.missing_name) == (Status.BLOCKED, "Item:Labor")
    assert job.error == "Item 'Labor' is not in QuickBooks"
    with db.read() as c:
        assert [(row.name, row.job_id) for row in c.execute(tables.missing_name.select())] == [("item:labor", job.id)]


def test_a_lock_is_tried_again_later_and_later_and_not_for_ever(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    locked = (3175, "The transaction could not be locked.  It is in use by another user.")
    tries = 0
    desk.exchange.close(desk.greet())
    while desk.job("C-1").status is not Status.FAILED:
        tries += 1
        ticket = desk.log_in()
        desk.answer(ticket, desk.send(ticket), {"C-1": locked})
        desk.exchange.close(ticket)
        desk.clock.advance(hours=5)
    assert tries == 12
    assert desk.job("C-1").error.startswith("tried 12 times over about a day")  # type: ignore[union-attr]


def test_a_request_that_was_not_processed_goes_out_again_at_once(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    assert desk.answer(ticket, desk.send(ticket), {"C-1": (3231, "The request has not been processed.")}) < 100
    assert desk.job("C-1").attempts == 0
    assert desk.send(ticket).titles == ["C-1"]


def test_an_internal_error_of_quickbooks_is_never_followed_by_a_second_add(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"C-1": (1000, "There has been an internal error.")})
    assert desk.job("C-1").status is Status.IN_DOUBT
    assert desk.job("C-1").applied is Applied.UNKNOWN
    assert desk.send(ticket).is_check


def test_success_without_an_id_stays_in_doubt_as_applied(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    number = desk.send(ticket).requests[0].request_id
    reply = f'<CustomerAddRs requestID="{number}" statusCode="0" />'
    desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{reply}</QBXMLMsgsRs></QBXML>")
    assert (desk.job("C-1").status, desk.job("C-1").applied) == (Status.IN_DOUBT, Applied.YES)


def test_identifiers_alone_are_enough_to_be_done(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.hand_in(
        ticket,
        f'<QBXML><QBXMLMsgsRs><CustomerAddRs requestID="{sent.requests[0].request_id}" statusCode="0"><ErrorRecovery>'
        "<ListID>80000009-1</ListID></ErrorRecovery></CustomerAddRs></QBXMLMsgsRs></QBXML>",
    )
    assert (desk.job("C-1").status, desk.job("C-1").list_id) == (Status.DONE, "80000009-1")


def test_a_total_that_differs_from_the_expected_one_is_flagged(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1", expected_total="129.60", expected_tax="9.60"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    desk.answer(ticket, desk.send(ticket))
    job = desk.job("INV-1")
    assert job.status is Status.DONE
    assert job.warning == (
        "the total in QuickBooks is 120.00, not the expected 129.60; "
        "the sales tax in QuickBooks is 0.00, not the expected 9.60"
    )


def test_a_total_that_is_as_expected_is_not_flagged(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1", expected_total=120))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    desk.answer(ticket, desk.send(ticket))
    assert desk.job("INV-1").warning is None


def test_a_set_refused_as_a_whole_is_halved_until_the_poison_fails_alone(desk: Desk) -> None:
    desk.enqueue(*(customer(f"C-{n}") for n in range(4)))
    ticket = desk.greet()
    first = desk.send(ticket)
    assert len(first.requests) == 4
    assert desk.break_off(ticket, PARSE_ERROR) < 100
    travelled = []
    while desk.statuses() != {"C-0": Status.DONE, "C-1": Status.DONE, "C-2": Status.FAILED, "C-3": Status.DONE}:
        sent = desk.send(ticket)
        travelled.append(sent.titles)
        if "C-2" in sent.titles:
            desk.break_off(ticket, PARSE_ERROR)
        else:
            desk.answer(ticket, sent)
    canary = [""]
    assert travelled == [["C-0", "C-1"], ["C-2", "C-3"], ["C-2"], canary, ["C-3"]]
    assert PARSE_ERROR in (desk.job("C-2").error or "")
    assert desk.job("C-2").remedy


def test_jobs_that_were_not_in_the_refused_set_travel_together_again(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    desk.send(ticket)
    desk.break_off(ticket, PARSE_ERROR)
    desk.enqueue(customer("C-3"), customer("C-4"))
    travelled = []
    for _ in range(3):
        sent = desk.send(ticket)
        travelled.append(sent.titles)
        desk.answer(ticket, sent)
    assert travelled == [["C-1"], ["C-2"], ["C-3", "C-4"]]


def test_the_same_answer_twice_changes_nothing_and_returns_the_same_number(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    answer = desk.reply(sent, {})
    first = desk.hand_in(ticket, answer)
    before = desk.jobs()
    assert desk.hand_in(ticket, answer) == first == 50
    assert desk.jobs() == before


def test_a_second_id_for_one_job_is_never_swallowed(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.answer(ticket, sent)
    desk.answer(ticket, sent)
    job = desk.job("C-1")
    assert job.status is Status.HELD
    assert "80000001-1700000000" in (job.error or "")
    assert "80000002-1700000000" in (job.error or "")


def test_an_id_that_is_on_record_for_another_job_holds_the_job(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    desk.enqueue(customer("C-2"))
    desk.next_id = 1
    desk.answer(ticket, desk.send(ticket))
    assert desk.job("C-2").status is Status.HELD
    assert "on record for customer 'C-1'" in (desk.job("C-2").error or "")


def test_answers_are_matched_by_request_id_whatever_their_order(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    first, second = (desk.one_reply(request, 0) for request in sent.requests)
    desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{second}{first}</QBXMLMsgsRs></QBXML>")
    assert (desk.job("C-1").list_id, desk.job("C-2").list_id) == ("80000001-1700000000", "80000002-1700000000")


def test_an_answer_to_requests_nobody_sent_concludes_nothing(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.send(ticket)
    strange = '<CustomerAddRs requestID="00000000000000000000.1" statusCode="0"/>'
    assert desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{strange}</QBXMLMsgsRs></QBXML>") < 100
    assert desk.job("C-1").status is Status.IN_DOUBT
    assert desk.send(ticket).is_check


def test_a_job_that_does_not_render_fails_alone_and_the_others_go_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    real = desk.exchange._tools.renderer.request

    def request(template: str, **values: object) -> object:
        rendered = real(template, **values)  # type: ignore[arg-type]
        if "<Name>C-1</Name>" in rendered.text:
            raise RenderingFailed("the template is broken")
        return rendered

    monkeypatch.setattr(desk.exchange._tools.renderer, "request", request)
    sent = desk.send(ticket)
    assert sent.titles == ["C-2"]
    assert sent.requests[0].request_id.endswith(".1")
    assert desk.job("C-1").error == "could not be written as qbXML: the template is broken"


def test_quickbooks_record_of_an_answered_set_is_cleared_by_the_next_one(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    first = desk.send(ticket)
    assert first.old_id is None
    desk.answer(ticket, first)
    second = desk.send(ticket)
    assert second.old_id == first.new_id
    desk.answer(ticket, second)
    desk.enqueue(customer("C-9"))
    assert desk.send(ticket).old_id == second.new_id


def test_a_clearing_that_travelled_with_a_refused_set_is_done_by_the_next_one(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    ticket = desk.greet()
    first = desk.send(ticket)
    desk.answer(ticket, first)
    assert desk.send(ticket).old_id == first.new_id
    desk.break_off(ticket, PARSE_ERROR)
    desk.enqueue(customer("C-9"))
    assert desk.send(ticket).old_id == first.new_id


def test_more_than_twenty_uncleared_records_are_cleared_by_sets_of_their_own(desk: Desk, db: Database) -> None:
    desk.exchange.close(desk.greet())
    with db.write() as c:
        session_id = c.execute(tables.session.select()).first().id  # type: ignore[union-attr]
        for n in range(21):
            c.execute(
                tables.message_set.insert().values(
                    company_id=desk.company.id,
                    session_id=session_id,
                    key=f"old{n:017d}",
                    purpose="write",
                    state="answered",
                    clearing="uncleared",
                    qbxml_version="13.0",
                    first_sent_at=desk.clock.now(),
                    sent_at=desk.clock.now(),
                    clear_after=desk.clock.now(),
                )
            )
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert (sent.new_id, sent.old_id, sent.requests) == (None, "old00000000000000000", ())
    assert desk.hand_in(ticket, '<QBXML><QBXMLMsgsRs messageSetStatusCode="0"/></QBXML>') == 100


def test_recovery_and_the_echo_of_the_guid_are_learnt_from_the_answers(desk: Desk) -> None:
    assert (desk.company.recovery, desk.company.echoes_guid) == ("unknown", "unknown")
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    assert (desk.company.recovery, desk.company.echoes_guid) == ("works", "yes")


def test_the_history_tells_every_move_of_a_job(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.answer(ticket, sent)
    with db.read() as c:
        story = jobs.job_story(c, desk.job("C-1").id)
    assert [(event.from_status, event.to_status, event.actor) for event in story.events] == [
        (None, "queued", "test"),
        ("queued", "sent", "exchange"),
        ("sent", "done", "QuickBooks"),
    ]
    assert story.exchanged[0].request == sent.text
    assert "CustomerAddRs" in (story.exchanged[0].response or "")


def test_about_one_id_for_two_jobs_of_a_set_a_person_is_asked_and_neither_counts_as_done(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    replies = []
    for request in sent.requests:
        desk.next_id = 1
        replies.append(desk.one_reply(request, 0))
    assert desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{''.join(replies)}</QBXMLMsgsRs></QBXML>") == 100
    assert desk.statuses() == {"C-1": Status.HELD, "C-2": Status.HELD}
    assert {desk.job(name).question for name in ("C-1", "C-2")} == {"two-ids"}
