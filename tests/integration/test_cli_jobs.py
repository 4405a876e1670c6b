"""`qbwc enqueue`, `jobs`, `job`, `retry` and `cancel`, and the same as a Python call, on both databases."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import qbwc_server
from qbwc_server.db import Database, tables
from qbwc_server.errors import ConfigurationError, DatabaseNotReady, PayloadRefused, UnknownCompany
from tests.support.command_line import CommandLine

CUSTOMER = {"kind": "customer", "operation": "add", "external_id": "C-1", "payload": {"name": "Acme Hardware"}}
INVOICE = {
    "kind": "invoice",
    "operation": "add",
    "external_id": "INV-1",
    "payload": {
        "customer_ref": {"external_id": "C-1"},
        "txn_date": "2026-11-02",
        "ref_number": "1001",
        "lines": [{"item_ref": "Labor", "quantity": "2", "rate": "60.00"}],
    },
}


@pytest.fixture
def qbwc(database_url: str) -> CommandLine:
    """The command line on a database with the companies Acme and Beta."""
    command_line = CommandLine(QBWC_DATABASE_URL=database_url)
    for name in ("Acme", "Beta"):
        command_line.done("company", "add", name, "--url", "https://sync.example.com")
    return command_line


def lines(*jobs: Any) -> str:
    return "".join(json.dumps(job) + "\n" for job in jobs)


def fail(db: Database, number: int, error: str) -> None:
    """What the exchange writes when QuickBooks refuses a job."""
    with db.write() as c:
        c.execute(sa.update(tables.job).where(tables.job.c.id == number).values(status="failed", error=error))


def test_jobs_are_taken_from_a_file_and_from_standard_input(qbwc: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "jobs.jsonl"
    file.write_text(lines(INVOICE, CUSTOMER))
    results = qbwc.objects("enqueue", "acme", file)
    assert [list(result) for result in results] == [["id", "external_id", "status", "created"]] * 2
    assert [(result["external_id"], result["status"], result["created"]) for result in results] == [
        ("INV-1", "queued", True),
        ("C-1", "queued", True),
    ]
    assert all(isinstance(result["id"], int) for result in results)
    again = qbwc.objects("enqueue", "Acme", "-", stdin=lines(INVOICE, CUSTOMER))
    assert [(result["id"], result["created"]) for result in again] == [(result["id"], False) for result in results]


def test_for_people_enqueue_prints_a_table_and_says_how_many(qbwc: CommandLine) -> None:
    first = qbwc("enqueue", "Acme", "-", stdin=lines(CUSTOMER))
    assert first.stdout.splitlines()[0].split("  ")[0] == "id"
    assert re.search(r"\d+ +C-1 +queued +yes", first.stdout)
    assert "1 enqueued." in first.stderr
    second = qbwc("enqueue", "Acme", "-", stdin=lines(CUSTOMER))
    assert "was there" in second.stdout
    assert "0 enqueued, 1 there already." in second.stderr


def test_every_error_of_a_file_comes_at_once_and_nothing_is_taken(qbwc: CommandLine) -> None:
    bad_rate = json.loads(json.dumps(INVOICE))
    bad_rate["payload"]["lines"][0]["rate"] = "sixty"
    unknown_kind = {**CUSTOMER, "kind": "custmer"}
    found = qbwc.refused("enqueue", "Acme", "-", stdin=lines(CUSTOMER, bad_rate, unknown_kind) + "{not json\n")
    assert [line.split(":")[0] for line in found] == ["line 2", "line 3", "line 4"]
    assert "lines[0].rate" in found[0]
    assert "customer" in found[1]
    assert qbwc.objects("jobs") == []


def test_a_reference_to_nothing_is_refused_with_its_path(qbwc: CommandLine) -> None:
    (line,) = qbwc.refused("enqueue", "Acme", "-", stdin=lines(INVOICE))
    assert "customer_ref" in line
    assert "C-1" in line


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00", b"\x00" * 10, b"[" * 100_000, b"[1]\n", b"null\n"])
def test_whatever_the_file_holds_the_answer_is_a_refusal(qbwc: CommandLine, content: bytes) -> None:
    qbwc.refused("enqueue", "Acme", "-", stdin=content)


def test_the_company_is_checked_before_the_jobs(qbwc: CommandLine) -> None:
    (line,) = qbwc.refused("enqueue", "Acmee", "-", stdin="not json")
    assert "Did you mean Acme?" in line


def test_a_file_that_is_not_there_is_wrong_usage(qbwc: CommandLine, tmp_path: Path) -> None:
    assert "No such file" in qbwc.misused("enqueue", "Acme", tmp_path / "missing.jsonl")


def test_jobs_are_listed_with_the_documented_keys_and_filters(qbwc: CommandLine, db: Database) -> None:
    one, two = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER, INVOICE))
    (other,) = qbwc.objects("enqueue", "Beta", "-", stdin=lines(CUSTOMER))
    fail(db, two["id"], "The name is in use already.")
    listed = qbwc.objects("jobs")
    assert [job["id"] for job in listed] == [one["id"], two["id"], other["id"]]
    assert listed[1] == {
        "id": two["id"],
        "company": "Acme",
        "kind": "invoice",
        "operation": "add",
        "external_id": "INV-1",
        "status": "failed",
        "list_id": None,
        "txn_id": None,
        "error": "The name is in use already.",
    }
    assert [job["id"] for job in qbwc.objects("jobs", "--company", "BETA")] == [other["id"]]
    assert [job["id"] for job in qbwc.objects("jobs", "--status", "failed")] == [two["id"]]
    assert [job["id"] for job in qbwc.objects("jobs", "--limit", "1")] == [other["id"]]
    assert "held" in qbwc.misused("jobs", "--status", "lost")
    qbwc.misused("jobs", "--limit", "0")
    qbwc.refused("jobs", "--company", "Gamma")


def test_the_table_of_jobs_cuts_nothing_off_when_it_is_not_on_a_terminal(qbwc: CommandLine, db: Database) -> None:
    long = {**CUSTOMER, "external_id": "x" * 255}
    (job,) = qbwc.objects("enqueue", "Acme", "-", stdin=lines(long))
    fail(db, job["id"], "why " * 60 + "end")
    _, line = qbwc.done("jobs").splitlines()
    assert "x" * 255 in line
    assert line.endswith("end")


def test_a_job_tells_its_whole_story(qbwc: CommandLine, db: Database) -> None:
    customer, invoice = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER, INVOICE))
    told = qbwc.one("job", invoice["id"])
    assert (told["id"], told["company"], told["status"], told["kind"]) == (invoice["id"], "Acme", "queued", "invoice")
    assert told["payload"]["ref_number"] == "1001"
    assert told["waits_for"] == [customer["id"]]
    assert [(event["to_status"], event["actor"]) for event in told["events"]] == [("queued", "command line")]
    assert told["message_sets"] == []
    printed = qbwc.done("job", invoice["id"])
    assert re.search(r"external id +INV-1", printed)
    assert '"ref_number": "1001"' in printed
    assert "History" in printed


def test_a_job_shows_its_own_part_of_the_xml_both_ways(qbwc: CommandLine, db: Database) -> None:
    (job,) = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER))
    request = (
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq><CustomerAddRq requestID="k7.1"/>'
        '<ItemServiceAddRq requestID="k7.2"/></QBXMLMsgsRq></QBXML>'
    )
    store_set(db, job["id"], request, '<QBXML><QBXMLMsgsRs><CustomerAddRs requestID="k7.1" statusCode="0"/>')
    told = qbwc.one("job", job["id"])["message_sets"]
    assert [(each["key"], each["position"], each["request"]) for each in told] == [("k7", 1, request)]
    printed = qbwc.done("job", job["id"])
    assert '<CustomerAddRq requestID="k7.1"/>' in printed
    assert "ItemServiceAddRq" not in printed
    assert '<CustomerAddRs requestID="k7.1" statusCode="0"/>' in printed  # not well-formed as a whole: shown as it came


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.5", str(2**63), ""])
def test_what_is_no_job_number_is_wrong_usage(qbwc: CommandLine, number: str) -> None:
    for command in ("job", "retry", "cancel"):
        qbwc.misused(command, "--", number)


@pytest.mark.parametrize("command", ["job", "retry", "cancel"])
def test_a_job_that_is_not_there_is_refused(qbwc: CommandLine, command: str) -> None:
    for number in (77, 2**63 - 1):
        (line,) = qbwc.refused(command, number)
        assert str(number) in line


def test_retry_queues_failed_jobs_again_all_or_none(qbwc: CommandLine, db: Database) -> None:
    customer, invoice = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER, INVOICE))
    fail(db, customer["id"], "The name is in use already.")
    (line,) = qbwc.refused("retry", customer["id"], invoice["id"])
    assert f"job {invoice['id']}" in line
    assert qbwc.one("jobs", "--status", "failed")["id"] == customer["id"]
    (changed,) = qbwc.objects("retry", customer["id"])
    assert changed == {"id": customer["id"], "external_id": "C-1", "status": "queued"}
    assert qbwc.one("job", customer["id"])["events"][-1]["reason"] == "tried again"
    qbwc.misused("retry")


def test_cancel_refuses_a_job_that_others_wait_for_unless_they_go_too(qbwc: CommandLine) -> None:
    customer, invoice = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER, INVOICE))
    (line,) = qbwc.refused("cancel", customer["id"])
    assert str(invoice["id"]) in line
    changed = qbwc.objects("cancel", customer["id"], "--with-dependents")
    assert sorted((each["external_id"], each["status"]) for each in changed) == [
        ("C-1", "cancelled"),
        ("INV-1", "cancelled"),
    ]


# --- the Python call ----------------------------------------------------------------------------------------------


def test_a_program_enqueues_and_reads_jobs_as_the_command_line_does(qbwc: CommandLine, database_url: str) -> None:
    rate = {**INVOICE, "payload": {**INVOICE["payload"], "expected_total": Decimal("120.00")}}  # type: ignore[dict-item]
    with qbwc_server.connect(database_url) as queue:
        first, second = queue.enqueue("acme", [CUSTOMER, rate])
        assert (first.external_id, first.status, first.created) == ("C-1", "queued", True)
        assert not queue.enqueue("Acme", [CUSTOMER])[0].created
        assert [job.external_id for job in queue.jobs(company="ACME", status="queued")] == ["C-1", "INV-1"]
        assert queue.job(second.id).events[0].actor == "Python call"
        with pytest.raises(PayloadRefused):
            queue.enqueue("Acme", [{**CUSTOMER, "payload": {"name": 1.5}}])
        with pytest.raises(UnknownCompany):
            queue.enqueue("Gamma", [CUSTOMER])
    assert [job["id"] for job in qbwc.objects("jobs")] == [first.id, second.id]


def test_a_program_without_a_url_goes_by_the_settings(
    qbwc: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", database_url)
    with qbwc_server.connect() as queue:
        assert queue.jobs() == []


def test_a_program_is_told_at_once_that_the_database_is_not_usable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotReady):
        qbwc_server.connect(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(ConfigurationError, match="database_url"):
        qbwc_server.connect("mysql://u:p@h/d")


def store_set(db: Database, job_id: int, request: str, response: str) -> None:
    """A message set of one job, as the exchange stores it."""
    moment = sa.select(tables.job.c.created_at).scalar_subquery()
    with db.write() as c:
        company = c.scalar(sa.select(tables.job.c.company_id).where(tables.job.c.id == job_id))
        session = c.execute(
            sa.insert(tables.session).values(
                company_id=company, ticket_sha256="0" * 64, state="open", started_at=moment, last_call_at=moment
            )
        ).inserted_primary_key
        assert session is not None
        message_set = c.execute(
            sa.insert(tables.message_set).values(
                company_id=company,
                session_id=session[0],
                key="k7",
                purpose="write",
                state="answered",
                qbxml_version="13.0",
                first_sent_at=moment,
                sent_at=moment,
            )
        ).inserted_primary_key
        assert message_set is not None
        c.execute(
            sa.insert(tables.message_set_text).values(message_set_id=message_set[0], request=request, response=response)
        )
        c.execute(
            sa.insert(tables.message_set_item).values(
                message_set_id=message_set[0], position=1, job_id=job_id, step="add", status_code=0
            )
        )


def test_jobs_are_found_by_what_people_know_of_them(qbwc: CommandLine, db: Database) -> None:
    one, two = qbwc.objects("enqueue", "Acme", "-", stdin=lines(CUSTOMER, INVOICE))
    assert [job["id"] for job in qbwc.objects("jobs", "--text", "hardw")] == [one["id"], two["id"]]
    assert [job["id"] for job in qbwc.objects("jobs", "--text", "1001", "--kind", "invoice")] == [two["id"]]
    assert qbwc.objects("jobs", "--error", "3140") == []
    today = qbwc.one("job", one["id"])["created_at"][:10]
    assert len(qbwc.objects("jobs", "--since", today, "--until", today)) == 2
    assert qbwc.objects("jobs", "--until", "2020-01-01") == []
    for option, value in (("--since", "today"), ("--kind", "bill"), ("--text", "x" * 101)):
        assert option in qbwc.misused("jobs", option, value)
