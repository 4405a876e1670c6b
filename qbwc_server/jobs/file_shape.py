"""Files that are no JSON lines at all: what they are is said once, not an error for each line."""

from __future__ import annotations

from collections.abc import Sequence

from qbwc_server.errors import Problem

_REMEDY = "One JSON object per line is needed: one job on each line, in braces."
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a file of Excel begins, today's (a zip archive) and the old kind."""
_SEPARATORS = ",;\t"


def is_spreadsheet(content: str | bytes) -> bool:
    """Whether a file was made by a spreadsheet and never exported."""
    return isinstance(content, bytes) and content.startswith(_SPREADSHEETS)


def spreadsheet() -> Problem:
    """What is said of such a file."""
    return Problem("the file is a spreadsheet or an archive", remedy=_REMEDY)


def other_shape(lines: Sequence[str | bytes]) -> Problem | None:
    """What a file looks like, by its lines that are not blank; None if it may be JSON lines, with errors or not."""
    if len(lines) < 2:
        return None
    edges = [(line.strip()[:1], line.strip()[-1:]) for line in map(_text, lines)]
    (opens, closes), second = edges[0], edges[1][0]
    if (opens == "[" and closes != "]") or (opens == "{" and closes != "}" and second != "{"):
        return Problem("the file looks like one JSON value over many lines", remedy=_REMEDY)
    if any(first in ("{", "[") for first, _last in edges):
        return None
    if any(separator in _text(lines[0]) for separator in _SEPARATORS):
        return Problem("the file looks like CSV", remedy=_REMEDY)
    return Problem("no line of the file begins with a brace", remedy=_REMEDY)


def _text(line: str | bytes) -> str:
    return line if isinstance(line, str) else line.decode("utf-8", "replace")
