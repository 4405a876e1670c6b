"""Queries of transactions: InvoiceQuery and ReceivePaymentQuery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.ledger import Txn
from qbwc_server.simulator.quickbooks.periods import modified_period
from qbwc_server.simulator.quickbooks.queries import Keyed, checked_ids, texts
from qbwc_server.simulator.quickbooks.references import with_current_names
from qbwc_server.simulator.quickbooks.work import Work

_TRUE = ("true", "1")


@dataclass(frozen=True, slots=True)
class TxnQuery:
    """A query of one type of transactions."""

    name: str
    type: str
    """``Invoice`` or ``ReceivePayment``."""
    now: Callable[[Work, Txn], Aggregate]
    """The transaction as it is now, with its lines."""
    line_names: tuple[str, ...]
    """What is left out unless IncludeLineItems asks for it."""

    def by_key(self, work: Work, content: Aggregate) -> Keyed | None:
        """TxnID, or RefNumber in upper or lower case, which several may have. Raises 3000."""
        if "TxnID" in content:
            keys = checked_ids(content, "TxnID", "txn id")
            found = {key: self._of_id(work, key) for key in keys}
        elif "RefNumber" in content:
            numbers = [(txn.ref_number.casefold(), txn.txn_id) for txn in work.books.ledger.of_type(self.type)]
            found = {
                key: [txn_id for number, txn_id in numbers if number and number == key.casefold()]
                for key in texts(content, "RefNumber")
            }
        else:
            return None
        ids = dict.fromkeys(txn_id for found_ids in found.values() for txn_id in found_ids)
        return Keyed(list(ids), [key for key, found_ids in found.items() if not found_ids])

    def by_filter(self, work: Work, content: Aggregate) -> list[str]:
        """Times of change and customers. See Query."""
        period = modified_period(work, content.one("ModifiedDateRangeFilter") or Aggregate())
        entity_filter = content.one("EntityFilter")
        customers = None if entity_filter is None else _customers(work, entity_filter)
        return [
            txn.txn_id
            for txn in work.books.ledger.of_type(self.type)
            if period.includes(work.books.wall_clock(txn.modified))
            and (customers is None or txn.customer_id in customers)
        ]

    def ret(self, work: Work, content: Aggregate, object_id: str) -> tuple[str, Aggregate] | None:
        """See Query."""
        txn = work.books.ledger.by_id(object_id)
        if txn is None:
            return None
        ret = self.now(work, txn)
        if content.text("IncludeLineItems") not in _TRUE:
            for name in self.line_names:
                ret.put(name, None)
        if content.text("IncludeLinkedTxns") in _TRUE:
            ret.put("LinkedTxn", _linked(work, txn))
        return f"{self.type}Ret", with_current_names(work, ret)

    def _of_id(self, work: Work, txn_id: str) -> list[str]:
        txn = work.books.ledger.by_id(txn_id)
        return [] if txn is None or txn.type != self.type else [txn.txn_id]


def _customers(work: Work, entity_filter: Aggregate) -> set[str]:
    """The ListIDs that an EntityFilter allows; whoever is not there allows nothing. Raises 3000."""
    elements = work.books.elements
    with_jobs = [elements.by_id("Entity", one) for one in checked_ids(entity_filter, "ListIDWithChildren", "list id")]
    with_jobs += [elements.by_full_name("Entity", one) for one in texts(entity_filter, "FullNameWithChildren")]
    alone = [elements.by_id("Entity", one) for one in checked_ids(entity_filter, "ListID", "list id")]
    alone += [elements.by_full_name("Entity", one) for one in texts(entity_filter, "FullName")]
    below: list[ListElement] = [one for head in with_jobs if head is not None for one in elements.descendants(head)]
    return {one.list_id for one in (*alone, *below) if one is not None}


def _linked(work: Work, invoice: Txn) -> list[Aggregate]:
    """The payments and credits used on an invoice; what they took off it is negative."""
    linked = []
    for application in work.books.ledger.applications_to(invoice.txn_id):
        source = work.books.ledger.by_id(application.source_id)
        if source is not None:
            linked.append(
                Aggregate(
                    {
                        "TxnID": source.txn_id,
                        "TxnType": source.type,
                        "TxnDate": source.txn_date,
                        "RefNumber": source.ref_number or None,
                        "LinkType": "AMTTYPE",
                        "Amount": qbxml.amount(-(application.amount + application.discount)),
                    }
                )
            )
    return linked
