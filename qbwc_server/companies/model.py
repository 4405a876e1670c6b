"""What a registered company is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from qbwc_server.companies.policies import policies
from qbwc_server.db import tables


class CompanyState(StrEnum):
    """Whether a person lets the company's jobs go out."""

    ACTIVE = "active"
    """Jobs go out when the Web Connector asks."""
    PAUSED = "paused"
    """Nothing goes out until `qbwc company resume`; jobs are still accepted."""


class Recovery(StrEnum):
    """What is known of QuickBooks' message-set recovery in this company file (facts/qbxml.md, error recovery)."""

    UNKNOWN = "unknown"
    WORKS = "works"
    ABSENT = "absent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Company:
    """One QuickBooks company file and how its Web Connector logs in. The password is not among the fields."""

    id: int
    name: str
    username: str
    owner_id: str
    """GUID of this installation, in braces; QuickBooks keeps private data of ours under it."""
    file_id: str
    """GUID of this company file, in braces; the Web Connector writes it into the file."""
    base_url: str
    """Public base of this server without a path: AppURL is base/qbwc, AppSupport is base/support."""
    company_file: str
    """Windows path returned in authenticate's element [1]; empty: whatever file is open."""
    run_every_minutes: int
    settings: str
    """JSON object: the policies that differ from the default."""
    state: CompanyState
    pause_reason: str | None
    stop_reason: str | None
    """Why no data is exchanged with the file that was open last; None: nothing is wrong with it."""
    recovery: Recovery
    echoes_guid: str
    """Whether this file returns ExternalGUID: unknown, yes, no."""
    qbxml_cap: str | None
    """The newest qbXML version that is sent, where QuickBooks refused the newer ones it says it speaks."""
    set_size: int
    hcp_sha256: str | None
    facts: str | None
    """JSON object: what the last HCP told of product, file and preferences."""
    pinned_company_name: str | None
    pinned_legal_name: str | None
    pinned_ein_sha256: str | None
    is_stamped: bool
    """Whether the file has carried our FileID: then one without it is another file."""
    seen_file_id: str | None
    seen_company_name: str | None
    seen_legal_name: str | None
    seen_ein_sha256: str | None
    seen_path: str | None
    created_at: datetime
    first_seen_at: datetime | None
    last_contact_at: datetime | None
    last_result: str | None
    lost_lookbacks: int
    """Visits in a row that ended when QuickBooks was asked whether the newest records are still there."""
    missing_asked_at: datetime | None
    """When QuickBooks was last asked for the names that jobs miss."""

    @property
    def is_paused(self) -> bool:
        return self.state is CompanyState.PAUSED

    @property
    def app_url(self) -> str:
        """Where the Web Connector sends its SOAP calls."""
        return f"{self.base_url}/qbwc"

    @property
    def support_url(self) -> str:
        """The page that QBWC fetches once when the .qwc is loaded and offers to its user."""
        return f"{self.base_url}/support"

    @property
    def policies(self) -> Mapping[str, str]:
        """What the company lets this server decide by itself: every one of POLICIES with its value."""
        return policies(self.settings)

    def known_facts(self) -> Mapping[str, Any]:
        """What the last HCP told, by field; empty before the first contact."""
        return json.loads(self.facts) if self.facts else {}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the Web Connector's user needs. The only place where a password is ever readable."""

    name: str
    username: str
    password: str = field(repr=False)


SELECT = sa.select(*(tables.company.c[f.name] for f in fields(Company)))
"""Every column a Company is made of: all but the password's hash and the folded name."""


def from_row(row: sa.Row[Any]) -> Company:
    """A Company from a row that SELECT returned (more columns are ignored)."""
    values = {f.name: getattr(row, f.name) for f in fields(Company)}
    values["state"] = CompanyState(values["state"])
    values["recovery"] = Recovery(values["recovery"])
    return Company(**values)
