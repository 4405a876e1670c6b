"""Numbers that QuickBooks works out, as text; a request that leads to more than a field can hold is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from qbwc_server import qbxml
from qbwc_server.simulator.quickbooks.refusals import too_large


def amount_text(value: Decimal) -> str:
    """Two decimals. Raises 3101 for more than 13 digits before the point."""
    return _text(qbxml.amount, value)


def price_text(value: Decimal) -> str:
    """Up to five decimals. Raises 3101 for more than 10 digits before the point."""
    return _text(qbxml.price, value)


def _text(written: Callable[[Decimal], str], value: Decimal) -> str:
    try:
        return written(value)
    except ValueError:
        raise too_large(f"{value:f}") from None
