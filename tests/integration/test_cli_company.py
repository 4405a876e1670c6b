"""`qbwc company`, on both databases."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from qbwc_server.db import Database, tables
from tests.support.command_line import CommandLine

BASE = "https://sync.example.com"
FACTS = {
    "product": "QuickBooks Enterprise Solutions 24.0",
    "version": "34.0",
    "country": "US",
    "qbxml_versions": ["12.0", "13.0", "16.0"],
    "file_mode": "MultiUser",
    "company_name": "Acme Hardware",
    "legal_name": "Acme Hardware LLC",
    "sample_company": False,
    "accountants_copy": True,
    "dividing_date": "2025-12-31",
    "closing_date": "2026-01-31",
    "multi_currency": False,
    "home_currency": None,
    "sales_tax": True,
}


@pytest.fixture
def qbwc(database_url: str) -> CommandLine:
    """The command line on a migrated database without a row."""
    return CommandLine(QBWC_DATABASE_URL=database_url)


@pytest.fixture
def acme(qbwc: CommandLine) -> dict[str, Any]:
    """A registered company, as `company add --json` printed it."""
    return qbwc.one("company", "add", "Acme Hardware", "--url", BASE)


def change(db: Database, **columns: Any) -> None:
    """What the exchange writes."""
    with db.write() as c:
        c.execute(sa.update(tables.company).values(**columns))


def test_add_prints_name_username_and_password_and_nothing_else(qbwc: CommandLine) -> None:
    result = qbwc("company", "add", "Acme Hardware", "--url", BASE + "/", "--json")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert list(printed) == ["name", "username", "password"]
    assert printed["name"] == "Acme Hardware"
    assert re.fullmatch("[0-9a-f]{32}", printed["password"])
    assert "shown only now" in result.stderr
    assert printed["password"] not in result.stderr


def test_add_prints_the_same_for_people(qbwc: CommandLine) -> None:
    lines = qbwc.done("company", "add", "Acme Hardware", "--url", BASE).splitlines()
    assert [line.split()[0] for line in lines] == ["name", "username", "password"]


def test_the_password_is_shown_by_no_other_command(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    for command in (["list"], ["show", "Acme Hardware"], ["qwc", "Acme Hardware"], ["pause", "Acme Hardware"]):
        for extra in ([], ["--json"]):
            assert acme["password"] not in qbwc("company", *command, *extra).output


def test_a_refusal_is_one_line_per_error(qbwc: CommandLine) -> None:
    lines = qbwc.refused("company", "add", "Ac\nme", "--url", "ftp://x/y", "--file", "acme.qbw", "--every", "0")
    assert [line.split(":")[0] for line in lines] == ["name", "url", "file", "every"]


def test_a_second_company_of_the_same_name_is_refused(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    (line,) = qbwc.refused("company", "add", "acme hardware", "--url", BASE)
    assert "registered already" in line


def test_a_missing_url_is_wrong_usage(qbwc: CommandLine) -> None:
    assert "--url" in qbwc.misused("company", "add", "Acme")


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.1:8000", "QBWC1001"), ("http://sync.example.com", "QBWC1010")]
)
def test_add_takes_any_http_base_and_says_what_the_web_connector_will_not(
    qbwc: CommandLine, url: str, code: str
) -> None:
    result = qbwc("company", "add", "Acme", "--url", url)
    assert result.exit_code == 0
    assert code in result.stderr
    assert any(code in line for line in qbwc.refused("company", "qwc", "Acme"))


def test_the_remedy_for_a_refused_base_is_set(qbwc: CommandLine) -> None:
    qbwc.done("company", "add", "Acme", "--url", "http://192.0.2.7")
    qbwc.done("company", "set", "Acme", "--url", BASE, "--file", r"C:\Books\Acme.qbw", "--every", "5")
    root = etree.fromstring(qbwc.done("company", "qwc", "Acme").encode())
    assert root.findtext("AppURL") == f"{BASE}/qbwc"
    assert root.findtext("AppSupport") == f"{BASE}/support"
    assert root.findtext("Scheduler/RunEveryNMinutes") == "5"
    assert qbwc.one("company", "show", "Acme")["file"] == r"C:\Books\Acme.qbw"
    qbwc.done("company", "set", "Acme", "--file", "")
    assert qbwc.one("company", "show", "Acme")["file"] is None
    assert "at least one" in qbwc.misused("company", "set", "Acme")


def test_the_qwc_is_printed_bare_written_to_a_file_or_wrapped_in_json(
    qbwc: CommandLine, acme: dict[str, Any], tmp_path: Path
) -> None:
    printed = qbwc("company", "qwc", "acme hardware")
    assert printed.stdout_bytes.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<QBWCXML>')
    assert printed.stderr == ""
    file = tmp_path / "acme.qwc"
    assert qbwc.done("company", "qwc", "Acme Hardware", "-o", str(file)) == ""
    assert file.read_bytes() == printed.stdout_bytes
    wrapped = qbwc.one("company", "qwc", "Acme Hardware")
    assert (wrapped["qwc"].encode(), wrapped["file_name"]) == (printed.stdout_bytes, "acme-hardware.qwc")
    assert acme["username"] in wrapped["qwc"]


def test_a_qwc_that_cannot_be_written_is_refused_with_the_reason(
    qbwc: CommandLine, acme: dict[str, Any], tmp_path: Path
) -> None:
    (line,) = qbwc.refused("company", "qwc", "Acme Hardware", "-o", str(tmp_path / "missing" / "acme.qwc"))
    assert "cannot be written" in line


def test_list_has_one_line_a_company(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    qbwc.done("company", "add", "Beta", "--url", BASE)
    lines = qbwc.done("company", "list").splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == ["Acme Hardware", "Beta"]
    assert acme["username"] in lines[1]
    first, second = qbwc.objects("company", "list")
    assert (first["name"], first["username"], first["state"]) == ("Acme Hardware", acme["username"], "active")
    assert (first["last_contact"], first["jobs"]["queued"], second["name"]) == (None, 0, "Beta")


def test_an_empty_list_prints_no_data(qbwc: CommandLine) -> None:
    assert qbwc.done("company", "list") == ""
    assert qbwc.objects("company", "list") == []


def test_show_tells_everything_the_first_hcp_told(qbwc: CommandLine, acme: dict[str, Any], db: Database) -> None:
    change(
        db,
        facts=json.dumps(FACTS),
        seen_path=r"C:\Books\Acme.qbw",
        stop_reason="Stopped: another file is open.",
        recovery="works",
        last_result="3 done.",
        last_contact_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    )
    shown = dict(
        re.split(r" {2,}", line, maxsplit=1) for line in qbwc.done("company", "show", "acme hardware").splitlines()
    )
    assert shown["product"] == "QuickBooks Enterprise Solutions 24.0"
    assert shown["qbXML versions"] == "12.0, 13.0, 16.0"
    assert (shown["sample company"], shown["accountant's copy"], shown["sales tax"]) == ("no", "yes", "yes")
    assert (shown["closing date"], shown["country"], shown["version"]) == ("2026-01-31", "US", "34.0")
    assert shown["file path seen"] == r"C:\Books\Acme.qbw"
    assert shown["stopped because"] == "Stopped: another file is open."
    assert (shown["recovery"], shown["last result"]) == ("works", "3 done.")
    assert shown["last contact"] == "2026-11-02 09:30:00 UTC"
    told = qbwc.one("company", "show", "Acme Hardware")
    assert told["quickbooks"] == FACTS
    assert told["last_contact"] == "2026-11-02T09:30:00+00:00"


def test_show_of_a_company_that_was_never_seen_says_so(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    printed = qbwc.done("company", "show", "Acme Hardware")
    assert re.search(r"last contact +never", printed)
    assert re.search(r"jobs +none", printed)


def test_password_replaces_the_old_one(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    new = qbwc.one("company", "password", "Acme Hardware")
    assert (new["name"], new["username"]) == (acme["name"], acme["username"])
    assert new["password"] != acme["password"]


def test_pause_and_resume(qbwc: CommandLine, acme: dict[str, Any]) -> None:
    assert qbwc.one("company", "pause", "Acme Hardware", "--reason", "month\nend")["state"] == "paused"
    assert qbwc.one("company", "show", "Acme Hardware")["pause_reason"] == "month end"
    assert qbwc.one("company", "resume", "Acme Hardware")["state"] == "active"
    assert qbwc.one("company", "show", "Acme Hardware")["pause_reason"] is None


def test_accept_file_lifts_the_stop_and_before_any_contact_is_refused(
    qbwc: CommandLine, acme: dict[str, Any], db: Database
) -> None:
    (line,) = qbwc.refused("company", "accept-file", "Acme Hardware")
    assert "not been in contact" in line
    change(db, stop_reason="Stopped: another one.", seen_company_name="Acme 2027")
    result = qbwc("company", "accept-file", "Acme Hardware")
    assert (result.exit_code, "Acme 2027" in result.stderr) == (0, True)
    assert qbwc.one("company", "show", "Acme Hardware")["stop_reason"] is None


@pytest.mark.parametrize("command", ["show", "qwc", "password", "accept-file", "pause", "resume"])
def test_an_unknown_company_is_refused_with_the_nearest(qbwc: CommandLine, acme: dict[str, Any], command: str) -> None:
    (line,) = qbwc.refused("company", command, "Acme Hardwear")
    assert "Did you mean Acme Hardware?" in line


def test_control_characters_of_quickbooks_do_not_reach_the_terminal(
    qbwc: CommandLine, acme: dict[str, Any], db: Database
) -> None:
    change(db, stop_reason="Stopped: \x1b[31mred\x07", last_result="[bold]markup[/bold]")
    for command in (["list"], ["show", "Acme Hardware"]):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", qbwc.done("company", *command))
    assert "[bold]markup[/bold]" in qbwc.done("company", "show", "Acme Hardware")
