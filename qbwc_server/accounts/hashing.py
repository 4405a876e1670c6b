"""Passwords at rest: argon2id, the same effort whether somebody exists or not."""

from __future__ import annotations

import secrets
from base64 import b64encode
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from qbwc_server.accounts.choosing import LONGEST, normal

MEMORY_KIB = 32 * 1024
PASSES = 3
AT_ONCE = 4
"""Hashes that one process works out at the same time: a flood of logins must not take all memory."""


class Hasher:
    """Makes and verifies hashes. The effort is of use against whoever steals the database; tests take less of it."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._places = BoundedSemaphore(AT_ONCE)
        self._decoy = _decoy(memory_kib, passes)

    def hash(self, password: str) -> str:
        """The hash of a password that passed `checked_password`, with its parameters and salt (PHC format)."""
        with self._places:
            return self._argon2.hash(_bytes(password))

    def verify(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; with None or "" for `kept` it is not, after the same time."""
        possible = bool(kept) and len(password) <= LONGEST
        with self._places:
            try:
                self._argon2.verify(kept if possible and kept else self._decoy, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return possible

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with another effort than today's."""
        return self._argon2.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    """At most as many characters as a password may have, in UTF-8; longer ones are wrong in any case."""
    return normal(password[: LONGEST + 1]).encode("utf-8", "surrogatepass")


def _decoy(memory_kib: int, passes: int) -> str:
    """What looks like a hash with the same parameters, and is the hash of nothing that anybody knows."""
    salt, digest = (b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"
