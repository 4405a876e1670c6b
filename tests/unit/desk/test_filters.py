from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.desk import NEEDS_PERSON, JobFilter, read_filter, write_filter
from qbwc_server.jobs import Status

FIELDS = ["company", "kind", "status", "text", "since", "until", "error", "needs"]
EVERYTHING = JobFilter(
    company="Acme",
    kind="invoice",
    statuses=(Status.FAILED, Status.HELD),
    text="INV 1",
    since=date(2026, 11, 1),
    until=date(2026, 11, 2),
    code="3140",
    needs_person=True,
)


def test_a_filter_survives_its_way_through_an_address() -> None:
    assert read_filter(write_filter(EVERYTHING)) == (EVERYTHING, ())
    assert write_filter(JobFilter()) == {}
    assert read_filter({"before": "12", "company": "  "}) == (JobFilter(), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "failed,lost"),
        ("kind", "bill"),
        ("since", "2026-02-30"),
        ("until", "yesterday"),
        ("until", "0001-01-01"),
        ("text", "x" * 101),
        ("text", "a\0b"),
        ("company", "x" * 65),
        ("error", "\u202e3140"),
        ("needs", "money"),
    ],
)
def test_a_bad_value_is_named_with_its_field_and_the_others_count(field: str, value: str) -> None:
    found, problems = read_filter({"company": "Acme", field: value})

    assert [problem.path for problem in problems] == [field]
    assert found.company == (None if field == "company" else "Acme")
    assert found.statuses == ((Status.FAILED,) if field == "status" else ())


def test_the_last_day_may_not_lie_before_the_first() -> None:
    (problem,) = read_filter({"since": "2026-11-02", "until": "2026-11-01"})[1]

    assert problem.path == "until"


def test_days_begin_and_end_where_the_viewer_lives() -> None:
    found, _ = read_filter({"since": "2026-10-25", "until": "2026-10-25"}, ZoneInfo("Europe/Berlin"))

    assert found.created_from == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert found.created_before == datetime(2026, 10, 25, 23, tzinfo=UTC)  # clocks went back: a day of 25 hours


def test_what_needs_a_person_is_a_group_of_states() -> None:
    assert JobFilter(needs_person=True).wanted == NEEDS_PERSON
    assert JobFilter(needs_person=True, statuses=(Status.HELD, Status.DONE)).wanted == (Status.HELD,)


@given(st.dictionaries(st.sampled_from(FIELDS), st.text()))
def test_whatever_stands_in_the_address_it_is_a_filter_or_a_problem(given_texts: dict[str, str]) -> None:
    found, problems = read_filter(given_texts)

    assert {problem.path for problem in problems} <= given_texts.keys()
    again, none = read_filter(write_filter(found))
    assert none == () or found.since is not None
    assert again == found
