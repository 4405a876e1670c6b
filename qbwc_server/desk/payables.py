"""What a payment form offers: the open invoices of a customer, as far as this server knows them.

It knows the invoices that went through it, with the totals that QuickBooks returned, and those that are queued; and
the payments that went through it. What people enter in QuickBooks itself it does not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import tables
from qbwc_server.desk import amounts, choices
from qbwc_server.jobs import Status, folded

MOST_INVOICES = 200
_MOST_PAYMENTS = 2000
_job, _key, _record = tables.job, tables.job_key, tables.record
_GONE = (Status.CANCELLED, Status.FAILED)
NOT_KNOWN = (
    "Invoices and payments that were entered in QuickBooks itself are not listed; a balance here may be higher than "
    "in QuickBooks."
)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice on which something is open, or of which nobody knows."""

    external_id: str
    """To refer to it: {"txn": {"external_id": ...}}."""
    job_id: int
    number: str | None
    date: str | None
    status: Status
    total: Decimal | None
    """As QuickBooks returned it, else as expected or computed; None where QuickBooks sets a price."""
    is_final: bool
    """The total is QuickBooks' own."""
    paid: Decimal
    """What our payments give it, done or on their way."""
    txn_id: str | None

    @property
    def open(self) -> Decimal | None:
        """What is left to pay, never below zero; None if the total is not known."""
        return None if self.total is None else max(Decimal(0), self.total - self.paid)


@dataclass(frozen=True, slots=True)
class OpenInvoices:
    """The open invoices of a customer, the oldest first."""

    invoices: tuple[OpenInvoice, ...]
    open: Decimal
    """Of all of them, as far as it is known."""
    not_known: str
    """What this cannot know, for a person."""
    has_more: bool
    """The customer has more than MOST_INVOICES; the newest of them were looked at."""


def open_invoices(c: sa.Connection, company: str, customer: str, *, apart_from: int | None = None) -> OpenInvoices:
    """The invoices for a customer, by any text with which payloads refer to it: external id, ListID or full name.

    What the payment of the job `apart_from` gives them, which is being corrected, does not count. Raises
    UnknownCompany.
    """
    company_id = companies.get(c, company).id
    texts = _texts(c, company, customer)
    invoices = _all_of(c, company_id, texts, "invoice", MOST_INVOICES + 1)
    by_name, by_id = _paid(c, company_id, texts, apart_from)
    found = [_open(row, by_name, by_id) for row in reversed(invoices[:MOST_INVOICES])]
    left = tuple(each for each in found if each.open is None or each.open > 0)
    owed = sum((each.open or Decimal(0) for each in left), Decimal(0))
    return OpenInvoices(left, owed, NOT_KNOWN, len(invoices) > MOST_INVOICES)


def spread(amount: Decimal, invoices: Iterable[OpenInvoice]) -> dict[str, Decimal]:
    """What each invoice gets of an amount, by external id: the first is paid first, as far as the amount goes."""
    given: dict[str, Decimal] = {}
    for invoice in invoices:
        part = min(amount, invoice.open or Decimal(0))
        if part > 0:
            given[invoice.external_id] = part
            amount -= part
    return given


def _texts(c: sa.Connection, company: str, customer: str) -> set[str]:
    """Every text that means the same customer, once it is recorded; a queued one's name may be another's, too."""
    known = [each for each in choices.customers(c, company, customer) if each.qb_id is not None]
    names = [{each.external_id, each.name, each.qb_id or ""} for each in known]
    same = [texts for texts in names if folded(customer) in {folded(text) for text in texts}]
    return {customer}.union(*same)


def _all_of(c: sa.Connection, company_id: int, customers: Collection[str], kind: str, limit: int) -> list[sa.Row[Any]]:
    found = {row.id: row for customer in customers for row in _of(c, company_id, customer, kind, limit)}
    return sorted(found.values(), key=lambda row: -row.id)[:limit]


def _of(c: sa.Connection, company_id: int, customer: str, kind: str, limit: int) -> list[sa.Row[Any]]:
    """The customer's documents of a kind in the books or on their way, with their records, the newest first."""
    its_record = sa.and_(
        _record.c.company_id == company_id, _record.c.family == kind, _record.c.external_id == _job.c.external_id
    )
    columns = [_job.c[name] for name in ("id", "external_id", "payload", "status", "txn_id")]
    newest = (
        sa.select(*columns, _record.c.total, _record.c.name.label("number"))
        .join(_key, _key.c.job_id == _job.c.id)
        .outerjoin(_record, its_record)
        .where(
            _key.c.company_id == company_id,
            _key.c.key == folded(customer),
            _job.c.kind == kind,
            _job.c.status.not_in(_GONE),
        )
        .order_by(_key.c.job_id.desc())
        .limit(limit)
    )
    rows: list[sa.Row[Any]] = [*c.execute(newest)]
    return [row for row in rows if _is_for(row.payload, customer)]


def _is_for(payload: str, customer: str) -> bool:
    """Whether the document is for that customer, and not one whose number is the same text."""
    ref = amounts.payload_of(payload).get("customer_ref") or {}
    return any(folded(str(text)) == folded(customer) for text in ref.values())


def _paid(
    c: sa.Connection, company_id: int, customers: Collection[str], apart_from: int | None
) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
    """What the customer's payments give to each invoice, by external id and by TxnID."""
    by_name: dict[str, Decimal] = defaultdict(Decimal)
    by_id: dict[str, Decimal] = defaultdict(Decimal)
    for row in _all_of(c, company_id, customers, "payment", _MOST_PAYMENTS):
        if row.id == apart_from:
            continue
        for invoice, amount in _applied(amounts.payload_of(row.payload)):
            if "external_id" in invoice:
                by_name[invoice["external_id"]] += amount
            elif "txn_id" in invoice:
                by_id[invoice["txn_id"]] += amount
    return by_name, by_id


def _applied(payment: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, str], Decimal]]:
    for each in payment.get("applied_to") or ():
        parts = (amounts.number(each.get(name)) for name in ("payment_amount", "discount_amount"))
        yield each["txn"], sum((part for part in parts if part is not None), Decimal(0))


def _open(row: sa.Row[Any], by_name: Mapping[str, Decimal], by_id: Mapping[str, Decimal]) -> OpenInvoice:
    payload = amounts.payload_of(row.payload)
    booked = amounts.number(row.total)
    paid = by_name.get(row.external_id, Decimal(0)) + by_id.get(row.txn_id or "", Decimal(0))
    return OpenInvoice(
        row.external_id or "",
        row.id,
        row.number or payload.get("ref_number"),
        payload.get("txn_date"),
        Status(row.status),
        amounts.total(payload) if booked is None else booked,
        booked is not None,
        paid,
        row.txn_id,
    )
