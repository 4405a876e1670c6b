"""Lists of jobs, page by page, and how many there are in each state. See `finding` for what a text finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import slices, tables
from qbwc_server.desk import amounts
from qbwc_server.desk.filters import JobFilter
from qbwc_server.desk.finding import all_ids, few, find
from qbwc_server.jobs import Status

PAGE = 50
"""Jobs on one page."""
COUNT_CAP = 1000
"""Jobs are counted up to here: a page must not cost more the longer the queue is."""
_job = tables.job


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of a list: all that it shows."""

    id: int
    company: str
    kind: str
    operation: str
    label: str
    external_id: str | None
    status: Status
    error: str | None
    """What is wrong, one line."""
    error_code: str | None
    warning: str | None
    list_id: str | None
    txn_id: str | None
    amount: Decimal | None
    """What the document is about, where its payload says it."""
    attempts: int
    due_at: datetime
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def qb_id(self) -> str | None:
        """Its ListID or TxnID, once recorded."""
        return self.list_id or self.txn_id


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, the newest first."""

    lines: tuple[JobLine, ...]
    newer: int | None
    """Cursor of the page before: `page(after=...)`; None on the first one."""
    older: int | None
    """Cursor of the page behind: `page(before=...)`; None on the last one."""
    searched_to: int | None
    """The search was stopped at this job, as many have to be compared; `older` (or `newer`) goes on from there."""
    is_broad: bool
    """The text matches so many jobs that not all were looked at: more of it has to be typed."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, as far as it was counted."""

    number: int
    is_capped: bool
    """There are more than that."""

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_capped else ''}"


def page(
    c: sa.Connection, wanted: JobFilter, *, before: int | None = None, after: int | None = None, size: int = PAGE
) -> Page:
    """The newest jobs of a filter, or those before a job, or those after it. Raises UnknownCompany."""
    if after is not None:
        return _upwards(c, wanted, after, size)
    found = find(c, wanted, size + 1, below=before)
    ids = found.ids[:size]
    older = ids[-1] if len(found.ids) > size else found.searched_to
    newest = ids[0] if ids else before and before - 1
    return Page(lines(c, ids), newest if before is not None else None, older, found.searched_to, found.is_broad)


def _upwards(c: sa.Connection, wanted: JobFilter, after: int, size: int) -> Page:
    found = find(c, wanted, size + 1, above=after)
    ids = found.ids[:size][::-1]
    newer = ids[0] if len(found.ids) > size else found.searched_to
    return Page(lines(c, ids), newer, ids[-1] if ids else after + 1, found.searched_to, found.is_broad)


def lines(c: sa.Connection, ids: Iterable[int]) -> tuple[JobLine, ...]:
    """The lines of jobs that are known by number, the newest first."""
    names = [name for name in JobLine.__dataclass_fields__ if name not in ("company", "amount")]
    columns = [*(_job.c[name] for name in names), _job.c.payload, tables.company.c.name.label("company")]
    query = sa.select(*columns).join(tables.company, tables.company.c.id == _job.c.company_id)
    rows = [row for some in slices(ids) for row in c.execute(query.where(_job.c.id.in_(some)))]
    return tuple(_line(row) for row in sorted(rows, key=lambda row: -row.id))


def counts(c: sa.Connection, company: str | None = None, cap: int = COUNT_CAP) -> dict[Status, Count]:
    """How many jobs of a company, or of all, are in each state, each counted up to a cap. Raises UnknownCompany."""
    of = all_ids(c) if company is None else [companies.get(c, company).id]
    return {status: _counted(c, of, status, cap) for status in Status}


def in_state(company: sa.ColumnElement[bool], status: Status, cap: int) -> sa.Select[Any]:
    """Up to one more than `cap` jobs in a state, in the index's own order.

    The state is written as a range, so that PostgreSQL must read them in that order: it would else read the whole
    table for a company that has none because others have so many.
    """
    word: sa.ColumnElement[str] = sa.literal_column(f"'{status}'")
    some = sa.select(_job.c.id).where(company, _job.c.status >= word, _job.c.status <= word)
    return some.order_by(_job.c.status, _job.c.id).limit(cap + 1)


def _counted(c: sa.Connection, of: Sequence[int], status: Status, cap: int) -> Count:
    number = 0
    for company in [_job.c.company_id == one for one in of] if few(of) else [_job.c.company_id.in_(of)]:
        some = (in_state(company, status, cap) if few(of) else in_state(company, status, cap).order_by(None)).subquery()
        number += c.scalar(sa.select(sa.func.count()).select_from(some)) or 0
        if number > cap:
            break
    return Count(min(number, cap), number > cap)


def _line(row: sa.Row[Any]) -> JobLine:
    values = dict(row._mapping)
    amount = amounts.total(amounts.payload_of(values.pop("payload")))
    return JobLine(**(values | {"status": Status(row.status), "amount": amount}))
