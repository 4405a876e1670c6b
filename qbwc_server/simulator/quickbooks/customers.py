"""CustomerAdd: customers and jobs."""

from __future__ import annotations

from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.addresses import check_addresses, with_blocks
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.company import DEFAULT_SALES_TAX_ITEM
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.naming import new_element
from qbwc_server.simulator.quickbooks.references import refuse_unavailable, resolve_all
from qbwc_server.simulator.quickbooks.standard_fields import (
    booked_element,
    put_defaults,
    put_list_fields,
    standard_reference,
)
from qbwc_server.simulator.quickbooks.work import Booked, Work


def add_customer(work: Work, content: Aggregate) -> Booked:
    """CustomerAdd. Raises Refused."""
    refuse_unavailable(content)
    check_addresses(content)
    element = new_element(work, "Customer", resolve_all(work, content, "Customer"))
    work.books.elements.add(element)
    return booked_element(work, element, customer_ret(work, element))


def customer_ret(work: Work, element: ListElement) -> Aggregate:
    """A customer as QuickBooks answers it now, balances included."""
    books = work.books
    ret = element.fields.copy()
    put_list_fields(work, ret, element)
    put_defaults(
        ret,
        {
            "SalesTaxCodeRef": standard_reference(work, "SalesTaxCode", "Tax"),
            "ItemSalesTaxRef": standard_reference(work, "Item", DEFAULT_SALES_TAX_ITEM),
            "JobStatus": "None",
        },
    )
    with_blocks(ret)
    balances = [books.ledger.customer_balance(one.list_id) for one in books.elements.descendants(element)]
    ret.put("Balance", qbxml.amount(books.ledger.customer_balance(element.list_id)))
    ret.put("TotalBalance", qbxml.amount(sum(balances, Decimal(0))))
    return ret
