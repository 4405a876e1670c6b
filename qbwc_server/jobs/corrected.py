"""Changing one field of the payload of a job that was never applied, as a person's answer asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from pydantic import ValidationError

from qbwc_server.errors import PayloadRefused
from qbwc_server.jobs.canonical import canonical_json, content_hash
from qbwc_server.jobs.kinds import kind
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.moves import Move
from qbwc_server.jobs.refusals import broken_rules, problems
from qbwc_server.jobs.states import Status


def corrected(job: Job, fields: Mapping[str, object], reason: str) -> Move:
    """The move that queues a job with these fields in place of its own; None takes one out.

    The old payload stays in the history. Raises PayloadRefused if the payload would break a rule.
    """
    of_kind = kind(job.kind)
    there = json.loads(job.payload, parse_float=Decimal, parse_int=Decimal)
    try:
        payload = of_kind.model.model_validate(there | dict(fields))
    except ValidationError as error:
        raise PayloadRefused(*problems(broken_rules(error))) from None
    text = canonical_json(payload)
    changes = {
        "payload": text,
        "content_sha256": content_hash(job.kind, job.operation, text),
        "label": of_kind.label(payload),
        "step": job.operation,
        "attempts": 0,
        "search_group": None,
    }
    return Move(job, Status.QUEUED, reason, changes=changes, detail=job.payload)
