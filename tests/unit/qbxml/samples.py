"""Payloads for every kind of job, made from the payload models; and documents spoilt in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st
from lxml import etree

from qbwc_server.jobs.kinds import KINDS
from qbwc_server.jobs.payload import Payload
from qbwc_server.qbxml import Element, FieldType, parse_xml

GUID: Final = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
VARIANTS: Final = 4
"""As many payloads as the largest set of fields that exclude each other has members."""

# Of these only one can stand in a payload. They take turns, each staying for the given number of variants.
_EXCLUSIVE = (
    (2, ("price", "price_percent")),
    (1, ("rate", "rate_percent", "price_level_ref", "amount")),
    (1, ("serial_number", "lot_number")),
    (1, ("sales_or_purchase", "sales_and_purchase")),
    (1, ("addr4", "city")),
    (1, ("addr4", "state")),
    (1, ("addr5", "postal_code")),
    (1, ("addr5", "country")),
)
# Where one amount limits another.
_VALUES = {"total_amount": "9999999999999.99", "payment_amount": "0.01"}

LEAST: Final[Mapping[str, Mapping[str, object]]] = {
    "customer": {"name": "A"},
    "item_service": {"name": "A", "sales_or_purchase": {"account_ref": "Income"}},
    "item_non_inventory": {"name": "A", "sales_or_purchase": {"account_ref": "Income"}},
    "item_inventory": {
        "name": "A",
        "income_account_ref": "Income",
        "cogs_account_ref": "Cost",
        "asset_account_ref": "Asset",
    },
    "invoice": {"customer_ref": {"list_id": "80000001-1"}, "txn_date": "2026-11-02", "lines": [{"desc": "text"}]},
    "payment": {"customer_ref": {"list_id": "80000001-1"}, "txn_date": "2026-11-02", "total_amount": "0.01"},
}


def least(kind: str) -> Payload:
    """With nothing but what must be there."""
    return KINDS[kind].model.model_validate(LEAST[kind])


def filled(kind: str, variant: int) -> Payload:
    """With every field as long as it may be; fields that exclude each other take turns from variant to variant."""
    return KINDS[kind].model.model_validate(_filled(KINDS[kind].model, variant))


def _filled(model: type[Payload], variant: int) -> dict[str, object]:
    left_out = {
        name
        for stay, names in _EXCLUSIVE
        if set(names) <= model.readers.keys()
        for position, name in enumerate(names)
        if position != variant // stay % len(names)
    }
    found: dict[str, object] = {}
    for name, reader in model.readers.items():
        if name in left_out:
            continue
        if reader.parts:
            parts = [_filled(part, variant) for part in reader.parts]
            found[name] = parts if reader.is_list else parts[0]
        elif reader.ref is not None:
            found[name] = _reference(reader.elements[0], variant)
        elif reader.elements:
            found[name] = _VALUES.get(name) or _value(reader.elements[0], variant)
        else:
            found[name] = "1.00"
    return found


def _reference(element: Element, variant: int) -> dict[str, str]:
    full_name = element.child("FullName")
    if full_name is None:
        return {"txn_id": "C5-1417118624"}
    return {"full_name": _text(full_name)} if variant % 2 else {"list_id": "80000001-1417118624"}


def _value(element: Element, variant: int) -> object:
    if element.type is FieldType.TEXT:
        return _text(element)
    if element.type is FieldType.ENUM:
        return element.values[variant % len(element.values)]
    values: dict[FieldType | None, object] = {
        FieldType.AMOUNT: "1234567890123.45",
        FieldType.PRICE: "1234567890.12345",
        FieldType.QUANTITY: "1234567890.12345",
        FieldType.PERCENT: "8.25",
        FieldType.FLOAT: "1.123456789",
        FieldType.DATE: "2026-11-02",
        FieldType.BOOLEAN: variant % 2 == 0,
    }
    return values[element.type]


def _text(element: Element) -> str:
    """As long as allowed, with what XML and Windows-1252 make difficult."""
    beginning = '<&"é€' + ("\n\t" if element.multiline else "'")
    return (beginning + "x" * (element.max_length or 300))[: element.max_length]


def spoil(data: st.DataObject, root: etree._Element) -> None:
    """Change the document in one place, not always for the worse."""
    node = data.draw(st.sampled_from(list(root.iter("*"))[1:] or [root]))
    parent = node.getparent()
    if parent is None:
        return
    action = data.draw(st.sampled_from(["remove", "repeat", "move", "text", "rename", "copy"]))
    if action == "remove":
        parent.remove(node)
    elif action == "repeat":
        parent.insert(parent.index(node), parse_xml(etree.tostring(node)))
    elif action == "move":
        parent.insert(data.draw(st.integers(0, len(parent))), node)
    elif action == "text":
        values = [
            "",
            " ",
            "x",
            "1",
            "1.5",
            "1.50",
            "-1.123456",
            "true",
            "None",
            "2026-02-30",
            "2026-11-02",
            GUID,
            "x" * 300,
        ]
        node.text = data.draw(st.sampled_from(values))
    elif action == "rename":
        node.tag = data.draw(st.sampled_from([str(other.tag) for other in root.iter("*")]))
    else:
        other = data.draw(st.sampled_from(list(root.iter("*"))))
        if other is not root:
            parent.insert(0, parse_xml(etree.tostring(other)))
