"""HostQuery, CompanyQuery and PreferencesQuery: what the Web Connector asks at the start of every session."""

from __future__ import annotations

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.company import DEFAULT_SALES_TAX_ITEM
from qbwc_server.simulator.quickbooks.stamping import extensions
from qbwc_server.simulator.quickbooks.standard_fields import standard_reference
from qbwc_server.simulator.quickbooks.work import Booked, Work

_OFF = "false"
_ON = "true"


def query_host(work: Work, content: Aggregate) -> Booked:  # noqa: ARG001 - nothing can be asked for here
    """HostQuery: the product, its version and the qbXML versions it takes."""
    settings = work.settings
    return Booked(
        "HostRet",
        Aggregate(
            {
                "ProductName": settings.product_name,
                "MajorVersion": settings.major_version,
                "MinorVersion": settings.minor_version,
                "Country": settings.country,
                "SupportedQBXMLVersion": list(settings.qbxml_versions),
                "IsAutomaticLogin": _OFF,
                "QBFileMode": settings.file_mode,
            }
        ),
    )


def query_company(work: Work, content: Aggregate) -> Booked:
    """CompanyQuery: names, addresses, EIN, and the data extensions of the OwnerIDs that were asked for."""
    company = work.books.company
    address = Aggregate(company.address)
    accountant_copy = {
        "AccountantCopyExists": qbxml.boolean(bool(company.dividing_date)),
        "DividingDate": company.dividing_date or None,
    }
    owners = [owner for owner in content.items("OwnerID") if isinstance(owner, str)]
    return Booked(
        "CompanyRet",
        Aggregate(
            {
                "IsSampleCompany": qbxml.boolean(company.is_sample),
                "CompanyName": company.name,
                "LegalCompanyName": company.legal_name,
                "Address": address,
                "LegalAddress": address,
                "Phone": company.phone,
                "Email": company.email,
                "FirstMonthFiscalYear": company.first_month_fiscal_year,
                "FirstMonthIncomeTaxYear": company.first_month_fiscal_year,
                "EIN": company.ein,
                "TaxForm": "OtherOrNone",
                "AccountantCopy": Aggregate(accountant_copy),
                "DataExtRet": extensions(work.books, owners),
            }
        ),
    )


def query_preferences(work: Work, content: Aggregate) -> Booked:  # noqa: ARG001 - nothing can be asked for here
    """PreferencesQuery: what a new US company has, with its closing date."""
    accounting = {
        "IsUsingAccountNumbers": _OFF,
        "IsRequiringAccounts": _ON,
        "IsUsingClassTracking": _OFF,
        "IsUsingAuditTrail": _ON,
        "IsAssigningJournalEntryNumbers": _ON,
        "ClosingDate": work.books.company.closing_date or None,
    }
    return Booked(
        "PreferencesRet",
        Aggregate(
            {
                "AccountingPreferences": Aggregate(accounting),
                "FinanceChargePreferences": Aggregate(
                    {
                        "GracePeriod": "0",
                        "IsAssessingForOverdueCharges": _OFF,
                        "CalculateChargesFrom": "DueDate",
                        "IsMarkedToBePrinted": _OFF,
                    }
                ),
                "JobsAndEstimatesPreferences": Aggregate(
                    {
                        "IsUsingEstimates": _ON,
                        "IsUsingProgressInvoicing": _OFF,
                        "IsPrintingItemsWithZeroAmounts": _OFF,
                    }
                ),
                "MultiCurrencyPreferences": Aggregate({"IsMultiCurrencyOn": _OFF}),
                "PurchasesAndVendorsPreferences": Aggregate(
                    {"IsUsingInventory": _ON, "DaysBillsAreDue": "10", "IsAutomaticallyUsingDiscounts": _OFF}
                ),
                "ReportsPreferences": Aggregate(
                    {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"}
                ),
                "SalesAndCustomersPreferences": Aggregate(
                    {"IsTrackingReimbursedExpensesAsIncome": _OFF, "IsAutoApplyingPayments": _ON}
                ),
                "SalesTaxPreferences": _sales_tax(work),
                "CurrentAppAccessRights": Aggregate(
                    {"IsAutomaticLoginAllowed": _OFF, "IsPersonalDataAccessAllowed": _ON}
                ),
            }
        ),
    )


def _sales_tax(work: Work) -> Aggregate:
    return Aggregate(
        {
            "DefaultItemSalesTaxRef": standard_reference(work, "Item", DEFAULT_SALES_TAX_ITEM),
            "PaySalesTax": "Monthly",
            "DefaultTaxableSalesTaxCodeRef": standard_reference(work, "SalesTaxCode", "Tax"),
            "DefaultNonTaxableSalesTaxCodeRef": standard_reference(work, "SalesTaxCode", "Non"),
            "IsUsingCustomerTaxCode": _ON,
        }
    )
