"""What is wrong with a job, at the fields of its form; what has no field stands above it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qbwc_server.admin.entry.writing import Written
from qbwc_server.admin.fields import Errors, sentence, words
from qbwc_server.errors import Problem

_FORMS = (".external_id", ".list_id", ".txn_id", ".full_name")
"""The ways to refer to a record; they share a field."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The problems of a form."""

    errors: Errors
    """By field."""
    summary: tuple[tuple[str | None, str], ...]
    """Above the form: the field's id or None, and the sentence."""


def shown_problems(problems: Iterable[Problem], written: Written | None) -> Shown:
    """Each problem at its field; a field with several has them one after the other."""
    errors: Errors = {}
    summary: list[tuple[str | None, str]] = []
    for problem in problems:
        field = _field(problem.path, written)
        if field is None or written is None:
            summary.append((None, sentence(problem) if written is None and not problem.path else str(problem)))
            continue
        errors[field] = f"{errors[field]} {sentence(problem)}" if field in errors else sentence(problem)
        summary.append((f"f-{field}", f"{written.labels.get(field, field)}: {words(problem)}"))
    return Shown(errors, tuple(summary))


def _field(path: str, written: Written | None) -> str | None:
    if written is None or not path:
        return None
    for form in _FORMS:
        path = path.removesuffix(form) if path not in written.fields else path
    return written.fields.get(path)
