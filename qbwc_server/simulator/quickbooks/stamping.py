"""What the Web Connector writes into the company file: its FileID, and its lock while a session runs.

Both are private data extensions of the company, under the application's OwnerID (`facts/qbwc-protocol.md` 7).
"""

from __future__ import annotations

from qbwc_server.errors import Problem, SimulationFailed
from qbwc_server.simulator.quickbooks import stamps
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.books import Books

_FILE_ID = "FileID"
_APP_LOCK = "AppLock"
_TYPE = "STR255TYPE"


def stamp_file(books: Books, owner_id: str, file_id: str) -> None:
    """Marks the company file as the one that this application means by its FileID.

    Raises SimulationFailed if the application has marked it with another FileID before.
    """
    with books.transaction():
        stamped = _value(books, owner_id, _FILE_ID)
        if stamped is not None and stamped.upper() != file_id.upper():
            raise SimulationFailed(
                Problem(
                    "QBWC1039: Unique OwnerID/FileID pair value required: this company file was already stamped "
                    "for another .qwc file of the same application.",
                    remedy="Use another company file (--books), or the .qwc file it was stamped with.",
                )
            )
        if stamped is None:
            _set(books, owner_id, _FILE_ID, file_id)


def lock_file(books: Books, owner_id: str, machine: str) -> str:
    """Sets the AppLock of a session and returns it: ``LOCKED:<MACHINE>:<.NET ticks>``.

    A lock that a crashed session left behind is overwritten.
    """
    value = f"LOCKED:{machine.upper()}:{stamps.net_ticks(books.now())}"
    with books.transaction():
        _set(books, owner_id, _APP_LOCK, value)
    return value


def unlock_file(books: Books, owner_id: str) -> None:
    """Takes the AppLock away at the end of a session."""
    with books.transaction():
        books.connection.execute("DELETE FROM data_ext WHERE owner_id = ? AND name = ?", (owner_id.upper(), _APP_LOCK))


def extensions(books: Books, owner_ids: list[str]) -> list[Aggregate]:
    """The DataExtRet elements of these owners, for CompanyQuery."""
    return [
        Aggregate({"OwnerID": owner_id, "DataExtName": name, "DataExtType": data_type, "DataExtValue": value})
        for owner_id in owner_ids
        for name, data_type, value in books.connection.execute(
            "SELECT name, type, value FROM data_ext WHERE owner_id = ? ORDER BY name", (owner_id.upper(),)
        )
    ]


def _value(books: Books, owner_id: str, name: str) -> str | None:
    row = books.connection.execute(
        "SELECT value FROM data_ext WHERE owner_id = ? AND name = ?", (owner_id.upper(), name)
    ).fetchone()
    return None if row is None else str(row[0])


def _set(books: Books, owner_id: str, name: str, value: str) -> None:
    books.connection.execute(
        "INSERT OR REPLACE INTO data_ext VALUES (?, ?, ?, ?)", (owner_id.upper(), name, _TYPE, value)
    )
