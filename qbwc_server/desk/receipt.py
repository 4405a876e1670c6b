"""The receipt: what was sent beside what QuickBooks returned, field by field, equal or with the difference named.

It is read from the texts themselves: the job's request in the set that booked it, and QuickBooks' answer to that.
Numbers are compared as numbers, names without case; what was not sent and came back is QuickBooks' own addition, no
difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from lxml import etree

from qbwc_server.db import tables
from qbwc_server.desk import amounts
from qbwc_server.desk.xml_parts import own_element
from qbwc_server.jobs import Job, Status

_set, _item, _text = tables.message_set, tables.message_set_item, tables.message_set_text


class Basis(StrEnum):
    """What the comparison rests on."""

    ANSWER = "answer"
    """QuickBooks' whole answer."""
    IDS_ONLY = "ids-only"
    """QuickBooks confirmed it by its identifiers alone, after an interruption."""
    NO_ANSWER = "no-answer"
    """It was found in QuickBooks or named by a person; no answer to its own request is kept."""
    TEXTS_GONE = "texts-gone"
    """The texts of old sets were purged."""


class Verdict(StrEnum):
    """How one field compares."""

    EQUAL = "equal"
    DIFFERENT = "different"
    ADDED = "added"
    """Not sent; QuickBooks set it."""
    NOT_RETURNED = "not-returned"
    """Sent, but QuickBooks' answer does not show it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One field: what was sent, what came back."""

    field: str
    """In plain words: date, customer, line 1: rate."""
    sent: str | None
    returned: str | None
    verdict: Verdict
    is_number: bool = False
    """Whether both are numbers to calculate with; a document's number is not."""
    is_looked_for: bool = True
    """Whether people look for it on a receipt: what was sent, and number, date, tax and amounts in any case."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What QuickBooks made of a done document."""

    qb_id: str
    basis: Basis
    says: str
    """One sentence for a person."""
    total_expected: Decimal | None
    total_returned: Decimal | None
    fields: tuple[Compared, ...]
    """Number and date, those that were sent in their order, then what QuickBooks added."""
    number: str | None = None
    """The document's number in QuickBooks."""

    @property
    def differences(self) -> tuple[Compared, ...]:
        return tuple(each for each in self.fields if each.verdict is Verdict.DIFFERENT)


_ANSWER_OF = {
    "InvoiceLineAdd": "InvoiceLineRet",
    "InvoiceLineGroupAdd": "InvoiceLineGroupRet",
    "AppliedToTxnAdd": "AppliedToTxnRet",
}
_RENAMED = {"AppliedToTxnRet": {"PaymentAmount": "Amount"}}
_NEVER_SHOWN = frozenset({"ExternalGUID"})
_NO_ADDITION = frozenset(
    {"TxnID", "ListID", "TimeCreated", "TimeModified", "EditSequence", "TxnNumber", "TxnLineID", "ExternalGUID"}
)
_LOOKED_FOR = frozenset({"RefNumber", "TxnDate", "SalesTaxTotal", "TotalAmount", "Amount"})
_FIRST = {"number": 0, "date": 1}
_WORDS = {
    "TxnDate": "date",
    "RefNumber": "number",
    "CustomerRef": "customer",
    "ItemRef": "item",
    "ItemGroupRef": "group item",
    "Desc": "description",
    "SalesTaxTotal": "sales tax",
    "BalanceRemaining": "balance",
    "ARAccountRef": "accounts receivable",
    "PONumber": "customer's order number",
    "FOB": "FOB",
    "InvoiceLineRet": "line",
    "InvoiceLineGroupRet": "group line",
    "AppliedToTxnRet": "paid invoice",
    "TxnID": "TxnID",
}
_NUMBERS = (
    "Amount",
    "Total",
    "Rate",
    "Percent",
    "Quantity",
    "Price",
    "Cost",
    "Point",
    "Limit",
    "Value",
    "OnHand",
    "Max",
)
"""How the names of elements end that hold numbers; 0012 as a document's number is not 12."""
_SAYS = {
    Basis.IDS_ONLY: "QuickBooks confirmed it by its ID alone, so its fields cannot be compared here.",
    Basis.NO_ANSWER: "It was found in QuickBooks or named by a person, so there is no answer to compare with.",
    Basis.TEXTS_GONE: "The texts that were exchanged are not kept any more, so its fields cannot be compared.",
}


def receipt(c: sa.Connection, job: Job) -> Receipt | None:
    """The receipt of a done job; None for a job that is not done."""
    if job.status is not Status.DONE or job.qb_id is None:
        return None
    expected = amounts.total(amounts.payload_of(job.payload))
    sent, ret, basis = _texts(c, job)
    if sent is None or ret is None or basis is not Basis.ANSWER:
        return Receipt(job.qb_id, basis, _SAYS[basis], expected, None, ())
    fields = tuple(sorted(_compared(sent, ret), key=lambda each: _FIRST.get(each.field, len(_FIRST))))
    total = _total(ret)
    found = [each for each in fields if each.verdict is Verdict.DIFFERENT]
    says = f"It is in QuickBooks as {job.qb_id}, " + (
        "equal to what was sent." if not found else f"but differs in {', '.join(each.field for each in found)}."
    )
    return Receipt(job.qb_id, basis, says, expected, total, fields, ret.findtext("RefNumber"))


def _texts(c: sa.Connection, job: Job) -> tuple[etree._Element | None, etree._Element | None, Basis]:
    """The object that was sent and the one that came back under the job's ID."""
    newest = (
        sa.select(_set.c.key, _item.c.position, _text.c.request, _text.c.response)
        .join(_set, _set.c.id == _item.c.message_set_id)
        .outerjoin(_text, _text.c.message_set_id == _set.c.id)
        .where(_item.c.job_id == job.id, _item.c.qb_id == job.qb_id)
        .order_by(_item.c.message_set_id.desc())
        .limit(1)
    )
    row = c.execute(newest).one_or_none()
    if row is None:
        return None, None, Basis.NO_ANSWER
    if not row.request:
        return None, None, Basis.TEXTS_GONE
    request_id = f"{row.key}.{row.position}"
    request = own_element(row.request, request_id)
    answer = own_element(row.response, request_id) if row.response else None
    sent = next(request.iterchildren("*"), None) if request is not None else None
    if sent is None or answer is None:
        return None, None, Basis.NO_ANSWER
    ret = next((each for each in answer.iterchildren("*") if str(each.tag).endswith("Ret")), None)
    if ret is not None and job.qb_id in (ret.findtext("TxnID"), ret.findtext("ListID")):
        return sent, ret, Basis.ANSWER
    return None, None, Basis.IDS_ONLY if answer.find("ErrorRecovery") is not None else Basis.NO_ANSWER


def _compared(sent: etree._Element, ret: etree._Element, before: str = "") -> Iterator[Compared]:
    """What was sent in its order, then what was added."""
    counts: dict[str, int] = {}
    seen: set[str] = set()
    for part in sent.iterchildren("*"):
        name = str(part.tag)
        if name in _NEVER_SHOWN:
            continue
        there = _ANSWER_OF.get(name, _RENAMED.get(str(ret.tag), {}).get(name, name))
        seen.add(there)
        place = counts.get(there, 0)
        counts[there] = place + 1
        same = ret.findall(there)
        found = same[place] if place < len(same) else None
        number = f" {place + 1}" if name in _ANSWER_OF else ""
        yield from _one(part, found, f"{before}{in_words(there)}{number}")
    for part in ret.iterchildren("*"):
        name = str(part.tag)
        if name in _NO_ADDITION or name in seen:
            continue
        value = _shown(part)
        if value:
            is_number = name.endswith(_NUMBERS)
            yield Compared(f"{before}{in_words(name)}", None, value, Verdict.ADDED, is_number, name in _LOOKED_FOR)
    for name, used in counts.items():
        if name in _ANSWER_OF.values():
            for extra, part in enumerate(ret.findall(name)[used:], start=used + 1):
                yield Compared(f"{before}{in_words(name)} {extra}", None, _shown(part), Verdict.ADDED)


def _one(part: etree._Element, found: etree._Element | None, words: str) -> Iterator[Compared]:
    name = str(part.tag)
    if not len(part) or name.endswith("Ref"):
        yield _leaf(part, found, words)
    elif found is None:
        yield Compared(words, _shown(part), None, Verdict.NOT_RETURNED)
    else:
        yield from _compared(part, found, f"{words}: ")


def _leaf(part: etree._Element, found: etree._Element | None, words: str) -> Compared:
    if found is None:
        return Compared(words, _shown(part), None, Verdict.NOT_RETURNED)
    sent_id = part.findtext("ListID")
    if sent_id is not None:  # sent by its ID: the name that came back is the name of that
        same = sent_id.strip() == (found.findtext("ListID") or "").strip()
        return Compared(words, _shown(found) if same else sent_id, _shown(found), _verdict(same))
    sent, returned = _shown(part), _shown(found)
    is_number = str(part.tag).endswith(_NUMBERS)
    is_same = _same(sent, returned, is_number)
    return Compared(words, sent, returned, _verdict(is_same), is_number, not (is_same and sent == "false"))


def _verdict(same: bool) -> Verdict:
    return Verdict.EQUAL if same else Verdict.DIFFERENT


def _same(sent: str, returned: str, is_number: bool) -> bool:
    numbers = amounts.number(sent), amounts.number(returned)
    if is_number and None not in numbers:
        return numbers[0] == numbers[1]
    return " ".join(sent.split()).casefold() == " ".join(returned.split()).casefold()


def _shown(part: etree._Element) -> str:
    """What an element holds, for people: its text, the name of a reference, the texts of its parts."""
    if not len(part):
        return (part.text or "").strip()
    for name in ("FullName", "Name", "ListID", "TxnID"):
        if str(part.tag).endswith("Ref") and (text := part.findtext(name)):
            return text.strip()
    return ", ".join(text for each in part.iterchildren("*") if (text := _shown(each)))


def in_words(name: str) -> str:
    """An element's name for people: "due date" for DueDate."""
    if name in _WORDS:
        return _WORDS[name]
    parts: Sequence[str] = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name.removesuffix("Ref"))
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts) or name


def _total(ret: etree._Element) -> Decimal | None:
    subtotal = amounts.number(ret.findtext("Subtotal"))
    if subtotal is not None:
        return subtotal + (amounts.number(ret.findtext("SalesTaxTotal")) or Decimal(0))
    return amounts.number(ret.findtext("TotalAmount"))
