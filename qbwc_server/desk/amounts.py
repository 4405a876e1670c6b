"""What a document comes to, as far as its payload says it. Money is Decimal, rounded to the cent as QuickBooks does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_CENT = Decimal("0.01")


def payload_of(text: str) -> dict[str, Any]:
    """A stored payload, its numbers as Decimal."""
    found: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return found


def number(value: object) -> Decimal | None:
    """A number of a payload or an answer; None if it is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def line_amount(line: Mapping[str, Any]) -> Decimal | None:
    """What a line comes to: its amount, or rate times quantity (one if left out); None if QuickBooks sets it."""
    amount = number(line.get("amount"))
    if amount is not None:
        return amount
    rate = number(line.get("rate"))
    if rate is None:
        return None
    quantity = number(line.get("quantity"))
    return (rate * (Decimal(1) if quantity is None else quantity)).quantize(_CENT, ROUND_HALF_UP)


def subtotal(lines: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """The sum of all lines before tax; None if that of one is set by QuickBooks."""
    amounts = [line_amount(line) for line in lines if line.get("item_ref") or line.get("item_group_ref")]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if amounts and len(known) == len(amounts) else None


def total(payload: Mapping[str, Any]) -> Decimal | None:
    """What a document is about: the payment's amount, the invoice's expected total or else its subtotal."""
    for name in ("total_amount", "expected_total"):
        if (amount := number(payload.get(name))) is not None:
            return amount
    lines = payload.get("lines")
    return subtotal(lines) if isinstance(lines, list) else None
