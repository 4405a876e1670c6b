"""The lines of an invoice: what a line is worth, and what QuickBooks answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks import stamps, totals
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.figures import amount_text, price_text
from qbwc_server.simulator.quickbooks.items import sales_side
from qbwc_server.simulator.quickbooks.references import find, resolve_all
from qbwc_server.simulator.quickbooks.refusals import missing_element
from qbwc_server.simulator.quickbooks.standard_fields import put_defaults, standard_reference
from qbwc_server.simulator.quickbooks.work import Work

_PLACE = "Invoice line"
_FIGURES = ("Quantity", "Rate", "RatePercent", "Amount")


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line worked out."""

    ret: Aggregate
    """The InvoiceLineRet."""
    amount: Decimal
    is_taxable: bool
    """Whether its code says so; a line of text is not."""


def invoice_lines(work: Work, requests: list[Aggregate]) -> list[InvoiceLine]:
    """InvoiceLineAdd by InvoiceLineAdd; a percentage counts from the line above it. Raises Refused."""
    seconds = work.books.now_seconds()
    lines: list[InvoiceLine] = []
    for request in requests:
        above = lines[-1].amount if lines else Decimal(0)
        line_id = stamps.txn_id(work.books.next_number("txn"), seconds)
        lines.append(
            _item_line(work, request, line_id, above) if "ItemRef" in request else _text_line(request, line_id)
        )
    return lines


def is_taxable_code(work: Work, code: Aggregate | None) -> bool:
    """Whether a resolved SalesTaxCodeRef is one that taxes."""
    element = work.books.elements.by_id("SalesTaxCode", (code.text("ListID") if code else None) or "")
    return element is not None and element.fields.text("IsTaxable") == "true"


def _text_line(request: Aggregate, line_id: str) -> InvoiceLine:
    if any(request.text(name) for name in _FIGURES):
        raise missing_element("ItemRef")
    ret = request.copy()
    ret.put("TxnLineID", line_id)
    return InvoiceLine(ret, Decimal(0), is_taxable=False)


def _item_line(work: Work, request: Aggregate, line_id: str, above: Decimal) -> InvoiceLine:
    ret = resolve_all(work, request, _PLACE)
    item = find(work, request.one("ItemRef") or Aggregate(), "ItemRef", _PLACE)
    line = _priced(request, item, above)
    ret.put("TxnLineID", line_id)
    if "Desc" not in ret:
        ret.put("Desc", sales_side(item)[0])
    ret.put("Quantity", None if line.quantity is None else qbxml.quantity(line.quantity))
    if line.rate is not None:
        ret.put("RatePercent", None)
    ret.put("Rate", None if line.rate is None else price_text(line.rate))
    ret.put("Amount", None if line.amount is None else amount_text(line.amount))
    standard_code = standard_reference(work, "SalesTaxCode", "Tax")
    put_defaults(ret, {"SalesTaxCodeRef": item.fields.one("SalesTaxCodeRef") or standard_code})
    return InvoiceLine(ret, line.amount or Decimal(0), is_taxable_code(work, ret.one("SalesTaxCodeRef")))


def _priced(request: Aggregate, item: ListElement, above: Decimal) -> totals.Priced:
    quantity, rate, percent, amount = (_number(request.text(name)) for name in _FIGURES)
    if percent is None:
        return totals.priced(quantity, rate, amount, sales_side(item)[1])
    return totals.Priced(quantity, None, totals.percentage(percent, above) if amount is None else totals.cents(amount))


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
