from __future__ import annotations

import pytest

from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import Version, read_hcp

OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"


def hcp(host: str = "", company: str = "", preferences: str = "") -> str:
    parts = [("HostQueryRs", host), ("CompanyQueryRs", company), ("PreferencesQueryRs", preferences)]
    replies = "".join(
        f'<{name} requestID="{number}" statusCode="0" statusSeverity="Info" statusMessage="">{content}</{name}>'
        for number, (name, content) in enumerate(parts)
    )
    return f'\n<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>{replies}</QBXMLMsgsRs></QBXML>'


FULL = hcp(
    "<HostRet><ProductName>QuickBooks Enterprise Solutions 24.0</ProductName><MajorVersion>34</MajorVersion>"
    "<MinorVersion>0</MinorVersion><Country>US</Country><SupportedQBXMLVersion>13.0</SupportedQBXMLVersion>"
    "<SupportedQBXMLVersion>CA2.0</SupportedQBXMLVersion><SupportedQBXMLVersion>9.0</SupportedQBXMLVersion>"
    "<SupportedQBXMLVersion>16.0</SupportedQBXMLVersion><QBFileMode>MultiUser</QBFileMode></HostRet>",
    "<CompanyRet><IsSampleCompany>false</IsSampleCompany><CompanyName>Mill &amp; Sons</CompanyName>"
    "<LegalCompanyName>Mill and Sons LLC</LegalCompanyName><EIN>12-3456789</EIN><AccountantCopy>"
    "<AccountantCopyExists>true</AccountantCopyExists><DividingDate>2025-12-31</DividingDate></AccountantCopy>"
    f"<DataExtRet><OwnerID>{OWNER.lower()}</OwnerID><DataExtName>FileID</DataExtName>"
    "<DataExtType>STR255TYPE</DataExtType><DataExtValue>{90A44FB7-33D9-4815-AC85-AC86A7E7D1EB}</DataExtValue></DataExtRet>"
    f"<DataExtRet><OwnerID>{OWNER}</OwnerID><DataExtName>AppLock</DataExtName>"
    "<DataExtValue>LOCKED:FRONTDESK:638000000000000000</DataExtValue></DataExtRet></CompanyRet>",
    "<PreferencesRet><AccountingPreferences><ClosingDate>2025-12-31</ClosingDate></AccountingPreferences>"
    "<MultiCurrencyPreferences><IsMultiCurrencyOn>true</IsMultiCurrencyOn><HomeCurrencyRef>"
    "<FullName>US Dollar</FullName></HomeCurrencyRef></MultiCurrencyPreferences>"
    "<SalesTaxPreferences/></PreferencesRet>",
)


def test_quickbooks_and_the_company_file_are_described() -> None:
    read = read_hcp(FULL)
    assert (read.product, read.major_version, read.minor_version) == ("QuickBooks Enterprise Solutions 24.0", "34", "0")
    assert (read.country, read.file_mode) == ("US", "MultiUser")
    assert (read.company_name, read.legal_name, read.ein) == ("Mill & Sons", "Mill and Sons LLC", "12-3456789")
    assert (read.is_sample, read.accountant_copy, read.dividing_date) == (False, True, "2025-12-31")
    assert (read.closing_date, read.multi_currency, read.home_currency) == ("2025-12-31", True, "US Dollar")
    assert read.sales_tax is True


def test_the_versions_are_sorted_as_numbers_and_strange_ones_left_out() -> None:
    assert read_hcp(FULL).qbxml_versions == (Version(9, 0), Version(13, 0), Version(16, 0))


@pytest.mark.parametrize("owner", [OWNER, OWNER.strip("{}"), f" {OWNER.lower()} "])
def test_the_file_id_is_found_however_its_owner_is_written(owner: str) -> None:
    assert read_hcp(FULL).extension(owner, "FileID") == "{90A44FB7-33D9-4815-AC85-AC86A7E7D1EB}"
    assert read_hcp(FULL).extension(owner, "AppLock") == "LOCKED:FRONTDESK:638000000000000000"


def test_the_data_of_other_owners_are_not_ours() -> None:
    assert read_hcp(FULL).extension("{00000000-86F1-4FCC-B1EE-566DE1813D20}", "FileID") is None
    assert read_hcp(FULL).extension(OWNER, "Other") is None


def test_whatever_is_missing_is_none() -> None:
    read = read_hcp(hcp())
    assert (read.product, read.company_name, read.ein, read.is_sample, read.sales_tax) == (None, None, None, None, None)
    assert (read.qbxml_versions, read.extensions) == ((), ())


def test_sales_tax_is_off_where_its_preferences_are_absent() -> None:
    assert read_hcp(hcp(preferences="<PreferencesRet/>")).sales_tax is False


def test_an_answer_to_a_company_query_alone_is_read_too() -> None:
    read = read_hcp("<QBXML><QBXMLMsgsRs><CompanyQueryRs><CompanyRet><CompanyName>A</CompanyName></CompanyRet>"
                    "</CompanyQueryRs></QBXMLMsgsRs></QBXML>")  # fmt: skip
    assert read.company_name == "A"


@pytest.mark.parametrize("text", ["", "HOSTQUERY/COMPANYQUERY/PREFQUERY is currently not supported in QBPOS.", "<x/>"])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(UnreadableXml):
        read_hcp(text)


def test_nothing_about_the_company_reaches_a_log_by_accident() -> None:
    assert "12-3456789" not in repr(read_hcp(FULL))
    assert "Mill" not in f"{read_hcp(FULL)}"
