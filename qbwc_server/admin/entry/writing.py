"""A filled form as the job it stands for, just as a file would hold it; the payload checks alone judge it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qbwc_server import desk
from qbwc_server.admin.entry.boxes import Box
from qbwc_server.admin.entry.figures import plain_figure
from qbwc_server.admin.entry.layout import boxes_of
from qbwc_server.admin.entry.lines import FIELDS, rows_of
from qbwc_server.admin.entry.others import put, read_others
from qbwc_server.admin.entry.payments import typed_parts
from qbwc_server.admin.entry.ref_text import Called, name_in, read_ref
from qbwc_server.errors import PayloadRefused, Problem


@dataclass(frozen=True, slots=True)
class Written:
    """The job of a form."""

    job: dict[str, object]
    fields: Mapping[str, str]
    """Which field of the form shows a path of the payload."""
    labels: Mapping[str, str]
    """What each of these fields is called."""
    called: tuple[Called, ...]
    """Our own records that the form names."""


def write(kind: str, values: Mapping[str, str], external_id: str) -> Written:
    """The job. Raises PayloadRefused only if what the form carries along unseen cannot be read."""
    pen = _Pen()
    try:
        payload = read_others(values.get("others", ""))
        for each in boxes_of(kind):
            pen.box(payload, each, values)
        if kind == "invoice":
            pen.lines(payload, values)
            _expect(payload, values)
        if kind == "payment":
            pen.parts(payload, values)
    except ValueError:
        remedy = "Open the job or the form again and type your change anew."
        raise PayloadRefused(Problem("what the form carries along cannot be read", remedy=remedy)) from None
    job: dict[str, object] = {"kind": kind, "operation": "add", "external_id": external_id, "payload": payload}
    return Written(job, pen.fields, pen.labels, tuple(pen.called))


def json_line(job: Mapping[str, object]) -> str:
    """The job as a line of a file."""
    return json.dumps(job, ensure_ascii=False, default=str)


class _Pen:
    """Writes fields into a payload and notes where they came from."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {"external_id": "external_id"}
        self.labels: dict[str, str] = {"external_id": "Our own number"}
        self.called: list[Called] = []

    def box(self, payload: dict[str, Any], box: Box, values: Mapping[str, str]) -> None:
        self._note(box.path, box.path, box.label)
        parent = box.path.rpartition(".")[0]
        if parent:
            self.fields.setdefault(parent, box.path)
        text = values.get(box.path, "").replace("\r\n", "\n").strip()
        if not text:
            return
        if box.type == "checkbox":
            put(payload, box.path, True)
        elif box.is_ref:
            put(payload, box.path, self._ref(box.path, box.family, text))
        else:
            put(payload, box.path, plain_figure(text) if box.type == "money" else text)

    def lines(self, payload: dict[str, Any], values: Mapping[str, str]) -> None:
        rows = [row for row in rows_of(values) if not row.is_empty]
        first = rows_of(values)[0]
        self._note("lines", f"{first.name}-item", "Lines")
        for index, row in enumerate(rows):
            path = f"lines[{index}]"
            self._note(path, f"{row.name}-item", f"Line {row.number + 1}")
            for field, part in FIELDS.items():
                self._note(f"{path}.{field}", f"{row.name}-{part}", f"{part.capitalize()} of line {row.number + 1}")
            self.labels[f"{row.name}-item"] = f"Line {row.number + 1}"
            self._ref(f"{row.name}-item", "item", row.item)
        payload["lines"] = [row.line() for row in rows]

    def parts(self, payload: dict[str, Any], values: Mapping[str, str]) -> None:
        self.fields["applied_to"] = "total_amount"
        parts = typed_parts(values)
        for index, part in enumerate(parts):
            path, name = f"applied_to[{index}]", f"apply-{part.key}"
            for tail in ("", ".payment_amount", ".txn"):
                self._note(f"{path}{tail}", name, f"Invoice {next(iter(part.txn.values()))}")
        if parts:
            payload["applied_to"] = [part.applied() for part in parts]

    def _note(self, path: str, field: str, label: str) -> None:
        self.fields[path] = field
        self.labels.setdefault(field, label)

    def _ref(self, field: str, family: str | None, text: str) -> str | dict[str, str]:
        ref = read_ref(text)
        if isinstance(ref, dict) and "external_id" in ref and family is not None:
            self.called.append(Called(field, family, ref["external_id"], name_in(text)))
        return ref


def _expect(payload: dict[str, Any], values: Mapping[str, str]) -> None:
    """The total to compare QuickBooks' own with: as typed, else of the lines and the tax, if every line tells it."""
    if not values.get("expect"):
        payload.pop("expected_total", None)
    elif "expected_total" not in payload and (total := computed_total(payload)) is not None:
        payload["expected_total"] = str(total)


def computed_total(payload: Mapping[str, Any]) -> Decimal | None:
    """The lines and the expected tax; None where QuickBooks sets a price, or a figure cannot be read."""
    tax = desk.number(payload.get("expected_tax", 0))
    try:
        lines = desk.subtotal(payload.get("lines") or [])
        return None if lines is None or tax is None else lines + tax
    except ArithmeticError:  # a figure beyond all measure, which the checks refuse
        return None
