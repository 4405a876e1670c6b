"""The lines of an invoice as rows of its form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from qbwc_server import desk
from qbwc_server.admin.entry.figures import figure, plain_figure
from qbwc_server.admin.entry.others import read_others
from qbwc_server.admin.entry.ref_text import read_ref

FIELDS = {"item_ref": "item", "desc": "desc", "quantity": "quantity", "rate": "rate"}
"""What a row shows of a line: field of the payload and part of the row."""
FIRST_ROWS = 3
MOST_EMPTY_ROWS = 800
"""Rows that are shown though nothing was typed into them; what was typed is read, however much it is."""
_NAME = re.compile(r"lines-([0-9]{1,4})-(item|desc|quantity|rate|others)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was typed."""

    number: int
    """From 0, as in the names of its fields."""
    item: str = ""
    desc: str = ""
    quantity: str = ""
    rate: str = ""
    others: str = ""
    """The fields of the line that the form does not show, as JSON."""

    @property
    def is_empty(self) -> bool:
        return not (self.item or self.desc or self.quantity or self.rate or self.others)

    @property
    def name(self) -> str:
        """What its fields' names begin with."""
        return f"lines-{self.number}"

    @property
    def amount(self) -> Decimal | None:
        """What the line comes to, if it can be told."""
        try:
            amount = desk.line_amount(self.line())
        except (ValueError, ArithmeticError):
            return None
        typed = [text for text in (self.quantity, self.rate) if text]
        return None if any(figure(text) is None for text in typed) else amount

    @property
    def kept(self) -> tuple[str, ...]:
        """What else the line has, for people."""
        try:
            return tuple(desk.in_words(name) for name in read_others(self.others) if name != "amount")
        except ValueError:
            return ()

    def line(self) -> dict[str, object]:
        """The line of the payload. Raises ValueError if what it carries along cannot be read."""
        line: dict[str, object] = dict(read_others(self.others))
        if self.item:
            line["item_ref"] = read_ref(self.item)
        if self.desc:
            line["desc"] = self.desc
        for name in ("quantity", "rate"):
            if text := getattr(self, name):
                line[name] = plain_figure(text)
        return line


def rows_of(values: Mapping[str, str], least: int = FIRST_ROWS) -> list[Row]:
    """The rows of a form, empty ones too, at least so many."""
    parts: dict[int, dict[str, str]] = {}
    for name, text in values.items():
        if found := _NAME.fullmatch(name):
            parts.setdefault(int(found[1]), {})[found[2]] = text.replace("\r\n", "\n").strip()
    shown = range(min(max([least - 1, *parts]) + 1, MOST_EMPTY_ROWS))
    rows = [Row(number, **parts.get(number, {})) for number in sorted({*shown, *parts})]
    return [row for row in rows if row.number in shown or not row.is_empty]


def with_a_row(values: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form with one more empty row."""
    more = values.copy()
    more.setdefault(f"lines-{rows_of(values)[-1].number + 1}-item", "")
    return more


def row_values(number: int, line: Mapping[str, object], item: str) -> Iterator[tuple[str, str]]:
    """The fields of the row for a line of a payload."""
    name = f"lines-{number}"
    yield f"{name}-item", item
    for field in ("desc", "quantity", "rate"):
        yield f"{name}-{field}", str(line.get(field, ""))
    if others := {key: value for key, value in line.items() if key not in FIELDS}:
        yield f"{name}-others", json.dumps(others, default=str)
