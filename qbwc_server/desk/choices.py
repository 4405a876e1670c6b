"""What a form offers to choose from: customers and items of a company, known from its records and its queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import tables
from qbwc_server.desk.naming import without_title
from qbwc_server.jobs import KINDS, Status, folded

MOST_CHOICES = 20
_PROBED = 500
"""Jobs of other kinds under the same keys that are passed over at most."""
_job, _key, _record = tables.job, tables.job_key, tables.record
_GONE = (Status.CANCELLED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Choice:
    """One customer or item."""

    external_id: str
    """To refer to it: {"external_id": ...}."""
    name: str
    """As QuickBooks returned it, else as it was given."""
    kind: str
    job_id: int
    status: Status
    qb_id: str | None
    """Its ListID, if it is in QuickBooks."""


def customers(c: sa.Connection, company: str, text: str = "") -> tuple[Choice, ...]:
    """Customers whose name or external id begins with a text; the newest without one. Raises UnknownCompany."""
    return _choices(c, company, "customer", text)


def items(c: sa.Connection, company: str, text: str = "") -> tuple[Choice, ...]:
    """Items likewise."""
    return _choices(c, company, "item", text)


def _choices(c: sa.Connection, company: str, family: str, text: str) -> tuple[Choice, ...]:
    company_id = companies.get(c, company).id
    kinds = [name for name, kind in KINDS.items() if kind.family == family]
    key = folded(text) if text.isprintable() else ""
    ids = _by_text(c, company_id, kinds, key) if key else _newest(c, company_id, kinds)
    rows = c.execute(
        sa.select(_job, _record.c.name.label("recorded"), _record.c.qb_id)
        .outerjoin(
            _record,
            sa.and_(
                _record.c.company_id == company_id,
                _record.c.family == family,
                _record.c.external_id == _job.c.external_id,
            ),
        )
        .where(_job.c.id.in_(ids), _job.c.status.not_in(_GONE))
    )
    return tuple(sorted(map(_choice, rows), key=lambda each: (each.name.casefold(), each.job_id))[:MOST_CHOICES])


def _by_text(c: sa.Connection, company_id: int, kinds: list[str], key: str) -> list[int]:
    """In the order of the keys. A customer's name is also a key of its invoices: those are passed over."""
    probed = (
        sa.select(_key.c.job_id, _key.c.key)
        .where(_key.c.company_id == company_id, _key.c.key >= key, _key.c.key < key + "\U0010ffff")
        .order_by(_key.c.key, _key.c.job_id)
        .limit(_PROBED)
        .subquery()
    )
    found = sa.select(probed.c.job_id).join(_job, _job.c.id == probed.c.job_id).where(_job.c.kind.in_(kinds))
    ordered = found.order_by(probed.c.key, probed.c.job_id).limit(MOST_CHOICES * 2)
    return list(dict.fromkeys(c.scalars(ordered)))


def _newest(c: sa.Connection, company_id: int, kinds: list[str]) -> list[int]:
    found: list[int] = []
    for kind in kinds:
        mine = sa.select(_job.c.id).where(_job.c.company_id == company_id, _job.c.kind == kind)
        found += c.scalars(mine.order_by(_job.c.id.desc()).limit(MOST_CHOICES))
    return sorted(found, reverse=True)[:MOST_CHOICES]


def _choice(row: sa.Row[Any]) -> Choice:
    name = row.recorded or without_title(row)
    return Choice(row.external_id or "", name, row.kind, row.id, Status(row.status), row.qb_id)
