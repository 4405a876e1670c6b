"""The first call of a visit: which file is open, on which PC, and what QuickBooks is there.

QBWC sends the answers to Host-, Company- and PreferencesQuery (HCP) with the first sendRequestXML only
(facts/qbwc-protocol.md section 3). They hold an EIN and addresses: hashed or left out, never logged.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from qbwc_server.companies import Company, Recovery, SeenFile, judge_file
from qbwc_server.db import tables
from qbwc_server.errors import UnreadableXml
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.session import Identity
from qbwc_server.exchange.visit import Visit
from qbwc_server.qbxml import HostCompanyPreferences, Version, read_hcp

OLDEST = Version.parse("11.0")
"""Recovery answers carry IDs since this version; nothing older is spoken."""
USUAL = Version.parse("13.0")
"""Sent unless an element needs more: QuickBooks 2014 and later understand it."""
_APP_LOCK = re.compile(r"LOCKED:([^:<>&]{1,64}):\d{1,20}")
"""`LOCKED:<machine>:<.NET ticks>`: the lock that QBWC takes on the file for this run."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The parameters of sendRequestXML."""

    hcp: str
    company_file: str
    major: int | None
    minor: int | None


def greet(visit: Visit, arrival: Arrival) -> Visit:
    """Takes in the first call of a visit; in the returned one, the identity and the version are known."""
    lock = _APP_LOCK.search(arrival.hcp)
    digest = _digest(arrival.hcp)
    told: HostCompanyPreferences | None = None
    if not arrival.hcp.strip():
        identity = Identity.UNKNOWN
    elif digest == visit.company.hcp_sha256 and visit.company.stop_reason is None:
        identity = Identity.RIGHT
    else:
        visit, identity, told = _read(visit, arrival.hcp, digest)
    version = _newest(visit.company, told, arrival)
    session = sessions.change(
        visit.c,
        visit.session,
        machine=lock.group(1) if lock else None,
        path=arrival.company_file or None,
        qbxml_version=None if version is None else str(version),
        identity=identity,
    )
    if arrival.company_file and arrival.company_file != visit.company.seen_path:
        visit = _know(visit, seen_path=arrival.company_file)
    return replace(visit, session=session)


def recognise(visit: Visit, told: HostCompanyPreferences) -> tuple[Visit, Identity]:
    """Judges the open file by what QuickBooks told of it, and writes down what was seen."""
    company = visit.company
    seen = SeenFile(
        file_id=told.extension(company.owner_id, "FileID"),
        company_name=told.company_name,
        legal_name=told.legal_name,
        ein_sha256=hashlib.sha256(told.ein.encode()).hexdigest() if told.ein else None,
    )
    stop = judge_file(company, seen)
    columns: dict[str, str | bool | None] = {
        "seen_file_id": seen.file_id,
        "seen_company_name": seen.company_name,
        "seen_legal_name": seen.legal_name,
        "seen_ein_sha256": seen.ein_sha256,
        "stop_reason": stop,
        "is_stamped": company.is_stamped or (stop is None and bool(seen.file_id)),
    }
    pinned = company.pinned_company_name or company.pinned_legal_name or company.pinned_ein_sha256
    if stop is None and (seen.file_id or not pinned):
        columns |= {
            "pinned_company_name": seen.company_name,
            "pinned_legal_name": seen.legal_name,
            "pinned_ein_sha256": seen.ein_sha256,
        }
    return _know(visit, **columns), Identity.RIGHT if stop is None else Identity.WRONG


def _read(visit: Visit, hcp: str, digest: str) -> tuple[Visit, Identity, HostCompanyPreferences | None]:
    try:
        told = read_hcp(hcp)
    except UnreadableXml:
        return visit, Identity.UNKNOWN, None
    if not (told.company_name or told.extension(visit.company.owner_id, "FileID")):
        return visit, Identity.UNKNOWN, told
    visit, identity = recognise(visit, told)
    known = digest if identity is Identity.RIGHT else None
    visit = _know(visit, hcp_sha256=known, facts=_facts(told), **_tried_anew(visit.company, told))
    return visit, identity, told


def _tried_anew(company: Company, told: HostCompanyPreferences) -> dict[str, Any]:
    """What another QuickBooks than last time may read although that one refused it."""
    before, now = company.known_facts(), json.loads(_facts(told))
    if not before or all(before.get(name) == now[name] for name in ("product", "version", "qbxml_versions")):
        return {}
    recovery = Recovery.UNKNOWN if company.recovery is Recovery.REFUSED else company.recovery
    return {"recovery": recovery, "qbxml_cap": None}


def _know(visit: Visit, **columns: Any) -> Visit:
    """Writes columns of the company, and has them in the returned visit."""
    c, company = visit.c, visit.company
    c.execute(tables.company.update().where(tables.company.c.id == company.id).values(**columns))
    return replace(visit, company=replace(company, **columns))


def _facts(told: HostCompanyPreferences) -> str:
    """What `qbwc company show` shows of the file and its QuickBooks."""
    return json.dumps(
        {
            "product": told.product,
            "version": ".".join(part for part in (told.major_version, told.minor_version) if part) or None,
            "country": told.country,
            "qbxml_versions": [str(version) for version in told.qbxml_versions],
            "file_mode": told.file_mode,
            "company_name": told.company_name,
            "legal_name": told.legal_name,
            "sample_company": told.is_sample,
            "accountants_copy": told.accountant_copy,
            "dividing_date": told.dividing_date,
            "closing_date": told.closing_date,
            "multi_currency": told.multi_currency,
            "home_currency": told.home_currency,
            "sales_tax": told.sales_tax,
        }
    )


def _newest(company: Company, told: HostCompanyPreferences | None, arrival: Arrival) -> Version | None:
    """The newest version that both the request processor and the file speak; None if nobody says."""
    spoken = list(told.qbxml_versions) if told else []
    if not spoken:
        spoken = [Version.parse(text) for text in company.known_facts().get("qbxml_versions", [])]
    limits = [max(spoken)] if spoken else []
    if arrival.major and arrival.major > 0:
        limits.append(Version.parse(f"{arrival.major}.{max(arrival.minor or 0, 0)}"))
    return min(limits) if limits else None


def _digest(hcp: str) -> str:
    return hashlib.sha256(_APP_LOCK.sub("", hcp).encode("utf-8", "replace")).hexdigest()
