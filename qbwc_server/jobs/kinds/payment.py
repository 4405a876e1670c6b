"""A customer's payment, applied to invoices or kept as a credit."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from qbwc_server.jobs.declared import Called
from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import Marker
from qbwc_server.jobs.payload import Payload, only_with
from qbwc_server.jobs.ref import Family, Ref
from qbwc_server.jobs.refusals import Broken, several


class AppliedInvoice(Payload, element="ReceivePaymentAddRq/ReceivePaymentAdd/AppliedToTxnAdd"):
    """What one invoice gets: a payment_amount, a discount_amount or both."""

    not_offered: ClassVar[Mapping[str, str]] = {"set_credit": "Applying credits is not part of this version."}

    txn: Annotated[Ref, Family("invoice"), Called("TxnID")] = Field(description="the invoice")
    payment_amount: Decimal | None = Field(default=None, gt=0, description="how much of the payment it gets")
    discount_amount: Decimal | None = Field(default=None, gt=0, description="discount granted on it")
    discount_account_ref: Ref | None = Field(default=None, description="account of the discount")
    discount_class_ref: Annotated[Ref | None, Family("class")] = Field(
        default=None, description="class of the discount"
    )

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        if not given.keys() & {"payment_amount", "discount_amount"}:
            yield Broken(
                "needs a payment_amount or a discount_amount.", "QuickBooks refuses an application without an amount."
            )
        yield from only_with(given, "discount_amount", "discount_account_ref", "discount_class_ref")


class Payment(Payload, element="ReceivePaymentAddRq/ReceivePaymentAdd"):
    """A new payment. What is not applied to invoices stays as the customer's credit.

    The payment_amounts may not add up to more than total_amount, and each invoice stands in applied_to once.
    """

    not_offered: ClassVar[Mapping[str, str]] = {
        "external_guid": "Every job carries its own GUID.",
        "is_auto_apply": "QuickBooks would choose the invoices: name them in applied_to. Without it, it is a credit.",
        "credit_card_txn_info": "Card numbers do not belong in a queue.",
    }

    customer_ref: Annotated[Ref, Family("customer")] = Field(description="the customer or job of the invoices")
    ar_account_ref: Ref | None = Field(default=None, description="accounts receivable; must be that of the invoices")
    txn_date: date = Field(description="date; QuickBooks would take somebody's last one")
    ref_number: Marker | None = Field(default=None, description="number of the check or receipt")
    total_amount: Decimal = Field(gt=0, description="what was paid")
    exchange_rate: Decimal | None = Field(default=None, gt=0, description="only in a file with several currencies")
    payment_method_ref: Ref | None = Field(default=None, description="Check, Cash …")
    memo: str | None = Field(default=None, description="memo, for the books")
    deposit_to_account_ref: Ref | None = Field(default=None, description="Undeposited Funds if left out")
    applied_to: Annotated[tuple[AppliedInvoice, ...] | None, Called("AppliedToTxnAdd")] = Field(
        default=None, description="invoices paid; without it the whole payment is a credit"
    )

    @field_validator("applied_to")
    @classmethod
    def _fits_the_payment(
        cls, applied: tuple[AppliedInvoice, ...] | None, info: ValidationInfo
    ) -> tuple[AppliedInvoice, ...] | None:
        broken = list(_paid_twice(applied or ()))
        total: Decimal | None = info.data.get("total_amount")
        paid = sum((one.payment_amount or Decimal(0) for one in applied or ()), Decimal(0))
        if total is not None and paid > total:
            broken.append(Broken(f"applies {paid}, more than the total_amount of {total}."))
        if broken:
            raise several(broken)
        return applied


def _paid_twice(applied: tuple[AppliedInvoice, ...]) -> Iterator[Broken]:
    seen: dict[Ref, int] = {}
    for index, one in enumerate(applied):
        first = seen.setdefault(one.txn, index)
        if first != index:
            remedy = f"Add the amounts up in applied_to[{first}]."
            yield Broken(f"is the invoice of applied_to[{first}] again.", remedy, (index, "txn"))


KIND = Kind(
    name="payment",
    family="payment",
    model=Payment,
    request="ReceivePaymentAdd",
    query="ReceivePaymentQuery",
    is_transaction=True,
    title="Payment",
    named_by=("ref_number", "txn_date"),
)
