"""Writes answers as QuickBooks writes them (`facts/qbxml.md` section 9).

One element a line without indentation, no processing instruction, attributes in the order requestID,
statusCode, statusSeverity, statusMessage; the order of elements is the catalog's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.settings import StatusAnswers
from qbwc_server.simulator.quickbooks.work import Booked, Found


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request."""

    name: str
    """``InvoiceAddRs``."""
    request_id: str | None
    code: int = 0
    message: str = "Status OK"
    ret: str = ""
    """The lines of the *Ret, each ending in a newline; empty for an error."""
    recovery: str = ""
    """The lines of the ErrorRecovery that stands for it in a status check."""
    ret_count: int | None = None
    iterator_remaining: int | None = None
    iterator_id: str | None = None
    """The three that only queries have; absent unless they were asked for."""

    @property
    def is_error(self) -> bool:
        """Whether a stopOnError set stops here: warnings (5xx) and "nothing found" (1) do not."""
        return self.code >= 1000

    def text(self, answers: StatusAnswers = StatusAnswers.FULL) -> str:
        """The lines of the *Rs element."""
        attributes = {
            "requestID": self.request_id,
            "statusCode": str(self.code),
            "statusSeverity": _severity(self.code),
            "statusMessage": self.message,
            "retCount": _number(self.ret_count),
            "iteratorRemainingCount": _number(self.iterator_remaining),
            "iteratorID": self.iterator_id,
        }
        content = {StatusAnswers.FULL: self.ret, StatusAnswers.RECOVERY: self.recovery, StatusAnswers.CODES: ""}
        return _tag(self.name, attributes, content[answers])

    def without_ret(self) -> Reply:
        """The status alone."""
        return Reply(self.name, self.request_id, self.code, self.message)

    def to_json(self) -> str:
        """For the message-set memory."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """Back from what `to_json` wrote."""
        return cls(**json.loads(text))


def reply_with(name: str, request_id: str | None, booked: Booked | Found | None) -> Reply:
    """What was booked with status 0, or what was found with its own."""
    if booked is None:
        return Reply(name, request_id)
    spec = qbxml.message(name)
    if isinstance(booked, Found):
        rets = ("".join(_element(ret_name, ret, spec.child(ret_name))) for ret_name, ret in booked.rets)
        return Reply(
            name,
            request_id,
            booked.code,
            booked.message,
            ret="".join(rets),
            ret_count=booked.ret_count,
            iterator_remaining=booked.iterator_remaining,
            iterator_id=booked.iterator_id,
        )
    ret = "".join(_element(booked.ret_name, booked.ret, spec.child(booked.ret_name)))
    recovery = ""
    if booked.id_name:
        aggregate = Aggregate(
            {
                booked.id_name: booked.id,
                "TxnNumber": None if booked.txn_number is None else str(booked.txn_number),
                "EditSequence": str(booked.edit_sequence),
                "ExternalGUID": booked.guid,
            }
        )
        recovery = "".join(_element("ErrorRecovery", aggregate, None))
    return Reply(name, request_id, ret=ret, recovery=recovery)


def document(
    replies: Iterable[str], *, new_message_set_id: str | None = None, message_set_status: int | None = None
) -> str:
    """A whole answer from the texts of its replies; the attributes appear only where recovery was used."""
    attributes = {
        "newMessageSetID": new_message_set_id,
        "messageSetStatusCode": None if message_set_status is None else str(message_set_status),
    }
    content = _tag("QBXMLMsgsRs", attributes, "".join(replies), is_always_open=True)
    return f'<?xml version="1.0" ?>\n<QBXML>\n{content}</QBXML>\n'


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _severity(code: int) -> str:
    if code >= 1000:
        return "Error"
    return "Warn" if code >= 500 else "Info"


def _element(name: str, aggregate: Aggregate, spec: qbxml.Element | None) -> Iterator[str]:
    """The lines of an aggregate, in the catalog's order, without what the catalog does not know or what is empty."""
    lines = [line for child in _names(aggregate, spec) for line in _children(child, aggregate, spec)]
    if lines:
        yield f"<{name}>\n"
        yield from lines
        yield f"</{name}>\n"


def _names(aggregate: Aggregate, spec: qbxml.Element | None) -> Sequence[str]:
    if spec is None:
        return list(aggregate.names())
    return [child.name for child in spec.elements() if child.name in aggregate]


def _children(name: str, aggregate: Aggregate, spec: qbxml.Element | None) -> Iterator[str]:
    known = spec.child(name) if spec else None
    for item in aggregate.items(name):
        if isinstance(item, Aggregate):
            yield from _element(name, item, known)
        elif item or (known is not None and known.min_occurs):
            yield f"<{name}>{escape(item, quote=False)}</{name}>\n"


def _tag(name: str, attributes: dict[str, str | None], content: str, *, is_always_open: bool = False) -> str:
    start = f"<{name}" + "".join(f' {key}="{_quoted(value)}"' for key, value in attributes.items() if value is not None)
    if content or is_always_open:
        return f"{start}>\n{content}</{name}>\n"
    return f"{start} />\n"


def _quoted(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")
