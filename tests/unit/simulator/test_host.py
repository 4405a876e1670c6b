"""HostQuery, CompanyQuery, PreferencesQuery, and what the Web Connector writes into the company file."""

from __future__ import annotations

import pytest

from qbwc_server import qbxml
from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import CompanyRecord, QuickBooksSettings
from qbwc_server.simulator.quickbooks.stamping import lock_file, stamp_file, unlock_file
from tests.unit.simulator.asking import Asked

OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
FILE = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"


def hcp(asked: Asked, owner: str | None = OWNER) -> qbxml.HostCompanyPreferences:
    return qbxml.read_hcp(asked.processor.host_company_preferences(owner))


def test_hcp_tells_product_country_versions_and_company(new: Asked) -> None:
    told = hcp(new)
    assert (told.product, told.country) == ("QuickBooks Enterprise Solutions: Contractor 24.0", "US")
    assert max(told.qbxml_versions) == qbxml.Version(16, 0)
    assert (told.company_name, told.ein) == ("Willow Creek Repairs", "06-1234567")
    assert (told.is_sample, told.accountant_copy, told.multi_currency, told.sales_tax) == (False, False, False, True)
    assert told.closing_date is None


def test_hcp_numbers_its_three_answers_from_0(new: Asked) -> None:
    answer = qbxml.read_answer(new.processor.host_company_preferences(None))
    assert [(reply.request_id, reply.name) for reply in answer.replies] == [
        ("0", "HostQueryRs"),
        ("1", "CompanyQueryRs"),
        ("2", "PreferencesQueryRs"),
    ]


def test_hcp_tells_closing_date_accountants_copy_and_sample() -> None:
    company = CompanyRecord(closing_date="2025-12-31", dividing_date="2026-06-30", is_sample=True)
    asked = Asked(company=company, settings=QuickBooksSettings(file_mode="SingleUser"))
    told = hcp(asked)
    assert (told.closing_date, told.dividing_date, told.accountant_copy) == ("2025-12-31", "2026-06-30", True)
    assert (told.is_sample, told.file_mode) == (True, "SingleUser")
    asked.books.close()


def test_a_company_file_without_a_stamp_shows_none(new: Asked) -> None:
    assert hcp(new).extensions == ()


def test_a_stamp_and_a_lock_are_shown_to_their_owner_alone(new: Asked) -> None:
    stamp_file(new.books, OWNER, FILE)
    value = lock_file(new.books, OWNER, "office-pc")
    assert value == "LOCKED:OFFICE-PC:639292284000000000"
    told = hcp(new)
    assert (told.extension(OWNER, "FileID"), told.extension(OWNER, "AppLock")) == (FILE, value)
    assert hcp(new, None).extensions == ()
    assert hcp(new, "{00000000-0000-0000-0000-000000000000}").extensions == ()
    unlock_file(new.books, OWNER)
    assert hcp(new).extensions == ((OWNER, "FileID", FILE),)


def test_the_same_stamp_again_changes_nothing_and_another_is_refused(new: Asked) -> None:
    stamp_file(new.books, OWNER, FILE)
    stamp_file(new.books, OWNER, FILE.lower())
    with pytest.raises(SimulationFailed, match="QBWC1039: Unique OwnerID/FileID pair"):
        stamp_file(new.books, OWNER, "{11111111-1111-1111-1111-111111111111}")
    assert hcp(new).extension(OWNER, "FileID") == FILE


def test_a_company_query_shows_the_extensions_of_the_owners_it_names(new: Asked) -> None:
    stamp_file(new.books, OWNER, FILE)
    assert new.ret("<CompanyQueryRq/>").text("DataExtRet") is None
    ret = new.ret(f"<CompanyQueryRq><OwnerID>{OWNER}</OwnerID></CompanyQueryRq>")
    assert ret.text("DataExtRet/DataExtValue") == FILE


def test_a_person_may_change_the_company(new: Asked) -> None:
    new.books.change_company(CompanyRecord(name="New Name", zone="America/Chicago"))
    assert hcp(new).company_name == "New Name"
    assert new.books.timestamp(new.books.now_seconds()) == "2026-11-02T09:00:00-06:00"
