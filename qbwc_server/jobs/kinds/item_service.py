"""A service: work that is sold by the hour or by the piece."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import ListName
from qbwc_server.jobs.kinds.item_parts import BarCode, SalesAndPurchase, SalesOrPurchase, sold_or_sold_and_bought
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import Broken


class ItemService(Payload, element="ItemServiceAddRq/ItemServiceAdd"):
    """A new service item; exactly one of sales_or_purchase and sales_and_purchase is given."""

    not_offered: ClassVar[Mapping[str, str]] = {"external_guid": "Every job carries its own GUID."}

    name: ListName = Field(description="name in the list, without its parents")
    bar_code: BarCode | None = Field(default=None, description="bar code")
    is_active: bool | None = Field(default=None, description="false hides it in QuickBooks' lists")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    parent_ref: Annotated[Ref | None, Family("item")] = Field(default=None, description="the item it stands below")
    unit_of_measure_set_ref: Ref | None = Field(default=None, description="unit-of-measure set")
    sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code, such as Tax or Non")
    sales_or_purchase: SalesOrPurchase | None = Field(default=None, description="for an item only sold or only bought")
    sales_and_purchase: SalesAndPurchase | None = Field(default=None, description="for an item bought and sold")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        yield from sold_or_sold_and_bought(given)


KIND = Kind(
    name="item_service",
    family="item",
    model=ItemService,
    request="ItemServiceAdd",
    query="ItemQuery",
    is_transaction=False,
    title="Service item",
    named_by=("name",),
)
