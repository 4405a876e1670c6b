"""All that is known of a company, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qbwc_server.companies import Company
from qbwc_server.jobs import Status

_FROM_QUICKBOOKS = {
    "product": "product",
    "version": "version",
    "country": "country",
    "qbxml_versions": "qbXML versions",
    "file_mode": "file mode",
    "company_name": "company name",
    "legal_name": "legal name",
    "sample_company": "sample company",
    "accountants_copy": "accountant's copy",
    "dividing_date": "dividing date",
    "closing_date": "closing date",
    "multi_currency": "several currencies",
    "home_currency": "home currency",
    "sales_tax": "sales tax",
}
"""What HCP tells, in the order it is shown; anything else that was stored follows under its own name."""


def facts(found: Company, numbers: Mapping[Status, int]) -> Iterator[tuple[str, object]]:
    """Name and value of each fact, for people."""
    yield from (("name", found.name), ("user name", found.username), ("state", found.state))
    yield from (("paused because", found.pause_reason), ("stopped because", found.stop_reason))
    yield from (("AppURL", found.app_url), ("AppSupport", found.support_url))
    yield from (("OwnerID", found.owner_id), ("FileID", found.file_id))
    yield ("company file", found.company_file or "whatever file is open")
    yield ("runs every", f"{found.run_every_minutes} minutes")
    yield ("policies", ", ".join(f"{key}={value}" for key, value in found.policies.items()))
    yield from (("registered", found.created_at), ("last contact", found.last_contact_at or "never"))
    yield ("first answer", found.first_seen_at or "none yet")
    yield ("last result", found.last_result)
    yield ("file path seen", found.seen_path)
    yield from ((name, _text(value)) for name, value in _quickbooks_facts(found))
    yield from (("recovery", found.recovery), ("returns GUIDs", found.echoes_guid))
    yield ("qbXML at most", found.qbxml_cap)
    yield ("jobs", ", ".join(f"{count} {status}" for status, count in numbers.items() if count) or "none")


def facts_json(found: Company, numbers: Mapping[Status, int]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "name": found.name,
        "username": found.username,
        "state": found.state,
        "pause_reason": found.pause_reason,
        "stop_reason": found.stop_reason,
        "url": found.base_url,
        "app_url": found.app_url,
        "support_url": found.support_url,
        "owner_id": found.owner_id,
        "file_id": found.file_id,
        "file": found.company_file or None,
        "every_minutes": found.run_every_minutes,
        "policies": found.policies,
        "created": found.created_at,
        "last_contact": found.last_contact_at,
        "first_answer": found.first_seen_at,
        "last_result": found.last_result,
        "seen_path": found.seen_path,
        "quickbooks": dict(found.known_facts()),
        "recovery": found.recovery,
        "echoes_guid": found.echoes_guid,
        "qbxml_cap": found.qbxml_cap,
        "jobs": dict(numbers),
    }


def _quickbooks_facts(found: Company) -> Iterator[tuple[str, object]]:
    told = found.known_facts()
    yield from ((title, told.get(key)) for key, title in _FROM_QUICKBOOKS.items())
    yield from ((key.replace("_", " "), value) for key, value in told.items() if key not in _FROM_QUICKBOOKS)


def _text(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
