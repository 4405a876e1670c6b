"""Which texts a field of QuickBooks can hold."""

from __future__ import annotations

from collections.abc import Iterator

from qbwc_server.jobs.refusals import Broken
from qbwc_server.qbxml import Element, unsupported_characters

EMPTY = Broken("is empty.", "Leave the field out: an absent field says nothing.")
"""An empty text reads as a wish to clear something, and a new record holds nothing to clear: refused everywhere."""
_MOST_SHOWN = 3


def broken_text(text: str, element: Element) -> Iterator[Broken]:
    """The rules of the catalog's element that the text breaks: emptiness, length, characters."""
    if not text.strip():
        yield Broken("holds nothing but blanks.", EMPTY.remedy) if text else EMPTY
        return
    if element.max_length is not None and len(text) > element.max_length:
        yield Broken(f"has {len(text)} characters, at most {element.max_length} are allowed.")
    unsupported = unsupported_characters(text[: element.max_length], element.multiline)
    for position, char, why in unsupported[:_MOST_SHOWN]:
        name = f' "{char}"' if char.isprintable() else ""
        yield Broken(f"holds the character{name} (U+{ord(char):04X}) at position {position + 1}: {why}.")
    if len(unsupported) > _MOST_SHOWN:
        yield Broken(f"holds {len(unsupported) - _MOST_SHOWN} more characters that are refused.")
