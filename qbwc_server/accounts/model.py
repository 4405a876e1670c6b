"""What the rest of the program sees of somebody who uses the page, and of whoever asked for a change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.errors import PersonRefused, Problem, UnknownPerson

_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_EMAIL_LONGEST = 254
_LOCK = 0x71627764
"""Key of PostgreSQL's advisory lock under which people, links and failures are changed one at a time."""

user = tables.admin_user.c


class Role(StrEnum):
    """What somebody may do on the page."""

    ADMIN = "admin"
    """See and change everything."""
    VIEWER = "viewer"
    """See everything, change nothing but their own password and time zone."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use the page."""

    id: int
    email: str
    """Casefolded; e-mail addresses that differ by capitals are the same person."""
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    """Since when they may no longer log in; None: they may."""
    has_password: bool
    """False until they have used the link that was made for them."""
    time_zone: str | None
    """IANA name; None: whatever their browser says."""

    @property
    def enabled(self) -> bool:
        """Whether they may log in."""
        return self.disabled_at is None

    @property
    def is_admin(self) -> bool:
        """Whether they may change things."""
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something and from where, for the log."""

    name: str
    """An e-mail address, or "command line"."""
    address: str = ""
    """The IP address of the caller, as far as it can be believed."""
    request: str = ""
    """The id of the request, which an error page shows too."""

    def __str__(self) -> str:
        parts = [self.name, f"from {self.address}" if self.address else "", f"request {self.request}"]
        return ", ".join(part for part in parts[: 3 if self.request else 2] if part)


def email_key(text: str) -> str:
    """An e-mail address as it is kept and looked for."""
    return text.strip().casefold()


def checked_email(text: str) -> str:
    """The address as it is kept. Raises PersonRefused unless it looks like one and has at most 254 characters."""
    key = email_key(text)
    if len(key) > _EMAIL_LONGEST or not key.isprintable() or not _EMAIL.fullmatch(key):
        message = f"an e-mail address has the form name@example.com and at most {_EMAIL_LONGEST} characters."
        raise PersonRefused(Problem(message, path="email"))
    return key


def checked_role(text: str) -> Role:
    """The role of that name. Raises PersonRefused."""
    try:
        return Role(text)
    except ValueError:
        raise PersonRefused(Problem("a role is admin or viewer.", path="role")) from None


def from_row(row: Any) -> Person:
    """A person from a row of `admin_user`."""
    return Person(
        id=row.id,
        email=row.email,
        role=Role(row.role),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        has_password=bool(row.password_hash),
        time_zone=row.time_zone,
    )


def get(c: sa.Connection, email: str) -> Person:
    """The person with that e-mail address. Raises UnknownPerson."""
    row = c.execute(sa.select(tables.admin_user).where(user.email == email_key(email))).one_or_none()
    if row is None:
        message = f"nobody with the e-mail address {email_key(email)} may use the page."
        raise UnknownPerson(Problem(message, path="email", remedy="`qbwc admin list` shows who may."))
    return from_row(row)


def by_id(c: sa.Connection, number: int) -> Person:
    """The person with that number. Raises UnknownPerson."""
    row = c.execute(sa.select(tables.admin_user).where(user.id == number)).one_or_none()
    if row is None:
        raise UnknownPerson(Problem("there is no such person any more.", path="person"))
    return from_row(row)


def lock(c: sa.Connection) -> None:
    """One transaction at a time changes people from here on; SQLite's BEGIN IMMEDIATE says so already."""
    if c.dialect.name == "postgresql":
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
