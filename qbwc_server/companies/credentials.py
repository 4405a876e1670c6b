"""Passwords of Web Connectors.

A password is 128 random bits made here, so that a plain SHA-256 of it is enough and nobody has to be locked out:
the right one always works, and a wrong one costs one read and no write.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import sqlalchemy as sa

from qbwc_server.clock import Chance, token
from qbwc_server.companies.finding import get, lock
from qbwc_server.companies.model import SELECT, Company, Credentials, from_row
from qbwc_server.db import tables
from qbwc_server.errors import PasswordReplaced

_USERNAME = re.compile(r"[a-z0-9-]{1,64}")
_NOBODY = "0" * 64
"""Compared with when the user name is unknown, so that both answers take the same time; no known text hashes to it."""

_LOGIN = SELECT.add_columns(tables.company.c.password_sha256).where(
    tables.company.c.username == sa.bindparam("username")
)


def password_hash(password: str) -> str:
    """SHA-256 of the password, as 64 hexadecimal digits."""
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).hexdigest()


def make_password(chance: Chance) -> str:
    """A new password: 32 hexadecimal digits."""
    return token(chance, 128)


def password_mark(c: sa.Connection, name: str) -> str:
    """Tells one password of a company from the next without telling anything of either. Raises UnknownCompany."""
    kept = sa.select(tables.company.c.password_sha256).where(tables.company.c.id == get(c, name).id)
    return password_hash(c.execute(kept).scalar_one())[:16]


def new_password(c: sa.Connection, name: str, chance: Chance, *, instead_of: str | None = None) -> Credentials:
    """Gives the company another password; the old one stops working at once.

    With `instead_of`, a mark, only while that one holds: a form that is sent twice makes one password, not two.
    Raises UnknownCompany, PasswordReplaced.
    """
    company = lock(c, get(c, name).id)
    if instead_of is not None and instead_of != password_mark(c, name):
        raise PasswordReplaced(f"{company.name} got another password meanwhile; nothing was changed.")
    password = make_password(chance)
    change = sa.update(tables.company).where(tables.company.c.id == company.id)
    c.execute(change.values(password_sha256=password_hash(password)))
    return Credentials(company.name, company.username, password)


def find_login(c: sa.Connection, username: str | None, password: str | None) -> Company | None:
    """The company of this user name if the password is its own, else None. Reads one row at most, never writes.

    Blanks around either are forgiven: people paste them.
    """
    name = (username or "").strip()
    row = None
    if _USERNAME.fullmatch(name):
        row = c.execute(_LOGIN, {"username": name}).one_or_none()
    kept = row.password_sha256 if row is not None else _NOBODY
    agrees = hmac.compare_digest(password_hash((password or "").strip()), kept)
    return from_row(row) if row is not None and agrees else None
