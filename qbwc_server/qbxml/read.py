"""Reads QuickBooks' answers: tolerant of everything but a text that is no answer at all.

Real answers hold enum values and elements that Intuit's own schema does not know, may lack any
attribute, and may tell the fate of a request by identifiers alone (ErrorRecovery). Nothing here
decides what a code means for a job. See `facts/qbxml.md` sections 1, 2.3, 4 and 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from qbwc_server.errors import Problem, UnreadableXml
from qbwc_server.qbxml.parser import Spent, parse_lenient

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_AMOUNT = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})")
_OFFSET = re.compile(r"(Z|[+-][0-9]{1,2}:[0-9]{1,2})$")


@dataclass(frozen=True)
class Ret:
    """One object in an answer (InvoiceRet, CustomerRet), or the identifiers in an ErrorRecovery."""

    name: str
    element: etree._Element

    def text(self, path: str) -> str | None:
        """The text at a path such as ``CustomerRef/ListID``; None if it is absent or blank."""
        found = self.element.find(path)
        text = "" if found is None else found.text or ""
        return text if text.strip() else None

    def amount(self, path: str) -> Decimal | None:
        """The number at a path; None if it is absent or no number."""
        text = (self.text(path) or "").strip()
        return Decimal(text) if _AMOUNT.fullmatch(text) else None

    @property
    def list_id(self) -> str | None:
        return self._token("ListID")

    @property
    def txn_id(self) -> str | None:
        return self._token("TxnID")

    @property
    def id(self) -> str | None:
        """The TxnID of a transaction, the ListID of a list element."""
        return self.txn_id or self.list_id

    @property
    def edit_sequence(self) -> str | None:
        return self._token("EditSequence")

    @property
    def txn_number(self) -> str | None:
        return self._token("TxnNumber")

    @property
    def external_guid(self) -> str | None:
        return self._token("ExternalGUID")

    @property
    def full_name(self) -> str | None:
        return self.text("FullName")

    @property
    def list_name(self) -> str | None:
        """What a *Ref calls FullName. Lists without levels answer it as Name, sales reps as Initial."""
        return self.text("FullName") or self.text("Name") or self.text("Initial")

    @property
    def ref_number(self) -> str | None:
        return self.text("RefNumber")

    @property
    def time_created(self) -> str | None:
        """Naive local time, ``2014-11-27T18:03:44``.

        QuickBooks prints the standard-time offset in summer too, so the offset is wrong half the year
        and cut off; the wall clock is right (`facts/qbxml.md` section 6, DST bug).
        """
        return self._local_time("TimeCreated")

    @property
    def time_modified(self) -> str | None:
        """Naive local time, as `time_created`."""
        return self._local_time("TimeModified")

    def _local_time(self, path: str) -> str | None:
        text = self._token(path)
        return None if text is None else _OFFSET.sub("", text)

    def _token(self, path: str) -> str | None:
        text = self.text(path)
        return None if text is None else text.strip()


@dataclass(frozen=True)
class Reply:
    """What QuickBooks answered to one request of a message set."""

    name: str
    """``InvoiceAddRs``."""
    request_id: str | None
    status_code: int | None
    """None if it is missing or not a whole number."""
    severity: str
    """``Info``, ``Warn``, ``Error`` or empty; never decide on it, real answers have it wrong."""
    message: str
    rets: tuple[Ret, ...]
    recovery: Ret | None
    """The identifiers of an ErrorRecovery, which may stand alone or after a Ret."""
    iterator_id: str | None = None
    """Of a query that is read page by page; good in the same visit alone."""
    remaining: int | None = None
    """Objects of such a query still to come; None for any other answer."""
    ret_count: int | None = None
    """How many objects a query found; only where metaData asked for it."""

    @property
    def ret(self) -> Ret | None:
        """The one object of the answer, else its ErrorRecovery; None for no object and for several."""
        if not self.rets:
            return self.recovery
        return self.rets[0] if len(self.rets) == 1 else None


@dataclass(frozen=True)
class Answer:
    """What QuickBooks answered to one message set."""

    new_message_set_id: str | None
    message_set_status: int | None
    """The messageSetStatusCode: None unless the set carried ids, or if it is not a whole number."""
    replies: tuple[Reply, ...]


def _was_added(line: etree._Element) -> bool:
    """Whether the line is of a document that was just added: what it says, we sent."""
    document = line.getparent()
    reply = None if document is None else document.getparent()
    return reply is not None and _name(reply).endswith("AddRs")


_ADDED_LINES = Spent(("InvoiceLineRet", "InvoiceLineGroupRet"), _was_added)
"""Most of a large answer. Whoever looks at a receipt reads them from the kept text."""


def read_answer(text: str | bytes) -> Answer:
    """Read the answer to a message set; where it is long, the lines of added documents are empty.

    Raises UnreadableXml if it is not one: not well-formed, or another document.
    """
    root = parse_lenient(text, _ADDED_LINES)
    message_set = root.find("QBXMLMsgsRs") if root.tag == "QBXML" else None
    if message_set is None:
        raise UnreadableXml(Problem("The text is XML, but not an answer of QuickBooks: QBXML/QBXMLMsgsRs is missing."))
    return Answer(
        new_message_set_id=message_set.get("newMessageSetID") or None,
        message_set_status=_number(message_set.get("messageSetStatusCode")),
        replies=tuple(_reply(node) for node in message_set.iterchildren("*")),
    )


def _reply(node: etree._Element) -> Reply:
    recovery = node.find("ErrorRecovery")
    return Reply(
        name=_name(node),
        request_id=node.get("requestID") or None,
        status_code=_number(node.get("statusCode")),
        severity=node.get("statusSeverity") or "",
        message=node.get("statusMessage") or "",
        rets=tuple(Ret(_name(child), child) for child in node.iterchildren("*") if _name(child).endswith("Ret")),
        recovery=None if recovery is None else Ret("ErrorRecovery", recovery),
        iterator_id=node.get("iteratorID") or None,
        remaining=_number(node.get("iteratorRemainingCount")),
        ret_count=_number(node.get("retCount")),
    )


def _name(node: etree._Element) -> str:
    return str(node.tag)


def _number(text: str | None) -> int | None:
    stripped = (text or "").strip()
    return int(stripped) if _NUMBER.fullmatch(stripped) else None
