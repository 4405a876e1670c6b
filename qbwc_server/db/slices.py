"""Many values in one query, without ever passing more parameters than a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

Value = TypeVar("Value", bound=Any)

AT_ONCE = 500
"""Values in one query; SQLite takes 32,766 parameters, PostgreSQL 65,535, and both plan a short list better."""


def slices(values: Iterable[Value]) -> Iterator[Sequence[Value]]:
    """The distinct values in order, at most AT_ONCE of them at a time."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), AT_ONCE):
        yield distinct[start : start + AT_ONCE]
