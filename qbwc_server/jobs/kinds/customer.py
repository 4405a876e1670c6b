"""A customer, or a job: a customer below another one."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from qbwc_server.jobs.kinds.address import Address
from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.common import ListName
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.ref import Family, Ref

_OPENING = "It would book an opening-balance invoice on the side. Queue the open invoices themselves."
_LATER = "It is not part of this version."


class Customer(Payload, element="CustomerAddRq/CustomerAdd"):
    """A new customer or job."""

    not_offered: ClassVar[Mapping[str, str]] = {
        "open_balance": _OPENING,
        "open_balance_date": _OPENING,
        "credit_card_info": "Card numbers do not belong in a queue.",
        "external_guid": "Every job carries its own GUID.",
        "ship_to_address": f"{_LATER} Use ship_address.",
        "additional_contact_ref": f"{_LATER} Use phone, alt_phone, fax, email and cc.",
        "contacts": f"{_LATER} Use contact and alt_contact.",
        "additional_notes": f"{_LATER} Use notes.",
    }

    name: ListName = Field(description="name in the list, without its parents")
    is_active: bool | None = Field(default=None, description="false hides it in QuickBooks' lists")
    class_ref: Annotated[Ref | None, Family("class")] = Field(default=None, description="class")
    parent_ref: Annotated[Ref | None, Family("customer")] = Field(
        default=None, description="the customer this one is a job of"
    )
    company_name: str | None = Field(default=None, description="company")
    salutation: str | None = Field(default=None, description="Mr., Ms. …")
    first_name: str | None = Field(default=None, description="first name of the person")
    middle_name: str | None = Field(default=None, description="middle name or initial")
    last_name: str | None = Field(default=None, description="last name")
    job_title: str | None = Field(default=None, description="the person's position")
    bill_address: Address | None = Field(default=None, description="where invoices go")
    ship_address: Address | None = Field(default=None, description="where goods go")
    phone: str | None = Field(default=None, description="telephone")
    alt_phone: str | None = Field(default=None, description="another telephone")
    fax: str | None = Field(default=None, description="fax")
    email: str | None = Field(default=None, description="e-mail")
    cc: str | None = Field(default=None, description="e-mail for copies")
    contact: str | None = Field(default=None, description="person to talk to")
    alt_contact: str | None = Field(default=None, description="another person")
    customer_type_ref: Ref | None = Field(default=None, description="customer type")
    terms_ref: Ref | None = Field(default=None, description="terms of payment")
    sales_rep_ref: Ref | None = Field(default=None, description="sales representative, by initials")
    sales_tax_code_ref: Ref | None = Field(default=None, description="sales tax code, such as Tax or Non")
    item_sales_tax_ref: Annotated[Ref | None, Family("item", ("item_sales_tax", "item_sales_tax_group"))] = Field(
        default=None, description="sales tax item or group"
    )
    resale_number: str | None = Field(default=None, description="resale certificate number")
    account_number: str | None = Field(default=None, description="your number for this customer")
    credit_limit: Decimal | None = Field(default=None, ge=0, description="credit limit")
    preferred_payment_method_ref: Ref | None = Field(default=None, description="usual way to pay")
    job_status: str | None = Field(default=None, description="for a job: how far it is")
    job_start_date: date | None = Field(default=None, description="for a job")
    job_projected_end_date: date | None = Field(default=None, description="for a job")
    job_end_date: date | None = Field(default=None, description="for a job")
    job_desc: str | None = Field(default=None, description="for a job: what it is")
    job_type_ref: Ref | None = Field(default=None, description="for a job: its type")
    notes: str | None = Field(default=None, description="notes")
    preferred_delivery_method: str | None = Field(default=None, description="how documents are sent")
    price_level_ref: Ref | None = Field(default=None, description="price level")
    currency_ref: Ref | None = Field(default=None, description="currency, only in a file with several")


KIND = Kind(
    name="customer",
    family="customer",
    model=Customer,
    request="CustomerAdd",
    query="CustomerQuery",
    is_transaction=False,
    title="Customer",
    named_by=("name",),
)
