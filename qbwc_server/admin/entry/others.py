"""What a job has beside the fields of its form: carried along unseen, so that correcting one field loses no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qbwc_server import desk


def read_others(text: str) -> dict[str, Any]:
    """The fields in such a text. Raises ValueError if it is none; it went through a browser."""
    if not text:
        return {}
    try:
        found = desk.payload_of(text)
    except (RecursionError, ArithmeticError):
        raise ValueError("nested too deeply, or a number beyond all measure") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def kept_words(values: Mapping[str, str]) -> tuple[str, ...]:
    """What is carried along beside the fields of the form, for people."""
    try:
        return tuple(desk.in_words(name) for name in read_others(values.get("others", "")))
    except ValueError:
        return ()


def without(payload: Mapping[str, Any], paths: set[str], before: str = "") -> dict[str, Any]:
    """The payload without the fields at these paths."""
    left: dict[str, Any] = {}
    for name, value in payload.items():
        path = f"{before}{name}"
        if path in paths:
            continue
        if isinstance(value, Mapping) and any(each.startswith(f"{path}.") for each in paths):
            value = without(value, paths, f"{path}.")
            if not value:
                continue
        left[name] = value
    return left


def put(payload: dict[str, Any], path: str, value: object) -> None:
    """Writes a value at a path like ``bill_address.city``."""
    *parents, name = path.split(".")
    for parent in parents:
        inner = payload.setdefault(parent, {})
        if not isinstance(inner, dict):
            payload[parent] = inner = {}
        payload = inner
    payload[name] = value
