"""Who is logged in where. A session is a row here; the browser holds nothing but its random name.

It ends when it was idle for an hour or is half a day old, at logout, and for whoever changes their password everywhere
else; when somebody is disabled or gets another role, with all their others.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from qbwc_server.accounts.model import Actor, Person, from_row, user
from qbwc_server.clock import Chance, Clock, token
from qbwc_server.db import tables

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
NOTICED_EVERY = timedelta(minutes=1)
"""A session's last request is written down this often at most: a page that is read costs no write."""
_BROWSER_LONGEST = 200

_log = logging.getLogger(__name__)
_session = tables.admin_session.c


@dataclass(frozen=True, slots=True)
class Session:
    """A person logged in with one browser."""

    id: int
    person: Person
    started_at: datetime
    last_seen_at: datetime
    """Exact to a minute."""
    address: str
    browser: str
    """What the browser calls itself (User-Agent), at most 200 characters."""


def start(
    c: sa.Connection,
    person: Person,
    *,
    browser: str,
    by: Actor,
    clock: Clock,
    chance: Chance,
    instead_of: str | None = None,
) -> str:
    """Logs somebody in; the token, 128 random bits, for the browser's cookie. `instead_of` ends with it."""
    now = clock.now()
    if instead_of:
        c.execute(sa.delete(tables.admin_session).where(_session.token_sha256 == _digest(instead_of)))
    c.execute(sa.delete(tables.admin_session).where(_over(now)))
    secret = token(chance, 128)
    c.execute(
        sa.insert(tables.admin_session).values(
            user_id=person.id,
            token_sha256=_digest(secret),
            started_at=now,
            last_seen_at=now,
            address=by.address,
            browser=browser[:_BROWSER_LONGEST],
        )
    )
    return secret


def find(c: sa.Connection, secret: str, now: datetime) -> Session | None:
    """The session of this token, None if there is none, it is over, or its person may not log in any more."""
    wanted = _SELECT.where(_session.token_sha256 == _digest(secret), sa.not_(_over(now)), user.disabled_at.is_(None))
    row = c.execute(wanted).one_or_none()
    return _from_row(row) if row is not None else None


def is_due(session: Session, now: datetime) -> bool:
    """Whether `notice` has something to write."""
    return now - session.last_seen_at >= NOTICED_EVERY


def notice(c: sa.Connection, session: Session, now: datetime) -> None:
    """The session was used just now."""
    c.execute(sa.update(tables.admin_session).where(_session.id == session.id).values(last_seen_at=now))


def sessions_of(c: sa.Connection, person: Person, now: datetime) -> list[Session]:
    """Where somebody is logged in, the newest first."""
    rows = c.execute(_SELECT.where(user.id == person.id, sa.not_(_over(now))).order_by(_session.id.desc()))
    return [_from_row(row) for row in rows]


def end(c: sa.Connection, session: Session, *, by: Actor) -> None:
    """Logs one browser out."""
    c.execute(sa.delete(tables.admin_session).where(_session.id == session.id))
    _log.info("logout: %s", by)


def end_one(c: sa.Connection, person: Person, number: int, *, by: Actor) -> bool:
    """Ends the session of that number if it is this person's; whether it was."""
    gone = c.execute(
        sa.delete(tables.admin_session).where(_session.id == number, _session.user_id == person.id)
    ).rowcount
    if gone:
        _log.info("session ended: %s's by %s", person.email, by)
    return gone > 0


def end_all(c: sa.Connection, person: Person, *, but: Session | None = None) -> int:
    """Ends every session of this person except `but`; how many they were."""
    other = _session.id != (but.id if but is not None else 0)
    return c.execute(sa.delete(tables.admin_session).where(_session.user_id == person.id, other)).rowcount


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_session.last_seen_at <= now - IDLE, _session.started_at <= now - LONGEST)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


_SELECT = sa.select(
    tables.admin_user,
    _session.id.label("session_id"),
    _session.started_at,
    _session.last_seen_at,
    _session.address,
    _session.browser,
).join_from(tables.admin_session, tables.admin_user)


def _from_row(row: Any) -> Session:
    return Session(row.session_id, from_row(row), row.started_at, row.last_seen_at, row.address, row.browser)
