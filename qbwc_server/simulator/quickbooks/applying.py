"""Using payments and credits on invoices: what is open, what may be used, what it changes."""

from __future__ import annotations

from decimal import Decimal

from qbwc_server.simulator.quickbooks import stamps
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.ledger import Application, Txn
from qbwc_server.simulator.quickbooks.refusals import invalid_value, malformed_id, object_not_found, transaction_in_use
from qbwc_server.simulator.quickbooks.work import Work

OVERPAID = "You cannot pay more than the amount due."
_CREDIT_FIELD = "SetCredit applied amount"


def open_invoice(work: Work, txn_id: str, customer_id: str) -> Txn:
    """The invoice a payment names, if this customer or job still owes something on it.

    Raises 3000 for what is no TxnID, 3120 if there is no such invoice, it is paid or it is somebody else's,
    3176 if another user has it open.
    """
    invoice = _transaction(work, txn_id)
    if invoice.type != "Invoice" or invoice.customer_id != customer_id or work.books.ledger.balance(invoice) <= 0:
        raise object_not_found(txn_id)
    return invoice


def apply_credits(work: Work, invoice: Txn, credits_: list[Aggregate]) -> None:
    """SetCredit: uses unapplied payments on an invoice. Raises 3000, 3120, 3176 or 3210."""
    for credit in credits_:
        credit_id, amount = credit.text("CreditTxnID") or "", Decimal(credit.text("AppliedAmount") or 0)
        source = _transaction(work, credit_id)
        if source.type == "Invoice" or source.customer_id != invoice.customer_id:
            raise object_not_found(credit_id)
        if amount <= 0:
            raise invalid_value(_CREDIT_FIELD, f"{amount:.2f}", "Transaction amounts must be positive.")
        if amount > work.books.ledger.balance(source):
            raise invalid_value(_CREDIT_FIELD, f"{amount:.2f}", "You cannot use more than the unused credit.")
        use(work, Application(source.txn_id, invoice.txn_id, amount, Decimal(0)), _CREDIT_FIELD)
        note_change(work, source)


def use(work: Work, application: Application, field: str) -> None:
    """Books one application and changes the invoice's EditSequence with it. Raises 3210 for more than is open."""
    invoice = _transaction(work, application.target_id)
    amount = application.amount + application.discount
    if amount > work.books.ledger.balance(invoice):
        raise invalid_value(field, f"{application.amount:.2f}", OVERPAID)
    work.books.ledger.apply(application)
    note_change(work, invoice)


def _transaction(work: Work, txn_id: str) -> Txn:
    if not stamps.looks_like_an_id(txn_id):
        raise malformed_id(txn_id, "txn id")
    txn = work.books.ledger.by_id(txn_id)
    if txn is None:
        raise object_not_found(txn_id)
    if work.faults.is_locked(txn.txn_id):
        raise transaction_in_use(txn.txn_id)
    return txn


def note_change(work: Work, txn: Txn) -> None:
    """A new EditSequence for a transaction that changed by itself or through another one."""
    seconds = work.books.now_seconds()
    sequence = stamps.next_edit_sequence(seconds, txn.edit_sequence)
    work.books.ledger.touch(txn, edit_sequence=sequence, seconds=seconds)
