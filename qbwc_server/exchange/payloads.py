"""The payloads of jobs as they are sent: with the recorded ListIDs and TxnIDs in place of external ids."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from qbwc_server import records
from qbwc_server.errors import QbwcError, RenderingFailed
from qbwc_server.jobs import Job, Payload, references, resolved, stored_payload


def resolved_payloads(c: sa.Connection, company_id: int, jobs: list[Job]) -> dict[int, Payload | QbwcError]:
    """Each job's payload with the recorded IDs in place of external ids, or why there is none."""
    payloads = {job.id: _payload(job) for job in jobs}
    wanted = {job_id: _external(payload) for job_id, payload in payloads.items()}
    known = records.find(c, company_id, {pair for pairs in wanted.values() for pair in pairs})
    ids = {pair: record.qb_id for pair, record in known.items()}
    return {job_id: _with_ids(payload, wanted[job_id], ids) for job_id, payload in payloads.items()}


def _payload(job: Job) -> Payload | QbwcError:
    try:
        return stored_payload(job.kind, job.payload)
    except QbwcError as error:  # accepted by an older version, and refused by the rules of this one
        return error


def _external(payload: Payload | QbwcError) -> list[tuple[str, str]]:
    if isinstance(payload, QbwcError):
        return []
    found = references(payload)
    return [(each.family, each.ref.external_id) for each in found if each.family and each.ref.external_id]


def _with_ids(
    payload: Payload | QbwcError, wanted: list[tuple[str, str]], ids: Mapping[tuple[str, str], str]
) -> Payload | QbwcError:
    if isinstance(payload, QbwcError):
        return payload
    unknown = [f"{family} {external_id!r}" for family, external_id in wanted if (family, external_id) not in ids]
    if unknown:
        return RenderingFailed(f"no ListID or TxnID is on record for {', '.join(unknown)}")
    return resolved(payload, ids)
