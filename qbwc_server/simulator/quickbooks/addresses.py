"""Addresses as QuickBooks prints them."""

from __future__ import annotations

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.refusals import invalid_value

_MOST_LINES = 5
_LINE_NAMES = tuple(f"Addr{number}" for number in range(1, _MOST_LINES + 1))


def with_blocks(ret: Aggregate) -> None:
    """Puts BillAddressBlock and ShipAddressBlock beside the addresses of a *Ret."""
    for name in ("BillAddress", "ShipAddress"):
        address = ret.one(name)
        if address is not None and (lines := printed_lines(address)):
            ret.put(f"{name}Block", Aggregate(dict(zip(_LINE_NAMES, lines, strict=False))))


def check_addresses(content: Aggregate) -> None:
    """Raises 3210 for an address that does not fit on five printed lines (its own code is not known)."""
    for name in ("BillAddress", "ShipAddress"):
        address = content.one(name)
        if address is not None and len(printed_lines(address)) > _MOST_LINES:
            raise invalid_value(name, "\n".join(printed_lines(address)), "An address has at most five printed lines.")


def printed_lines(address: Aggregate) -> list[str]:
    """Addr1 to Addr5, then city, state and postal code on one line, then the country."""
    lines = [address.text(name) for name in _LINE_NAMES]
    state = " ".join(part for part in (address.text("State"), address.text("PostalCode")) if part)
    city = ", ".join(part for part in (address.text("City"), state) if part)
    return [line for line in (*lines, city, address.text("Country")) if line]
