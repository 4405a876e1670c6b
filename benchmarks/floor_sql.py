"""The floor's SQL: the rows that the program writes, by statements written by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from lxml import etree

from benchmarks.floor_text import FloorJob, Ids

_CLAIM = """SELECT id, kind, family, external_id, payload, guid FROM job
    WHERE company_id = ? AND status = 'queued' AND waiting_for = 0 ORDER BY rank DESC, id LIMIT ?"""
_READ = "SELECT state, set_size FROM company WHERE id = ?"
_LOCK = "SELECT state, set_size FROM company WHERE id = ? FOR UPDATE"
_DONE = "UPDATE job SET status = 'done', applied = 'yes', {} = ?, updated_at = ?, finished_at = ? WHERE id = ?"
_EVENT = "INSERT INTO job_event (job_id, at, from_status, to_status, reason, actor) VALUES (?, ?, ?, ?, ?, ?)"
_RECORD = """INSERT INTO record (company_id, family, external_id, qb_id, job_id, name, edit_sequence, txn_number, total,
    balance, time_created, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_FREE = """UPDATE job SET waiting_for = (SELECT count(*) FROM job_dependency AS d JOIN job AS j ON j.id = d.on_job_id
    WHERE d.job_id = job.id AND j.status <> 'done')
    WHERE id IN (SELECT d.job_id FROM job_dependency AS d JOIN message_set_item AS i ON i.job_id = d.on_job_id
    WHERE i.message_set_id = ?)"""


class FloorSession(NamedTuple):
    """What the floor reads of a visit."""

    id: int
    company_id: int


class Ledger:
    """One connection of one thread."""

    def __init__(self, connection: Any, *, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Committed at the end."""
        if self._is_sqlite:
            self._connection.execute("BEGIN IMMEDIATE")
        yield
        self._connection.commit()

    def open_session(self, username: str, password: str, ticket: str) -> bool:
        """Whether the company has work; then its visit is open."""
        found = self._run("SELECT id, password_sha256 FROM company WHERE username = ?", username).fetchone()
        if found[1] != password:
            raise ValueError("wrong password")
        self._connection.commit()
        with self.transaction():
            now = self._now()
            self._run("UPDATE company SET last_contact_at = ? WHERE id = ?", now, found[0])
            if not self.claim(found[0], 1):
                return False
            self._run(
                "INSERT INTO session (company_id, ticket_sha256, state, started_at, last_call_at)"
                " VALUES (?, ?, 'open', ?, ?)",
                *(found[0], ticket, now, now),
            )
        return True

    def session(self, ticket: str) -> FloorSession:
        """The visit of a ticket, its company locked."""
        found = FloorSession(
            *self._run("SELECT id, company_id FROM session WHERE ticket_sha256 = ?", ticket).fetchone()
        )
        self._run(_READ if self._is_sqlite else _LOCK, found.company_id).fetchone()
        return found

    def claim(self, company_id: int, most: int) -> list[FloorJob]:
        """The jobs to send next."""
        return [FloorJob(*row) for row in self._run(_CLAIM, company_id, most).fetchall()]

    def ids(self, company_id: int) -> Ids:
        """Every ID on record."""
        rows = self._run("SELECT family, external_id, qb_id FROM record WHERE company_id = ?", company_id).fetchall()
        return {(family, external_id): qb_id for family, external_id, qb_id in rows}

    def sent(self, session: FloorSession, key: str, text: str, jobs: Sequence[FloorJob]) -> None:
        """Writes down a set before it is sent."""
        now = self._now()
        number = self._run(
            "INSERT INTO message_set (company_id, session_id, key, purpose, state, qbxml_version, jobs, first_sent_at,"
            " sent_at) VALUES (?, ?, ?, 'write', 'sent', '13.0', ?, ?, ?) RETURNING id",
            *(session.company_id, session.id, key, len(jobs), now, now),
        ).fetchone()[0]
        self._run("INSERT INTO message_set_text (message_set_id, request) VALUES (?, ?)", number, text)
        self._many(
            "INSERT INTO message_set_item (message_set_id, position, job_id, step) VALUES (?, ?, ?, 'add')",
            [(number, position, job.id) for position, job in enumerate(jobs, start=1)],
        )
        self._many(
            "UPDATE job SET status = 'sent', applied = 'unknown', message_set_id = ?, updated_at = ? WHERE id = ?",
            [(number, now, job.id) for job in jobs],
        )
        self._many(_EVENT, [(job.id, now, "queued", "sent", f"sent in set {key}", "exchange") for job in jobs])
        self._run("UPDATE session SET round_trips = round_trips + 1, last_call_at = ? WHERE id = ?", now, session.id)

    def sent_jobs(self, key: str) -> tuple[int, list[FloorJob]]:
        """The number of a set and its jobs in order."""
        number = self._run("SELECT id FROM message_set WHERE key = ?", key).fetchone()[0]
        rows = self._run(
            "SELECT j.id, j.kind, j.family, j.external_id, j.payload, j.guid FROM message_set_item AS i"
            " JOIN job AS j ON j.id = i.job_id WHERE i.message_set_id = ? ORDER BY i.position",
            number,
        ).fetchall()
        return number, [FloorJob(*row) for row in rows]

    def booked(
        self, session: FloorSession, number: int, rows: Sequence[tuple[FloorJob, str, etree._Element]], text: str
    ) -> None:
        """Writes down what came back."""
        now = self._now()
        self._many(
            "UPDATE message_set_item SET status_code = 0, applied = 'yes', qb_id = ? WHERE message_set_id = ?"
            " AND position = ?",
            [(qb_id, number, position) for position, (_, qb_id, _) in enumerate(rows, start=1)],
        )
        for column, kinds in (("list_id", ("customer",)), ("txn_id", ("invoice", "payment"))):
            done = [(qb_id, now, now, job.id) for job, qb_id, _ in rows if job.kind in kinds]
            self._many(_DONE.format(column), done)
        self._many(
            _EVENT, [(job.id, now, "sent", "done", f"booked as {qb_id}", "QuickBooks") for job, qb_id, _ in rows]
        )
        self._many(_RECORD, [_record(session.company_id, job, qb_id, ret, now) for job, qb_id, ret in rows])
        self._run("UPDATE message_set_text SET response = ? WHERE message_set_id = ?", text, number)
        self._run("UPDATE message_set SET state = 'answered', answered_at = ? WHERE id = ?", now, number)
        self._run(_FREE, number)
        self._run("UPDATE session SET done = done + ? WHERE id = ?", len(rows), session.id)

    def close(self, session: FloorSession) -> None:
        """Ends a visit."""
        self._run("UPDATE session SET state = 'closed', ended_at = ? WHERE id = ?", self._now(), session.id)
        self._run("UPDATE company SET last_result = 'done' WHERE id = ?", session.company_id)

    def _run(self, statement: str, *values: object) -> Any:
        return self._connection.execute(self._written(statement), values)

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            cursor = self._connection.cursor()
            cursor.executemany(self._written(statement), rows)

    def _written(self, statement: str) -> str:
        return statement if self._is_sqlite else statement.replace("?", "%s")

    def _now(self) -> object:
        now = datetime.now(UTC)
        return now.strftime("%Y-%m-%d %H:%M:%S.%f") if self._is_sqlite else now


def connect(url: str) -> Ledger:
    """A connection as safe as the program's: SQLite with WAL and synchronous FULL, PostgreSQL as it is."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection = sqlite3.connect(parsed.database or "", timeout=20, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return Ledger(connection, is_sqlite=True)
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return Ledger(psycopg.connect(plain), is_sqlite=False)


def _record(company_id: int, job: FloorJob, qb_id: str, ret: etree._Element, now: object) -> tuple[object, ...]:
    name = ret.findtext("FullName") or ret.findtext("RefNumber")
    total = ret.findtext("Subtotal") or ret.findtext("TotalAmount")
    return (
        *(company_id, job.family, job.external_id, qb_id, job.id, name, ret.findtext("EditSequence")),
        *(ret.findtext("TxnNumber"), total, ret.findtext("BalanceRemaining"), ret.findtext("TimeCreated"), now),
    )
