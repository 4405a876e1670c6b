"""A company that was registered and never seen."""

from __future__ import annotations

from datetime import UTC, datetime

from qbwc_server.companies import Company, CompanyState, Recovery

OURS = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
OTHERS = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"

FRESH = Company(
    id=1,
    name="Acme",
    username="acme-00000001",
    owner_id=OTHERS,
    file_id=OURS,
    base_url="https://sync.example.com",
    company_file="",
    run_every_minutes=15,
    settings="{}",
    state=CompanyState.ACTIVE,
    pause_reason=None,
    stop_reason=None,
    recovery=Recovery.UNKNOWN,
    echoes_guid="unknown",
    qbxml_cap=None,
    set_size=20,
    hcp_sha256=None,
    facts=None,
    pinned_company_name=None,
    pinned_legal_name=None,
    pinned_ein_sha256=None,
    is_stamped=False,
    seen_file_id=None,
    seen_company_name=None,
    seen_legal_name=None,
    seen_ein_sha256=None,
    seen_path=None,
    created_at=datetime(2026, 11, 2, tzinfo=UTC),
    first_seen_at=None,
    last_contact_at=None,
    last_result=None,
    lost_lookbacks=0,
    missing_asked_at=None,
)
