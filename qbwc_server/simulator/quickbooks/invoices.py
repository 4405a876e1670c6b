"""InvoiceAdd: what QuickBooks checks, fills in and works out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks import stamps, totals
from qbwc_server.simulator.quickbooks.addresses import check_addresses, with_blocks
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.applying import apply_credits
from qbwc_server.simulator.quickbooks.company import DEFAULT_SALES_TAX_ITEM
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.figures import amount_text
from qbwc_server.simulator.quickbooks.invoice_lines import InvoiceLine, invoice_lines, is_taxable_code
from qbwc_server.simulator.quickbooks.ledger import Txn
from qbwc_server.simulator.quickbooks.references import find, refuse_unavailable, resolve_all
from qbwc_server.simulator.quickbooks.refusals import not_saved
from qbwc_server.simulator.quickbooks.standard_fields import (
    booked_txn,
    check_open_period,
    put_defaults,
    put_txn_fields,
    standard_reference,
)
from qbwc_server.simulator.quickbooks.work import Booked, Work

_WHAT = "Invoice"
_LONGEST_REF_NUMBER = 11


def add_invoice(work: Work, content: Aggregate) -> Booked:
    """InvoiceAdd. Raises Refused."""
    refuse_unavailable(content)
    check_addresses(content)
    request = content.copy()
    request.put("InvoiceLineAdd", None)
    header = resolve_all(work, request, _WHAT)
    customer = find(work, content.one("CustomerRef") or Aggregate(), "CustomerRef", _WHAT)
    if not content.many("InvoiceLineAdd"):
        raise not_saved(_WHAT, "You cannot save an empty transaction.")
    _fill_in(work, header, customer)
    seconds = work.books.now_seconds()
    # The receivables line of the invoice takes the number after the invoice's own.
    number = work.books.next_number("txn", step=2)
    lines = invoice_lines(work, content.many("InvoiceLineAdd"))
    header.put("InvoiceLineRet", [line.ret for line in lines])
    total = _put_totals(work, header, lines)
    txn = Txn(
        txn_id=stamps.txn_id(number, seconds),
        type=_WHAT,
        txn_number=work.books.next_number("txn number"),
        customer_id=customer.list_id,
        txn_date=header.text("TxnDate") or "",
        ref_number=header.text("RefNumber") or "",
        total=total,
        edit_sequence=stamps.next_edit_sequence(seconds),
        created=seconds,
        modified=seconds,
        guid=content.text("ExternalGUID"),
        fields=header,
    )
    work.books.ledger.add(txn)
    apply_credits(work, txn, content.many("SetCredit"))
    return booked_txn(work, txn, invoice_ret(work, txn))


def invoice_ret(work: Work, txn: Txn) -> Aggregate:
    """An invoice as QuickBooks answers it now, its balance included."""
    ret = txn.fields.copy()
    put_txn_fields(work, ret, txn)
    balance = work.books.ledger.balance(txn)
    ret.put("AppliedAmount", qbxml.amount(balance - txn.total))  # negative once something is applied
    ret.put("BalanceRemaining", qbxml.amount(balance))
    ret.put("IsPaid", qbxml.boolean(balance == 0))
    return ret


def _fill_in(work: Work, header: Aggregate, customer: ListElement) -> None:
    """The elements that QuickBooks sets when the request leaves them out."""
    today = work.books.today().isoformat()
    put_defaults(
        header,
        {
            "TxnDate": today,
            "ARAccountRef": standard_reference(work, "Account", "Accounts Receivable"),
            "TemplateRef": standard_reference(work, "Template", "Intuit Service Invoice"),
            "BillAddress": customer.fields.one("BillAddress"),
            "ShipAddress": customer.fields.one("ShipAddress"),
            "TermsRef": customer.fields.one("TermsRef"),
            "SalesRepRef": customer.fields.one("SalesRepRef"),
            "ItemSalesTaxRef": customer.fields.one("ItemSalesTaxRef")
            or standard_reference(work, "Item", DEFAULT_SALES_TAX_ITEM),
            "CustomerSalesTaxCodeRef": customer.fields.one("SalesTaxCodeRef")
            or standard_reference(work, "SalesTaxCode", "Tax"),
            "IsPending": "false",
            "IsFinanceCharge": "false",
            "IsToBePrinted": "true",
            "IsToBeEmailed": "false",
        },
    )
    if "RefNumber" not in header:  # present but empty stays blank
        header.put("RefNumber", _next_ref_number(work))
    txn_date = header.text("TxnDate") or today
    check_open_period(work, txn_date, _WHAT)
    put_defaults(header, {"DueDate": _due_date(work, header, txn_date), "ShipDate": txn_date})
    with_blocks(header)


def _due_date(work: Work, header: Aggregate, txn_date: str) -> str:
    list_id = header.text("TermsRef/ListID")
    terms = work.books.elements.by_id("Terms", list_id) if list_id else None
    days = int(terms.fields.text("StdDueDays") or 0) if terms else 0
    last_day_there_is = date.max - timedelta(days=days)
    return (min(date.fromisoformat(txn_date), last_day_there_is) + timedelta(days=days)).isoformat()


def _next_ref_number(work: Work) -> str:
    last = work.books.ledger.last_of_type(_WHAT)
    if last is None:
        return "1"
    following = str(int(last.ref_number) + 1) if last.ref_number.isdecimal() else ""
    return following if len(following) <= _LONGEST_REF_NUMBER else ""


def _put_totals(work: Work, header: Aggregate, lines: list[InvoiceLine]) -> Decimal:
    tax_item = work.books.elements.by_id("Item", header.text("ItemSalesTaxRef/ListID") or "")
    percent = Decimal((tax_item.fields.text("TaxRate") if tax_item else None) or 0)
    is_taxed = is_taxable_code(work, header.one("CustomerSalesTaxCodeRef"))
    subtotal = totals.subtotal(line.amount for line in lines)
    tax = totals.sales_tax((line.amount for line in lines if is_taxed and line.is_taxable), percent)
    if subtotal + tax < 0:
        raise not_saved(_WHAT, "The total of an invoice cannot be negative.  Use a credit memo instead.")
    header.put("Subtotal", amount_text(totals.cents(subtotal)))
    header.put("SalesTaxPercentage", qbxml.price(percent))
    header.put("SalesTaxTotal", amount_text(tax))
    total = totals.cents(subtotal + tax)
    amount_text(total)  # the balance must fit into a field too
    return total
