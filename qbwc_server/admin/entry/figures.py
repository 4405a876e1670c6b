"""A figure as people type it, written as a payload takes it."""

from __future__ import annotations

import re

_FIGURE = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.([0-9]*))?")
"""The same that the page's script takes for a figure; whatever else is typed is left for the checks to refuse."""


def plain_figure(text: str) -> str:
    """ "1,250.00" as "1250.00", ".5" as "0.5", "5." as "5"; anything that is no figure as it is."""
    found = _FIGURE.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    decimals = f".{found[3]}" if found[3] else ""
    return f"{found[1]}{found[2].replace(',', '') or '0'}{decimals}"
