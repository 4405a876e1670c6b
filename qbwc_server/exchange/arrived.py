"""What receiveResponseXML brought, read before any transaction begins."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import Answer, HostCompanyPreferences, Reply, hresult_fact, read_answer, read_hcp

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The parameters of receiveResponseXML."""

    response: str
    answer: Answer | None
    """None: empty, not readable, or ProcessRequest failed."""
    hresult: str
    """`0x%08X`, or empty where QuickBooks processed the request."""
    message: str

    @classmethod
    def read(cls, response: str, hresult: str, message: str) -> Arrived:
        """Reads what came; an unreadable answer is kept as text and concludes nothing."""
        answer: Answer | None = None
        if not _is_blank(response) and not hresult.strip():
            try:
                answer = read_answer(response)
            except UnreadableXml:
                log.warning("QuickBooks' answer was not readable")
        return cls(response, answer, hresult.strip(), message.strip())

    @property
    def replies(self) -> tuple[Reply, ...]:
        """QuickBooks' replies, none if there is no readable answer."""
        return self.answer.replies if self.answer else ()

    @property
    def keys(self) -> list[str]:
        """The keys of the sets this answers, by its requestIDs or else its newMessageSetID."""
        keys = {reply_key(reply) for reply in self.replies} - {None}
        if not keys and self.answer is not None:
            keys = {self.answer.new_message_set_id} - {None}
        return sorted(key for key in keys if key)

    @property
    def company(self) -> HostCompanyPreferences | None:
        """What a CompanyQuery told, if it did."""
        told = read_hcp(self.response) if self.replies else None
        return told if told is not None and (told.company_name or told.extensions) else None

    @property
    def what_happened(self) -> str:
        """Why there is no readable answer, in one line for a person."""
        if self.hresult:
            return f"QuickBooks reported {self.hresult}: {self.message or hresult_fact(self.hresult).meaning}"
        return "QuickBooks' answer was empty" if _is_blank(self.response) else "QuickBooks' answer was not readable"

    @property
    def advice(self) -> str:
        """The same with what to do about it."""
        return f"{self.what_happened} {hresult_fact(self.hresult).remedy}".strip()


def _is_blank(text: str) -> bool:
    return not text or text.isspace()  # strip() would copy a large answer


def reply_key(reply: Reply) -> str | None:
    """The set that a requestID names; None if it is not one of ours."""
    key, dot, position = (reply.request_id or "").partition(".")
    return key if dot and position.isascii() and position.isdecimal() else None


def reply_position(reply: Reply) -> int:
    """The position in the set that a requestID names; 0 if it is not one of ours."""
    return int((reply.request_id or "").partition(".")[2][:9]) if reply_key(reply) else 0
