"""What QuickBooks works out on an invoice: line amounts, subtotal and sales tax. Pure arithmetic on Decimals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_PRICE = Decimal("0.00001")
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Priced:
    """One line worked out; None where the line has no such element."""

    quantity: Decimal | None
    rate: Decimal | None
    """At most five decimals."""
    amount: Decimal | None
    """Two decimals."""


def priced(
    quantity: Decimal | None, rate: Decimal | None, amount: Decimal | None, item_price: Decimal | None
) -> Priced:
    """Two of quantity, rate and amount give the third; with an amount, a rate beside it is ignored.

    `item_price` is the item's own price, used where neither a rate nor an amount was sent; None for a line
    without an item, which has no amounts at all.
    """
    if amount is not None:
        derived = (amount / quantity).quantize(_PRICE, ROUND_HALF_UP) if quantity else None
        return Priced(quantity, derived, cents(amount))
    unit = rate if rate is not None else item_price
    if unit is None:
        return Priced(quantity, None, None)
    return Priced(quantity, unit, cents(unit if quantity is None else quantity * unit))


def percentage(percent: Decimal, base: Decimal) -> Decimal:
    """So many percent of an amount, to the cent."""
    return cents(base * percent / 100)


def subtotal(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of the lines, two decimals."""
    return sum(amounts, _ZERO)


def sales_tax(taxable_amounts: Iterable[Decimal], percent: Decimal) -> Decimal:
    """Tax on the sum of the taxable lines, rounded once, half a cent up."""
    return percentage(percent, sum(taxable_amounts, _ZERO))


def cents(amount: Decimal) -> Decimal:
    """To the cent, half a cent away from zero."""
    return amount.quantize(_CENT, ROUND_HALF_UP)
