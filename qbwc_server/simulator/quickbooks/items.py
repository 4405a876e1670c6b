"""ItemServiceAdd, ItemNonInventoryAdd and ItemInventoryAdd."""

from __future__ import annotations

from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.elements import ListElement
from qbwc_server.simulator.quickbooks.figures import price_text
from qbwc_server.simulator.quickbooks.naming import new_element
from qbwc_server.simulator.quickbooks.references import refuse_unavailable, resolve_all
from qbwc_server.simulator.quickbooks.refusals import missing_posting_account
from qbwc_server.simulator.quickbooks.standard_fields import (
    booked_element,
    put_defaults,
    put_list_fields,
    standard_reference,
)
from qbwc_server.simulator.quickbooks.work import Booked, Work

_INVENTORY_ACCOUNTS = ("IncomeAccountRef", "COGSAccountRef", "AssetAccountRef")


def add_service_item(work: Work, content: Aggregate) -> Booked:
    """ItemServiceAdd. Raises Refused."""
    return _add_item(work, "ItemService", content)


def add_non_inventory_item(work: Work, content: Aggregate) -> Booked:
    """ItemNonInventoryAdd. Raises Refused."""
    return _add_item(work, "ItemNonInventory", content)


def add_inventory_item(work: Work, content: Aggregate) -> Booked:
    """ItemInventoryAdd. Raises Refused; a quantity on hand books the adjustment that QuickBooks makes with it."""
    missing = [account for account in _INVENTORY_ACCOUNTS if account not in content]
    if missing:
        raise missing_posting_account(missing[0])
    booked = _add_item(work, "ItemInventory", content)
    if _number(content.text("QuantityOnHand")):
        # The adjustment takes its numbers from the same counters as every transaction.
        work.books.next_number("txn number")
        work.books.next_number("txn", step=2)
    return booked


def item_ret(work: Work, element: ListElement) -> Aggregate:
    """An item as QuickBooks answers it now."""
    ret = element.fields.copy()
    put_list_fields(work, ret, element)
    ret.put("BarCodeValue", (ret.one("BarCode") or Aggregate()).text("BarCodeValue"))
    put_defaults(ret, {"SalesTaxCodeRef": standard_reference(work, "SalesTaxCode", "Tax")})
    if element.type == "ItemInventory":
        _put_stock(ret)
    return ret


def sales_side(element: ListElement) -> tuple[str | None, Decimal]:
    """The description and the unit price with which an item goes onto an invoice line."""
    fields = element.fields
    one_way = fields.one("SalesOrPurchase")
    if one_way is not None:
        return one_way.text("Desc"), _number(one_way.text("Price"))
    both_ways = fields.one("SalesAndPurchase") or fields
    return both_ways.text("SalesDesc"), _number(both_ways.text("SalesPrice"))


def _add_item(work: Work, item_type: str, content: Aggregate) -> Booked:
    refuse_unavailable(content)
    if (sides := content.one("SalesAndPurchase")) is not None:
        _need_account(sides, "IncomeAccountRef")
        _need_account(sides, "ExpenseAccountRef")
    if (side := content.one("SalesOrPurchase")) is not None:
        _need_account(side, "AccountRef")
    element = new_element(work, item_type, resolve_all(work, content, item_type))
    work.books.elements.add(element)
    return booked_element(work, element, item_ret(work, element))


def _need_account(side: Aggregate, account: str) -> None:
    if account not in side:
        raise missing_posting_account(account)


def _put_stock(ret: Aggregate) -> None:
    on_hand, value = _number(ret.text("QuantityOnHand")), _number(ret.text("TotalValue"))
    cost = value / on_hand if value and on_hand else _number(ret.text("PurchaseCost"))
    ret.put("QuantityOnHand", qbxml.quantity(on_hand))
    ret.put("AverageCost", price_text(cost.quantize(Decimal("0.00001"))))
    ret.put("QuantityOnOrder", "0")
    ret.put("QuantityOnSalesOrder", "0")


def _number(text: str | None) -> Decimal:
    """A field that the catalog found to be a number, or zero."""
    return Decimal(text) if text else Decimal(0)
