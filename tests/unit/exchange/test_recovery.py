"""`judge`: what became of a whole set."""

from __future__ import annotations

import pytest

from qbwc_server.exchange.message_set import Purpose
from qbwc_server.exchange.recovery import Judgement, is_spent, judge, recovery_learnt
from qbwc_server.qbxml import Answer, Reply

EMPTY = Answer(None, None, ())
REPLIED = Answer(None, 9002, (Reply("InvoiceAddRs", "k.1", 0, "Info", "Status OK", (), None),))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_replies_are_the_truth_whatever_the_codes_say(purpose: Purpose) -> None:
    assert judge(purpose, REPLIED, "") is Judgement.REPLIES


@pytest.mark.parametrize("hresult", ["0x80040400", "0X80040400", " 0x80040400 ", "80040400"])
def test_a_parse_error_of_a_write_set_was_not_applied(hresult: str) -> None:
    assert judge(Purpose.WRITE, None, hresult) is Judgement.NOT_APPLIED


@pytest.mark.parametrize("purpose", [Purpose.CHECK, Purpose.CLEAR, Purpose.QUERY])
def test_a_parse_error_of_anything_else_says_nothing_about_jobs(purpose: Purpose) -> None:
    assert judge(purpose, None, "0x80040400") is Judgement.IN_DOUBT


def test_a_parse_error_of_a_resend_says_nothing_about_the_first_sending() -> None:
    assert judge(Purpose.WRITE, None, "0x80040400", sendings=2) is Judgement.IN_DOUBT


def test_a_parse_error_of_a_canary_is_its_answer() -> None:
    assert judge(Purpose.CANARY, None, "0x80040400") is Judgement.NOT_APPLIED
    assert judge(Purpose.CANARY, EMPTY, "") is Judgement.REPLIES
    assert judge(Purpose.CANARY, None, "0x80040402") is Judgement.IN_DOUBT


@pytest.mark.parametrize(
    ("answer", "hresult", "spent"),
    [
        (Answer("k", 9001, ()), "", True),
        (Answer("k", 600, ()), "", True),
        (None, "0x80040400", True),
        (None, "0x80040402", False),
        (None, "", False),
        (Answer("k", 0, ()), "", False),
        (REPLIED, "", False),
    ],
)
def test_a_text_is_spent_once_quickbooks_shows_that_it_will_never_take_it(
    answer: Answer | None, hresult: str, spent: bool
) -> None:
    assert is_spent(answer, hresult) is spent


def test_an_invalid_ticket_means_that_quickbooks_is_gone() -> None:
    assert judge(Purpose.WRITE, None, "0x8004040D") is Judgement.SESSION_LOST


@pytest.mark.parametrize("hresult", ["", "0x80040402", "0x80040408", "0x8004040A", "0x80040414", "garbage", "0x"])
def test_everything_else_leaves_a_write_set_in_doubt(hresult: str) -> None:
    assert judge(Purpose.WRITE, None, hresult) is Judgement.IN_DOUBT
    assert judge(Purpose.WRITE, EMPTY, hresult) is Judgement.IN_DOUBT


def test_an_empty_answer_to_a_clear_is_an_answer() -> None:
    assert judge(Purpose.CLEAR, EMPTY, "") is Judgement.REPLIES


@pytest.mark.parametrize(
    ("code", "learnt"), [(0, "works"), (9001, "works"), (None, "absent"), (9005, "absent"), (9002, None), (600, None)]
)
def test_an_unknown_id_does_not_tell_whether_ids_are_kept(code: int | None, learnt: str | None) -> None:
    assert recovery_learnt(Answer("k", code, ())) == learnt
