"""What QuickBooks remembers of message sets, in the company file and for each application (`facts/qbxml.md` 2)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from qbwc_server.simulator.quickbooks.answers import Reply
from qbwc_server.simulator.quickbooks.refusals import not_processed

LONGEST_ID = 23
CLEAR_ALL = "ClearAllMessageSets"


class MessageSetMemory:
    """The stored message sets of one application. Takes part in whatever transaction is open."""

    def __init__(self, connection: sqlite3.Connection, application: str) -> None:
        self._connection = connection
        self._application = application

    def checksum(self, set_id: str) -> str | None:
        """The checksum of the text that was stored under an id; None if there is none."""
        row = self._connection.execute(
            "SELECT checksum FROM message_set WHERE application = ? AND set_id = ?", (self._application, set_id)
        ).fetchone()
        return None if row is None else str(row[0])

    def remember(self, set_id: str, checksum: str, requests: Sequence[Reply]) -> None:
        """Begins a record, once; `requests` tell the names and requestIDs of the whole set."""
        names = json.dumps([[request.name, request.request_id] for request in requests])
        self._connection.execute(
            "INSERT OR IGNORE INTO message_set VALUES (?, ?, ?, ?)", (self._application, set_id, checksum, names)
        )

    def add_reply(self, set_id: str, position: int, reply: Reply) -> None:
        """Stores the status of the request at this position (from 0)."""
        self._connection.execute(
            "INSERT OR REPLACE INTO message_set_reply VALUES (?, ?, ?, ?)",
            (self._application, set_id, position, reply.to_json()),
        )

    def replies(self, set_id: str) -> list[Reply]:
        """The stored status of every request of a known set; 3231 for those QuickBooks never got to."""
        row = self._connection.execute(
            "SELECT requests FROM message_set WHERE application = ? AND set_id = ?", (self._application, set_id)
        ).fetchone()
        stored = dict(
            self._connection.execute(
                "SELECT position, reply FROM message_set_reply WHERE application = ? AND set_id = ?",
                (self._application, set_id),
            ).fetchall()
        )
        unreached = not_processed()
        return [
            Reply.from_json(stored[position])
            if position in stored
            else Reply(name, request_id, unreached.code, unreached.message)
            for position, (name, request_id) in enumerate(json.loads(row[0]))
        ]

    def clear(self, set_id: str) -> bool:
        """Forgets one set, or all of this application; False if there was nothing to forget."""
        condition = "application = ?" if set_id == CLEAR_ALL else "application = ? AND set_id = ?"
        values = (self._application,) if set_id == CLEAR_ALL else (self._application, set_id)
        found = self._connection.execute(f"DELETE FROM message_set WHERE {condition}", values).rowcount  # noqa: S608
        self._connection.execute(f"DELETE FROM message_set_reply WHERE {condition}", values)  # noqa: S608
        return found > 0 or set_id == CLEAR_ALL

    def stored_ids(self) -> list[str]:
        """The ids that are stored, sorted."""
        rows = self._connection.execute(
            "SELECT set_id FROM message_set WHERE application = ? ORDER BY set_id", (self._application,)
        )
        return [str(row[0]) for row in rows]
