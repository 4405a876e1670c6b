"""ReceivePaymentAdd: payments, unapplied credits, and credits used without money (`facts/qbxml.md` 5.7)."""

from __future__ import annotations

from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks import stamps
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.applying import apply_credits, open_invoice, use
from qbwc_server.simulator.quickbooks.ledger import Application, Txn
from qbwc_server.simulator.quickbooks.references import find, refuse_unavailable, resolve_all
from qbwc_server.simulator.quickbooks.refusals import invalid_value, malformed_id, missing_element, not_saved
from qbwc_server.simulator.quickbooks.standard_fields import (
    booked_txn,
    check_open_period,
    put_defaults,
    put_txn_fields,
    standard_reference,
)
from qbwc_server.simulator.quickbooks.work import Booked, Work

_WHAT = "ReceivePayment"
_AMOUNT_FIELD = "AppliedToTxnAdd payment amount"


def add_payment(work: Work, content: Aggregate) -> Booked | None:
    """ReceivePaymentAdd. None if only credits were used: then QuickBooks makes no transaction. Raises Refused."""
    refuse_unavailable(content)
    request = content.copy()
    request.put("AppliedToTxnAdd", None)
    header = resolve_all(work, request, _WHAT)
    customer = find(work, content.one("CustomerRef") or Aggregate(), "CustomerRef", _WHAT)
    targets = content.many("AppliedToTxnAdd")
    paid = [_amount(target.text("PaymentAmount")) for target in targets]
    total = _total(content, targets, sum(paid, Decimal(0)))
    _fill_in(work, header, total)
    payment = _new_payment(work, header, customer.list_id, total) if total else None
    for target, amount in zip(targets, paid, strict=True):
        _pay(work, payment, customer.list_id, target, amount)
    if payment is None:
        return None
    if content.text("IsAutoApply") in ("true", "1"):
        _apply_to_open_invoices(work, payment)
    return booked_txn(work, payment, payment_ret(work, payment))


def payment_ret(work: Work, payment: Txn) -> Aggregate:
    """A payment as QuickBooks answers it now: what is unused of it, and what it was used on."""
    ledger = work.books.ledger
    ret = payment.fields.copy()
    put_txn_fields(work, ret, payment)
    ret.put("TotalAmount", qbxml.amount(payment.total))
    ret.put("UnusedPayment", qbxml.amount(ledger.balance(payment)))
    ret.put("UnusedCredits", "0.00")
    ret.put("AppliedToTxnRet", [_applied_ret(work, one) for one in ledger.applications_of(payment.txn_id)])
    return ret


def _applied_ret(work: Work, application: Application) -> Aggregate:
    ledger = work.books.ledger
    invoice = ledger.by_id(application.target_id)
    if invoice is None:
        raise LookupError(f"{application.target_id} is applied to but not in the ledger")
    return Aggregate(
        {
            "TxnID": invoice.txn_id,
            "TxnType": invoice.type,
            "TxnDate": invoice.txn_date,
            "RefNumber": invoice.ref_number or None,
            "BalanceRemaining": qbxml.amount(ledger.balance(invoice)),
            "Amount": qbxml.amount(application.amount),
            "DiscountAmount": qbxml.amount(application.discount) if application.discount else None,
        }
    )


def _total(content: Aggregate, targets: list[Aggregate], applied: Decimal) -> Decimal:
    """TotalAmount, checked against what is to be applied."""
    sent = content.text("TotalAmount")
    if applied and not sent:
        raise missing_element("TotalAmount")
    total = _amount(sent)
    if total < 0:
        raise invalid_value("TotalAmount", f"{total:.2f}", "Transaction amounts must be positive.")
    if applied > total:
        raise invalid_value("TotalAmount", f"{total:.2f}", "You cannot apply more than the amount received.")
    # A discount needs a payment (or a credit) beside it to be carried by.
    if not total and not any(target.many("SetCredit") for target in targets):
        raise not_saved(_WHAT, "You cannot save an empty transaction.")
    return total


def _fill_in(work: Work, header: Aggregate, total: Decimal) -> None:
    put_defaults(
        header,
        {
            "TxnDate": work.books.today().isoformat(),
            "ARAccountRef": standard_reference(work, "Account", "Accounts Receivable"),
            "DepositToAccountRef": standard_reference(work, "Account", "Undeposited Funds"),
        },
    )
    header.put("TotalAmount", qbxml.amount(total))
    check_open_period(work, header.text("TxnDate") or "", _WHAT)


def _new_payment(work: Work, header: Aggregate, customer_id: str, total: Decimal) -> Txn:
    seconds = work.books.now_seconds()
    payment = Txn(
        # The deposit line takes the number after the payment's own.
        txn_id=stamps.txn_id(work.books.next_number("txn", step=2), seconds),
        type=_WHAT,
        txn_number=work.books.next_number("txn number"),
        customer_id=customer_id,
        txn_date=header.text("TxnDate") or "",
        ref_number=header.text("RefNumber") or "",
        total=total,
        edit_sequence=stamps.next_edit_sequence(seconds),
        created=seconds,
        modified=seconds,
        guid=header.text("ExternalGUID"),
        fields=header,
    )
    work.books.ledger.add(payment)
    return payment


def _pay(work: Work, payment: Txn | None, customer_id: str, target: Aggregate, amount: Decimal) -> None:
    """One AppliedToTxnAdd: money, discount and credits."""
    txn_id = target.text("TxnID") or ""
    if not txn_id:
        raise malformed_id(txn_id, "txn id")
    discount = _amount(target.text("DiscountAmount"))
    if not amount and not discount and not target.many("SetCredit"):
        raise not_saved(_WHAT, "You cannot save an empty transaction.")
    if amount < 0 or discount < 0:
        raise invalid_value(_AMOUNT_FIELD, f"{min(amount, discount):.2f}", "Transaction amounts must be positive.")
    invoice = open_invoice(work, txn_id, customer_id)
    if discount and "DiscountAccountRef" not in target:
        raise missing_element("DiscountAccountRef")
    resolve_all(work, target, _WHAT)
    apply_credits(work, invoice, target.many("SetCredit"))
    if payment is not None and (amount or discount):
        use(work, Application(payment.txn_id, invoice.txn_id, amount, discount), _AMOUNT_FIELD)


def _apply_to_open_invoices(work: Work, payment: Txn) -> None:
    """IsAutoApply: an invoice of exactly this amount, else the oldest first."""
    ledger = work.books.ledger
    invoices = [one for one in ledger.of_customer(payment.customer_id, "Invoice") if ledger.balance(one) > 0]
    exact = [one for one in invoices if ledger.balance(one) == payment.total]
    for invoice in exact[:1] or invoices:
        amount = min(ledger.balance(payment), ledger.balance(invoice))
        if amount > 0:
            use(work, Application(payment.txn_id, invoice.txn_id, amount, Decimal(0)), _AMOUNT_FIELD)


def _amount(text: str | None) -> Decimal:
    return Decimal(text) if text else Decimal("0.00")
