"""What a form offers to choose from, and the open invoices that a payment may go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from qbwc_server import desk
from qbwc_server.admin.entry.figures import figure
from qbwc_server.admin.entry.lines import Row
from qbwc_server.admin.entry.payments import applied_key, typed_parts
from qbwc_server.admin.entry.ref_text import Called, name_in, ours, read_ref
from qbwc_server.desk import OpenInvoice, OpenInvoices
from qbwc_server.errors import Problem
from qbwc_server.jobs import LONGEST_KEY

_MOST_SOUGHT = 5
"""Rows of an invoice whose half-typed items are looked for at once."""
_FIND = {"customer": desk.customers, "item": desk.items}


@dataclass(frozen=True, slots=True)
class PayRow:
    """An invoice that may be paid, as the macro `split` takes it."""

    key: str
    number: str
    date: str
    total: Decimal | None
    taken: Decimal | None
    """By other payments of ours."""
    open: Decimal | None
    applied: str


def offered(c: sa.Connection, company: str, family: str, text: str = "") -> list[tuple[str, str]]:
    """Values and labels of what there is of a family, by the beginning of its name or external id."""
    ref = read_ref(text)
    wanted = name_in(text) or (ref if isinstance(ref, str) else next(iter(ref.values())))
    found = _FIND[family](c, company, wanted[:LONGEST_KEY])
    return [(ours(each.external_id, each.name), _where(each.qb_id)) for each in found]


def offered_items(c: sa.Connection, company: str, rows: Iterable[Row]) -> list[tuple[str, str]]:
    """The newest items, and those that begin with what is typed in the rows."""
    half_typed = [row.item for row in rows if row.item and isinstance(read_ref(row.item), str)]
    found = [each for text in ["", *half_typed[:_MOST_SOUGHT]] for each in offered(c, company, "item", text)]
    return list(dict.fromkeys(found))


def misnamed(c: sa.Connection, company_id: int, called: Iterable[Called]) -> list[Problem]:
    """Where a form calls one of our records by another one's name: only one of the two can be meant."""
    wanted = [each for each in called if each.name and each.external_id.isprintable()]
    known = desk.named(c, company_id, {(each.family, each.external_id) for each in wanted})
    return [
        Problem(
            f"{each.external_id} is {known[each.family, each.external_id]}, not {each.name}.",
            each.field,
            "Choose it again from the list.",
        )
        for each in wanted
        if (each.family, each.external_id) in known and not _same(str(known[each.family, each.external_id]), each.name)
    ]


def invoices_of(c: sa.Connection, company: str, customer: str, apart_from: int | None) -> OpenInvoices | None:
    """The open invoices of whoever stands in the form; None while nobody does."""
    if not customer:
        return None
    ref = read_ref(customer)
    key = ref if isinstance(ref, str) else next(iter(ref.values()))
    if not key.isprintable():  # nobody's name, and perhaps no text a database takes
        return None
    return desk.open_invoices(c, company, key[:LONGEST_KEY], apart_from=apart_from)


def pay_rows(values: Mapping[str, str], there: OpenInvoices | None) -> list[PayRow]:
    """The open invoices with what is typed for them, and those for which something is typed though nothing is open."""
    typed = {part.key: part.amount for part in typed_parts(values)}
    rows = []
    for each in there.invoices if there else ():
        keys = [applied_key({"external_id": each.external_id})]
        keys += [applied_key({"txn_id": each.txn_id})] if each.txn_id else []
        key = next((key for key in keys if key in typed), keys[0])
        number = each.number or each.external_id
        rows.append(PayRow(key, number, each.date or "", each.total, each.paid, each.open, typed.pop(key, "")))
    for part in typed_parts(values):
        if part.key in typed:
            try:
                number = next(iter(part.txn.values()))
            except ValueError:
                continue
            rows.append(PayRow(part.key, number, "", None, None, None, part.amount))
    return rows


def spread(amount: str, invoices: Iterable[OpenInvoice], rows: Iterable[PayRow]) -> dict[str, str] | None:
    """The fields of the invoices when the amount goes to the oldest first; None if it is no amount."""
    total = figure(amount)
    if total is None:
        return None
    parts = {applied_key({"external_id": key}): part for key, part in desk.spread(total, invoices).items()}
    by_txn = {applied_key({"txn_id": each.txn_id}): each.external_id for each in invoices if each.txn_id}
    fields = {}
    for row in rows:
        key = applied_key({"external_id": by_txn[row.key]}) if row.key in by_txn else row.key
        fields[f"apply-{row.key}"] = f"{parts[key]:.2f}" if key in parts else ""
    return fields


def rest_of(amount: str, rows: Iterable[PayRow]) -> Decimal | None:
    """What no invoice gets; None while a figure cannot be read."""
    total = figure(amount)
    parts = [figure(row.applied) for row in rows if row.applied]
    known = [part for part in parts if part is not None]
    return None if total is None or len(known) < len(parts) else total - sum(known, Decimal(0))


def _same(known: str, typed: str) -> bool:
    """A name may have got its parents since it was chosen."""
    return known.rpartition(":")[2].casefold() == typed.rpartition(":")[2].casefold()


def _where(qb_id: str | None) -> str:
    return "in QuickBooks" if qb_id else "queued, not in QuickBooks yet"
