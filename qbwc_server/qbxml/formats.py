"""How qbXML writes numbers, dates and truth values, and which characters a company file can hold.

The patterns are those of `facts/qbxml.md` section 6. Every function gives text that fits them or
raises ValueError with a sentence for the person who sent the value.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

_SUSPICIOUS = re.compile("[\x00-\x1f\x7f]")


def amount(value: Decimal) -> str:
    """Money (AMTTYPE): always two decimals, at most 13 digits before the point: ``123.45``."""
    return _fixed(value, decimals=2, least_decimals=2, digits=13)


def price(value: Decimal) -> str:
    """A unit price (PRICETYPE): two to five decimals, at most 10 digits before the point: ``60.00``."""
    return _fixed(value, decimals=5, least_decimals=2, digits=10)


def quantity(value: Decimal) -> str:
    """A quantity (QUANTYPE): at most five decimals and 10 digits before the point, no needless zeros: ``2``."""
    return _fixed(value, decimals=5, least_decimals=0, digits=10)


def percent(value: Decimal) -> str:
    """A percentage without its sign (PERCENTTYPE), written like a quantity: ``8.25``."""
    return _fixed(value, decimals=5, least_decimals=0, digits=10)


def float_number(value: Decimal) -> str:
    """A number without exponent (FLOATTYPE, used for exchange rates), at most 15 digits on either side of the point."""
    return _fixed(value, decimals=15, least_decimals=0, digits=15)


def date(value: datetime.date) -> str:
    """A calendar day (DATETYPE): ``2026-03-01``. A time of day is refused: it would be cut off silently."""
    if isinstance(value, datetime.datetime):
        raise ValueError("must be a date without a time")
    return value.isoformat()


def boolean(value: bool) -> str:
    """``true`` or ``false`` (BOOLTYPE)."""
    return "true" if value else "false"


def unsupported_characters(text: str, multiline: bool) -> list[tuple[int, str, str]]:
    """What QuickBooks cannot hold in this text: (position from 0, the character, why), in order.

    Company data is Windows-1252. Newlines and tabs belong only in fields of several lines (`multiline`).
    """
    if _SUSPICIOUS.search(text) is None and (text.isascii() or _fits_windows_1252(text)):
        return []
    return [
        (position, character, why)
        for position, character in enumerate(text)
        if (why := _why_unsupported(character, multiline)) is not None
    ]


def ascii_references(text: str) -> str:
    """The same XML in ASCII: each character above 127 as a numeric reference (``é`` becomes ``&#233;``)."""
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _fixed(value: object, *, decimals: int, least_decimals: int, digits: int) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError("must be a number")
    if not value:
        value = Decimal(0)  # a zero may carry an exponent of any size
    if value.adjusted() >= digits:
        raise ValueError(f"must have at most {digits} digits before the point")
    if value.adjusted() < -decimals:
        raise ValueError(f"must have at most {decimals} decimals")
    whole, _, fraction = f"{value.copy_abs():f}".partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > decimals:
        raise ValueError(f"must have at most {decimals} decimals")
    fraction = fraction.ljust(least_decimals, "0")
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{number}" if value < 0 else number


def _fits_windows_1252(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _why_unsupported(character: str, multiline: bool) -> str | None:
    if character in "\t\n\r":
        return None if multiline else ("a tab" if character == "\t" else "a line break") + " in a field of one line"
    if character < " " or "\x7f" <= character <= "\x9f":
        return "a control character"
    if "\ud800" <= character <= "\udfff":
        return "half of a surrogate pair, which is no character"
    return None if _fits_windows_1252(character) else "not in Windows-1252, the characters QuickBooks knows"
