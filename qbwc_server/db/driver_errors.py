"""What a driver's error means for whoever called: come back later, run `qbwc init`, or a defect of ours."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from qbwc_server.errors import DatabaseAway, DatabaseNotReady, Problem, QbwcError

_SETTING = "QBWC_DATABASE_URL"
_MISSING_TABLE = ("42P01", "3F000")
"""SQLSTATE of a table or schema that is not there."""
_MISSING_COLUMN = "42703"
_AWAY = ("25006", "42501")
"""SQLSTATE of a server that only reads (a standby after a failover) and of a missing permission."""


def refusal(error: exc.DBAPIError) -> QbwcError | None:
    """The refusal to raise in the place of a driver's error; None for an error that only a defect explains."""
    told = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if state in _MISSING_TABLE or "no such table" in told:
        return DatabaseNotReady(not_ready(None))
    if state == _MISSING_COLUMN or "no such column" in told or "has no column named" in told:
        return DatabaseNotReady(not_ready("another"))
    if code is not None and (damage := _damage(code)) is not None:
        return damage
    if code == sqlite3.SQLITE_ERROR:
        return None  # SQL that SQLite does not understand
    if isinstance(error, exc.OperationalError | exc.InterfaceError) or error.connection_invalidated or state in _AWAY:
        return DatabaseAway(_away(told))
    return None


def not_ready(found: str | None) -> Problem:
    """Why a database cannot be used as it is; `found` is its revision, None if it has no tables."""
    state = "has no tables yet" if found is None else "was made by another version of qbwc-server"
    return Problem(f"the database {state}", remedy="Run `qbwc init` once, then try again.")


def without_values(error: BaseException) -> str:
    """What a driver said, in one line that quotes no row: PostgreSQL's DETAIL holds whole ones."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return " ".join(str(primary or error).split())


def _damage(code: int) -> QbwcError | None:
    """What is said if SQLite cannot make sense of its file."""
    if code == sqlite3.SQLITE_NOTADB:
        remedy = "Check the file's name; nothing was changed in it."
        return DatabaseNotReady(Problem("the file is no SQLite database", path=_SETTING, remedy=remedy))
    if code & 0xFF == sqlite3.SQLITE_CORRUPT:
        remedy = "Stop the server and restore the last backup."
        return DatabaseAway(Problem("the database file is damaged", path=_SETTING, remedy=remedy))
    return None


def _away(told: str) -> Problem:
    return Problem(
        f"the database cannot be used right now ({told or 'no reason given'})",
        path=_SETTING,
        remedy="Check that it is running and that this address is right; nothing was lost.",
    )
