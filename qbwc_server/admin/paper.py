"""A job as the paper it stands for, in the shape in which the macro `document` takes it: sent, or only typed so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from qbwc_server.desk import Document, Line, Named, Paid


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of a document."""

    item: Named | None
    text: str
    quantity: Decimal | None
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, as the macro `document` takes it."""

    title: str
    number: str | None
    company: str
    party: Named | str | None
    party_label: str
    address: tuple[str, ...]
    facts: tuple[tuple[str, Named | str], ...]
    lines: tuple[PaperLine, ...]
    pays: tuple[Paid, ...]
    totals: tuple[tuple[str, Decimal], ...]
    total: tuple[str, Decimal] | None
    memo: str | None


def paper(given: Document, company: str, booked_number: str | None = None) -> Paper:
    """The job as the document it stands for; a customer or an item is one with its fields alone.

    `booked_number` is the number that QuickBooks gave a document, shown if it was sent without one.
    """
    is_document = given.customer is not None or given.paid is not None or bool(given.lines)
    fields = dict(given.fields)
    address = tuple(str(value) for name, value in given.fields if name.startswith("bill address: "))
    memo = str(fields["memo"]) if "memo" in fields else None
    apart = {"memo", *(name for name in fields if name.startswith("bill address: "))}
    facts = [("Date", given.date)] if given.date else []
    rest = [(capital(name), value) for name, value in given.fields if name not in apart]
    return Paper(
        title=given.title,
        number=given.number or booked_number,
        company=company,
        party=given.customer if is_document else str(fields.get("name") or given.title),
        party_label=("Received from" if given.paid is not None else "Bill to") if is_document else "Name",
        address=address,
        facts=(*facts, *(pair for pair in rest if is_document or pair[0] != "Name")),
        lines=tuple(_line(line) for line in given.lines),
        pays=given.pays,
        totals=tuple(_totals(given)),
        total=_total(given),
        memo=memo,
    )


def _line(line: Line) -> PaperLine:
    more = [f"{name}: {value}" for name, value in line.fields]
    if line.rate_percent is not None:
        more.append(f"{line.rate_percent} %")
    text = ". ".join(part for part in [line.description or "", *more] if part)
    return PaperLine(line.item, text, line.quantity, line.rate, line.amount)


def _totals(given: Document) -> Iterator[tuple[str, Decimal]]:
    if given.paid is not None:
        applied = [paid.amount for paid in given.pays if paid.amount is not None]
        if applied:
            yield "Applied to invoices", sum(applied, Decimal(0))
        if given.unapplied:
            yield "Kept as credit", given.unapplied
        return
    if given.subtotal is not None and (given.expected_total is not None or given.expected_tax is not None):
        yield "Before tax", given.subtotal
    if given.expected_tax is not None:
        yield "Expected tax", given.expected_tax


def _total(given: Document) -> tuple[str, Decimal] | None:
    if given.paid is not None:
        return "Payment", given.paid
    if given.expected_total is not None:
        return "Expected total", given.expected_total
    return None if given.subtotal is None else ("Total before tax", given.subtotal)


def capital(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]
