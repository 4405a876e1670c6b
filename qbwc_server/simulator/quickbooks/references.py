"""How QuickBooks follows a *Ref to a list element, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from qbwc_server.simulator.quickbooks.aggregates import Aggregate, reference
from qbwc_server.simulator.quickbooks.elements import TYPES, ListElement
from qbwc_server.simulator.quickbooks.refusals import (
    feature_off,
    invalid_reference,
    list_element_in_use,
    malformed_id,
    missing_element,
    not_supported,
)
from qbwc_server.simulator.quickbooks.stamps import looks_like_an_id
from qbwc_server.simulator.quickbooks.work import Work

SOLD_ITEMS = ("ItemService", "ItemNonInventory", "ItemInventory", "ItemSalesTax")
_POINTS_TO: dict[str, tuple[str, ...]] = {
    "CustomerRef": ("Customer",),
    "ItemRef": SOLD_ITEMS,
    "ItemSalesTaxRef": ("ItemSalesTax",),
    "PrefVendorRef": ("Vendor",),
    "TermsRef": ("Terms",),
    "PaymentMethodRef": ("PaymentMethod",),
    "PreferredPaymentMethodRef": ("PaymentMethod",),
    "SalesTaxCodeRef": ("SalesTaxCode",),
    "CustomerSalesTaxCodeRef": ("SalesTaxCode",),
    "SalesRepRef": ("SalesRep",),
    "TemplateRef": ("Template",),
    "CustomerMsgRef": ("CustomerMsg",),
    "ShipMethodRef": ("ShipMethod",),
    "ClassRef": ("Class",),
    "DiscountClassRef": ("Class",),
    "CustomerTypeRef": ("CustomerType",),
    "JobTypeRef": ("JobType",),
    "PriceLevelRef": ("PriceLevel",),
    "AccountRef": ("Account",),
    "ARAccountRef": ("Account",),
    "IncomeAccountRef": ("Account",),
    "ExpenseAccountRef": ("Account",),
    "COGSAccountRef": ("Account",),
    "AssetAccountRef": ("Account",),
    "DepositToAccountRef": ("Account",),
    "DiscountAccountRef": ("Account",),
    "OverrideItemAccountRef": ("Account",),
}
_ACCOUNT_TYPES: dict[str, tuple[str, ...]] = {
    "ARAccountRef": ("AccountsReceivable",),
    "COGSAccountRef": ("CostOfGoodsSold",),
    "AssetAccountRef": ("OtherCurrentAsset",),
    "DepositToAccountRef": ("Bank", "OtherCurrentAsset"),
}
# Multi-currency, units of measure and inventory sites are off in a new company file.
_FEATURES_OFF = frozenset(
    {
        "CurrencyRef",
        "ExchangeRate",
        "UnitOfMeasureSetRef",
        "UnitOfMeasure",
        "InventorySiteRef",
        "InventorySiteLocationRef",
        "SerialNumber",
        "LotNumber",
    }
)
_NOT_SIMULATED = frozenset({"InvoiceLineGroupAdd", "LinkToTxnID", "LinkToTxn", "OpenBalance"})


def refuse_unavailable(aggregate: Aggregate) -> None:
    """Raises 3250 for fields of a feature that is off, 1030 for what this simulator does not carry out."""
    names = set(_all_names(aggregate))
    if names & _FEATURES_OFF:
        raise feature_off()
    if names & _NOT_SIMULATED:
        raise not_supported()


def resolve_all(work: Work, aggregate: Aggregate, place: str) -> Aggregate:
    """The same content with every *Ref holding both the ListID and the FullName of what it points to.

    `place` is where they stand, in QuickBooks' words: ``Invoice line``. Raises 3000, 3140, 3150 or 3175.
    """
    resolved = Aggregate()
    for name in aggregate.names():
        if name in _POINTS_TO:
            element = find(work, aggregate.one(name) or Aggregate(), name, place)
            resolved.put(name, reference(element.list_id, element.full_name))
        else:
            resolved.put(
                name,
                [
                    resolve_all(work, item, place) if isinstance(item, Aggregate) else item
                    for item in aggregate.items(name)
                ],
            )
    return resolved


def find(work: Work, ref: Aggregate, field: str, place: str) -> ListElement:
    """The active list element that a *Ref names; by ListID alone where there is one."""
    types = _POINTS_TO[field]
    family, words = TYPES[types[0]].family, TYPES[types[0]].words
    list_id, full_name = ref.text("ListID"), ref.text("FullName")
    if list_id is None and full_name is None:
        raise missing_element("ListID")
    if list_id is not None:
        if not looks_like_an_id(list_id):
            raise malformed_id(list_id, "list id")
        element = work.books.elements.by_id(family, list_id)
    else:
        element = work.books.elements.by_full_name(family, full_name or "")
    if element is None or element.type not in types or not element.is_active or not _fits_account(field, element):
        raise invalid_reference(words, list_id if list_id is not None else full_name or "", place)
    if work.faults.is_locked(element.list_id):
        raise list_element_in_use(element.list_id)
    return element


def with_current_names(work: Work, aggregate: Aggregate) -> Aggregate:
    """The same content with the names that what its *Refs point to has now; they were stored when it was added."""
    current = Aggregate()
    for name in aggregate.names():
        items = aggregate.items(name)
        if name in _POINTS_TO:
            family = TYPES[_POINTS_TO[name][0]].family
            current.put(name, [_renamed(work, family, item) for item in items if isinstance(item, Aggregate)])
        else:
            current.put(name, [with_current_names(work, one) if isinstance(one, Aggregate) else one for one in items])
    return current


def points_to(aggregate: Aggregate, element: ListElement) -> bool:
    """Whether a *Ref in it, at whatever depth, leads to this element."""
    for name in aggregate.names():
        for item in aggregate.items(name):
            if not isinstance(item, Aggregate):
                continue
            leads_there = name in _POINTS_TO and TYPES[_POINTS_TO[name][0]].family == element.family
            if (leads_there and item.text("ListID") == element.list_id) or points_to(item, element):
                return True
    return False


def _renamed(work: Work, family: str, ref: Aggregate) -> Aggregate:
    list_id = ref.text("ListID") or ""
    full_name = work.books.elements.full_name(family, list_id)
    return ref if full_name is None else reference(list_id, full_name)


def _fits_account(field: str, element: ListElement) -> bool:
    allowed = _ACCOUNT_TYPES.get(field)
    return allowed is None or element.fields.text("AccountType") in allowed


def _all_names(aggregate: Aggregate) -> Iterator[str]:
    for name in aggregate.names():
        yield name
        for item in aggregate.items(name):
            if isinstance(item, Aggregate):
                yield from _all_names(item)
