from __future__ import annotations

from dataclasses import replace

import pytest

from qbwc_server.companies import Company, SeenFile, judge_file
from tests.unit.companies.example import FRESH, OTHERS, OURS

PINNED = replace(
    FRESH, pinned_company_name="Acme Hardware", pinned_legal_name="Acme Hardware LLC", pinned_ein_sha256="a" * 64
)
STOPPED = replace(PINNED, stop_reason="Stopped: another file was open.")


@pytest.mark.parametrize(
    ("company", "seen"),
    [
        pytest.param(FRESH, SeenFile(), id="nothing is known of either"),
        pytest.param(FRESH, SeenFile(company_name="Whoever"), id="the first file that is seen"),
        pytest.param(FRESH, SeenFile(file_id=OURS), id="the FileID is ours"),
        pytest.param(FRESH, SeenFile(file_id=" 90a44fb5-33d9-4815-ac85-bc87a7e7d1eb "), id="in another notation"),
        pytest.param(PINNED, SeenFile(OURS, "Renamed", "Renamed Inc", "b" * 64), id="the FileID outweighs every name"),
        pytest.param(PINNED, SeenFile(None, "Acme Hardware", "Acme Hardware LLC", "a" * 64), id="all agree"),
        pytest.param(PINNED, SeenFile(None, "ACME  hardware", "Acme Hardware LLC"), id="case and blanks are the same"),
        pytest.param(PINNED, SeenFile(company_name="Acme Hardware"), id="QuickBooks no longer shows the EIN"),
        pytest.param(PINNED, SeenFile(ein_sha256="a" * 64), id="only the EIN is told"),
        pytest.param(STOPPED, SeenFile(file_id=OURS), id="the right file by FileID after a stop"),
        pytest.param(STOPPED, SeenFile(None, "Acme Hardware", None, None), id="the right file by name after a stop"),
    ],
)
def test_the_right_company_file_goes(company: Company, seen: SeenFile) -> None:
    assert judge_file(company, seen) is None


@pytest.mark.parametrize(
    ("company", "seen", "told"),
    [
        (FRESH, SeenFile(file_id=OTHERS), "another company's FileID"),
        (FRESH, SeenFile(file_id="not a GUID at all"), "another company's FileID"),
        (PINNED, SeenFile(OTHERS, "Acme Hardware", "Acme Hardware LLC", "a" * 64), "another company's FileID"),
        (PINNED, SeenFile(None, "Beta Tools", "Acme Hardware LLC"), 'its company name is "Beta Tools"'),
        (PINNED, SeenFile(None, "Acme Hardware", "Beta LLC"), 'its legal name is "Beta LLC"'),
        (PINNED, SeenFile(None, "Acme Hardware", "Acme Hardware LLC", "b" * 64), "tax number (EIN)"),
        (replace(PINNED, is_stamped=True), SeenFile(None, "Acme Hardware"), "does not carry the FileID seen before"),
        (PINNED, SeenFile(), "does not say which company file"),
        (STOPPED, SeenFile(None, "Beta Tools"), 'its company name is "Beta Tools"'),
    ],
)
def test_another_company_file_is_stopped_with_what_differs(company: Company, seen: SeenFile, told: str) -> None:
    explanation = judge_file(company, seen)
    assert explanation is not None
    assert told in explanation
    assert "\n" not in explanation
    assert 'qbwc company accept-file "Acme"' in explanation


def test_the_path_is_no_identity() -> None:
    moved = replace(PINNED, company_file=r"C:\Books\Acme.qbw", seen_path=r"D:\Elsewhere\Acme.qbw")
    assert judge_file(moved, SeenFile(company_name="Acme Hardware")) is None


def test_no_explanation_shows_the_hash_of_the_tax_number() -> None:
    explanation = judge_file(PINNED, SeenFile(ein_sha256="b" * 64)) or ""
    assert "b" * 64 not in explanation
    assert "a" * 64 not in explanation
