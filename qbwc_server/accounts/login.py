"""The one function that looks at a password that a person chose, for every door there is.

Whoever adds a door (a page, a command, an interface for programs) calls `check_password`: the limit, the same effort
for those who do not exist, and the log come with it. A test sees that nobody verifies a hash anywhere else.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import sqlalchemy as sa

from qbwc_server.accounts import limit
from qbwc_server.accounts.hashing import Hasher
from qbwc_server.accounts.model import Actor, Person, email_key, from_row, user
from qbwc_server.clock import Clock
from qbwc_server.db import Database, tables
from qbwc_server.errors import LoginLimited, LoginRefused, Problem
from qbwc_server.logs import shown

_log = logging.getLogger(__name__)


def check_password(db: Database, hasher: Hasher, email: str, password: str, *, by: Actor, clock: Clock) -> Person:
    """The enabled person with this address and password; the limit counts at `by.address`, `by.name` is ignored.

    Raises LoginRefused, in the same words and after the same time whatever is wrong; LoginLimited without looking at
    the password. The password is hashed outside every transaction: nobody else waits for it.
    """
    key = email_key(email)
    try:
        with db.write() as c:
            attempt = limit.count_attempt(c, key, by.address, clock.now())
            row = c.execute(sa.select(tables.admin_user).where(user.email == key)).one_or_none()
    except LoginLimited as refusal:
        _log.warning("login limited for %d seconds: from %s, request %s", refusal.wait_seconds, by.address, by.request)
        raise
    enabled = row is not None and row.disabled_at is None
    # Somebody without an account may have typed a password into the wrong field, so only known addresses are logged.
    by = replace(by, name=shown(key, 254) if row is not None else "an unknown e-mail address")
    if not hasher.verify(password, row.password_hash if row is not None and enabled else None) or row is None:
        _log.warning("login failed: %s", by)
        raise LoginRefused(Problem("E-mail address and password do not belong together."))
    with db.write() as c:
        now = c.execute(sa.select(tables.admin_user).where(user.id == row.id)).one_or_none()
        if now is None or now.password_hash != row.password_hash or now.disabled_at is not None:
            raise LoginRefused(Problem("E-mail address and password do not belong together."))
        limit.forgive(c, attempt)
        if hasher.is_outdated(now.password_hash):
            renewed = hasher.hash(password)
            c.execute(sa.update(tables.admin_user).where(user.id == row.id).values(password_hash=renewed))
    _log.info("login ok: %s", by)
    return from_row(now)
