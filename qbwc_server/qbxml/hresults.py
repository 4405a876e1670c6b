"""What the HRESULTs of QuickBooks' request processor mean (`facts/qbwc-protocol.md` section 4.1).

They tell about a whole call, not about a job, and authors contradict each other on some of them; show
QuickBooks' own message beside these words. The words stand in `hresults.txt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qbwc_server.qbxml.texts import Explanation, explanations


@dataclass(frozen=True)
class HResultFact:
    """One HRESULT, explained to the person at the QuickBooks PC."""

    code: str
    """``0x80040400``; as it came if it is no HRESULT at all."""
    meaning: str
    remedy: str


def hresult_fact(code: str) -> HResultFact:
    """The fact about an HRESULT, in whatever case, with or without 0x and blanks. Never raises."""
    written = _normal(code)
    table = _table()
    told = table.get(written) or table["any"]
    return HResultFact(written, told.cause, told.remedy)


def _normal(code: str) -> str:
    digits = code.strip().lower().removeprefix("0x")
    if 1 <= len(digits) <= 8 and set(digits) <= set("0123456789abcdef"):
        return "0x" + digits.upper().rjust(8, "0")
    return code.strip()


@cache
def _table() -> dict[str, Explanation]:
    return {told.heading: told for told in explanations("hresults.txt")}
