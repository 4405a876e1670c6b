"""`qbwc simulate` against a server that runs, from the queue to the recorded IDs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qbwc_server.simulator import Books
from tests.support import processes
from tests.support.command_line import CommandLine

JOBS = [
    {"kind": "customer", "operation": "add", "external_id": "C-1", "payload": {"name": "Acme Hardware"}},
    {
        "kind": "item_service",
        "operation": "add",
        "external_id": "I-1",
        "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
    },
    {
        "kind": "invoice",
        "operation": "add",
        "external_id": "INV-1",
        "payload": {
            "customer_ref": {"external_id": "C-1"},
            "txn_date": "2026-11-02",
            "lines": [{"item_ref": {"external_id": "I-1"}, "quantity": "2", "rate": "60.00"}],
        },
    },
]


@pytest.fixture
def qbwc(database_url: str) -> CommandLine:
    """The command line on a migrated database without a row."""
    return CommandLine(QBWC_DATABASE_URL=database_url)


def test_jobs_travel_from_the_queue_into_the_books_and_their_ids_come_back(
    qbwc: CommandLine, database_url: str, tmp_path: Path
) -> None:
    with processes.server(tmp_path, "--workers", "2", QBWC_DATABASE_URL=database_url) as server:
        base = f"http://localhost:{server.port}"
        added = qbwc.one("company", "add", "Acme", "--url", base)
        qbwc.done("company", "qwc", "Acme", "-o", tmp_path / "acme.qwc")
        qbwc.done("enqueue", "Acme", "-", stdin="\n".join(map(json.dumps, JOBS)))
        qbwc.environment["QBWC_SIMULATE_PASSWORD"] = added["password"]
        run = ("simulate", "--qwc", tmp_path / "acme.qwc", "--books", tmp_path / "books.db", "--machine", "FRONT-DESK")
        outcome = qbwc.one(*run)
        assert (outcome["ok"], outcome["added"], outcome["errors"]) == (True, 3, 0)
        jobs = qbwc.objects("jobs")
        assert [(job["status"], bool(job["list_id"]), bool(job["txn_id"])) for job in jobs] == [
            ("done", True, False),
            ("done", True, False),
            ("done", False, True),
        ]
        shown = qbwc.one("company", "show", "Acme")
        assert shown["last_result"] in outcome["status"]
        assert shown["quickbooks"]["country"] == "US"
        assert shown["jobs"]["done"] == 3
        transcript = qbwc.done(*run, "--show-xml")
        assert "Status: No data exchange required" in transcript
        assert added["password"] not in transcript + server.log


def test_over_waitress_which_serves_on_windows_the_cycle_is_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'qbwc.db'}"
    qbwc = CommandLine(QBWC_DATABASE_URL=url)
    with processes.server(tmp_path, "--server", "waitress", QBWC_DATABASE_URL=url) as server:
        added = qbwc.one("company", "add", "Acme", "--url", f"http://localhost:{server.port}")
        qbwc.done("company", "qwc", "Acme", "-o", tmp_path / "acme.qwc")
        qbwc.done("enqueue", "Acme", "-", stdin="\n".join(map(json.dumps, JOBS)))
        qbwc.environment["QBWC_SIMULATE_PASSWORD"] = added["password"]
        outcome = qbwc.one("simulate", "--qwc", tmp_path / "acme.qwc", "--books", tmp_path / "books.db")
        assert (outcome["ok"], outcome["added"], outcome["errors"]) == (True, 3, 0)
        assert [job["status"] for job in qbwc.objects("jobs")] == ["done"] * 3
        assert "Traceback" not in server.log


def test_a_pc_that_is_told_to_stop_leaves_what_was_booked_and_nothing_more(
    qbwc: CommandLine, database_url: str, tmp_path: Path
) -> None:
    books = tmp_path / "books.db"
    with processes.server(tmp_path, "--workers", "1", QBWC_DATABASE_URL=database_url) as server:
        added = qbwc.one("company", "add", "Acme", "--url", f"http://localhost:{server.port}")
        qbwc.done("company", "qwc", "Acme", "-o", tmp_path / "acme.qwc")
        qbwc.done("enqueue", "Acme", "-", stdin="\n".join(map(json.dumps, JOBS)))
        qbwc.environment["QBWC_SIMULATE_PASSWORD"] = added["password"]
        run = ("simulate", "--qwc", tmp_path / "acme.qwc", "--books", books)
        early = qbwc(*run, "--crash", "after-authenticate", "--json")
        assert (early.exit_code, json.loads(early.stdout)["ok"]) == (1, False)
        assert json.loads(early.stdout)["status"] == "The PC stopped after-authenticate, as told."
        assert in_the_books(books) == {}
        late = qbwc(*run, "--crash", "after-booked")
        assert late.exit_code == 1
        assert "The PC stopped after-booked, as told." in late.stdout
        assert in_the_books(books) == {"Customer": 1, "ItemService": 1}
        assert [job["status"] for job in qbwc.objects("jobs")] == ["sent", "sent", "queued"]
        next_run = qbwc.done(*run)
        assert "On record: Added customer" in next_run
        assert ": 1 added to the books, 0 refused." in next_run


def in_the_books(file: Path) -> dict[str, int]:
    books = Books(file)
    try:
        return books.summary()
    finally:
        books.close()


def test_a_visit_with_an_empty_queue_books_nothing_and_names_the_company_file(
    qbwc: CommandLine, database_url: str, tmp_path: Path
) -> None:
    """What README has a user do before anything is enqueued; and a PC that had no occasion to stop says so."""
    with processes.server(tmp_path, "--workers", "1", QBWC_DATABASE_URL=database_url) as server:
        added = qbwc.one("company", "add", "Acme", "--url", f"http://localhost:{server.port}")
        qbwc.environment["QBWC_SIMULATE_PASSWORD"] = added["password"]
        run = ("simulate", "--url", f"http://localhost:{server.port}", "--username", added["username"])
        result = qbwc(*run, "--books", tmp_path / "books.db", "--crash", "after-booked@2")
    assert result.exit_code == 0
    assert result.stderr == "The PC did not stop: the run ended before it came to that.\n"
    assert in_the_books(tmp_path / "books.db") == {}
    shown = qbwc.one("company", "show", "Acme")
    assert (shown["quickbooks"]["country"], bool(shown["quickbooks"]["company_name"])) == ("US", True)


def test_a_wrong_password_ends_with_1_and_the_code_of_the_web_connector(
    qbwc: CommandLine, database_url: str, tmp_path: Path
) -> None:
    with processes.server(tmp_path, "--workers", "1", QBWC_DATABASE_URL=database_url) as server:
        added = qbwc.one("company", "add", "Acme", "--url", "https://sync.example.com")
        run = ["simulate", "--url", f"http://localhost:{server.port}", "--username", added["username"]]
        run += ["--password", "wrong", "--books", str(tmp_path / "books.db")]
        told = qbwc(*run, "--json")
        shown = qbwc(*run)
    assert told.exit_code == shown.exit_code == 1
    outcome = json.loads(told.stdout)
    assert outcome["code"] == "QBWC1040"
    assert shown.stderr == f"Error: {outcome['status']}\n"
    assert f"Status: {outcome['status']}" in shown.stdout
    assert "Error:" not in told.stderr  # the transcript, which stands there, has said it


def test_a_run_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.qwc").write_text("<QBWCXML/>")
    (line,) = CommandLine().refused(
        "simulate", "--qwc", tmp_path / "x.qwc", "--password", "p", "--books", tmp_path / "b.db"
    )
    assert "QBWC1039" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--password", "p"],
        ["--password", "p", "--url", "http://localhost:1"],
        ["--password", "p", "--url", "http://localhost:1", "--username", "u", "--qwc", __file__],
        ["--password", "p", "--qwc", "/no/such/file.qwc"],
        ["--url", "http://localhost:1", "--username", "u"],
        ["--password", "p", "--url", "http://localhost:1", "--username", "u", "--crash", "after-lunch"],
        ["--password", "p", "--url", "http://localhost:1", "--username", "u", "--crash", "after-authenticate@2"],
    ],
)
def test_what_is_missing_or_too_much_is_wrong_usage(arguments: list[str]) -> None:
    assert "Usage:" in CommandLine().misused("simulate", *arguments)
