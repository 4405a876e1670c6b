"""Home: how it stands with every company, what is queued, and what waits for a person.

A few queries for all companies together, whether there is one of them or a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.companies import Company, Recovery
from qbwc_server.db import slices, tables
from qbwc_server.desk.filters import NEEDS_PERSON
from qbwc_server.desk.finding import newest_waiting
from qbwc_server.desk.listing import Count, JobLine, in_state, lines
from qbwc_server.desk.visits import REMEMBERED, WHY_LATE, Contact, contact, interval, next_expected
from qbwc_server.jobs import Status
from qbwc_server.qbxml import Version

COUNT_CAP = 200
"""Jobs of a company in one state are counted up to here."""
MOST_WAITING = 20
_USUAL = Version(13, 0)
"""The qbXML that is sent where nothing older is all that QuickBooks speaks."""
_company, _session, _job = tables.company, tables.session, tables.job


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a Web Connector."""

    started_at: datetime
    state: str
    """open, closed or superseded."""
    machine: str | None
    last_error: str
    """What went wrong, one line; empty if nothing did."""
    closing_text: str | None
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Visits:
    """The last visits of a Web Connector in which there was something to do."""

    starts: tuple[datetime, ...] = ()
    """When they began, the newest first; at most REMEMBERED."""
    last: Visit | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One company on the home page."""

    company: Company
    contact: Contact
    says: str
    """Why it is not fine, in plain words; empty if it is."""
    last_contact_at: datetime | None
    next_expected_at: datetime | None
    last_visit: Visit | None
    """The last one in which there was something to do."""
    company_file: str | None
    """The path as it was seen on its PC."""
    file_name: str | None
    """The company's name in the file."""
    edition: str | None
    """The product, as QuickBooks calls itself."""
    version: str | None
    file_mode: str | None
    """Single-user or multi-user, as QuickBooks says it."""
    warnings: tuple[str, ...]
    """What a person should know about this file, in plain words."""
    counts: Mapping[Status, Count]

    @property
    def needs_person(self) -> Count:
        """How many of its jobs only a person can help."""
        some = [self.counts[status] for status in NEEDS_PERSON]
        return Count(sum(each.number for each in some), any(each.is_capped for each in some))


@dataclass(frozen=True, slots=True)
class Overview:
    """The home page."""

    cards: tuple[Card, ...]
    """By name."""
    waiting: tuple[JobLine, ...]
    """The newest jobs of all companies that wait for a person."""


def overview(c: sa.Connection, now: datetime) -> Overview:
    """Every company, and the newest jobs that wait for a person."""
    visits, numbers = _visits(c, None), _counts(c, None)
    every = [each for each in companies.all_companies(c) if each.id in visits and each.id in numbers]  # none newer
    cards = tuple(_card(each, visits[each.id], numbers[each.id], now) for each in every)
    return Overview(cards, lines(c, newest_waiting(c, None, MOST_WAITING)))


def card(c: sa.Connection, company: str, now: datetime) -> tuple[Card, tuple[JobLine, ...]]:
    """One company, and the newest of its jobs that wait for a person. Raises UnknownCompany."""
    found = companies.get(c, company)
    visits, numbers = visits_of(c, found.id), _counts(c, found.id)
    return _card(found, visits, numbers[found.id], now), lines(c, newest_waiting(c, found.id, MOST_WAITING))


def visits_of(c: sa.Connection, company_id: int) -> Visits:
    """The last visits of a company."""
    return _visits(c, company_id)[company_id]


def _visits(c: sa.Connection, company_id: int | None) -> dict[int, Visits]:
    """Each of the last visits of each company is read by itself, so that older ones cost nothing."""
    query = sa.select(
        _company.c.id, _nth(_session.c.id, 0), *(_nth(_session.c.started_at, n) for n in range(REMEMBERED))
    )
    if company_id is not None:
        query = query.where(_company.c.id == company_id)
    rows = c.execute(query).all()
    columns = [_session.c[name] for name in Visit.__dataclass_fields__]
    last: dict[int, Visit] = {}
    for some in slices(row[1] for row in rows if row[1] is not None):
        for each in c.execute(sa.select(_session.c.company_id, *columns).where(_session.c.id.in_(some))):
            last[each.company_id] = Visit(*each[1:])
    return {row[0]: Visits(tuple(each for each in row[2:] if each is not None), last.get(row[0])) for row in rows}


def _nth(column: sa.Column[Any], place: int) -> sa.ScalarSelect[Any]:
    mine = sa.select(column).where(_session.c.company_id == _company.c.id).correlate(_company)
    return mine.order_by(_session.c.id.desc()).offset(place).limit(1).scalar_subquery()


def _counts(c: sa.Connection, company_id: int | None) -> dict[int, dict[Status, Count]]:
    """Each state of each company is counted by itself, in the index, up to the cap."""
    columns = []
    for status in Status:
        some = in_state(_job.c.company_id == _company.c.id, status, COUNT_CAP).correlate(_company).subquery()
        columns.append(sa.select(sa.func.count()).select_from(some).correlate(_company).scalar_subquery())
    query = sa.select(_company.c.id, *columns)
    if company_id is not None:
        query = query.where(_company.c.id == company_id)
    return {
        row[0]: {
            status: Count(min(number, COUNT_CAP), number > COUNT_CAP)
            for status, number in zip(Status, row[1:], strict=True)
        }
        for row in c.execute(query)
    }


def _card(company: Company, visits: Visits, numbers: Mapping[Status, Count], now: datetime) -> Card:
    every, last = interval(company, visits.starts), visits.last
    last_error = last.last_error if last is not None else ""
    how = contact(company, every, last_error, now)
    facts = company.known_facts()
    return Card(
        company=company,
        contact=how,
        says=_says(company, how, last_error),
        last_contact_at=company.last_contact_at,
        next_expected_at=next_expected(company, every),
        last_visit=last,
        company_file=company.seen_path,
        file_name=company.seen_company_name or facts.get("company_name"),
        edition=facts.get("product"),
        version=facts.get("version"),
        file_mode=facts.get("file_mode"),
        warnings=tuple(warnings(company)),
        counts=numbers,
    )


def _says(company: Company, how: Contact, last_error: str) -> str:
    match how:
        case Contact.STOPPED:
            return company.stop_reason or ""
        case Contact.PAUSED:
            return f"Paused: {company.pause_reason or 'no reason given'}."
        case Contact.NEVER_SEEN:
            return "The Web Connector has not logged in yet."
        case Contact.LATE:
            return WHY_LATE
        case Contact.FAILING:
            return last_error
        case Contact.FINE:
            return ""


def warnings(company: Company) -> Iterator[str]:
    """What a person should know about the company file that is open, in plain words."""
    facts = company.known_facts()
    if facts.get("sample_company"):
        yield "It is one of QuickBooks' sample companies: what is booked there is play."
    if facts.get("accountants_copy"):
        day = facts.get("dividing_date")
        until = f" up to {day}" if day else ""
        yield f"An accountant works on a copy of this file: QuickBooks changes nothing{until} meanwhile."
    newest = _newest(facts.get("qbxml_versions") or ())
    if newest is not None and newest < _USUAL:
        yield f"This QuickBooks is old: it speaks qbXML {newest} at most, and {_USUAL} is usual (QuickBooks 2014)."
    if company.qbxml_cap is not None:
        yield f"QuickBooks refused newer requests, so qbXML {company.qbxml_cap} is sent at most."
    if company.recovery in (Recovery.ABSENT, Recovery.REFUSED):
        yield (
            "QuickBooks keeps no record of what it was sent in this file. After a lost answer the books are searched "
            "instead, and more often a person is asked."
        )


def _newest(told: Any) -> Version | None:
    try:
        return max((Version.parse(str(each)) for each in told), default=None)
    except ValueError:
        return None
