"""The .qwc file that a QuickBooks user loads into the Web Connector (facts/qbwc-protocol.md section 6)."""

from __future__ import annotations

import re

from lxml import etree

from qbwc_server.companies.model import Company
from qbwc_server.companies.urls import qbwc_refusals
from qbwc_server.errors import CompanyRefused

MAX_DESCRIPTION = 80
_NO_FILE_NAME = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)
"""Windows takes these for devices, whatever stands behind the dot."""


def qwc_file(company: Company) -> bytes:
    """The file: UTF-8 without a byte order mark, the same bytes for the same company at every download.

    Raises CompanyRefused with each thing the Web Connector would refuse, naming its code.
    """
    refusals = qbwc_refusals(company.base_url)
    if refusals:
        raise CompanyRefused(*refusals)
    root = etree.Element("QBWCXML")
    for name, value in _values(company):
        etree.SubElement(root, name).text = value
    schedule = etree.SubElement(root, "Scheduler")
    etree.SubElement(schedule, "RunEveryNMinutes").text = str(company.run_every_minutes)
    etree.indent(root, " ")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="utf-8") + b"\n"


def qwc_file_name(company: Company) -> str:
    """What the file is called when it is saved: the beginning of the user name, in ASCII."""
    name = re.sub(r"-[0-9a-f]{8}$", "", company.username)
    return f"{'company-' if _NO_FILE_NAME.fullmatch(name) else ''}{name}.qwc"


def app_name(company: Company) -> str:
    """The name under which QuickBooks authorises the company's Web Connector; it must never change.

    A backslash would part a key of the Windows registry, where the Web Connector keeps it.
    """
    return f"{company.name} - qbwc-server".replace("\\", "-")


def _values(company: Company) -> list[tuple[str, str]]:
    """In the order of Intuit's sample. IsReadOnly is always false: true makes loading fail with QBWC1039 or 1080."""
    return [
        ("AppName", app_name(company)),
        ("AppID", ""),
        ("AppURL", company.app_url),
        ("AppDescription", f"qbwc-server for {company.name}"[:MAX_DESCRIPTION]),
        ("AppSupport", company.support_url),
        ("UserName", company.username),
        ("OwnerID", company.owner_id),
        ("FileID", company.file_id),
        ("QBType", "QBFS"),
        ("PersonalDataPref", "pdpNotNeeded"),
        ("UnattendedModePref", "umpOptional"),
        ("Style", "Document"),
        ("AuthFlags", "0xF"),
        ("IsReadOnly", "false"),
    ]
