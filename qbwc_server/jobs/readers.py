"""How the value of one field is read: by the type, length and values of its element in the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qbwc_server.errors import CatalogError
from qbwc_server.jobs.refusals import nearest, refusal, several, shown
from qbwc_server.jobs.texts import EMPTY, broken_text
from qbwc_server.qbxml import Element, FieldType, formats

EARLIEST = date(1900, 1, 1)
LATEST = date(2099, 12, 31)
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_LONGEST_NUMBER = 40
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class LeafReader:
    """Reads a value that has no parts."""

    element: Element
    python_type: type
    """What the field of the model must be declared as."""
    read: Callable[[object, Element], object]

    def __call__(self, value: object) -> object:
        """The value as the model keeps it. Raises pydantic's ValidationError."""
        if value == "":
            raise several([EMPTY])
        return self.read(value, self.element)


def leaf_reader(element: Element) -> LeafReader:
    """The reader for an element's type. Raises CatalogError for an aggregate, an id or another type of no payload."""
    if element.type is None or element.type not in _READ:
        raise CatalogError(f"payloads have no reader for the type {element.type}")
    return LeafReader(element, *_READ[element.type])


def plain(number: Decimal) -> str:
    """A number without exponent, needless zeros or sign of zero: ``60.00`` is ``60``, ``1E+2`` is ``100``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _text(value: object, element: Element) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        raise refusal("must be a text, not a number.", f'Write it in quotes: "{shown(value)}".')
    if not isinstance(value, str):
        raise refusal("must be a text.")
    if broken := list(broken_text(value, element)):
        raise several(broken)
    return value


def _enum(value: object, element: Element) -> str:
    if isinstance(value, str) and value in element.values:
        return value
    remedy = nearest(value, element.values) if isinstance(value, str) else ""
    raise refusal(f"must be one of {', '.join(element.values)}.", remedy)


def _number(write: Callable[[Decimal], str]) -> Callable[[object, Element], Decimal]:
    """The limits of a number are those of the function that writes it for QuickBooks: stated there, nowhere else."""

    def read(value: object, _element: Element) -> Decimal:
        number = _decimal(value)
        try:
            return Decimal(plain(Decimal(write(number))))
        except ValueError as broken:
            raise refusal(f"{broken}, this is {shown(value)}.") from None

    return read


def _decimal(value: object) -> Decimal:
    """A finite number, exactly as it was given; zero without the exponent it may have been written with."""
    if isinstance(value, float):
        raise refusal("must not be a float, which is not exact.", 'Use a Decimal or a text such as "60.00".')
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise refusal('must be a number, such as 60.00 or "60.00".')
    if isinstance(value, str) and (len(value) > _LONGEST_NUMBER or not _PLAIN_NUMBER.fullmatch(value)):
        raise refusal(f'must be a plain number such as "1234.50", this is {shown(value)}.')
    number = Decimal(value)
    if not number.is_finite():
        raise refusal("must be a finite number.")
    return number or Decimal(0)


def _date(value: object, _element: Element) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    else:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise refusal(f'must be a date written as "2026-11-30", this is {shown(value)}.')
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise refusal(f"must be a day of the calendar, {shown(value)} is none.") from None
    if not EARLIEST <= day <= LATEST:
        raise refusal(f"must be from {EARLIEST} to {LATEST}, this is {day}.")
    return day


def _boolean(value: object, _element: Element) -> bool:
    if isinstance(value, bool):
        return value
    raise refusal("must be true or false.", "Write it without quotes." if isinstance(value, str) else "")


_READ: Mapping[FieldType, tuple[type, Callable[[object, Element], object]]] = {
    FieldType.TEXT: (str, _text),
    FieldType.ENUM: (str, _enum),
    FieldType.AMOUNT: (Decimal, _number(formats.amount)),
    FieldType.PRICE: (Decimal, _number(formats.price)),
    FieldType.QUANTITY: (Decimal, _number(formats.quantity)),
    FieldType.PERCENT: (Decimal, _number(formats.percent)),
    FieldType.FLOAT: (Decimal, _number(formats.float_number)),
    FieldType.DATE: (date, _date),
    FieldType.BOOLEAN: (bool, _boolean),
}
