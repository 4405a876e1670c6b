from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.qbxml import ascii_references, formats, unsupported_characters

Format = Callable[[Decimal], str]


@pytest.mark.parametrize(
    ("format_", "value", "text"),
    [
        (formats.amount, "120", "120.00"),
        (formats.amount, "120.5", "120.50"),
        (formats.amount, "120.500", "120.50"),
        (formats.amount, "-0.01", "-0.01"),
        (formats.amount, "0", "0.00"),
        (formats.amount, "-0", "0.00"),
        (formats.amount, "0E+999999", "0.00"),
        (formats.amount, "1E+3", "1000.00"),
        (formats.amount, "9999999999999.99", "9999999999999.99"),
        (formats.price, "60", "60.00"),
        (formats.price, "0.12345", "0.12345"),
        (formats.price, "13.3450", "13.345"),
        (formats.price, "9999999999.99999", "9999999999.99999"),
        (formats.quantity, "2", "2"),
        (formats.quantity, "2.00", "2"),
        (formats.quantity, "100", "100"),
        (formats.quantity, "0.00001", "0.00001"),
        (formats.quantity, "-1.5", "-1.5"),
        (formats.percent, "8.250", "8.25"),
        (formats.percent, "-10", "-10"),
        (formats.float_number, "1.123456789", "1.123456789"),
        (formats.float_number, "1E-7", "0.0000001"),
    ],
)
def test_a_number_is_written_as_qbxml_reads_it(format_: Format, value: str, text: str) -> None:
    assert format_(Decimal(value)) == text


@pytest.mark.parametrize(
    ("format_", "value", "rule"),
    [
        (formats.amount, "0.001", "at most 2 decimals"),
        (formats.amount, "1E-999999", "at most 2 decimals"),
        (formats.amount, "1.0000000000000000000000000000000000001", "at most 2 decimals"),
        (formats.amount, "10000000000000", "at most 13 digits"),
        (formats.amount, "1E+999999", "at most 13 digits"),
        (formats.amount, "NaN", "must be a number"),
        (formats.amount, "-Infinity", "must be a number"),
        (formats.price, "13.344911793183279", "at most 5 decimals"),
        (formats.price, "10000000000", "at most 10 digits"),
        (formats.quantity, "0.000001", "at most 5 decimals"),
        (formats.percent, "0.000001", "at most 5 decimals"),
        (formats.percent, "10000000000", "at most 10 digits"),
    ],
)
def test_a_number_that_would_not_arrive_exactly_is_refused(format_: Format, value: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        format_(Decimal(value))


def test_a_float_is_no_amount() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        formats.amount(0.1)  # type: ignore[arg-type]


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_an_amount_keeps_its_value_or_is_refused(value: Decimal) -> None:
    try:
        text = formats.amount(value)
    except ValueError:
        assert not value.is_finite() or abs(value) >= 10**13 or (Fraction(value) * 100).denominator > 1
    else:
        assert Decimal(text) == value
        assert text[-3] == "."


def test_dates_and_truth_values_are_written_in_their_one_way() -> None:
    assert formats.date(datetime.date(2026, 3, 1)) == "2026-03-01"
    assert formats.boolean(True) == "true"
    assert formats.boolean(False) == "false"


def test_a_time_is_no_date() -> None:
    with pytest.raises(ValueError, match="without a time"):
        formats.date(datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC))


@pytest.mark.parametrize("text", ["", "Acme Hardware", "Café €uro \u2013 “quoted”", "ÿ"])
def test_windows_1252_can_be_held(text: str) -> None:
    assert unsupported_characters(text, multiline=False) == []


def test_line_breaks_and_tabs_belong_into_fields_of_several_lines() -> None:
    assert unsupported_characters("a\r\n\tb", multiline=True) == []
    found = unsupported_characters("a\tb\nc", multiline=False)
    assert [(position, character) for position, character, _ in found] == [(1, "\t"), (3, "\n")]
    assert "field of one line" in found[1][2]


@pytest.mark.parametrize(
    ("character", "why"),
    [
        ("ł", "Windows-1252"),
        ("Ω", "Windows-1252"),
        ("😀", "Windows-1252"),
        ("\x07", "control character"),
        ("\x7f", "control character"),
        ("\x85", "control character"),
        ("\ud83d", "surrogate"),
        ("\ufffe", "Windows-1252"),
    ],
)
def test_what_quickbooks_cannot_hold_is_named_with_its_place(character: str, why: str) -> None:
    [(position, found, reason)] = unsupported_characters(f"é{character}!", multiline=True)
    assert (position, found) == (1, character)
    assert why in reason


def test_everything_above_ascii_becomes_a_reference() -> None:
    assert ascii_references("<a>Décor €</a>") == "<a>D&#233;cor &#8364;</a>"
