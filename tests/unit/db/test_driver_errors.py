"""What drivers say, in the program's own words."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from qbwc_server.db.driver_errors import refusal, without_values
from qbwc_server.errors import DatabaseAway, DatabaseNotReady, QbwcError


def of_sqlite(kind: type[sqlite3.Error], text: str, code: int) -> exc.DBAPIError:
    error = kind(text)
    error.sqlite_errorcode = code
    wrapped = exc.OperationalError if kind is sqlite3.OperationalError else exc.DatabaseError
    return wrapped("SELECT", {}, error)


def of_postgresql(kind: type[psycopg.Error], text: str = "told") -> exc.DBAPIError:
    wrapped = exc.OperationalError if issubclass(kind, psycopg.OperationalError) else exc.DatabaseError
    return wrapped("SELECT", {}, kind(text))


@pytest.mark.parametrize(
    ("error", "meaning", "told"),
    [
        (of_sqlite(sqlite3.OperationalError, "database is locked", sqlite3.SQLITE_BUSY), DatabaseAway, "locked"),
        (of_sqlite(sqlite3.OperationalError, "disk I/O error", sqlite3.SQLITE_IOERR), DatabaseAway, "disk I/O"),
        (of_sqlite(sqlite3.OperationalError, "database or disk is full", sqlite3.SQLITE_FULL), DatabaseAway, "full"),
        (of_sqlite(sqlite3.DatabaseError, "malformed", sqlite3.SQLITE_CORRUPT), DatabaseAway, "damaged"),
        (of_sqlite(sqlite3.DatabaseError, "malformed", sqlite3.SQLITE_CORRUPT_INDEX), DatabaseAway, "damaged"),
        (of_sqlite(sqlite3.DatabaseError, "not one", sqlite3.SQLITE_NOTADB), DatabaseNotReady, "no SQLite database"),
        (of_sqlite(sqlite3.OperationalError, "no such table: job", 1), DatabaseNotReady, "no tables"),
        (of_sqlite(sqlite3.OperationalError, "no such column: job.rank", 1), DatabaseNotReady, "another version"),
        (of_sqlite(sqlite3.OperationalError, "table job has no column named rank", 1), DatabaseNotReady, "another"),
        (of_postgresql(psycopg.errors.UndefinedTable), DatabaseNotReady, "no tables"),
        (of_postgresql(psycopg.errors.UndefinedColumn), DatabaseNotReady, "another version"),
        (of_postgresql(psycopg.errors.DeadlockDetected), DatabaseAway, "told"),
        (of_postgresql(psycopg.errors.AdminShutdown), DatabaseAway, "told"),
        (of_postgresql(psycopg.errors.ReadOnlySqlTransaction), DatabaseAway, "told"),
        (of_postgresql(psycopg.errors.InsufficientPrivilege), DatabaseAway, "told"),
        (of_postgresql(psycopg.OperationalError, ""), DatabaseAway, "no reason given"),
    ],
)
def test_what_comes_from_outside_is_told_with_a_remedy(
    error: exc.DBAPIError, meaning: type[QbwcError], told: str
) -> None:
    found = refusal(error)
    assert type(found) is meaning
    assert told in str(found)
    assert found.problems[0].remedy


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(sqlite3.OperationalError, 'near "SELEC": syntax error', sqlite3.SQLITE_ERROR),
        of_sqlite(sqlite3.IntegrityError, "UNIQUE constraint failed", sqlite3.SQLITE_CONSTRAINT),
        of_postgresql(psycopg.errors.UniqueViolation),
        of_postgresql(psycopg.errors.SyntaxError),
        of_postgresql(psycopg.errors.StringDataRightTruncation),
    ],
)
def test_a_defect_of_ours_is_not_put_down_to_the_database(error: exc.DBAPIError) -> None:
    assert refusal(error) is None


def test_an_error_is_told_on_one_line() -> None:
    assert without_values(psycopg.OperationalError("failed:\n- host: a\n\t- host: b")) == "failed: - host: a - host: b"
