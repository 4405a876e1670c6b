"""What QuickBooks did with each request of a message set, in one line for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from qbwc_server import qbxml
from qbwc_server.errors import UnreadableXml

_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOUNS = {
    "ItemService": "service item",
    "ItemNonInventory": "non-inventory item",
    "ItemInventory": "inventory item",
    "ReceivePayment": "payment",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """The fate of one request."""

    text: str
    """``Added customer "Acme Hardware" (ListID 80000001-1793600000).``"""
    is_added: bool
    is_error: bool


def noun(name: str) -> str:
    """What people call it: a ReceivePayment is a payment, an ItemService a service item."""
    return _NOUNS.get(name) or _NEXT_WORD.sub(" ", name).lower()


def deeds_of(answer: str, *, is_remembered: bool = False) -> list[Deed]:
    """One deed for each reply, in order. Raises UnreadableXml for what is no answer of QuickBooks.

    `is_remembered`: the replies tell what QuickBooks did earlier, and nothing was done now.
    """
    deeds = [_deed(reply) for reply in qbxml.read_answer(answer).replies]
    return [replace(each, text=f"On record: {each.text}", is_added=False) for each in deeds] if is_remembered else deeds


def is_status_check(request: str) -> bool:
    """Whether a message set asks only what became of another: nothing in it, and both ids the same."""
    asked = qbxml.parse_lenient(request).find("QBXMLMsgsRq")
    if asked is None or len(asked) > 0:
        return False
    return asked.get("newMessageSetID") is not None and asked.get("newMessageSetID") == asked.get("oldMessageSetID")


def message_set_remark(answer: str) -> str:
    """What the answer says about the message set itself; empty if there is nothing but ordinary replies."""
    try:
        read = qbxml.read_answer(answer)
    except UnreadableXml:
        return "QuickBooks' answer cannot be read."
    if read.message_set_status:
        return f"QuickBooks says messageSetStatusCode {read.message_set_status} about the message set."
    if not read.replies:
        return "QuickBooks had no request to process in this message set."
    return ""


def _deed(reply: qbxml.Reply) -> Deed:
    code = reply.status_code or 0
    what = noun(reply.name.removesuffix("Rs").removesuffix("Add"))
    if code >= 1000:
        return Deed(f"Refused {what}: {code} {reply.message}", is_added=False, is_error=True)
    remark = f" with warning {code}: {reply.message}" if code >= 500 else ""
    if not reply.name.endswith("AddRs"):
        return Deed(f"Answered {what}{remark}.", is_added=False, is_error=False)
    ret = reply.ret
    if ret is None:
        return Deed(f"Did {what}{remark}, without making anything new.", is_added=False, is_error=False)
    number = ret.full_name or ret.ref_number
    name = f' "{number}"' if number else ""
    kind = "TxnID" if ret.txn_id else "ListID"
    return Deed(f"Added {what}{name} ({kind} {ret.id}){remark}.", is_added=True, is_error=False)
