"""Sessions: one Web Connector's visit, from authenticate to closeConnection. All of it is in the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.clock import Chance, token
from qbwc_server.companies import Company
from qbwc_server.db import tables

_session = tables.session
LONGEST_TICKET = 200
"""Characters; ours have 32. A longer text is nobody's ticket and is not even looked up."""


class SessionState(StrEnum):
    """How far a visit is."""

    OPEN = "open"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    """A newer visit of the same company took over."""


class Identity(StrEnum):
    """Whether the company file that is open is the right one."""

    UNKNOWN = "unknown"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Session:
    """One visit."""

    id: int
    company_id: int
    state: SessionState
    started_at: datetime
    round_trips: int
    """Times sendRequestXML was called."""
    machine: str | None
    """Name of the PC, from HCP's AppLock."""
    path: str | None
    """Full path of the open company file."""
    qbxml_version: str | None
    """The newest qbXML version that this QuickBooks speaks."""
    identity: Identity
    last_error: str
    """What getLastError answers; empty if nothing went wrong."""
    closing_text: str | None
    done: int
    failed: int
    connection_errors: int


# Built once, as everywhere in this package: building a statement costs more than running it.
_SELECT = sa.select(*(_session.c[name] for name in Session.__dataclass_fields__))
_OPEN = _SELECT.where(_session.c.company_id == sa.bindparam("company"), _session.c.state == sa.literal_column("'open'"))
_BY_NUMBER = _SELECT.where(_session.c.id == sa.bindparam("number"))
_BY_TICKET = _SELECT.where(_session.c.ticket_sha256 == sa.bindparam("ticket"))
_COMPANY_OF = sa.select(_session.c.company_id).where(_session.c.ticket_sha256 == sa.bindparam("ticket"))
_CHANGE = _session.update().where(_session.c.id == sa.bindparam("number"))


def ticket_hash(ticket: str) -> str:
    """What is stored of a ticket: a bearer secret is never kept in clear."""
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()


def open_session(c: sa.Connection, company: Company, now: datetime, chance: Chance) -> str:
    """Starts a visit and returns its ticket: 128 random bits, 32 characters."""
    ticket = token(chance)
    c.execute(
        _session.insert().values(
            company_id=company.id,
            ticket_sha256=ticket_hash(ticket),
            state=SessionState.OPEN,
            started_at=now,
            last_call_at=now,
        )
    )
    return ticket


def open_sessions(c: sa.Connection, company_id: int) -> list[Session]:
    """The visits of a company that were not closed; more than one only for a moment."""
    return [_of(row) for row in c.execute(_OPEN, {"company": company_id})]


def find(c: sa.Connection, ticket: str | None) -> tuple[Company, Session] | None:
    """The company and visit of a ticket, read after the company was locked; None for a ticket that is not ours."""
    if not ticket or len(ticket) > LONGEST_TICKET:
        return None
    mine = {"ticket": ticket_hash(ticket)}
    company_id = c.scalar(_COMPANY_OF, mine)
    if company_id is None:
        return None
    company = companies.lock(c, company_id)
    row = c.execute(_BY_TICKET, mine).one()
    return company, _of(row)


def by_number(c: sa.Connection, number: int) -> Session:
    """The visit of that number."""
    return _of(c.execute(_BY_NUMBER, {"number": number}).one())


def change(c: sa.Connection, session: Session, **columns: Any) -> Session:
    """Changes columns of a visit and returns it as it is now."""
    c.execute(_CHANGE, {"number": session.id, **columns})
    known = {name: value for name, value in columns.items() if name in Session.__dataclass_fields__}
    return replace(session, **known)


def _of(row: sa.Row[Any]) -> Session:
    values = dict(row._mapping)
    values |= {"state": SessionState(values["state"]), "identity": Identity(values["identity"])}
    return Session(**values)
