"""Marker queries: what to ask QuickBooks to find out whether jobs are in the books, and what the answers prove.

Where QuickBooks kept no record of a set, its objects are looked for: by Name or RefNumber, and by modification date
from 64 hours before the first sending. "None" needs both. Our own GUID is proof; agreement of everything else makes
a candidate and never more: people type invoice 1001 too (facts/qbxml.md sections 5.9 and 6). Pure: knows no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from qbwc_server.jobs import Invoice, InvoiceLine, Job, Payload, Payment, kind
from qbwc_server.qbxml import Ret

PAGE = 100
"""Objects in one page of an answer."""
_BEFORE_SENDING = timedelta(hours=64)
"""QuickBooks' clock is its machine's local time, at most 14 hours from UTC; it and ours may each be wrong by a day."""


@dataclass(frozen=True, slots=True)
class MarkerQuery:
    """One query: its template and the values for it."""

    template: str
    values: dict[str, Any]


class Match(StrEnum):
    """What an object in the books is to a job."""

    OURS = "ours"
    """It carries the job's own GUID."""
    MAYBE = "maybe"
    """It carries no GUID and agrees with the job in everything that can be compared."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job that is looked for, with what it was sent as."""

    job: Job
    payload: Payload
    """With its references resolved to ListIDs and TxnIDs."""


def questions(wanted: Sequence[Wanted], first_sent_at: datetime) -> list[MarkerQuery]:
    """The queries that find every one of these jobs if it is in the books."""
    since = (first_sent_at - _BEFORE_SENDING).strftime("%Y-%m-%dT%H:%M:%S")
    by_template: dict[str, list[Wanted]] = {}
    for each in wanted:
        by_template.setdefault(kind(each.job.kind).query, []).append(each)
    return [question for template, some in by_template.items() for question in _questions(template, some, since)]


def _questions(template: str, wanted: list[Wanted], since: str) -> Iterator[MarkerQuery]:
    if kind(wanted[0].job.kind).is_transaction:
        numbers = sorted({number for each in wanted if (number := _ref_number(each.payload))})
        if numbers:
            yield MarkerQuery(template, {"ref_numbers": numbers})
    else:
        for name in sorted({_name(each.payload) for each in wanted}):
            yield MarkerQuery(template, {"name_filter": ("EndsWith", name), "max_returned": PAGE, "iterator": "Start"})
    yield MarkerQuery(template, {"from_modified": since, "max_returned": PAGE, "iterator": "Start"})


def match(wanted: Wanted, ret: Ret, *, file_echoes_guid: bool) -> Match:
    """What `ret` is to the job; that an ID is on record for another job is for the caller to know."""
    if ret.name != kind(wanted.job.kind).object_name:
        return Match.NO
    if ret.external_guid is not None:
        return Match.OURS if ret.external_guid.upper() == wanted.job.guid.upper() else Match.NO
    if file_echoes_guid:
        return Match.NO
    return Match.MAYBE if _agrees(wanted.payload, ret) else Match.NO


def _agrees(payload: Payload, ret: Ret) -> bool:
    if isinstance(payload, Invoice):
        return _same_head(payload, ret) and _same_lines(payload, ret)
    if isinstance(payload, Payment):
        return _same_head(payload, ret) and ret.amount("TotalAmount") == payload.total_amount
    return (ret.text("Name") or "").strip().casefold() == _name(payload).casefold()


def _same_head(payload: Invoice | Payment, ret: Ret) -> bool:
    customer = payload.customer_ref
    if customer.list_id is not None and ret.text("CustomerRef/ListID") not in (None, customer.list_id):
        return False
    if customer.full_name is not None:
        named = ret.text("CustomerRef/FullName")
        if named is not None and named.casefold() != customer.full_name.casefold():
            return False
    if (ret.text("TxnDate") or "").strip() not in ("", payload.txn_date.isoformat()):
        return False
    number = payload.ref_number
    return number is None or (ret.ref_number or "").casefold() == number.casefold()


def _same_lines(invoice: Invoice, ret: Ret) -> bool:
    """The subtotal, where it can be known, and the number of lines, where they came back."""
    subtotal, expected = ret.amount("Subtotal"), _subtotal(invoice)
    if subtotal is not None and expected is not None and subtotal != expected:
        return False
    lines = [*ret.element.findall("InvoiceLineRet"), *ret.element.findall("InvoiceLineGroupRet")]
    return not lines or len(lines) == len(invoice.lines)


def _subtotal(invoice: Invoice) -> Decimal | None:
    """The sum of the lines; None where only QuickBooks knows it (a group, an item's own price, a percentage)."""
    amounts = [_amount(line) if isinstance(line, InvoiceLine) else None for line in invoice.lines if not _is_text(line)]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _is_text(line: object) -> bool:
    return isinstance(line, InvoiceLine) and line.item_ref is None


def _amount(line: InvoiceLine) -> Decimal | None:
    """What QuickBooks makes of a line, None where only it knows (the item's own price, a percentage)."""
    if line.amount is not None:
        return line.amount
    if line.rate is None:
        return None
    quantity = Decimal(1) if line.quantity is None else line.quantity
    return (quantity * line.rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _name(payload: Payload) -> str:
    return str(getattr(payload, "name", ""))


def _ref_number(payload: Payload) -> str | None:
    number = getattr(payload, "ref_number", None)
    return number if isinstance(number, str) else None
