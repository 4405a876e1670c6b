"""A job as the paper it stands for: an invoice with its lines, a payment with what it pays, an entry its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from qbwc_server.desk import amounts
from qbwc_server.desk.naming import Key, Named, Names
from qbwc_server.jobs import KINDS, Job

_ITEMS, _CUSTOMERS = "item", "customer"
_FAMILY_OF = {
    "customer_ref": _CUSTOMERS,
    "parent_ref": None,  # of the job's own family
    "item_ref": _ITEMS,
    "item_group_ref": _ITEMS,
    "item_sales_tax_ref": _ITEMS,
    "class_ref": "class",
    "pref_vendor_ref": "vendor",
    "txn": "invoice",
}
_ELSEWHERE = frozenset(
    {"customer_ref", "txn_date", "ref_number", "lines", "applied_to", "total_amount", "expected_total", "expected_tax"}
)
"""Fields that have a place of their own in a document."""
_WORDS = {
    "po_number": "customer's order number",
    "fob": "FOB",
    "desc": "description",
    "cc": "e-mail for copies",
    "email": "e-mail",
    "addr1": "address",
    "ar_account_ref": "accounts receivable",
    "cogs_account_ref": "cost-of-goods account",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice."""

    item: Named | None
    """None for a line of text."""
    description: str | None
    quantity: Decimal | None
    rate: Decimal | None
    rate_percent: Decimal | None
    amount: Decimal | None
    """As given, or computed; None if QuickBooks sets it."""
    fields: tuple[tuple[str, Named | str], ...]
    """Everything else that was given for it."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment gives to one invoice."""

    invoice: Named
    amount: Decimal | None
    discount: Decimal | None


@dataclass(frozen=True, slots=True)
class Document:
    """What a job brings into QuickBooks."""

    title: str
    """Invoice, Payment, Customer, Service item."""
    number: str | None
    """Of a document."""
    date: str | None
    """ISO; of a document."""
    customer: Named | None
    lines: tuple[Line, ...]
    subtotal: Decimal | None
    """Of the lines, before tax; None where QuickBooks sets a price."""
    expected_tax: Decimal | None
    expected_total: Decimal | None
    paid: Decimal | None
    """What a payment brings."""
    pays: tuple[Paid, ...]
    unapplied: Decimal | None
    """What of a payment stays as the customer's credit."""
    fields: tuple[tuple[str, Named | str], ...]
    """Everything else, in the order of the payload reference: name and value, parts of an address one by one."""


def document(c: sa.Connection, job: Job) -> Document:
    """The job's paper, with names in the place of external ids where they are known."""
    return paper(c, job.company_id, job.kind, job.family, job.payload)


def paper(c: sa.Connection, company_id: int, kind: str, family: str, payload_json: str) -> Document:
    """The same of a payload that need not be in the queue yet."""
    payload = amounts.payload_of(payload_json)
    names = Names(c, company_id, set(_keys(payload, family)))
    known = KINDS.get(kind)
    lines, pays = _objects(payload.get("lines")), _objects(payload.get("applied_to"))
    paid = amounts.number(payload.get("total_amount"))
    given = sum((amounts.number(each.get("payment_amount")) or Decimal(0) for each in pays), Decimal(0))
    return Document(
        title=known.title if known else kind,
        number=payload.get("ref_number"),
        date=payload.get("txn_date"),
        customer=names.of(payload.get("customer_ref"), _CUSTOMERS),
        lines=tuple(_line(each, names) for each in lines),
        subtotal=amounts.subtotal(lines),
        expected_tax=amounts.number(payload.get("expected_tax")),
        expected_total=amounts.number(payload.get("expected_total")),
        paid=paid,
        pays=tuple(_paid(each, names) for each in pays),
        unapplied=None if paid is None else paid - given,
        fields=tuple(_fields(_in_order(payload, kind), names, family, _ELSEWHERE)),
    )


def _line(line: Mapping[str, Any], names: Names) -> Line:
    shown = frozenset({"item_ref", "item_group_ref", "desc", "quantity", "rate", "rate_percent", "amount"})
    return Line(
        item=names.of(line.get("item_ref") or line.get("item_group_ref"), _ITEMS),
        description=line.get("desc"),
        quantity=amounts.number(line.get("quantity")),
        rate=amounts.number(line.get("rate")),
        rate_percent=amounts.number(line.get("rate_percent")),
        amount=amounts.line_amount(line),
        fields=tuple(_fields(line, names, _ITEMS, shown)),
    )


def _paid(applied: Mapping[str, Any], names: Names) -> Paid:
    invoice = names.of(applied.get("txn"), "invoice") or Named("")
    amount = amounts.number(applied.get("payment_amount"))
    return Paid(invoice, amount, amounts.number(applied.get("discount_amount")))


def _in_order(payload: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The payload's fields in the order of its model; what is stored is in the order of the alphabet."""
    known = KINDS.get(kind)
    order = [*(known.model.model_fields if known else ()), *payload]
    return {name: payload[name] for name in dict.fromkeys(order) if name in payload}


def _fields(
    given: Mapping[str, Any], names: Names, family: str, elsewhere: frozenset[str] = frozenset(), before: str = ""
) -> Iterator[tuple[str, Named | str]]:
    for name, value in given.items():
        if name in elsewhere:
            continue
        words = f"{before}{in_words(name)}"
        if name.endswith("_ref") or name == "txn":
            if (named := names.of(value, _FAMILY_OF.get(name) or family)) is not None:
                yield words, named
        elif isinstance(value, Mapping):
            yield from _fields(value, names, family, before=f"{words}: ")
        elif isinstance(value, bool):
            yield words, "yes" if value else "no"
        else:
            yield words, str(value)


def in_words(name: str) -> str:
    """A field's name for people: "terms" for `terms_ref`."""
    return _WORDS.get(name) or name.removesuffix("_ref").replace("_", " ")


def _keys(given: Mapping[str, Any], family: str) -> Iterator[Key]:
    """The records that a payload refers to by external id."""
    for name, value in given.items():
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, Mapping):
                continue
            external_id = part.get("external_id")
            if isinstance(external_id, str):
                yield _FAMILY_OF.get(name) or family, external_id
            else:
                yield from _keys(part, family)


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
