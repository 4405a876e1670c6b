"""Addresses of this page with fields that are known only as a mapping, such as a filter's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for


def address(endpoint: str, fields: Mapping[str, Any]) -> str:
    """The address of a view; what is not in its path becomes the query. Empty fields are left out."""
    given: dict[str, Any] = {name: value for name, value in fields.items() if value}
    return url_for(endpoint, **given)
