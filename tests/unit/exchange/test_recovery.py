"""`judge`: what became of a whole set."""

from __future__ import annotations

import pytest

from qbwc_server.exchange.message_sets import Purpose
from qbwc_server.exchange.recovery import Verdict, judge
from qbwc_server.qbxml import Answer, Reply

EMPTY = Answer(None, None, ())
REPLIED = Answer(None, 9002, (Reply("InvoiceAddRs", "k.1", 0, "Info", "Status OK", (), None),))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_replies_are_the_truth_whatever_the_codes_say(purpose: Purpose) -> None:
    assert judge(purpose, REPLIED, "") is Verdict.REPLIES


@pytest.mark.parametrize("hresult", ["0x80040400", "0X80040400", " 0x80040400 ", "80040400"])
def test_a_parse_error_of_a_write_set_was_not_applied(hresult: str) -> None:
    assert judge(Purpose.WRITE, None, hresult) is Verdict.NOT_APPLIED


@pytest.mark.parametrize("purpose", [Purpose.CHECK, Purpose.CLEAR, Purpose.QUERY])
def test_a_parse_error_of_anything_else_says_nothing_about_jobs(purpose: Purpose) -> None:
    assert judge(purpose, None, "0x80040400") is Verdict.IN_DOUBT


def test_a_parse_error_of_a_resend_says_nothing_about_the_first_sending() -> None:
    assert judge(Purpose.WRITE, None, "0x80040400", sendings=2) is Verdict.IN_DOUBT


def test_an_invalid_ticket_means_that_quickbooks_is_gone() -> None:
    assert judge(Purpose.WRITE, None, "0x8004040D") is Verdict.SESSION_LOST


@pytest.mark.parametrize("hresult", ["", "0x80040402", "0x80040408", "0x8004040A", "0x80040414", "garbage", "0x"])
def test_everything_else_leaves_a_write_set_in_doubt(hresult: str) -> None:
    assert judge(Purpose.WRITE, None, hresult) is Verdict.IN_DOUBT
    assert judge(Purpose.WRITE, EMPTY, hresult) is Verdict.IN_DOUBT


def test_an_empty_answer_to_a_clear_is_an_answer() -> None:
    assert judge(Purpose.CLEAR, EMPTY, "") is Verdict.REPLIES
