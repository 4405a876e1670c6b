"""Reads what the Web Connector says about QuickBooks and the company file in the first call of a session.

strHCPResponse holds the answers to HostQuery, CompanyQuery and PreferencesQuery in one document
(`facts/qbwc-protocol.md` section 3); an answer to CompanyQuery alone is read the same way. It is the
one place where edition-dependent XML arrives unasked, so every field may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from qbwc_server.qbxml.elements import Version
from qbwc_server.qbxml.read import Ret, read_answer


@dataclass(frozen=True, repr=False)  # a repr would carry the company's data into a log
class HostCompanyPreferences:
    """What is known about the QuickBooks at the other end. None: it was not said, or not understood."""

    product: str | None
    major_version: str | None
    minor_version: str | None
    country: str | None
    qbxml_versions: tuple[Version, ...]
    """Ascending; those written in another way (``CA2.0``) are left out."""
    file_mode: str | None
    company_name: str | None
    legal_name: str | None
    ein: str | None
    """The tax number: never log it."""
    is_sample: bool | None
    accountant_copy: bool | None
    dividing_date: str | None
    """Transactions up to this day (ISO) cannot be changed while an accountant works on the copy."""
    closing_date: str | None
    """Transactions up to this day (ISO) are closed."""
    multi_currency: bool | None
    home_currency: str | None
    sales_tax: bool | None
    extensions: tuple[tuple[str, str, str], ...]
    """The company's private data extensions: (OwnerID, name, value) as they were written."""

    def extension(self, owner_id: str, name: str) -> str | None:
        """The value of a data extension; compared without braces, blanks and case. None if absent."""
        for owner, extension, value in self.extensions:
            if _same_guid(owner, owner_id) and extension.lower() == name.lower():
                return value
        return None


def read_hcp(text: str) -> HostCompanyPreferences:
    """Read strHCPResponse. Raises UnreadableXml only if it is no answer of QuickBooks at all."""
    rets = {ret.name: ret for reply in read_answer(text).replies for ret in reply.rets}
    host, company, preferences = (rets.get(name) for name in ("HostRet", "CompanyRet", "PreferencesRet"))
    return HostCompanyPreferences(
        product=_text(host, "ProductName"),
        major_version=_text(host, "MajorVersion"),
        minor_version=_text(host, "MinorVersion"),
        country=_text(host, "Country"),
        qbxml_versions=_versions(host),
        file_mode=_text(host, "QBFileMode"),
        company_name=_text(company, "CompanyName"),
        legal_name=_text(company, "LegalCompanyName"),
        ein=_text(company, "EIN"),
        is_sample=_flag(company, "IsSampleCompany"),
        accountant_copy=_flag(company, "AccountantCopy/AccountantCopyExists"),
        dividing_date=_text(company, "AccountantCopy/DividingDate"),
        closing_date=_text(preferences, "AccountingPreferences/ClosingDate"),
        multi_currency=_flag(preferences, "MultiCurrencyPreferences/IsMultiCurrencyOn"),
        home_currency=_text(preferences, "MultiCurrencyPreferences/HomeCurrencyRef/FullName"),
        sales_tax=_has(preferences, "SalesTaxPreferences"),
        extensions=_extensions(company),
    )


def _text(ret: Ret | None, path: str) -> str | None:
    text = None if ret is None else ret.text(path)
    return None if text is None else text.strip()


def _flag(ret: Ret | None, path: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get((_text(ret, path) or "").lower())


def _has(ret: Ret | None, path: str) -> bool | None:
    """Whether the aggregate is there: sales tax switched off is told by its absence."""
    return None if ret is None else ret.element.find(path) is not None


def _versions(host: Ret | None) -> tuple[Version, ...]:
    found = set()
    for node in [] if host is None else host.element.findall("SupportedQBXMLVersion"):
        try:
            found.add(Version.parse(node.text or ""))
        except ValueError:
            continue
    return tuple(sorted(found))


def _extensions(company: Ret | None) -> tuple[tuple[str, str, str], ...]:
    if company is None:
        return ()
    rets = [Ret("DataExtRet", node) for node in company.element.findall("DataExtRet")]
    return tuple(
        (_text(ret, "OwnerID") or "", _text(ret, "DataExtName") or "", _text(ret, "DataExtValue") or "") for ret in rets
    )


def _same_guid(one: str, other: str) -> bool:
    return one.strip().strip("{}").strip().lower() == other.strip().strip("{}").strip().lower()
