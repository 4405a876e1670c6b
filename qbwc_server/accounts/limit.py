"""How often somebody may try a password. The failures are in the database, so every worker and host counts together.

Three things are counted, for an hour:

- failures for one account *from one address*: five are free, then each costs a wait, 30 seconds at first, twice as
  long each time, 15 minutes at most;
- failures from one address for whatever accounts: twenty are free, then the same waits, so that one common password
  cannot be tried on everybody;
- failures for one account from everywhere. These never make anybody wait by themselves, for then anybody could lock
  anybody out for good; from fifty on, an address that is new to the account has one free try instead of five.

So whoever guesses from one address has some twelve tries an hour, and whoever knows the password gets in from any
other address at the first try, whatever is going on. Only somebody who shares an address with the attacker has to wait,
15 minutes at most; if that goes on, another connection helps at once.

An address is a single IPv4 address or the first 64 bits of an IPv6 one, since a subscriber has all of those.

A try is counted before the password is looked at and taken back when it was right: a hundred tries at the same moment
are then counted as a hundred. A try during a wait is refused without being looked at and does not lengthen the wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

import sqlalchemy as sa

from qbwc_server.accounts.model import lock
from qbwc_server.db import tables
from qbwc_server.errors import LoginLimited, Problem

WINDOW = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FREE_FOR_ACCOUNT = 5
FREE_FROM_ADDRESS = 20
UNDER_ATTACK = 50

_failure = tables.login_failure.c


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was let through and counted."""

    pair: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tally:
    count: int
    latest: datetime | None


def count_attempt(c: sa.Connection, account: str, address: str, now: datetime) -> Attempt:
    """Counts a try as failed until `forgive` takes it back. Raises LoginLimited while a wait is not over."""
    lock(c)
    c.execute(sa.delete(tables.login_failure).where(_failure.at < now - WINDOW))
    place = _network(address)
    pair, of_place, of_account = (
        _subject("pair", account, place),
        _subject("address", place),
        _subject("account", account),
    )
    attacked = _tally(c, of_account).count >= UNDER_ATTACK
    end = max(
        _end_of_wait(_tally(c, pair), 1 if attacked else FREE_FOR_ACCOUNT, now),
        _end_of_wait(_tally(c, of_place), FREE_FROM_ADDRESS, now),
    )
    if end > now:
        raise limited(end - now)
    return Attempt(pair, tuple(_insert(c, subject, now) for subject in (pair, of_place, of_account)))


def forgive(c: sa.Connection, attempt: Attempt) -> None:
    """The password was right: this try was no failure, and this account at this address starts anew."""
    c.execute(
        sa.delete(tables.login_failure).where(
            sa.or_(_failure.subject == attempt.pair, _failure.id.in_(attempt.rows)),
        )
    )


def limited(wait: timedelta) -> LoginLimited:
    """The refusal, with the wait in words."""
    seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))
    words = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"
    message = f"There were too many tries to sign in. Wait {words}, then try again."
    return LoginLimited(seconds, Problem(message))


def _end_of_wait(tally: _Tally, free: int, now: datetime) -> datetime:
    if tally.latest is None or tally.count < free:
        return now
    wait: timedelta = min(FIRST_WAIT * 2 ** min(tally.count - free, 10), LONGEST_WAIT)
    since: datetime = min(tally.latest, now)
    return since + wait  # a clock that was set back must not make anybody wait longer


def _tally(c: sa.Connection, subject: str) -> _Tally:
    at: Sequence[datetime] = c.scalars(sa.select(_failure.at).where(_failure.subject == subject)).all()
    return _Tally(len(at), max(at, default=None))


def _insert(c: sa.Connection, subject: str, now: datetime) -> int:
    (number,) = c.execute(sa.insert(tables.login_failure).values(subject=subject, at=now)).inserted_primary_key or (0,)
    return int(number)


def _subject(*parts: str) -> str:
    """Hashed: what is typed into the field for the e-mail address is sometimes the password."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))
