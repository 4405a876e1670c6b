"""The last line of a test run: what was not run, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, as its skip says it."""
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ").strip()


def line(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> str:
    """One line for all skipped tests, grouped by reason; empty if every test ran."""
    counts = Counter(reason_of(report) for report in reports)
    if not counts:
        return ""
    groups = [f"{count} {'test' if count == 1 else 'tests'}: {reason}" for reason, count in counts.most_common()]
    return "Not run: " + "; ".join(groups) + "."
