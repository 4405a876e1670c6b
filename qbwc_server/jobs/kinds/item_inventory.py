"""An inventory part: goods that are counted."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import ListName
from qbwc_server.jobs.kinds.item_parts import BarCode
from qbwc_server.jobs.payload import Payload, only_with
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import Broken


class ItemInventory(Payload, element="ItemInventoryAddRq/ItemInventoryAdd"):
    """A new inventory item. A quantity on hand books an opening adjustment on inventory_date."""

    not_offered: ClassVar[Mapping[str, str]] = {"external_guid": "Every job carries its own GUID."}

    name: ListName = Field(description="name in the list, without its parents")
    bar_code: BarCode | None = Field(default=None, description="bar code")
    is_active: bool | None = Field(default=None, description="false hides it in QuickBooks' lists")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    parent_ref: Annotated[Ref | None, Family("item")] = Field(default=None, description="the item it stands below")
    manufacturer_part_number: str | None = Field(default=None, description="the manufacturer's number")
    unit_of_measure_set_ref: Ref | None = Field(default=None, description="unit-of-measure set")
    sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code, such as Tax or Non")
    sales_desc: str | None = Field(default=None, description="description on sales documents")
    sales_price: Decimal | None = Field(default=None, description="unit price")
    income_account_ref: Ref = Field(description="income account; QuickBooks refuses the item without it")
    purchase_desc: str | None = Field(default=None, description="description on purchase documents")
    purchase_cost: Decimal | None = Field(default=None, description="unit cost")
    cogs_account_ref: Ref = Field(description="cost-of-goods-sold account; QuickBooks refuses the item without it")
    pref_vendor_ref: Annotated[Ref | None, Family("vendor")] = Field(default=None, description="usual vendor")
    asset_account_ref: Ref = Field(description="asset account; QuickBooks refuses the item without it")
    reorder_point: Decimal | None = Field(default=None, ge=0, description="quantity at which to order")
    max: Decimal | None = Field(default=None, ge=0, description="quantity to order up to")
    quantity_on_hand: Decimal | None = Field(default=None, ge=0, description="quantity at the start")
    total_value: Decimal | None = Field(default=None, ge=0, description="its value; quantity times cost if left out")
    inventory_date: date | None = Field(default=None, description="day of the start; required with quantity_on_hand")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        yield from only_with(given, "quantity_on_hand", "total_value", "inventory_date")
        if "quantity_on_hand" in given and "inventory_date" not in given:
            yield Broken(
                "is required with quantity_on_hand.", "QuickBooks would choose a day itself.", ("inventory_date",)
            )


KIND = Kind(
    name="item_inventory",
    family="item",
    model=ItemInventory,
    request="ItemInventoryAdd",
    query="ItemQuery",
    is_transaction=False,
    title="Inventory item",
    named_by=("name",),
)
