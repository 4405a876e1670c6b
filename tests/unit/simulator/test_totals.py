from __future__ import annotations

from decimal import Decimal

import pytest

from qbwc_server.simulator.quickbooks.totals import percentage, priced, sales_tax, subtotal


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize(
    ("quantity", "rate", "amount", "item_price", "expected"),
    [
        ("2", "60.00", "", "1", ("2", "60.00", "120.00")),
        ("3", "", "100.00", "1", ("3", "33.33333", "100.00")),
        ("", "", "250.00", "60", ("", "", "250.00")),
        ("", "60.00", "", "1", ("", "60.00", "60.00")),
        ("2", "", "", "60", ("2", "60", "120.00")),
        ("", "", "", "60", ("", "60", "60.00")),
        ("", "", "", "", ("", "", "")),
        ("2", "99.00", "120.00", "1", ("2", "60.00000", "120.00")),
        ("0", "", "5.00", "1", ("0", "", "5.00")),
        ("0.333", "0.015", "", "1", ("0.333", "0.015", "0.00")),
        ("1", "0.005", "", "1", ("1", "0.005", "0.01")),
        ("1", "-0.005", "", "1", ("1", "-0.005", "-0.01")),
        ("7", "1.115", "", "1", ("7", "1.115", "7.81")),
    ],
)
def test_two_of_quantity_rate_and_amount_give_the_third(
    quantity: str, rate: str, amount: str, item_price: str, expected: tuple[str, str, str]
) -> None:
    line = priced(number(quantity), number(rate), number(amount), number(item_price))
    assert (line.quantity, line.rate, line.amount) == tuple(number(text) for text in expected)


def test_a_subtotal_is_exact_where_floats_are_not() -> None:
    assert subtotal([Decimal("0.10"), Decimal("0.20")]) == Decimal("0.30")


def test_tax_is_rounded_once_on_the_sum_and_half_a_cent_goes_up() -> None:
    assert sales_tax([Decimal("0.99"), Decimal("0.99")], Decimal("6.35")) == Decimal("0.13")
    assert sales_tax([Decimal("10.00")], Decimal("6.25")) == Decimal("0.63")
    assert sales_tax([], Decimal("6.35")) == 0


def test_a_percentage_of_a_negative_amount_rounds_away_from_zero() -> None:
    assert percentage(Decimal(-10), Decimal("1.25")) == Decimal("-0.13")
