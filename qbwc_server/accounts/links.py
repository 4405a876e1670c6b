"""Links that let somebody set a password, once: the first admin, and everybody whom an admin adds.

A link is 128 random bits; the database keeps their hash, so reading it opens nothing. It is good for a day, until it
is used, and the first admin's until there is an admin.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from qbwc_server.accounts.hashing import Hasher
from qbwc_server.accounts.model import Actor, Person, Role, by_id, lock
from qbwc_server.accounts.people import add, has_admin, set_password
from qbwc_server.clock import Chance, Clock, token
from qbwc_server.db import tables
from qbwc_server.errors import LinkRefused, PersonRefused, Problem

GOOD_FOR = timedelta(hours=24)

_link = tables.admin_link.c


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is still good."""

    person: Person | None
    """Whose password it sets; None: the first admin, who says their e-mail address themselves."""
    expires_at: datetime


def first_admin_link(c: sa.Connection, *, clock: Clock, chance: Chance) -> str:
    """The secret of a new link for the first admin; older ones stay good. Raises PersonRefused if there is an admin."""
    if has_admin(c):
        remedy = "An admin adds others on the page under People; `qbwc admin add` and `qbwc admin password` do too."
        raise PersonRefused(Problem("there is an admin already.", remedy=remedy))
    return _make(c, None, clock, chance)


def personal_link(c: sa.Connection, person: Person, *, clock: Clock, chance: Chance) -> str:
    """The secret of a new link for this person; their older ones end. Raises PersonRefused if they are disabled."""
    if not person.enabled:
        raise PersonRefused(Problem(f"{person.email} is disabled.", path="person", remedy="Enable them first."))
    c.execute(sa.delete(tables.admin_link).where(_link.user_id == person.id))
    return _make(c, person, clock, chance)


def find_link(c: sa.Connection, secret: str, now: datetime) -> Link:
    """What this link is for. Raises LinkRefused unless it is still good."""
    row = c.execute(
        sa.select(_link.user_id, _link.expires_at).where(
            _link.token_sha256 == _digest(secret),
            _link.expires_at > now,
        )
    ).one_or_none()
    if row is None or (row.user_id is None and has_admin(c)):
        remedy = "Ask an admin for a new one. As long as there is no admin, `qbwc admin setup-link` prints one."
        raise LinkRefused(Problem("This link was used already, or it is older than a day.", remedy=remedy))
    return Link(by_id(c, row.user_id) if row.user_id is not None else None, row.expires_at)


def use_link(
    c: sa.Connection, secret: str, password: str, hasher: Hasher, *, email: str, by: Actor, clock: Clock
) -> Person:
    """Sets the password that the link is for; the first admin is added with `email`, otherwise it is not looked at.

    Raises LinkRefused, PersonRefused for the e-mail address, PasswordRefused; the link then stays good.
    """
    lock(c)
    link = find_link(c, secret, clock.now())
    with c.begin_nested():  # whoever's password is refused is not added either
        person = link.person or add(c, email, Role.ADMIN, by=by, clock=clock)
        person = set_password(c, person, password, hasher, by=by)
    gone = _link.user_id.is_(None) if link.person is None else _link.user_id == person.id
    c.execute(sa.delete(tables.admin_link).where(gone))
    return person


def _make(c: sa.Connection, person: Person | None, clock: Clock, chance: Chance) -> str:
    now = clock.now()
    c.execute(sa.delete(tables.admin_link).where(_link.expires_at <= now))
    secret = token(chance, 128)
    c.execute(
        sa.insert(tables.admin_link).values(
            user_id=person.id if person is not None else None,
            token_sha256=_digest(secret),
            expires_at=now + GOOD_FOR,
        )
    )
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
