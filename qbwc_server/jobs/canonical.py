"""The one written form of a payload, and the hash by which the same job is recognised when it comes again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.readers import plain


def canonical_json(payload: Payload) -> str:
    """The fields that were given, as ASCII JSON: keys sorted, no blanks, numbers as texts without needless zeros.

    Absent and null fields and defaults are left out, so ``60``, ``"60.0"`` and ``"60.00"`` are the same, and so are a
    reference by its bare name and by ``{"full_name": …}``.
    """
    given = payload.model_dump(exclude_unset=True, exclude_none=True)
    return json.dumps(_written(given), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def content_hash(kind: str, operation: str, payload_json: str) -> str:
    """SHA-256, 64 hexadecimal digits, of what a job asks for; `payload_json` is canonical."""
    return hashlib.sha256(f"{kind}\n{operation}\n{payload_json}".encode("ascii")).hexdigest()


def _written(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _written(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_written(part) for part in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value
