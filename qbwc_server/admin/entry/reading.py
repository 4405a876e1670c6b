"""A job that is there already as a filled form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from qbwc_server import desk
from qbwc_server.admin.entry.layout import boxes_of
from qbwc_server.admin.entry.lines import MOST_EMPTY_ROWS, row_values
from qbwc_server.admin.entry.others import without
from qbwc_server.admin.entry.payments import part_values
from qbwc_server.admin.entry.ref_text import Names, ref_text
from qbwc_server.admin.entry.writing import computed_total

_ROWS = {"lines", "applied_to"}


def fits(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether the form can show the job; else it is corrected as JSON."""
    lines = payload.get("lines") or []
    return kind != "invoice" or (len(lines) < MOST_EMPTY_ROWS and not any("item_group_ref" in line for line in lines))


def values_of(kind: str, payload: Mapping[str, Any], names: Names) -> MultiDict[str, str]:
    """The fields of the form."""
    values: MultiDict[str, str] = MultiDict()
    for each in boxes_of(kind):
        found: Any = payload
        for name in each.path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None or found is False:
            continue
        values[each.path] = "1" if found is True else ref_text(found, each.family, names) if each.is_ref else str(found)
    shown = {each.path for each in boxes_of(kind)} | _ROWS
    if others := without(payload, shown):
        values["others"] = json.dumps(others, default=str)
    for number, line in enumerate(payload.get("lines") or []):
        values.update(row_values(number, line, ref_text(line["item_ref"], "item", names) if "item_ref" in line else ""))
    for applied in payload.get("applied_to") or []:
        values.update(part_values(applied, applied["txn"]))
    if "expected_total" in payload:
        values["expect"] = "1"
        if desk.number(payload["expected_total"]) == computed_total(payload):
            values.pop("expected_total", None)  # it follows the lines
    return values
