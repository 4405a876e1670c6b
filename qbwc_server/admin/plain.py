"""Refusals in words for a page: they were written for the command line too, and a page has buttons in its place."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server.admin.fields import sentence
from qbwc_server.errors import Problem, QbwcError

_INSTEAD = {"Cancel those too with --with-dependents, or first.": "Cancel those too, or first."}


def for_page(problem: Problem) -> Problem:
    """The same without commands to type."""
    remedy = _INSTEAD.get(problem.remedy, problem.remedy)
    return replace(problem, remedy="" if "qbwc " in remedy else remedy)


def told(problem: Problem) -> str:
    """The same as one or two sentences."""
    found = for_page(problem)
    return sentence(replace(found, message=f"{found.message.rstrip('.')}."))


def all_told(refusal: QbwcError) -> str:
    """Everything that a refusal says."""
    return " ".join(told(problem) for problem in refusal.problems)
