"""When: how many jobs wait, and about when they are through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.companies import Company
from qbwc_server.db import tables
from qbwc_server.desk.listing import Count
from qbwc_server.desk.overview import visits_of
from qbwc_server.desk.visits import Contact, contact, interval, next_expected
from qbwc_server.exchange import Limits
from qbwc_server.jobs import Status

COUNT_CAP = 5000
_SETS = 20
"""Answered sets that tell how long a job takes."""
_UNKNOWN = 1.0
"""Seconds that a job is taken to need before the first one was measured."""
_SHORTEST, _LONGEST = 0.01, 60.0
_FARTHEST = timedelta(days=30)
_job, _set = tables.job, tables.message_set


@dataclass(frozen=True, slots=True)
class Estimate:
    """What can be said about the jobs of a company that wait."""

    waiting: Count
    next_visit_at: datetime | None
    """About when the Web Connector comes next; now, while it is here."""
    through_at: datetime | None
    """About when all that wait now are through, if none of them needs a person."""
    seconds_per_job: float | None
    """As measured with this company; None before its first answers."""
    why_unknown: str
    """Why no time can be told; empty if one is."""


def estimate(c: sa.Connection, company: str, now: datetime, limits: Limits | None = None) -> Estimate:
    """When a company's waiting jobs are through. Raises UnknownCompany."""
    found = companies.get(c, company)
    waiting = _waiting(c, found.id)
    visits = visits_of(c, found.id)
    every = interval(found, visits.starts)
    measured = seconds_per_job(_timed(c, found.id))
    why = _why_unknown(found, contact(found, every, "", now))
    if why:
        return Estimate(waiting, None, None, measured, why)
    is_here = visits.last is not None and visits.last.state == "open"
    next_visit = now if is_here else max(now, next_expected(found, every) or now)
    per_visit = jobs_per_visit(measured or _UNKNOWN, found.set_size, limits or Limits())
    takes = duration(waiting.number, measured or _UNKNOWN, per_visit, every)
    if takes > _FARTHEST or waiting.is_capped:
        return Estimate(waiting, next_visit, None, measured, "So many wait that no time can be told yet.")
    return Estimate(waiting, next_visit, next_visit + takes if waiting.number else now, measured, "")


def seconds_per_job(timed: Sequence[tuple[int, timedelta]]) -> float | None:
    """The median of what sets of so many jobs took for each; None if none was measured."""
    each = [took.total_seconds() / jobs for jobs, took in timed if jobs > 0 and took >= timedelta(0)]
    return min(max(median(each), _SHORTEST), _LONGEST) if each else None


def jobs_per_visit(seconds: float, set_size: int, limits: Limits) -> int:
    """How many jobs one visit can bring through, by its time and its number of calls."""
    in_time = int(limits.session.total_seconds() / seconds)
    in_calls = limits.round_trips * min(max(1, set_size), limits.jobs_per_set)
    return max(1, min(in_time, in_calls))


def duration(waiting: int, seconds: float, per_visit: int, every: timedelta) -> timedelta:
    """How long it takes from the beginning of the next visit."""
    whole = max(0, ceil(waiting / per_visit) - 1)
    return every * whole + timedelta(seconds=seconds * (waiting - whole * per_visit))


def _why_unknown(company: Company, how: Contact) -> str:
    match how:
        case Contact.PAUSED:
            return f"{company.name} is paused: nothing goes out until somebody resumes it."
        case Contact.STOPPED:
            return "Another company file is open in QuickBooks: nothing goes out until that is settled."
        case Contact.LATE:
            return "The Web Connector is late: nobody knows when it comes again."
        case Contact.NEVER_SEEN:
            return "The Web Connector has not logged in yet."
        case _:
            return ""


def _waiting(c: sa.Connection, company_id: int) -> Count:
    number, is_capped = 0, False
    for status in (Status.QUEUED, Status.SENT, Status.RETRYING):
        some = sa.select(_job.c.id).where(
            _job.c.company_id == company_id, _job.c.status == sa.literal_column(f"'{status}'")
        )
        found = c.scalar(sa.select(sa.func.count()).select_from(some.limit(COUNT_CAP + 1).subquery())) or 0
        number, is_capped = number + min(found, COUNT_CAP), is_capped or found > COUNT_CAP
    return Count(number, is_capped)


def _timed(c: sa.Connection, company_id: int) -> list[tuple[int, timedelta]]:
    """Jobs and time of the last sets that were answered at their first sending."""
    newest = (
        sa.select(_set.c.jobs, _set.c.sent_at, _set.c.answered_at, _set.c.sendings)
        .where(
            _set.c.company_id == company_id,
            _set.c.purpose == sa.literal_column("'write'"),
            _set.c.state == sa.literal_column("'answered'"),
        )
        .order_by(_set.c.id.desc())
        .limit(_SETS)
    )
    rows = c.execute(newest).all()
    return [(row.jobs, row.answered_at - row.sent_at) for row in rows if row.sendings == 1 and row.answered_at]
