"""The lists of a company file: names, items, accounts and the small ones."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from qbwc_server.simulator.quickbooks.aggregates import Aggregate


@dataclass(frozen=True, slots=True)
class ListType:
    """One kind of list element and the words QuickBooks has for it."""

    family: str
    """Elements of one family share their ListIDs and, level by level, their names."""
    words: str
    """As in ``There is an invalid reference to QuickBooks Customer``."""
    plural: str = ""
    """As in ``a parent "X" in the Customers list``."""
    name_field: str = ""
    """As in ``when storing "X" in the "customer name" field``."""


_ITEM = ListType("Item", "Item", "Items", "item name")
TYPES = {
    # The four name lists share names (facts/qbxml.md 5.10).
    "Customer": ListType("Entity", "Customer", "Customers", "customer name"),
    "Vendor": ListType("Entity", "Vendor", "Vendors", "vendor name"),
    "Employee": ListType("Entity", "Employee", "Employees", "employee name"),
    "OtherName": ListType("Entity", "Other Name", "Other Names", "other name"),
    # Items of all types are one namespace per level (5.3).
    "ItemService": _ITEM,
    "ItemNonInventory": _ITEM,
    "ItemInventory": _ITEM,
    "ItemOtherCharge": _ITEM,
    "ItemInventoryAssembly": _ITEM,
    "ItemSubtotal": _ITEM,
    "ItemDiscount": _ITEM,
    "ItemPayment": _ITEM,
    "ItemSalesTaxGroup": _ITEM,
    "ItemGroup": _ITEM,
    "ItemSalesTax": ListType("Item", "Sales Tax Item", "Items", "item name"),
    "Account": ListType("Account", "Account", "Accounts", "account name"),
    "Terms": ListType("Terms", "Terms"),
    "PaymentMethod": ListType("PaymentMethod", "Payment Method"),
    "SalesTaxCode": ListType("SalesTaxCode", "Sales Tax Code"),
    "SalesRep": ListType("SalesRep", "Sales Rep"),
    "Template": ListType("Template", "Template"),
    "CustomerMsg": ListType("CustomerMsg", "Customer Message"),
    "ShipMethod": ListType("ShipMethod", "Ship Method"),
    "Class": ListType("Class", "Class", "Classes", "class name"),
    "CustomerType": ListType("CustomerType", "Customer Type"),
    "JobType": ListType("JobType", "Job Type"),
    "PriceLevel": ListType("PriceLevel", "Price Level"),
}


@dataclass(frozen=True, slots=True)
class ListElement:
    """A row of a list."""

    list_id: str
    type: str
    name: str
    full_name: str
    """The names of all ancestors and its own, joined by colons."""
    parent_id: str
    """ListID, empty at the top level."""
    sublevel: int
    is_active: bool
    edit_sequence: int
    created: int
    modified: int
    """Both in Unix seconds."""
    guid: str | None
    fields: Aggregate
    """What the Add carried, references resolved."""

    @property
    def family(self) -> str:
        """See ListType.family."""
        return TYPES[self.type].family


def name_key(name: str) -> str:
    """What makes two names the same: case and blanks at the ends do not count."""
    return name.strip().casefold()


_COLUMNS = (
    "list_id, type, name, full_name, parent_id, sublevel, is_active, edit_sequence, created, modified, guid, fields"
)


class Elements:
    """Reads and writes list elements; knows no rule but the keys of its tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def family(self, list_type: str) -> str:
        """The family a type belongs to."""
        return TYPES[list_type].family

    def by_id(self, family: str, list_id: str) -> ListElement | None:
        """None if there is none in this family."""
        return self._one("family = ? AND list_id = ?", (family, list_id.upper()))

    def by_full_name(self, family: str, full_name: str) -> ListElement | None:
        """Active or not, upper or lower case."""
        return self._one("family = ? AND full_name_key = ?", (family, name_key(full_name)))

    def by_name(self, family: str, parent_id: str, name: str) -> ListElement | None:
        """Whoever has this name on this level, in whichever list of the family, active or not."""
        return self._one("family = ? AND parent_id = ? AND name_key = ?", (family, parent_id, name_key(name)))

    def all(self) -> list[ListElement]:
        """Every list, in the order of their making."""
        return self._all("1", ())

    def of_family(self, family: str) -> list[ListElement]:
        """All of a family, in the order of their making."""
        return self._all("family = ?", (family,))

    def full_name(self, family: str, list_id: str) -> str | None:
        """None if there is no such element."""
        element = self.by_id(family, list_id)
        return None if element is None else element.full_name

    def descendants(self, element: ListElement) -> list[ListElement]:
        """The element itself and all below it."""
        prefix = f"{name_key(element.full_name)}:"
        return self._all(
            "family = ? AND (list_id = ? OR substr(full_name_key, 1, ?) = ?)",
            (element.family, element.list_id, len(prefix), prefix),
        )

    def added(self) -> list[ListElement]:
        """All that did not come with the company file, in the order of their making."""
        return self._all("is_standard = 0", ())

    def add(self, element: ListElement) -> None:
        """A new row; raises sqlite3.IntegrityError if its name or ListID is taken."""
        self._insert(element, is_standard=False)

    def add_standard(self, list_type: str, list_id: str, name: str, seconds: int, fields: Aggregate) -> None:
        """A top-level element that comes with the company file."""
        element = ListElement(
            list_id=list_id,
            type=list_type,
            name=name,
            full_name=name,
            parent_id="",
            sublevel=0,
            is_active=True,
            edit_sequence=seconds,
            created=seconds,
            modified=seconds,
            guid=None,
            fields=fields,
        )
        self._insert(element, is_standard=True)

    def set_active(self, element: ListElement, *, active: bool, edit_sequence: int, seconds: int) -> None:
        """Makes an element usable, or leaves it in the list with its name."""
        self._connection.execute(
            "UPDATE element SET is_active = ?, edit_sequence = ?, modified = ? WHERE family = ? AND list_id = ?",
            (active, edit_sequence, seconds, element.family, element.list_id),
        )

    def set_name(self, element: ListElement, *, name: str, full_name: str, edit_sequence: int, seconds: int) -> None:
        """Writes a name as it is; the keys of its table are all that is checked."""
        self._connection.execute(
            "UPDATE element SET name = ?, name_key = ?, full_name = ?, full_name_key = ?, edit_sequence = ?, "
            "modified = ? WHERE family = ? AND list_id = ?",
            (
                name,
                name_key(name),
                full_name,
                name_key(full_name),
                edit_sequence,
                seconds,
                element.family,
                element.list_id,
            ),
        )

    def delete(self, element: ListElement) -> None:
        """Takes the row out."""
        self._connection.execute(
            "DELETE FROM element WHERE family = ? AND list_id = ?", (element.family, element.list_id)
        )

    def _insert(self, element: ListElement, *, is_standard: bool) -> None:
        self._connection.execute(
            f"INSERT INTO element (family, name_key, full_name_key, is_standard, {_COLUMNS}) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                element.family,
                name_key(element.name),
                name_key(element.full_name),
                is_standard,
                element.list_id,
                element.type,
                element.name,
                element.full_name,
                element.parent_id,
                element.sublevel,
                element.is_active,
                element.edit_sequence,
                element.created,
                element.modified,
                element.guid,
                element.fields.to_json(),
            ),
        )

    def _one(self, condition: str, values: tuple[object, ...]) -> ListElement | None:
        return next(iter(self._all(condition, values)), None)

    def _all(self, condition: str, values: tuple[object, ...]) -> list[ListElement]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM element WHERE {condition} ORDER BY sequence",  # noqa: S608
            values,
        )
        return [_element(*row) for row in rows]


def _element(*row: Any) -> ListElement:
    """A row in the order of _COLUMNS."""
    values = list(row)
    values[6], values[11] = bool(row[6]), Aggregate.from_json(row[11])
    return ListElement(*values)
