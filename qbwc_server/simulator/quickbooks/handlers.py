"""Every request that this QuickBooks knows, and what carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qbwc_server.simulator.quickbooks.customers import add_customer
from qbwc_server.simulator.quickbooks.elements import TYPES
from qbwc_server.simulator.quickbooks.host import query_company, query_host, query_preferences
from qbwc_server.simulator.quickbooks.invoices import add_invoice, invoice_ret
from qbwc_server.simulator.quickbooks.items import add_inventory_item, add_non_inventory_item, add_service_item
from qbwc_server.simulator.quickbooks.list_queries import ListQuery, query_currencies
from qbwc_server.simulator.quickbooks.payments import add_payment, payment_ret
from qbwc_server.simulator.quickbooks.queries import Query, carried_out
from qbwc_server.simulator.quickbooks.txn_queries import TxnQuery
from qbwc_server.simulator.quickbooks.work import Carry

_NAMES = ("Customer", "Vendor", "Employee", "OtherName")
_ITEMS = tuple(name for name in TYPES if TYPES[name].family == "Item")
# Lists whose elements are all of one type and that are asked for by its name.
_ONE_TYPE = (
    "Account",
    "Class",
    "Customer",
    "CustomerMsg",
    "CustomerType",
    "JobType",
    "PaymentMethod",
    "PriceLevel",
    "SalesRep",
    "SalesTaxCode",
    "ShipMethod",
    "Terms",
    "Vendor",
)
_QUERIES: tuple[Query, ...] = (
    *(ListQuery(f"{name}Query", (name,)) for name in _ONE_TYPE),
    ListQuery("EntityQuery", _NAMES),
    ListQuery("ItemQuery", _ITEMS),
    TxnQuery("InvoiceQuery", "Invoice", invoice_ret, ("InvoiceLineRet", "InvoiceLineGroupRet")),
    TxnQuery("ReceivePaymentQuery", "ReceivePayment", payment_ret, ("AppliedToTxnRet",)),
)


@dataclass(frozen=True, slots=True)
class Handler:
    """How a request is carried out."""

    carry: Carry
    content: str = ""
    """The element inside the *Rq that holds everything; empty for queries, which have no such element."""


HANDLERS: Mapping[str, Handler] = {
    "CustomerAddRq": Handler(add_customer, "CustomerAdd"),
    "ItemServiceAddRq": Handler(add_service_item, "ItemServiceAdd"),
    "ItemNonInventoryAddRq": Handler(add_non_inventory_item, "ItemNonInventoryAdd"),
    "ItemInventoryAddRq": Handler(add_inventory_item, "ItemInventoryAdd"),
    "InvoiceAddRq": Handler(add_invoice, "InvoiceAdd"),
    "ReceivePaymentAddRq": Handler(add_payment, "ReceivePaymentAdd"),
    "HostQueryRq": Handler(query_host),
    "CompanyQueryRq": Handler(query_company),
    "PreferencesQueryRq": Handler(query_preferences),
    "CurrencyQueryRq": Handler(query_currencies),
    **{f"{query.name}Rq": Handler(carried_out(query)) for query in _QUERIES},
}
