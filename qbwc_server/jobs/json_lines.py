"""JSON lines as they come from outside: one object a line, numbers exact, everything doubtful refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs.refusals import shown

LONGEST_LINE = 1024 * 1024
"""Bytes (characters, where a text is given) of one line. A longer one is no document for QuickBooks."""
_BYTE_ORDER_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class _DuplicateKey(ValueError):
    """An object has the same key twice: which of the two was meant cannot be known."""


def numbered_lines(text: str | bytes) -> Iterator[tuple[int, str | bytes]]:
    """The lines that are not blank, with their numbers from 1. A byte order mark and CR at a line's end are dropped."""
    for number, line in enumerate(_split(text), start=1):
        if line.strip():
            yield number, line


def _split(text: str | bytes) -> Sequence[str | bytes]:
    # Not splitlines(): within a JSON text U+2028 and the like may stand as they are.
    if isinstance(text, str):
        return text.removeprefix("\ufeff").split("\n")
    if text.startswith(_BYTE_ORDER_MARKS_OF_UTF_16):
        raise PayloadRefused(Problem("the file is written in UTF-16.", remedy="Save it as UTF-8."))
    return text.removeprefix(b"\xef\xbb\xbf").split(b"\n")


def read_object(line: str | bytes, number: int) -> dict[str, object]:
    """The object on one line. Every JSON number becomes a Decimal. Raises PayloadRefused with the line's number."""
    try:
        value = _parsed(line)
    except ValueError as error:
        raise PayloadRefused(Problem(str(error), line=number)) from None
    if not isinstance(value, dict):
        remedy = "One job is one object in braces, on one line." if isinstance(value, list) else ""
        raise PayloadRefused(Problem(f"must be an object, this is {shown(value)}.", remedy=remedy, line=number))
    return value


def _parsed(line: str | bytes) -> object:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is {len(line)} bytes long, at most {LONGEST_LINE} are allowed.")
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start + 1}. Save the file as UTF-8.") from None
    try:
        return json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=Decimal, object_pairs_hook=_without_duplicates
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"is not one whole JSON object: {_reason(error)} at character {error.pos + 1}.") from None
    except RecursionError:
        raise ValueError("is nested too deeply.") from None


def _reason(error: json.JSONDecodeError) -> str:
    return error.msg[:1].lower() + error.msg[1:]


def _number(text: str) -> Decimal:
    """A number with an exponent beyond all measure becomes infinite, which no field takes."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _DuplicateKey(f"has the key {shown(key)} twice in one object.")
            seen.add(key)
    return found
