"""`judge`: what became of a whole set. Pure, and the only place that reads HRESULTs and message-set codes.

Replies present are the truth, whatever the codes say. Where there are none, only one thing is certain: a text that
QuickBooks could not parse was not applied, not even in part (HRESULT 0x80040400) -- at that sending. Everything else
leaves a write set in doubt (facts/qbxml.md section 2, facts/qbwc-protocol.md section 4.1).
"""

from __future__ import annotations

from enum import StrEnum

from qbwc_server.exchange.message_sets import Purpose
from qbwc_server.qbxml import Answer

_PARSE_ERROR = 0x80040400
_SESSION_LOST = 0x8004040D


class Verdict(StrEnum):
    """What is known of a set after its answer."""

    REPLIES = "replies"
    """Read them: they say it, job by job."""
    NOT_APPLIED = "not_applied"
    """QuickBooks refused the whole text before it did anything."""
    IN_DOUBT = "in_doubt"
    """It may have been applied, wholly or in part."""
    SESSION_LOST = "session_lost"
    """The same, and QuickBooks is gone: this visit is over."""


def judge(purpose: Purpose, answer: Answer | None, hresult: str, sendings: int = 1) -> Verdict:
    """What an answer means for the set it belongs to.

    `answer` is None where nothing readable came; `hresult` is empty where ProcessRequest did not fail.
    """
    if answer is not None and answer.replies:
        return Verdict.REPLIES
    code = _number(hresult)
    if code == _SESSION_LOST:
        return Verdict.SESSION_LOST
    if code == _PARSE_ERROR and purpose is Purpose.WRITE and sendings == 1:
        return Verdict.NOT_APPLIED
    if answer is not None and purpose is Purpose.CLEAR:
        return Verdict.REPLIES
    return Verdict.IN_DOUBT


def recovery_learnt(answer: Answer) -> str:
    """What an answered write set tells of this file: QuickBooks sends the attribute only where recovery works."""
    return "absent" if answer.message_set_status is None else "works"


def _number(hresult: str) -> int | None:
    try:
        return int(hresult.strip(), 16)
    except ValueError:
        return None
