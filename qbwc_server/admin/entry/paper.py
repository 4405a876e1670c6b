"""A job's paper in the shape that the macro `document` takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qbwc_server.desk import Document


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the paper."""

    item: str
    text: str
    quantity: str | None
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper."""

    title: str
    number: str | None
    company: str
    party: str
    party_label: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[SheetLine, ...]
    totals: tuple[tuple[str, Decimal | None], ...]
    total: tuple[str, Decimal | None] | None
    address: tuple[str, ...] = ()
    memo: str | None = None


def sheet(document: Document, company: str) -> Sheet:
    """The document as it will look."""
    fields = [(_capital(words), str(value)) for words, value in document.fields]
    memo = next((value for words, value in fields if words == "Memo"), None)
    facts = [("Date", document.date)] if document.date else []
    is_payment = document.paid is not None
    return Sheet(
        title=document.title,
        number=document.number,
        company=company,
        party=str(document.customer or next((value for words, value in fields if words == "Name"), "")),
        party_label="Received from" if is_payment else "Bill to" if document.lines else "Name",
        facts=(*facts, *((words, value) for words, value in fields if words not in {"Memo", "Name"})),
        lines=_lines(document),
        totals=_totals(document),
        total=_total(document),
        memo=memo,
    )


def _lines(document: Document) -> tuple[SheetLine, ...]:
    sold = [
        SheetLine(
            str(line.item or ""),
            "\n".join([line.description or "", *(f"{words}: {value}" for words, value in line.fields)]).strip(),
            None if line.quantity is None else f"{line.quantity:f}",
            line.rate,
            line.amount,
        )
        for line in document.lines
    ]
    paid = [SheetLine("Invoice", str(each.invoice), None, None, each.amount) for each in document.pays]
    return (*sold, *paid)


def _totals(document: Document) -> tuple[tuple[str, Decimal | None], ...]:
    if document.paid is not None:
        return (("Stays as the customer's credit", document.unapplied),)
    if not document.lines:
        return ()
    tax = (("Sales tax you expect", document.expected_tax),) if document.expected_tax is not None else ()
    return (("Lines, before tax", document.subtotal), *tax)


def _total(document: Document) -> tuple[str, Decimal | None] | None:
    if document.paid is not None:
        return "Received", document.paid
    return ("Total you expect", document.expected_total) if document.expected_total is not None else None


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
