"""A figure as people type it, written as a payload takes it."""

from __future__ import annotations

import re
from decimal import Decimal

_FIGURE = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.([0-9]*))?")
"""The same that the page's script takes for a figure; whatever else is typed is left for the checks to refuse."""


_LONGEST = 30
"""Characters of a figure that is added up here; the checks refuse longer ones."""


def figure(text: str) -> Decimal | None:
    """The figure, exactly; None for anything that is none."""
    plain = plain_figure(text.strip())
    return Decimal(plain) if _FIGURE.fullmatch(plain) and plain[-1:].isdigit() and len(plain) <= _LONGEST else None


def plain_figure(text: str) -> str:
    """ "1,250.00" as "1250.00", ".5" as "0.5", "5." as "5"; anything that is no figure as it is."""
    found = _FIGURE.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    decimals = f".{found[3]}" if found[3] else ""
    return f"{found[1]}{found[2].replace(',', '') or '0'}{decimals}"
