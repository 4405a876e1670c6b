"""`judge`: what became of a whole set. Pure; HRESULTs and codes of message sets are read in this module alone.

Replies present are the truth, whatever the codes say. Where there are none, only one thing is certain: a text that
QuickBooks could not parse was not applied, not even in part (HRESULT 0x80040400) -- at that sending. Everything else
leaves a write set in doubt (facts/qbxml.md section 2, facts/qbwc-protocol.md section 4.1).
"""

from __future__ import annotations

from enum import StrEnum

from qbwc_server.exchange.message_set import Purpose
from qbwc_server.qbxml import Answer

_PARSE_ERROR = 0x80040400
_SESSION_LOST = 0x8004040D
_NOTHING, _CHECKSUM, _UNKNOWN_ID, _NOT_STORED = 600, 9001, 9002, 9005


class Judgement(StrEnum):
    """What is known of a set after its answer."""

    REPLIES = "replies"
    """Read them: they say it, job by job."""
    NOT_APPLIED = "not_applied"
    """QuickBooks refused the whole text before it did anything."""
    IN_DOUBT = "in_doubt"
    """It may have been applied, wholly or in part."""
    SESSION_LOST = "session_lost"
    """The same, and QuickBooks is gone: this visit is over."""


def judge(purpose: Purpose, answer: Answer | None, hresult: str, sendings: int = 1) -> Judgement:
    """What an answer means for the set it belongs to.

    `answer` is None where nothing readable came; `hresult` is empty where ProcessRequest did not fail.
    """
    if answer is not None and answer.replies:
        return Judgement.REPLIES
    code = _number(hresult)
    if code == _SESSION_LOST:
        return Judgement.SESSION_LOST
    if code == _PARSE_ERROR and purpose in (Purpose.WRITE, Purpose.CANARY) and sendings == 1:
        return Judgement.NOT_APPLIED
    if answer is not None and purpose in (Purpose.CLEAR, Purpose.CANARY):
        return Judgement.REPLIES
    return Judgement.IN_DOUBT


def recovery_learnt(answer: Answer) -> str | None:
    """What an answer with recovery attributes tells of this file; None: nothing.

    An id that is not there (9002, 600) does not tell whether ids are kept: so says a QuickBooks that never stored one.
    9005 says that the answer could not be stored: then the id protects from nothing.
    """
    if answer.message_set_status in (_UNKNOWN_ID, _NOTHING):
        return None
    return "absent" if answer.message_set_status in (None, _NOT_STORED) else "works"


def is_spent(answer: Answer | None, hresult: str) -> bool:
    """Whether QuickBooks answered a set that was sent again in a way that makes a third sending pointless.

    That is by 9001 or 600 and no replies, or by the HRESULT for a text that it cannot read.
    """
    if answer is None:
        return _number(hresult) == _PARSE_ERROR
    return not answer.replies and answer.message_set_status in (_CHECKSUM, _NOTHING)


def _number(hresult: str) -> int | None:
    try:
        return int(hresult.strip(), 16)
    except ValueError:
        return None
