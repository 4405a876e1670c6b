"""Reading and writing the table `record`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import slices, tables

_record = tables.record


@dataclass(frozen=True, slots=True)
class Record:
    """One object in a company file that belongs to an external id."""

    family: str
    external_id: str
    qb_id: str
    """ListID or TxnID, at most 36 characters."""
    job_id: int | None
    name: str | None = None
    """FullName or RefNumber as QuickBooks returned it."""
    edit_sequence: str | None = None
    txn_number: str | None = None
    total: str | None = None
    balance: str | None = None
    time_created: str | None = None
    """QuickBooks' own text: local wall time whose printed offset is not to be trusted."""
    differs: str | None = None
    """What differs from the expected total and tax, one line, until a person accepts it."""


_COLUMNS = tuple(Record.__dataclass_fields__)
_SELECT = sa.select(*(_record.c[name] for name in _COLUMNS))
_OF_FAMILY = _SELECT.where(
    _record.c.company_id == sa.bindparam("company"), _record.c.family == sa.bindparam("of_family")
)
_BY_EXTERNAL_ID = _OF_FAMILY.where(_record.c.external_id.in_(sa.bindparam("some", expanding=True)))
_BY_QB_ID = _OF_FAMILY.where(_record.c.qb_id.in_(sa.bindparam("some", expanding=True)))


def find(c: sa.Connection, company_id: int, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
    """The records there are for pairs of family and external id."""
    found = _by(c, company_id, _BY_EXTERNAL_ID, wanted)
    return {(record.family, record.external_id): record for record in found}


def holders(c: sa.Connection, company_id: int, held: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
    """The records that hold these pairs of family and ListID or TxnID."""
    found = _by(c, company_id, _BY_QB_ID, held)
    return {(record.family, record.qb_id): record for record in found}


def save(c: sa.Connection, company_id: int, new: Sequence[Record], now: datetime) -> None:
    """Writes the records of external ids, or replaces them. The caller holds the company's lock."""
    there = find(c, company_id, [(record.family, record.external_id) for record in new])
    same = {"company_id": company_id, "recorded_at": now}
    rows = [{name: getattr(record, name) for name in _COLUMNS} | same for record in new]
    inserted = [row for row in rows if (row["family"], row["external_id"]) not in there]
    if inserted:
        c.execute(_record.insert(), inserted)
    for row in rows:
        if (row["family"], row["external_id"]) in there:
            c.execute(
                _record.update()
                .where(
                    _record.c.company_id == company_id,
                    _record.c.family == row["family"],
                    _record.c.external_id == row["external_id"],
                )
                .values(row)
            )


def forget(c: sa.Connection, company_id: int, record: Record) -> None:
    """Deletes a record: its ID belongs to something else. The caller holds the company's lock."""
    same = (_record.c.company_id == company_id, _record.c.family == record.family, _record.c.qb_id == record.qb_id)
    c.execute(_record.delete().where(*same))


def _by(
    c: sa.Connection, company_id: int, wanted: sa.Select[Any], pairs: Iterable[tuple[str, str]]
) -> Iterator[Record]:
    """The records for pairs of family and a value that `wanted` asks for: both columns asked for have such an index."""
    by_family: dict[str, list[str]] = defaultdict(list)
    for family, value in pairs:
        by_family[family].append(value)
    for family, values in by_family.items():
        for some in slices(values):
            rows = c.execute(wanted, {"company": company_id, "of_family": family, "some": some})
            yield from (Record(**row._mapping) for row in rows)
