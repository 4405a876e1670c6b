"""What a new US company file holds before anybody has typed anything into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from qbwc_server.simulator.quickbooks.aggregates import Aggregate, reference


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """The company's own data and preferences, as CompanyQuery and PreferencesQuery show them."""

    name: str = "Willow Creek Repairs"
    legal_name: str = "Willow Creek Repairs LLC"
    address: dict[str, str] = field(
        default_factory=lambda: {"Addr1": "12 Mill Road", "City": "Mansfield", "State": "CT", "PostalCode": "06268"}
    )
    phone: str = "860-555-0142"
    email: str = "office@willowcreek.example"
    ein: str = "06-1234567"
    first_month_fiscal_year: str = "January"
    is_sample: bool = False
    closing_date: str = ""
    """Transactions on or before this day cannot be changed or added; ISO date, empty for none."""
    dividing_date: str = ""
    """An accountant's copy is out, and it locks everything up to this day; ISO date, empty for none."""
    zone: str = "America/New_York"
    """Time zone of the QuickBooks machine (IANA name)."""

    def to_json(self) -> str:
        """For the company file."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> CompanyRecord:
        """Back from what `to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class StandardElement:
    """One list element that QuickBooks creates together with the company file."""

    type: str
    name: str
    fields: Aggregate


DEFAULT_SALES_TAX_ITEM = "Out of State"
TAX_AGENCY = "State Revenue Department"

_ACCOUNTS = (
    ("Checking", "Bank"),
    ("Savings", "Bank"),
    ("Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "OtherCurrentAsset"),
    ("Inventory Asset", "OtherCurrentAsset"),
    ("Accounts Payable", "AccountsPayable"),
    ("Sales Tax Payable", "OtherCurrentLiability"),
    ("Opening Balance Equity", "Equity"),
    ("Retained Earnings", "Equity"),
    ("Sales", "Income"),
    ("Sales Income", "Income"),
    ("Consulting Income", "Income"),
    ("Service Income", "Income"),
    ("Shipping Income", "Income"),
    ("Sales Discounts", "Income"),
    ("Cost of Goods Sold", "CostOfGoodsSold"),
    ("Job Materials", "CostOfGoodsSold"),
    ("Bank Service Charges", "Expense"),
    ("Office Supplies", "Expense"),
    ("Subcontractors", "Expense"),
)
_TERMS = (
    ("1% 10 Net 30", 30),
    ("2% 10 Net 30", 30),
    ("Due on receipt", 0),
    ("Net 15", 15),
    ("Net 30", 30),
    ("Net 60", 60),
)
_PAYMENT_METHODS = (
    ("Cash", "Cash"),
    ("Check", "Check"),
    ("American Express", "AmericanExpress"),
    ("Discover", "Discover"),
    ("MasterCard", "MasterCard"),
    ("Visa", "Visa"),
    ("E-Check", "ECheck"),
)
_TEMPLATES = ("Intuit Product Invoice", "Intuit Professional Invoice", "Intuit Service Invoice")
_MESSAGES = ("Thank you for your business.", "Please remit to above address.", "We appreciate your prompt payment.")
_SHIP_METHODS = ("DHL", "Federal Express", "UPS", "US Mail")


def standard_elements() -> Iterator[StandardElement]:
    """Accounts, terms, payment methods, tax codes and tax items, in the order in which they get their ListIDs."""
    for name, account_type in _ACCOUNTS:
        yield StandardElement("Account", name, Aggregate({"AccountType": account_type}))
    for name, days in _TERMS:
        yield StandardElement("Terms", name, Aggregate({"StdDueDays": str(days)}))
    for name, method_type in _PAYMENT_METHODS:
        yield StandardElement("PaymentMethod", name, Aggregate({"PaymentMethodType": method_type}))
    yield StandardElement("SalesTaxCode", "Tax", Aggregate({"IsTaxable": "true", "Desc": "Taxable Sales"}))
    yield StandardElement("SalesTaxCode", "Non", Aggregate({"IsTaxable": "false", "Desc": "Non-Taxable Sales"}))
    yield StandardElement("Vendor", TAX_AGENCY, Aggregate())
    yield StandardElement("ItemSalesTax", DEFAULT_SALES_TAX_ITEM, Aggregate({"TaxRate": "0.00"}))
    yield StandardElement("ItemSalesTax", "State Tax", Aggregate({"TaxRate": "6.35"}))
    yield StandardElement("Employee", "Dana Whitfield", Aggregate())
    yield StandardElement("SalesRep", "DW", Aggregate({"SalesRepEntityRef": reference("", "Dana Whitfield")}))
    for name in _TEMPLATES:
        yield StandardElement("Template", name, Aggregate())
    for name in _MESSAGES:
        yield StandardElement("CustomerMsg", name, Aggregate())
    for name in _SHIP_METHODS:
        yield StandardElement("ShipMethod", name, Aggregate())
