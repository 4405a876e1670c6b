"""A non-inventory part: goods that are sold without counting them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import ListName
from qbwc_server.jobs.kinds.item_parts import BarCode, SalesAndPurchase, SalesOrPurchase, sold_or_sold_and_bought
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import Broken


class ItemNonInventory(Payload, element="ItemNonInventoryAddRq/ItemNonInventoryAdd"):
    """A new non-inventory item; exactly one of sales_or_purchase and sales_and_purchase is given."""

    not_offered: ClassVar[Mapping[str, str]] = {"external_guid": "Every job carries its own GUID."}

    name: ListName = Field(description="name in the list, without its parents")
    bar_code: BarCode | None = Field(default=None, description="bar code")
    is_active: bool | None = Field(default=None, description="false hides it in QuickBooks' lists")
    parent_ref: Annotated[Ref | None, Family("item")] = Field(default=None, description="the item it stands below")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    manufacturer_part_number: str | None = Field(default=None, description="the manufacturer's number")
    unit_of_measure_set_ref: Ref | None = Field(default=None, description="unit-of-measure set")
    sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code, such as Tax or Non")
    sales_or_purchase: SalesOrPurchase | None = Field(default=None, description="for an item only sold or only bought")
    sales_and_purchase: SalesAndPurchase | None = Field(default=None, description="for an item bought and sold")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        yield from sold_or_sold_and_bought(given)


KIND = Kind(
    name="item_non_inventory",
    family="item",
    model=ItemNonInventory,
    request="ItemNonInventoryAdd",
    query="ItemQuery",
    is_transaction=False,
    title="Non-inventory item",
    named_by=("name",),
)
