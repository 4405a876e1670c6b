"""Names for the records that a payload refers to: as recorded, as queued, or as they were written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from qbwc_server import records
from qbwc_server.db import slices, tables
from qbwc_server.jobs import KINDS

_job = tables.job
Key = tuple[str, str]
"""Family and external id."""


@dataclass(frozen=True, slots=True)
class Named:
    """A record that is referred to, for people."""

    text: str
    """Its name or number; else its external id, or QuickBooks' own id."""
    external_id: str | None = None
    job_id: int | None = None
    """The job that makes or made it, to link to."""
    qb_id: str | None = None
    """Its ListID or TxnID, if recorded or written."""

    def __str__(self) -> str:
        return self.text


class Names:
    """The names of the records of a company that some payloads refer to by external id."""

    def __init__(self, c: sa.Connection, company_id: int, keys: Collection[Key]) -> None:
        self._records = records.find(c, company_id, keys)
        self._jobs = dict(_queued(c, company_id, keys))

    def of(self, ref: object, family: str | None) -> Named | None:
        """The record that a reference of a stored payload means; None for no reference."""
        if not isinstance(ref, Mapping) or not ref:
            return Named(str(ref)) if ref else None
        external_id = ref.get("external_id")
        if external_id is None:
            name = next((str(ref[form]) for form in ("full_name", "list_id", "txn_id") if ref.get(form)), "")
            return Named(name, qb_id=ref.get("list_id") or ref.get("txn_id"))
        key = (family or "", str(external_id))
        record, job = self._records.get(key), self._jobs.get(key)
        recorded = record.name if record is not None else None
        return Named(
            recorded or (job and job[1]) or str(external_id),
            str(external_id),
            job[0] if job else record.job_id if record else None,
            record.qb_id if record else None,
        )


def named(c: sa.Connection, company_id: int, keys: Collection[Key]) -> dict[Key, Named]:
    """The records there are or will be under these external ids; what nobody knows is left out."""
    names = Names(c, company_id, keys)
    found = {key: names.of({"external_id": key[1]}, key[0]) for key in keys}
    return {key: each for key, each in found.items() if each is not None and (each.job_id or each.qb_id)}


def _queued(c: sa.Connection, company_id: int, keys: Collection[Key]) -> Iterable[tuple[Key, tuple[int, str]]]:
    by_family: dict[str, list[str]] = {}
    for family, external_id in keys:
        by_family.setdefault(family, []).append(external_id)
    for family, ids in by_family.items():
        for some in slices(ids):
            these = sa.select(_job.c.id, _job.c.external_id, _job.c.kind, _job.c.label).where(
                _job.c.company_id == company_id, _job.c.family == family, _job.c.external_id.in_(some)
            )
            for row in c.execute(these):
                yield (family, row.external_id), (row.id, without_title(row))


def without_title(row: Any) -> str:
    """A label without its kind's title: "Acme Hardware" out of "Customer Acme Hardware"."""
    title = KINDS[row.kind].title if row.kind in KINDS else ""
    return str(row.label.removeprefix(f"{title} ") or row.label)
