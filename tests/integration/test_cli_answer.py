"""`qbwc answer`, `release`, `retry` by code and company, and the policies of `qbwc company set`, on both databases."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from tests.support.command_line import CommandLine
from tests.support.desk import customer, invoice

TAKEN = {"name": "C-1", "candidates": [{"type": "Customer", "list_id": "80000013-1", "name": "C-1", "active": True}]}


@pytest.fixture
def qbwc(database_url: str) -> CommandLine:
    """The command line on a database with the companies Acme and Beta."""
    command_line = CommandLine(QBWC_DATABASE_URL=database_url)
    for name in ("Acme", "Beta"):
        command_line.done("company", "add", name, "--url", "https://sync.example.com")
    return command_line


def enqueued(qbwc: CommandLine, *given: Any, company: str = "Acme") -> list[int]:
    text = "".join(json.dumps(one) + "\n" for one in given)
    return [each["id"] for each in qbwc.objects("enqueue", company, "-", stdin=text)]


def becomes(db: Database, number: int, status: str, **columns: object) -> None:
    """What the exchange writes."""
    with db.write() as c:
        c.execute(
            sa.update(tables.job)
            .where(tables.job.c.id == number)
            .values(status=status, **({"error": "it was refused"} | columns))
        )


def held(db: Database, number: int, question: str = "name-taken", detail: object = TAKEN) -> None:
    becomes(
        db,
        number,
        "held",
        error_code=question,
        question=question,
        question_detail=json.dumps(detail),
        error="who is it?",
    )


def misses(db: Database, number: int, name: str) -> None:
    becomes(db, number, "blocked", missing_name=name)
    with db.write() as c:
        job = jobs.by_ids(c, [number])[0]
        row = {"company_id": job.company_id, "name": jobs.missing_key(name), "job_id": number, "since": job.created_at}
        c.execute(sa.insert(tables.missing_name).values(row))


def test_an_answer_is_told_back_as_everywhere(qbwc: CommandLine, db: Database) -> None:
    (number,) = enqueued(qbwc, customer("C-1"))
    held(db, number)
    assert qbwc.objects("answer", number, "link", "80000013-1") == [
        {"id": number, "external_id": "C-1", "status": "done"}
    ]
    told = qbwc.one("job", number)
    assert (told["list_id"], told["events"][-1]["actor"]) == ("80000013-1", "command line")
    assert qbwc.refused("answer", number, "skip") == [
        f"job {number} (Customer C-1) is done; nothing is asked about it. `qbwc jobs --status held` lists them."
    ]


def test_for_people_the_jobs_are_shown(qbwc: CommandLine, db: Database) -> None:
    (number,) = enqueued(qbwc, customer("C-1"))
    held(db, number)
    result = qbwc("answer", number, "rename", "C-1, the second")
    assert re.search(rf"{number} +Customer C-1, the second +C-1 +queued", result.stdout)
    assert result.stderr == "Answered.\n"


def test_several_jobs_are_answered_for_at_once_or_not_at_all(qbwc: CommandLine, db: Database) -> None:
    one, two = enqueued(qbwc, customer("C-1"), customer("C-2"))
    held(db, one)
    (line,) = qbwc.refused("answer", f"{one},{two}", "skip")
    assert f"job {two}" in line
    assert qbwc.one("jobs", "--status", "held")["id"] == one
    held(db, two)
    changed = qbwc.objects("answer", f"{two},{one}", "link", "80000014-1,80000013-1")
    assert [each["status"] for each in changed] == ["done", "done"]
    assert [each["list_id"] for each in qbwc.objects("jobs")] == ["80000013-1", "80000014-1"]


def test_skip_takes_what_waits_along_only_if_asked(qbwc: CommandLine, db: Database) -> None:
    one, two = enqueued(qbwc, customer("C-1"), invoice("INV-1", "C-1"))
    held(db, one)
    assert "--with-dependents" in qbwc.refused("answer", one, "skip")[0]
    changed = qbwc.objects("answer", one, "skip", "--with-dependents")
    assert [(each["id"], each["status"]) for each in changed] == [(one, "cancelled"), (two, "cancelled")]


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1,", ",1", "1;2", "", "1 2", str(2**63), "٣"])
def test_what_is_no_job_number_is_wrong_usage(qbwc: CommandLine, number: str) -> None:
    qbwc.misused("answer", "--", number, "skip")


def test_what_is_no_answer_is_wrong_usage_and_names_the_answers(qbwc: CommandLine) -> None:
    assert "not-booked" in qbwc.misused("answer", "1", "maybe")
    qbwc.misused("answer", "1")


def test_a_job_that_is_not_there_is_refused(qbwc: CommandLine) -> None:
    assert "77" in qbwc.refused("answer", "77", "skip")[0]


def test_the_story_of_a_held_job_shows_the_question(qbwc: CommandLine, db: Database) -> None:
    (number,) = enqueued(qbwc, customer("C-1"))
    held(db, number)
    told = qbwc.one("job", number)
    assert (told["question"], told["question_detail"]) == ("name-taken", TAKEN)
    assert "80000013-1" in qbwc.done("job", number)


def test_release_queues_what_misses_a_name(qbwc: CommandLine, db: Database) -> None:
    one, two = enqueued(qbwc, customer("C-1"), customer("C-2"))
    misses(db, one, "Item:Labor")
    misses(db, two, "Terms:Net 45")
    assert qbwc.objects("release", "acme", "--missing", "item:LABOR") == [
        {"id": one, "external_id": "C-1", "status": "queued"}
    ]
    (line,) = qbwc.refused("release", "Acme", "--missing", "Item:Labor")
    assert "Missing are Terms:Net 45." in line
    assert "No job misses a name." in qbwc.refused("release", "Beta", "--missing", "Terms:Net 45")[0]
    assert "1 released." in qbwc("release", "Acme", "--missing", "Terms:Net 45").stderr
    qbwc.misused("release", "Acme")
    qbwc.refused("release", "Gamma", "--missing", "x")


def test_retry_by_code_and_by_company_takes_what_can_be_tried_and_counts(qbwc: CommandLine, db: Database) -> None:
    one, two, three = enqueued(qbwc, customer("C-1"), customer("C-2"), customer("C-3"))
    (other,) = enqueued(qbwc, customer("C-1"), company="Beta")
    becomes(db, one, "failed", error_code="3070")
    becomes(db, two, "failed", error_code="3170")
    becomes(db, three, "failed", error_code="3070", applied="unknown")
    becomes(db, other, "failed", error_code="3070")
    result = qbwc("retry", "--code", "3070", "--company", "acme")
    assert result.exit_code == 0
    assert "1 tried again, 1 left as they are:" in result.stderr
    assert f"job {three} (Customer C-3) may be in the books already" in result.stderr
    assert [each["status"] for each in qbwc.objects("jobs")] == ["queued", "failed", "failed", "failed"]
    assert [each["id"] for each in qbwc.objects("retry", "--code", "3070")] == [other]
    assert [each["id"] for each in qbwc.objects("retry", "--company", "Acme")] == [two]
    assert qbwc.objects("retry", "--company", "Beta") == []
    assert "0 tried again." in qbwc("retry", "--code", "9999").stderr


def test_retry_by_company_brings_what_was_blocked_along(qbwc: CommandLine, db: Database) -> None:
    one, two, three = enqueued(qbwc, customer("C-1"), invoice("INV-1", "C-1"), customer("C-9"))
    becomes(db, one, "failed", error_code="3070")
    becomes(db, two, "blocked")
    held(db, three)
    changed = qbwc.objects("retry", "--company", "Acme")
    assert [(each["id"], each["status"]) for each in changed] == [(one, "queued"), (two, "queued")]
    assert qbwc.one("jobs", "--status", "held")["id"] == three


def test_retry_leaves_alone_what_waits_for_something_that_cannot_go_on(qbwc: CommandLine, db: Database) -> None:
    one, two = enqueued(qbwc, customer("C-1"), invoice("INV-1", "C-1"))
    becomes(db, one, "failed", applied="unknown")
    becomes(db, two, "blocked")
    result = qbwc("retry", "--company", "Acme")
    assert "0 tried again, 2 left as they are:" in result.stderr


def test_retry_is_told_what_to_try(qbwc: CommandLine) -> None:
    qbwc.misused("retry")
    qbwc.misused("retry", "1", "--code", "3140")
    qbwc.misused("retry", "1", "--company", "Acme")
    qbwc.refused("retry", "--company", "Gamma")


def test_a_policy_is_set_shown_and_set_back(qbwc: CommandLine) -> None:
    assert qbwc.one("company", "show", "Acme")["policies"] == {"link_same_name": "ask"}
    assert qbwc.one("company", "set", "acme", "link_same_name=yes")["policies"] == {"link_same_name": "yes"}
    assert re.search(r"policies +link_same_name=yes", qbwc.done("company", "show", "Acme"))
    assert qbwc.one("company", "show", "Beta")["policies"] == {"link_same_name": "ask"}
    qbwc.done("company", "set", "Acme", "link_same_name=ask", "--every", "30")
    told = qbwc.one("company", "show", "Acme")
    assert (told["policies"], told["every_minutes"]) == ({"link_same_name": "ask"}, 30)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("link_same_name=no", "ask or yes"),
        ("link_same_name", "ask or yes"),
        ("link_same_name=", "ask or yes"),
        ("colour=blue", "link_same_name=ask|yes"),
        ("=yes", "link_same_name=ask|yes"),
        ("LINK_SAME_NAME=yes", "link_same_name=ask|yes"),
    ],
)
def test_a_policy_or_value_there_is_not_is_refused_with_what_there_is(
    qbwc: CommandLine, given: str, reason: str
) -> None:
    (line,) = qbwc.refused("company", "set", "Acme", given, "--every", "30")
    assert reason in line
    assert qbwc.one("company", "show", "Acme")["every_minutes"] == 15


def test_company_set_wants_something_to_set(qbwc: CommandLine) -> None:
    qbwc.misused("company", "set", "Acme")
