"""A QuickBooks company file, kept in one SQLite file so that runs follow one another.

Every request is one real transaction here, as in QuickBooks: what was committed survives a crash, what
was not never happened.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator.quickbooks import stamps
from qbwc_server.simulator.quickbooks.company import CompanyRecord, standard_elements
from qbwc_server.simulator.quickbooks.elements import Elements
from qbwc_server.simulator.quickbooks.ledger import Ledger

Clock = Callable[[], datetime]
"""Gives the present, timezone-aware; only its instant counts."""

_APPLICATION_ID = 0x51425753
_SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE element (
    sequence INTEGER PRIMARY KEY, family TEXT NOT NULL, list_id TEXT NOT NULL, type TEXT NOT NULL,
    name TEXT NOT NULL, name_key TEXT NOT NULL, full_name TEXT NOT NULL, full_name_key TEXT NOT NULL,
    parent_id TEXT NOT NULL, sublevel INTEGER NOT NULL, is_active INTEGER NOT NULL, is_standard INTEGER NOT NULL,
    edit_sequence INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    guid TEXT, fields TEXT NOT NULL,
    UNIQUE (family, list_id), UNIQUE (family, parent_id, name_key)
);
CREATE INDEX element_full_name ON element (family, full_name_key);
CREATE TABLE txn (
    sequence INTEGER PRIMARY KEY, txn_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, txn_number INTEGER NOT NULL,
    customer_id TEXT NOT NULL, txn_date TEXT NOT NULL, ref_number TEXT NOT NULL, total INTEGER NOT NULL,
    edit_sequence INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    guid TEXT, fields TEXT NOT NULL
);
CREATE INDEX txn_customer ON txn (customer_id, type);
CREATE TABLE application (
    source_id TEXT NOT NULL, target_id TEXT NOT NULL, amount INTEGER NOT NULL, discount INTEGER NOT NULL
);
CREATE INDEX application_target ON application (target_id);
CREATE INDEX application_source ON application (source_id);
CREATE TABLE message_set (
    application TEXT NOT NULL, set_id TEXT NOT NULL, checksum TEXT NOT NULL, requests TEXT NOT NULL,
    PRIMARY KEY (application, set_id)
) WITHOUT ROWID;
CREATE TABLE message_set_reply (
    application TEXT NOT NULL, set_id TEXT NOT NULL, position INTEGER NOT NULL, reply TEXT NOT NULL,
    PRIMARY KEY (application, set_id, position)
) WITHOUT ROWID;
CREATE TABLE data_ext (
    owner_id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, value TEXT, PRIMARY KEY (owner_id, name)
) WITHOUT ROWID;
"""
_PATIENCE = 30.0
"""Seconds to wait for other simulators with the same file."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing in the books that did not come with the company file."""

    type: str
    """``Customer``, ``ItemService``, ``Invoice``, ``ReceivePayment`` and so on."""
    name: str
    """FullName of a list element, RefNumber of a transaction (empty if it has none)."""
    id: str
    """ListID or TxnID."""
    customer: str | None
    """FullName of the customer or job of a transaction."""
    total: Decimal | None
    """Two decimals; None for list elements other than customers' balances."""
    balance: Decimal | None
    """What is open on an invoice, unused on a payment, or owed by a customer; two decimals."""
    external_guid: str | None


class Books:
    """The company file. One instance is used by one thread at a time; several may have the same file open."""

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        company: CompanyRecord | None = None,
    ) -> None:
        """Opens the file, or creates it with what a new US company has. ``:memory:`` is a file that is forgotten.

        `company` is used for a new file alone. Raises SimulationFailed if the file is something else.
        """
        self.path = str(path)
        self._clock = clock
        self._connection = self._open()
        self.elements = Elements(self._connection)
        self.ledger = Ledger(self._connection)
        if self._is_empty():
            self._create(company or CompanyRecord())
        self._zone = stamps.zone_named(self.company.zone)

    @property
    def company(self) -> CompanyRecord:
        """The company's own data and preferences."""
        return CompanyRecord.from_json(self.fact("company") or "{}")

    def change_company(self, company: CompanyRecord) -> None:
        """What a person does in the company's settings."""
        self.set_fact("company", company.to_json())
        self._zone = stamps.zone_named(company.zone)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; leaving by any exception, a simulated crash included, undoes everything."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def now(self) -> datetime:
        """The clock of the QuickBooks machine."""
        return self._clock()

    def now_seconds(self) -> int:
        """Whole seconds since 1970."""
        return stamps.unix_seconds(self._clock())

    def today(self) -> date:
        """The calendar day on the QuickBooks machine."""
        return stamps.local_day(self.now_seconds(), self._zone)

    def timestamp(self, seconds: int) -> str:
        """TimeCreated and TimeModified: local wall time, standard offset."""
        return stamps.local_timestamp(seconds, self._zone)

    def wall_clock(self, seconds: int) -> datetime:
        """What the clock on the wall showed then, without a zone."""
        return stamps.wall_clock(seconds, self._zone)

    def standard_offset(self) -> timedelta:
        """The offset from UTC that stands in every timestamp, summer or winter."""
        return stamps.standard_offset(self.now_seconds(), self._zone)

    def next_number(self, counter: str, step: int = 1) -> int:
        """The number after the last one given out (from 1), and `step` - 1 more that are skipped."""
        row = self._connection.execute(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ? RETURNING value",
            (counter, step, step),
        ).fetchone()
        return int(row[0]) - step + 1

    def fact(self, name: str) -> str | None:
        """A single value kept under a name."""
        row = self._connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keeps a single value under a name."""
        self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    @property
    def connection(self) -> sqlite3.Connection:
        """For the simulator's other stores in the same file, which take part in the same transactions."""
        return self._connection

    def documents(self) -> list[Document]:
        """Everything that was added to the company file, lists first, each in the order in which it was added."""
        lists = [
            Document(
                type=element.type,
                name=element.full_name,
                id=element.list_id,
                customer=None,
                total=None,
                balance=self.ledger.customer_balance(element.list_id) if element.type == "Customer" else None,
                external_guid=element.guid,
            )
            for element in self.elements.added()
        ]
        return lists + [
            Document(
                type=txn.type,
                name=txn.ref_number,
                id=txn.txn_id,
                customer=self.elements.full_name("Entity", txn.customer_id),
                total=txn.total,
                balance=self.ledger.balance(txn),
                external_guid=txn.guid,
            )
            for txn in self.ledger.all()
        ]

    def summary(self) -> dict[str, int]:
        """How many of each type were added to the company file; types of which there is none are absent."""
        counts: dict[str, int] = {}
        for document in self.documents():
            counts[document.type] = counts.get(document.type, 0) + 1
        return counts

    def copy_to(self, path: Path | str) -> None:
        """A backup of the company file as it is now, itself a company file that can be opened."""
        target = sqlite3.connect(str(path))
        try:
            self._connection.backup(target)
        finally:
            target.close()

    def close(self) -> None:
        """Nothing is lost without it, but the file is tidier."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise SimulationFailed(f"The company file {self.path} cannot be opened: {error}.") from None
        try:
            # In this order: another simulator may be making it, and its tables and mark are there from one moment on.
            is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            if mark != _APPLICATION_ID and not is_empty:
                raise SimulationFailed(f"{self.path} is not a simulated company file; choose another name.")
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            connection.close()
            raise SimulationFailed(f"The company file {self.path} cannot be used: {error}.") from None
        except SimulationFailed:
            connection.close()
            raise
        return connection

    def _create(self, company: CompanyRecord) -> None:
        with self.transaction():
            if not self._is_empty():
                return  # another simulator has made it at this very moment
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self.set_fact("company", company.to_json())
            seconds = self.now_seconds()
            for standard in standard_elements():
                family = self.elements.family(standard.type)
                list_id = stamps.list_id(self.next_number(f"list {family}"), seconds)
                self.elements.add_standard(standard.type, list_id, standard.name, seconds, standard.fields)

    def _is_empty(self) -> bool:
        return self._scalar("SELECT count(*) FROM sqlite_master") == 0

    def _scalar(self, sql: str) -> object:
        return self._connection.execute(sql).fetchone()[0]


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switches to a write-ahead log; SQLite itself does not wait for others that use the file at this moment."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
