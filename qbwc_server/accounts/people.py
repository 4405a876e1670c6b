"""Adding and changing the people who may use the page. There is always an admin once there was one."""

from __future__ import annotations

import logging
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from qbwc_server.accounts.choosing import checked_password, guessable_words
from qbwc_server.accounts.hashing import Hasher
from qbwc_server.accounts.model import Actor, Person, Role, by_id, checked_email, from_row, lock, user
from qbwc_server.accounts.sessions import Session, end_all
from qbwc_server.clock import Clock
from qbwc_server.db import tables
from qbwc_server.errors import PersonRefused, Problem

_log = logging.getLogger(__name__)


def all_people(c: sa.Connection) -> list[Person]:
    """Everybody, by e-mail address."""
    return [from_row(row) for row in c.execute(sa.select(tables.admin_user).order_by(user.email))]


def has_admin(c: sa.Connection) -> bool:
    """Whether anybody could log in as an admin. Until then the page is closed."""
    return c.scalar(sa.select(sa.exists().where(*_MAY_ADMINISTER))) is True


def add(c: sa.Connection, email: str, role: Role, *, by: Actor, clock: Clock) -> Person:
    """Adds somebody, without a password as yet: `set_password` or a link gives them one. Raises PersonRefused."""
    key = checked_email(email)
    try:
        with c.begin_nested():
            inserted = c.execute(sa.insert(tables.admin_user).values(email=key, role=role, created_at=clock.now()))
    except IntegrityError:
        remedy = "Change the role or set a new password instead."
        raise PersonRefused(Problem(f"{key} is there already.", path="email", remedy=remedy)) from None
    (number,) = inserted.inserted_primary_key or (0,)
    _log.info("person added: %s as %s by %s", key, role, by)
    return by_id(c, number)


def set_password(
    c: sa.Connection, person: Person, password: str, hasher: Hasher, *, by: Actor, keep: Session | None = None
) -> Person:
    """Gives somebody a password of their choice; their links and all their sessions but `keep` end.

    Raises PasswordRefused.
    """
    chosen = checked_password(password, guessable_words(c, person.email))
    c.execute(sa.update(tables.admin_user).where(user.id == person.id).values(password_hash=hasher.hash(chosen)))
    c.execute(sa.delete(tables.admin_link).where(tables.admin_link.c.user_id == person.id))
    end_all(c, person, but=keep)
    _log.info("password changed: %s by %s", person.email, by)
    return by_id(c, person.id)


def change_role(c: sa.Connection, person: Person, role: Role, *, by: Actor) -> Person:
    """Gives somebody another role; their sessions end. Raises PersonRefused for the last admin."""
    lock(c)
    person = by_id(c, person.id)
    if person.role is role:
        return person
    if role is not Role.ADMIN:
        _refuse_last(c, person)
    c.execute(sa.update(tables.admin_user).where(user.id == person.id).values(role=role))
    end_all(c, person)
    _log.info("role changed: %s is %s now, by %s", person.email, role, by)
    return by_id(c, person.id)


def disable(c: sa.Connection, person: Person, *, by: Actor, clock: Clock) -> Person:
    """Lets somebody log in no more; their sessions and links end. Raises PersonRefused for the last admin."""
    lock(c)
    person = by_id(c, person.id)
    if not person.enabled:
        return person
    _refuse_last(c, person)
    c.execute(sa.update(tables.admin_user).where(user.id == person.id).values(disabled_at=clock.now()))
    c.execute(sa.delete(tables.admin_link).where(tables.admin_link.c.user_id == person.id))
    end_all(c, person)
    _log.info("person disabled: %s by %s", person.email, by)
    return by_id(c, person.id)


def enable(c: sa.Connection, person: Person, *, by: Actor) -> Person:
    """Lets somebody log in again, with the password they had."""
    c.execute(sa.update(tables.admin_user).where(user.id == person.id).values(disabled_at=None))
    _log.info("person enabled: %s by %s", person.email, by)
    return by_id(c, person.id)


def set_time_zone(c: sa.Connection, person: Person, zone: str) -> Person:
    """The zone in which somebody reads times, by its IANA name; "" for their browser's. Raises PersonRefused."""
    if zone and zone not in available_timezones():
        remedy = "Choose one from the list, such as America/New_York."
        raise PersonRefused(Problem("there is no time zone of that name.", path="time_zone", remedy=remedy))
    c.execute(sa.update(tables.admin_user).where(user.id == person.id).values(time_zone=zone or None))
    return by_id(c, person.id)


_MAY_ADMINISTER = (user.role == Role.ADMIN, user.disabled_at.is_(None), user.password_hash != "")


def _refuse_last(c: sa.Connection, person: Person) -> None:
    others = sa.exists().where(*_MAY_ADMINISTER, user.id != person.id)
    if person.role is Role.ADMIN and person.enabled and person.has_password and not c.scalar(sa.select(others)):
        message = f"{person.email} is the only admin who can log in; then nobody could change anything."
        raise PersonRefused(Problem(message, path="role", remedy="Make somebody else an admin first."))
