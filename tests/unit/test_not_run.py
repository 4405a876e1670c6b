"""The last line of a test run."""

from __future__ import annotations

import pytest

from tests.support import not_run


def skipped(reason: str) -> pytest.TestReport:
    place = ("tests/test_something.py", 1, f"Skipped: {reason}")
    return pytest.TestReport("test", ("", 0, ""), {}, outcome="skipped", longrepr=place, when="setup")


def test_nothing_is_said_when_every_test_ran() -> None:
    assert not_run.line([]) == ""


def test_skipped_tests_are_counted_by_their_reason_in_one_line() -> None:
    reports = [skipped("no PostgreSQL"), skipped("no Intuit schemas"), skipped("no PostgreSQL")]

    assert not_run.line(reports) == "Not run: 2 tests: no PostgreSQL; 1 test: no Intuit schemas."
