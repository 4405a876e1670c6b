"""Finding the jobs of a filter at a cost that does not grow with the queue.

Each search walks one index that ends in the job's number, in the order of the list, and looks at no more than
WINDOW jobs on its way. What else is asked for is compared on the way; if that stops the search before the page is
full, the result says down to which job it went, and the next page goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import tables
from qbwc_server.desk.filters import NEEDS_PERSON, JobFilter
from qbwc_server.jobs import KINDS, Status, folded

WINDOW = 20_000
"""Jobs that one search compares at most."""
MOST_MATCHES = 1000
"""Jobs that a text may match; of more, only so many are looked at, those that have the whole text as a key first."""
_CUSTOMERS = 20
"""Customers of which the documents are looked for too."""
_MOST_WALKS = 20
_SLACK = timedelta(hours=1)
"""Numbers follow the time of creation but for transactions that overlap; none is open so long."""
_TROUBLE = (Status.IN_DOUBT, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.FAILED)
_job, _key = tables.job, tables.job_key

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of jobs, in the order in which they were asked for."""

    ids: tuple[int, ...]
    searched_to: int | None
    """The search stopped at this job because it had compared WINDOW of them; None if it was not stopped."""
    is_broad: bool
    """The text matches more than MOST_MATCHES jobs, and not all of them were looked at."""


def find(
    c: sa.Connection,
    wanted: JobFilter,
    limit: int,
    *,
    below: int | None = None,
    above: int | None = None,
    at_most: int | None = None,
) -> Found:
    """The first `limit` jobs of a filter: the newest (below a number), or upwards from above a number.

    `at_most` leaves out jobs with higher numbers. Raises UnknownCompany.
    """
    upwards = above is not None
    company_id = None if wanted.company is None else companies.get(c, wanted.company).id
    bounds = _bounds(c, wanted, below, above, at_most)
    if wanted.text is not None:
        matches, is_broad = text_matches(c, company_id, wanted.text)
        these = [_job.c.id.in_(sorted(matches)), *bounds, *_compared(wanted, company_id)]
        found = c.scalars(sa.select(_job.c.id).where(*these))
        return Found(tuple(sorted(found, reverse=not upwards)[:limit]), None, is_broad)
    streams, compared = _streams(wanted, [company_id] if company_id is not None else few(all_ids(c)))
    stop = _stop(c, streams, bounds, upwards) if compared else None
    if stop is not None:
        bounds = [*bounds, _job.c.id <= stop if upwards else _job.c.id >= stop]
    ids = _merged(c, [[*stream, *bounds, *compared] for stream in streams], limit, upwards)
    return Found(tuple(ids), stop if len(ids) < limit else None, False)


def text_matches(c: sa.Connection, company_id: int | None, text: str) -> tuple[set[int], bool]:
    """The numbers of the jobs that a text means, and whether there are more than MOST_MATCHES.

    Those of which a key begins with it, without case: external id, number or name (also at a word in it), ListID,
    TxnID, the customer a document is for. A customer found by its name brings the documents along that name it by
    its external id. A whole number is also the number of a job.
    """
    key = folded(text)
    of = all_ids(c) if company_id is None else [company_id]
    ids, is_broad = _beginning(c, of, key)
    ids |= _exactly(c, of, key)[0]  # of a number that others begin with, at least itself
    customers = sa.select(_job.c.external_id).where(_job.c.id.in_(sorted(ids)), _job.c.kind == "customer")
    for name in c.scalars(customers.limit(_CUSTOMERS)).all():
        more, too_many = _exactly(c, of, folded(name or ""))
        ids |= more
        is_broad = is_broad or too_many
    if key.isascii() and key.isdecimal() and int(key[:20]) < 2**63:
        ids.add(int(key[:20]))
    return ids, is_broad


def _beginning(c: sa.Connection, of: Sequence[int], key: str) -> tuple[set[int], bool]:
    return _matching(c, of, _key.c.key >= key, _key.c.key < key + "\U0010ffff")


def _exactly(c: sa.Connection, of: Sequence[int], key: str) -> tuple[set[int], bool]:
    return _matching(c, of, _key.c.key == key)


def _matching(c: sa.Connection, of: Sequence[int], *conditions: Condition) -> tuple[set[int], bool]:
    """Few companies are each read in the order of the keys; many in one query, in the order of the database."""
    some = sa.select(_key.c.job_id).where(*conditions).limit(MOST_MATCHES + 1)
    if few(of):
        each_its_own = [some.where(_key.c.company_id == one).order_by(_key.c.key, _key.c.job_id) for one in of]
    else:
        each_its_own = [some.where(_key.c.company_id.in_(of))]
    found = [number for query in each_its_own for number in c.scalars(query)]
    return set(found[:MOST_MATCHES]), len(found) > MOST_MATCHES


def all_ids(c: sa.Connection) -> list[int]:
    """The numbers of all companies."""
    return list(c.scalars(sa.select(tables.company.c.id)))


def _bounds(
    c: sa.Connection, wanted: JobFilter, below: int | None, above: int | None, at_most: int | None
) -> list[Condition]:
    """Between which numbers the jobs stand; days are turned into numbers, so that they cost nothing on the way."""
    bounds: list[Condition] = []
    if below is not None:
        bounds.append(_job.c.id < below)
    if above is not None:
        bounds.append(_job.c.id > above)
    if at_most is not None:
        bounds.append(_job.c.id <= at_most)
    created = _job.c.created_at
    if wanted.created_from is not None:
        first = sa.select(_job.c.id).where(created >= wanted.created_from - _SLACK).order_by(created, _job.c.id)
        bounds.append(_job.c.id >= (c.scalar(first.limit(1)) or 2**62))
    if wanted.created_before is not None:
        last = sa.select(_job.c.id).where(created < wanted.created_before + _SLACK)
        bounds.append(_job.c.id <= (c.scalar(last.order_by(created.desc(), _job.c.id.desc()).limit(1)) or 0))
    return bounds


def _streams(wanted: JobFilter, of: Sequence[int]) -> tuple[list[list[Condition]], list[Condition]]:
    """The walks through one index each, and what is compared on the way. `of`: the companies; none for all of many."""
    statuses = wanted.wanted
    company = [_job.c.company_id.in_(of)] if of else []
    in_state = [_job.c.status.in_(statuses)] if statuses else []
    of_kind = [] if wanted.kind is None else [_job.c.kind == wanted.kind]
    days = _days(wanted)
    if wanted.code is not None:
        coded: list[Condition] = [_job.c.error_code == wanted.code, _job.c.error_code.is_not(None)]
        return [coded], [*company, *in_state, *of_kind, *days]
    if statuses and set(statuses) <= set(_TROUBLE) and len(of) != 1:
        return [[_is(status), _job.c.error.is_not(None)] for status in statuses], [*of_kind, *days]
    if statuses and of:
        return [[_job.c.company_id == each, _is(status)] for each in of for status in statuses], [*of_kind, *days]
    if of and (wanted.company is not None or wanted.kind is not None):
        kinds = [wanted.kind] if wanted.kind is not None else list(KINDS)
        return [[_job.c.company_id == each, _job.c.kind == kind] for each in of for kind in kinds], days
    return [[]], [*in_state, *of_kind, *days]


def few(companies_there: Sequence[int]) -> Sequence[int]:
    """Where there are few companies, each is looked through by itself, as if it had been asked for."""
    return companies_there if len(companies_there) <= _MOST_WALKS else ()


def _compared(wanted: JobFilter, company_id: int | None) -> list[Condition]:
    """Everything that can be asked of a job but the text, to be compared with few jobs that are known by number."""
    conditions = _days(wanted)
    if company_id is not None:
        conditions.append(_job.c.company_id == company_id)
    if wanted.wanted:
        conditions.append(_job.c.status.in_(wanted.wanted))
    if wanted.kind is not None:
        conditions.append(_job.c.kind == wanted.kind)
    if wanted.code is not None:
        conditions.append(_job.c.error_code == wanted.code)
    return conditions


def _days(wanted: JobFilter) -> list[Condition]:
    days: list[Condition] = []
    if wanted.created_from is not None:
        days.append(_job.c.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        days.append(_job.c.created_at < wanted.created_before)
    return days


def _is(status: Status) -> Condition:
    """Written as a literal, so that PostgreSQL plans for this state and not for any."""
    return _job.c.status == sa.literal_column(f"'{status}'")


def _stop(
    c: sa.Connection, streams: Sequence[Sequence[Condition]], bounds: Sequence[Condition], upwards: bool
) -> int | None:
    """The job at which the walks have to stop, the nearest of all; None if they end before."""
    stops = [
        c.scalar(_walk([*stream, *bounds], upwards).offset(WINDOW // len(streams) - 1).limit(1)) for stream in streams
    ]
    found = [stop for stop in stops if stop is not None]
    if not found:
        return None
    return min(found) if upwards else max(found)


def _merged(c: sa.Connection, streams: Sequence[Sequence[Condition]], limit: int, upwards: bool) -> list[int]:
    ids = [number for stream in streams for number in c.scalars(_walk(stream, upwards).limit(limit))]
    return sorted(set(ids), reverse=not upwards)[:limit]


def _walk(conditions: Sequence[Condition], upwards: bool) -> sa.Select[int]:
    order = _job.c.id if upwards else _job.c.id.desc()
    return sa.select(_job.c.id).where(*conditions).order_by(order)


def newest_waiting(c: sa.Connection, company_id: int | None, limit: int) -> list[int]:
    """The numbers of the newest jobs that only a person can help, of a company or of all."""
    company = [] if company_id is None else [_job.c.company_id == company_id]
    trouble = [] if company else [_job.c.error.is_not(None)]
    return _merged(c, [[*company, _is(status), *trouble] for status in NEEDS_PERSON], limit, upwards=False)
