"""What QuickBooks' statusCodes mean: facts and plain words, no decisions about jobs.

The codes and wordings are those of `facts/qbxml.md` section 4. Some codes cover several cases that
only QuickBooks' own sentence tells apart; `is_transient_text` and `missing_name` read that sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from qbwc_server.errors import CatalogError, Problem
from qbwc_server.qbxml.texts import explanations


class StatusClass(StrEnum):
    """What a code says about the request it answers."""

    OK = "ok"
    """Done."""
    WARNING = "warning"
    """Done, but something about it is worth a look (all 5xx on an Add: the object exists)."""
    PERMANENT = "permanent"
    """Refused; the same request will be refused again until a person changes something."""
    TRANSIENT = "transient"
    """Refused for now; the same request may succeed later."""
    CONFLICT = "conflict"
    """The object has changed since it was last read."""
    DUPLICATE_NAME = "duplicate name"
    """The name belongs to another list element already."""
    NOT_FOUND = "not found"
    """The object that the request is about does not exist, or can no longer be used so."""
    VERIFY = "verify"
    """It is not certain whether the request was carried out."""
    NOT_APPLIED = "not applied"
    """Certainly nothing was written."""
    MISSING_REFERENCE = "missing reference"
    """A name that the request refers to does not exist in QuickBooks."""


@dataclass(frozen=True)
class StatusFact:
    """One statusCode, explained to the person who looks after the connection."""

    code: int
    status_class: StatusClass
    cause: str
    """What happened and why, in plain words."""
    remedy: str
    """What to do, and who does it."""


def status_fact(code: int) -> StatusFact:
    """The fact about a code; one that is not known gets that of its range. Never raises."""
    codes, ranges, anything = _table()
    known = codes.get(code) or next((fact for first, last, fact in ranges if first <= code <= last), anything)
    return known if known.code == code else replace(known, code=code)


@cache
def _table() -> tuple[dict[int, StatusFact], list[tuple[int, int, StatusFact]], StatusFact]:
    """The facts by code, those for ranges of codes, and the one for everything else."""
    codes: dict[int, StatusFact] = {}
    ranges: list[tuple[int, int, StatusFact]] = []
    for told in explanations("status_codes.txt"):
        place, _, status_class = told.heading.partition(" ")
        fact = StatusFact(0, StatusClass(status_class), told.cause, told.remedy)
        if place == "any":
            return codes, ranges, fact
        first, _, last = place.partition("-")
        if last:
            ranges.append((int(first), int(last), fact))
        else:
            codes[int(first)] = replace(fact, code=int(first))
    raise CatalogError(Problem("The table has no block for any other code.", "status_codes.txt"))


# Locks are reported under several codes (3170, 3175, 3176, 3180, 3185) with the same few sentences.
_TRANSIENT = re.compile(
    r"could not be locked|failed to acquire the lock|in use by another user|list element is in use"
    r"|modified by another user",
    re.IGNORECASE,
)
_MISSING_OBJECT = re.compile(r'invalid reference to QuickBooks ([A-Za-z][A-Za-z /-]{0,60}?) "(.{1,500})" in the ')
_MISSING_PARENT = re.compile(r'invalid reference to a parent "(.{1,500})" in the ([A-Za-z]{1,60}) list')
_SECOND_SENTENCE = "QuickBooks error message:"


def is_transient_text(message: str) -> bool:
    """Whether QuickBooks' sentence says that somebody is using the object just now."""
    return _TRANSIENT.search(message) is not None


def missing_name(message: str) -> tuple[str, str] | None:
    """The kind and name that do not exist, ``("Customer", "Joe Smith")``, from the wording of 3140 and 3130.

    None if the message has another wording.
    """
    first = " ".join(message.partition(_SECOND_SENTENCE)[0].split()) + " "
    if found := _MISSING_OBJECT.search(first):
        return found[1], found[2]
    if found := _MISSING_PARENT.search(first):
        return found[2].removesuffix("s"), found[1]
    return None
