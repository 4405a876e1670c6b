"""Elements that every *Ret of its sort has, and what QuickBooks puts where a request says nothing."""

from __future__ import annotations

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate, reference
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.ledger import Txn
from qbwc_server.simulator.quickbooks.refusals import in_closed_period
from qbwc_server.simulator.quickbooks.work import Booked, Work


def put_list_fields(work: Work, ret: Aggregate, element: ListElement) -> None:
    """What every list element's *Ret has: ID, times, names, level."""
    books = work.books
    ret.put("ListID", element.list_id)
    ret.put("TimeCreated", books.timestamp(element.created))
    ret.put("TimeModified", books.timestamp(element.modified))
    ret.put("EditSequence", str(element.edit_sequence))
    ret.put("Name", element.name)
    ret.put("FullName", element.full_name)
    ret.put("IsActive", qbxml.boolean(element.is_active))
    ret.put("Sublevel", str(element.sublevel))
    ret.put("ExternalGUID", echoed_guid(work, element.guid))
    if element.parent_id:
        parent = books.elements.full_name(element.family, element.parent_id) or ""
        ret.put("ParentRef", reference(element.parent_id, parent))


def put_txn_fields(work: Work, ret: Aggregate, txn: Txn) -> None:
    """What every transaction's *Ret has: ID, times, number."""
    ret.put("TxnID", txn.txn_id)
    ret.put("TimeCreated", work.books.timestamp(txn.created))
    ret.put("TimeModified", work.books.timestamp(txn.modified))
    ret.put("EditSequence", str(txn.edit_sequence))
    ret.put("TxnNumber", str(txn.txn_number))
    ret.put("ExternalGUID", echoed_guid(work, txn.guid))


def booked_element(work: Work, element: ListElement, ret: Aggregate) -> Booked:
    """The outcome of a list Add."""
    return Booked(
        f"{element.type}Ret",
        ret,
        id_name="ListID",
        id=element.list_id,
        edit_sequence=element.edit_sequence,
        guid=echoed_guid(work, element.guid),
    )


def booked_txn(work: Work, txn: Txn, ret: Aggregate) -> Booked:
    """The outcome of a transaction Add."""
    return Booked(
        f"{txn.type}Ret",
        ret,
        id_name="TxnID",
        id=txn.txn_id,
        edit_sequence=txn.edit_sequence,
        txn_number=txn.txn_number,
        guid=echoed_guid(work, txn.guid),
    )


def put_defaults(content: Aggregate, defaults: dict[str, str | Aggregate | None]) -> None:
    """Sets what is absent or empty."""
    for name, value in defaults.items():
        if name not in content or content.text(name) == "":
            content.put(name, value)


def standard_reference(work: Work, family: str, full_name: str) -> Aggregate | None:
    """A *Ref to something that came with the company file; None if it is not there any more."""
    element = work.books.elements.by_full_name(family, full_name)
    return None if element is None else reference(element.list_id, element.full_name)


def check_open_period(work: Work, txn_date: str, what: str) -> None:
    """Raises 3171 for a date that is closed, or locked because an accountant's copy is out."""
    company = work.books.company
    if any(txn_date <= last_closed for last_closed in (company.closing_date, company.dividing_date) if last_closed):
        raise in_closed_period(what)


def echoed_guid(work: Work, guid: str | None) -> str | None:
    """The ExternalGUID as far as this QuickBooks tells it."""
    return guid if work.settings.echoes_guid else None
