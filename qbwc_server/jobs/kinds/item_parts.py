"""What service and non-inventory items share: the bar code, and how they are sold and bought."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from qbwc_server.jobs.payload import Payload, only_one_of
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import Broken


class BarCode(Payload, element="ItemServiceAddRq/ItemServiceAdd/BarCode"):
    """A bar code; QuickBooks Enterprise only."""

    bar_code_value: str | None = Field(default=None, description="the code")
    assign_even_if_used: bool | None = Field(default=None, description="also if another item has it")
    allow_override: bool | None = Field(default=None, description="replace the code the item has")


class SalesOrPurchase(Payload, element="ItemServiceAddRq/ItemServiceAdd/SalesOrPurchase"):
    """An item that is only sold or only bought."""

    desc: str | None = Field(default=None, description="description on documents")
    price: Decimal | None = Field(default=None, description="unit price")
    price_percent: Decimal | None = Field(default=None, description="price as a percentage, instead of price")
    account_ref: Ref = Field(description="account; QuickBooks refuses the item without it")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        yield from only_one_of(given, "price", "price_percent")


class SalesAndPurchase(Payload, element="ItemServiceAddRq/ItemServiceAdd/SalesAndPurchase"):
    """An item that is bought and sold."""

    sales_desc: str | None = Field(default=None, description="description on sales documents")
    sales_price: Decimal | None = Field(default=None, description="unit price")
    income_account_ref: Ref = Field(description="income account; QuickBooks refuses the item without it")
    purchase_desc: str | None = Field(default=None, description="description on purchase documents")
    purchase_cost: Decimal | None = Field(default=None, description="unit cost")
    expense_account_ref: Ref = Field(description="expense account; QuickBooks refuses the item without it")
    pref_vendor_ref: Annotated[Ref | None, Family("vendor")] = Field(default=None, description="usual vendor")


def sold_or_sold_and_bought(given: Mapping[str, object]) -> Iterator[Broken]:
    """Exactly one of the two ways must be given."""
    ways = ("sales_or_purchase", "sales_and_purchase")
    if not given.keys() & set(ways):
        yield Broken("is required.", "Or give sales_and_purchase, for an item that is bought and sold.", (ways[0],))
    yield from only_one_of(given, *ways)
