"""An invoice and its lines."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Discriminator, Field, Tag

from qbwc_server.jobs.declared import Called, Ours
from qbwc_server.jobs.kinds.address import Address
from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import Marker
from qbwc_server.jobs.payload import Payload, only_one_of
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import TAG_MARK, Broken
from qbwc_server.qbxml import FieldType

_PRICES = ("rate", "rate_percent", "price_level_ref", "amount")
_ITEM_LINE, _GROUP_LINE = f"{TAG_MARK}line", f"{TAG_MARK}group"
_TAX_ITEMS = ("item_sales_tax", "item_sales_tax_group")
_ORDERS_LATER = "Linking to sales orders is not part of this version."


class InvoiceLine(Payload, element="InvoiceAddRq/InvoiceAdd/InvoiceLineAdd"):
    """One item, or a line of text.

    A line without item_ref is a text and has only desc. Of rate, rate_percent, price_level_ref and amount at most
    one is given, and of serial_number and lot_number. A line without quantity and all of these is one of a subtotal or
    discount item, which is named by list_id or full_name.
    """

    not_offered: ClassVar[Mapping[str, str]] = {"link_to_txn": _ORDERS_LATER}

    item_ref: Annotated[Ref | None, Family("item")] = Field(default=None, description="what is sold; without it a text")
    desc: str | None = Field(default=None, description="description")
    quantity: Decimal | None = Field(default=None, description="how many; not for a discount item")
    unit_of_measure: str | None = Field(default=None, description="unit, if the item has a unit-of-measure set")
    rate: Decimal | None = Field(default=None, description="unit price")
    rate_percent: Decimal | None = Field(default=None, description="percentage, for discount and other percent items")
    price_level_ref: Ref | None = Field(default=None, description="price level that sets the rate")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    amount: Decimal | None = Field(default=None, description="the line's total; exact to the cent, unlike rate")
    option_for_price_rule_conflict: str | None = Field(default=None, description="when two price rules apply")
    inventory_site_ref: Ref | None = Field(default=None, description="inventory site (Enterprise)")
    inventory_site_location_ref: Ref | None = Field(default=None, description="location in the site (Enterprise)")
    serial_number: str | None = Field(default=None, description="serial number (Enterprise)")
    lot_number: str | None = Field(default=None, description="lot number, instead of serial_number (Enterprise)")
    service_date: date | None = Field(default=None, description="day of the service")
    sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code, such as Tax or Non")
    override_item_account_ref: Ref | None = Field(default=None, description="account instead of the item's")
    other1: str | None = Field(default=None, description="custom column")
    other2: str | None = Field(default=None, description="custom column")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        if "item_ref" not in given:
            yield from _broken_text_line(given)
            return
        yield from only_one_of(given, *_PRICES)
        yield from only_one_of(given, "serial_number", "lot_number")
        # Subtotal and discount items stand alone in a line. Which an item is cannot be known here, except that no
        # kind of job makes such items yet, so an external id never means one.
        if _external_id(given["item_ref"]) is not None and not given.keys() & {"quantity", *_PRICES}:
            remedy = "Only a text, subtotal or discount line has none of the three."
            yield Broken("needs a quantity, a rate or an amount.", remedy)


class InvoiceGroupLine(Payload, element="InvoiceAddRq/InvoiceAdd/InvoiceLineGroupAdd"):
    """Or a group item: QuickBooks fills in its members and their prices."""

    item_group_ref: Annotated[Ref, Family("item", ("item_group",))] = Field(description="the group item")
    quantity: Decimal | None = Field(default=None, description="how many")
    unit_of_measure: str | None = Field(default=None, description="unit, if the group has a unit-of-measure set")
    inventory_site_ref: Ref | None = Field(default=None, description="inventory site (Enterprise)")
    inventory_site_location_ref: Ref | None = Field(default=None, description="location in the site (Enterprise)")


def _external_id(reference: object) -> object:
    if isinstance(reference, Mapping):
        return reference.get("external_id")
    return reference.external_id if isinstance(reference, Ref) else None


def _broken_text_line(given: Mapping[str, object]) -> Iterator[Broken]:
    others = [name for name in given if name != "desc"]
    for name in others:
        yield Broken("cannot stand in a line without item_ref, which is a text and has only desc.", "", (name,))
    if not given:
        yield Broken("is an empty line.", "Give item_ref, or desc for a line of text.")


def _which_line(line: object) -> str:
    is_group = isinstance(line, InvoiceGroupLine) or (isinstance(line, Mapping) and "item_group_ref" in line)
    return _GROUP_LINE if is_group else _ITEM_LINE


AnyLine = Annotated[
    Annotated[InvoiceLine, Tag(_ITEM_LINE)] | Annotated[InvoiceGroupLine, Tag(_GROUP_LINE)],
    Discriminator(_which_line),
]


class Invoice(Payload, element="InvoiceAddRq/InvoiceAdd"):
    """A new invoice. QuickBooks computes its totals and its tax."""

    not_offered: ClassVar[Mapping[str, str]] = {
        "external_guid": "Every job carries its own GUID.",
        "link_to_txn_id": _ORDERS_LATER,
        "set_credit": "Applying credits is not part of this version.",
    }

    customer_ref: Annotated[Ref, Family("customer")] = Field(description="customer or job")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    ar_account_ref: Ref | None = Field(default=None, description="accounts receivable; QuickBooks' default if left out")
    template_ref: Ref | None = Field(default=None, description="template for printing")
    txn_date: date = Field(description="date; QuickBooks would take somebody's last one")
    ref_number: Marker | None = Field(default=None, description="number; QuickBooks counts on if left out")
    bill_address: Address | None = Field(default=None, description="the customer's if left out")
    ship_address: Address | None = Field(default=None, description="the customer's if left out")
    is_pending: bool | None = Field(default=None, description="true: not posted yet")
    is_finance_charge: bool | None = Field(default=None, description="true: the invoice is for finance charges")
    po_number: str | None = Field(default=None, description="the customer's order number")
    terms_ref: Ref | None = Field(default=None, description="terms of payment; the customer's if left out")
    due_date: date | None = Field(default=None, description="by the terms if left out")
    sales_rep_ref: Ref | None = Field(default=None, description="sales representative, by initials")
    fob: str | None = Field(default=None, description="where goods pass to the customer")
    ship_date: date | None = Field(default=None, description="day of shipping")
    ship_method_ref: Ref | None = Field(default=None, description="way of shipping")
    item_sales_tax_ref: Annotated[Ref | None, Family("item", _TAX_ITEMS)] = Field(
        default=None, description="sales tax item or group; the customer's or company's if left out"
    )
    memo: str | None = Field(default=None, description="memo, for the books")
    customer_msg_ref: Ref | None = Field(default=None, description="message printed for the customer")
    is_to_be_printed: bool = Field(default=False, description="into the queue for printing")
    is_to_be_emailed: bool = Field(default=False, description="into the queue for e-mail")
    customer_sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code of the customer")
    other: str | None = Field(default=None, description="custom field")
    exchange_rate: Decimal | None = Field(default=None, gt=0, description="only in a file with several currencies")
    lines: Annotated[tuple[AnyLine, ...], Called("InvoiceLineAdd", "InvoiceLineGroupAdd")] = Field(
        description="at least one, in the order of printing"
    )
    expected_total: Annotated[Decimal | None, Ours(FieldType.AMOUNT)] = Field(
        default=None, ge=0, description="your total with tax; a difference is flagged"
    )
    expected_tax: Annotated[Decimal | None, Ours(FieldType.AMOUNT)] = Field(
        default=None, ge=0, description="your sales tax; a difference is flagged"
    )


KIND = Kind(
    name="invoice",
    family="invoice",
    model=Invoice,
    request="InvoiceAdd",
    query="InvoiceQuery",
    is_transaction=True,
    title="Invoice",
    named_by=("ref_number", "txn_date"),
)
