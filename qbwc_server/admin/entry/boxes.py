"""One field of a form: what it is and may hold comes from the payload's model, and so from QuickBooks' own rules."""

from __future__ import annotations

from dataclasses import dataclass

from qbwc_server.desk import in_words
from qbwc_server.jobs import Payload
from qbwc_server.qbxml import FieldType

CHOSEN_FROM = ("customer", "item")
"""Families of which a form offers what there is."""
_TYPES = {
    FieldType.AMOUNT: "money",
    FieldType.PRICE: "money",
    FieldType.QUANTITY: "money",
    FieldType.PERCENT: "money",
    FieldType.FLOAT: "money",
    FieldType.DATE: "date",
    FieldType.ENUM: "select",
    FieldType.BOOLEAN: "checkbox",
}
_NAME_HINT = "The name as it is in QuickBooks."


@dataclass(frozen=True, slots=True)
class Box:
    """One field, under the path of the payload's field."""

    path: str
    label: str
    type: str
    """Of the macro `field`."""
    hint: str
    required: bool
    is_ref: bool
    family: str | None
    """What it may be chosen from; None for a name that only QuickBooks knows."""
    options: tuple[str, ...]
    wide: bool


def box(model: type[Payload], path: str, label: str = "", hint: str = "") -> Box:
    """The field for a path like ``bill_address.city``."""
    *parents, name = path.split(".")
    for parent in parents:
        (model,) = model.readers[parent].parts
    reader, field = model.readers[name], model.model_fields[name]
    family = reader.ref.family.name if reader.ref is not None and reader.ref.family is not None else None
    is_chosen = family in CHOSEN_FROM and not (reader.ref and reader.ref.family and reader.ref.family.kinds)
    options: tuple[str, ...] = ()
    kind = "combobox" if is_chosen else "text"
    if reader.leaf is not None:
        element = reader.leaf.element
        kind = _TYPES.get(element.type, "textarea" if element.multiline else "text") if element.type else "text"
        options = ("", *element.values) if kind == "select" else ()
    if reader.ref is not None and not is_chosen:
        hint = hint or _NAME_HINT
    words = in_words(name)
    return Box(
        path=path,
        label=label or f"{words[:1].upper()}{words[1:]}",
        type=kind,
        hint=hint,
        required=field.is_required() and not parents,
        is_ref=reader.ref is not None,
        family=family if is_chosen else None,
        options=options,
        wide=kind == "textarea",
    )
