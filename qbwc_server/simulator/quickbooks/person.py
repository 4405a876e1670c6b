"""Somebody at the keyboard of the QuickBooks machine: books that are not touched by programs alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.applying import note_change
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.customers import add_customer
from qbwc_server.simulator.quickbooks.elements import TYPES, ListElement
from qbwc_server.simulator.quickbooks.faults import NoFaults
from qbwc_server.simulator.quickbooks.invoices import add_invoice
from qbwc_server.simulator.quickbooks.ledger import Txn
from qbwc_server.simulator.quickbooks.naming import rename, set_active, type_by_hand
from qbwc_server.simulator.quickbooks.payments import add_payment
from qbwc_server.simulator.quickbooks.references import SOLD_ITEMS, points_to
from qbwc_server.simulator.quickbooks.refusals import object_in_use
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings
from qbwc_server.simulator.quickbooks.work import Booked, Carry, Work

_Fields = str | Mapping[str, str]


class Person:
    """Types, changes and deletes by hand, under QuickBooks' own rules: raises Refused as a request would be refused.

    Nothing typed by hand has an ExternalGUID. Amounts are dollars with at most two decimals, dates ISO dates; what
    is left out is filled in as QuickBooks does it. Every method is one change in the books, with its own time.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._work = Work(books, QuickBooksSettings(), NoFaults())

    def type_customer(self, name: str, *, parent: str = "", **fields: _Fields) -> str:
        """The ListID of a new customer, or of a job below `parent` (FullName).

        `fields` are those of CustomerAdd: ``Email="a@b.example"``, ``BillAddress={"PostalCode": "06268"}``.
        """
        known = qbxml.element("CustomerAddRq/CustomerAdd")
        if unknown := [key for key in fields if known.child(key) is None]:
            raise ValueError(f"a customer has no {unknown[0]}")
        told = {key: value if isinstance(value, str) else Aggregate(value) for key, value in fields.items()}
        content = Aggregate({"Name": name, **told})
        if parent:
            content.put("ParentRef", _named(parent))
        return self._type(add_customer, content)

    def type_name(self, list_type: str, name: str, **fields: str) -> str:
        """The ListID of a new element of any list, by its type: ``Vendor``, ``Class``, ``ItemDiscount``."""
        return type_by_hand(self._work, list_type, name, **fields).list_id

    def type_invoice(
        self,
        customer: str,
        amount: Decimal | str | None = None,
        *,
        txn_date: date | str | None = None,
        ref_number: str | None = None,
        item: str = "",
        lines: Sequence[tuple[str, Decimal | str]] = (),
    ) -> str:
        """The TxnID of a new invoice to a customer or job (FullName): one line over the amount, or these lines.

        A line is the FullName of an item and its amount; where no item is named, it is the first one that is sold.
        """
        if (amount is None) == (not lines):
            raise ValueError("an invoice is typed with an amount or with lines")
        told = lines or [(item or self._first_item(), amount or "0.00")]
        content = Aggregate(
            {
                "CustomerRef": _named(customer),
                "TxnDate": None if txn_date is None else str(txn_date),
                "RefNumber": ref_number,
                "InvoiceLineAdd": [
                    Aggregate({"ItemRef": _named(name), "Amount": _dollars(price)}) for name, price in told
                ],
            }
        )
        return self._type(add_invoice, content)

    def type_payment(
        self,
        customer: str,
        amount: Decimal | str,
        *,
        txn_date: date | str | None = None,
        ref_number: str | None = None,
        applied_to: Mapping[str, Decimal | str] | None = None,
    ) -> str:
        """The TxnID of a new payment; `applied_to` says how much goes to which TxnID, the rest stays unused."""
        targets = [
            Aggregate({"TxnID": txn_id, "PaymentAmount": _dollars(part)}) for txn_id, part in (applied_to or {}).items()
        ]
        content = Aggregate(
            {
                "CustomerRef": _named(customer),
                "TxnDate": None if txn_date is None else str(txn_date),
                "RefNumber": ref_number,
                "TotalAmount": _dollars(amount),
                "AppliedToTxnAdd": targets,
            }
        )
        return self._type(add_payment, content)

    def delete(self, object_type: str, object_id: str) -> None:
        """Deletes a transaction, or a list element that nothing refers to (else 3160): ``delete("Invoice", txn_id)``.

        What was paid with a deleted payment is open again; what was used on a deleted invoice is unused again.
        """
        if object_type in TYPES:
            self._delete_element(self._element(object_type, object_id))
        else:
            self._delete_txn(self._txn(object_type, object_id))

    def rename(self, list_type: str, list_id: str, name: str) -> None:
        """Gives a list element another name; the FullNames below it follow. Two lists may have the same ListID."""
        rename(self._work, self._element(list_type, list_id), name)

    def make_inactive(self, list_type: str, list_id: str) -> None:
        """Ticks the box: it cannot be used any more, and its name stays taken."""
        set_active(self._work, self._element(list_type, list_id), active=False)

    def make_active(self, list_type: str, list_id: str) -> None:
        """Clears the box."""
        set_active(self._work, self._element(list_type, list_id), active=True)

    def _type(self, add: Carry, content: Aggregate) -> str:
        with self._books.transaction():
            booked = add(self._work, content)
        if not isinstance(booked, Booked):
            raise LookupError("nothing was made of it")
        return booked.id

    def _first_item(self) -> str:
        for element in self._books.elements.of_family("Item"):
            if element.type in SOLD_ITEMS and element.type != "ItemSalesTax" and element.is_active:
                return element.full_name
        raise LookupError("there is no item to sell: add one first")

    def _delete_txn(self, txn: Txn) -> None:
        ledger = self._books.ledger
        others = [one.target_id for one in ledger.applications_of(txn.txn_id)]
        others += [one.source_id for one in ledger.applications_to(txn.txn_id)]
        with self._books.transaction():
            ledger.delete(txn)
            for other in filter(None, map(ledger.by_id, dict.fromkeys(others))):
                note_change(self._work, other)

    def _delete_element(self, element: ListElement) -> None:
        if self._is_used(element):
            raise object_in_use(element.list_id)
        with self._books.transaction():
            self._books.elements.delete(element)

    def _is_used(self, element: ListElement) -> bool:
        if len(self._books.elements.descendants(element)) > 1:
            return True
        if any(points_to(txn.fields, element) for txn in self._books.ledger.all()):
            return True
        return any(points_to(one.fields, element) for one in self._books.elements.all())

    def _element(self, list_type: str, list_id: str) -> ListElement:
        element = self._books.elements.by_id(TYPES[list_type].family, list_id)
        if element is None or element.type != list_type:
            raise LookupError(f"there is no {list_type} with the ListID {list_id}")
        return element

    def _txn(self, txn_type: str, txn_id: str) -> Txn:
        txn = self._books.ledger.by_id(txn_id)
        if txn is None or txn.type != txn_type:
            raise LookupError(f"there is no {txn_type} with the TxnID {txn_id}")
        return txn


def _named(full_name: str) -> Aggregate:
    return Aggregate({"FullName": full_name})


def _dollars(amount: Decimal | str) -> str:
    return qbxml.amount(Decimal(amount))
