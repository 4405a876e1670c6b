"""The door to the database: transactions, waiting, and what is said when it is away."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from qbwc_server import companies
from qbwc_server.db import Database, engine, slices, tables
from qbwc_server.errors import ConfigurationError, DatabaseAway, DatabaseNotReady
from tests.support import databases
from tests.support.desk import customer
from tests.support.doubles import ManualClock
from tests.support.queueing import QueueDesk

SETTING = tables.instance_setting
on_postgresql = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""Makes of a test for each database one for PostgreSQL alone."""


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """A migrated SQLite database that nobody has open."""
    file = tmp_path / "qbwc.db"
    databases.migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def durable(sqlite_file: Path) -> Iterator[Database]:
    """The same, opened as the program does."""
    database = Database(f"sqlite:///{sqlite_file}")
    yield database
    database.close()


def put(db: Database, name: str, value: str = "") -> None:
    with db.write() as c:
        c.execute(sa.insert(SETTING).values(name=name, value=value))


def names(db: Database) -> list[str]:
    with db.read() as c:
        wanted = sa.select(SETTING.c.name).where(SETTING.c.name != "owner_id").order_by(SETTING.c.name)
        return list(c.scalars(wanted))


def test_a_write_is_kept_at_its_end(db: Database) -> None:
    put(db, "one")
    assert names(db) == ["one"]


def test_a_write_that_ends_with_an_exception_leaves_nothing(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as c:
        c.execute(sa.insert(SETTING).values(name="one"))
        raise ZeroDivisionError
    assert names(db) == []
    put(db, "two")
    assert names(db) == ["two"]


def test_readers_do_not_see_and_are_not_stopped_by_a_write_that_is_not_finished(db: Database) -> None:
    put(db, "one")
    with db.write() as c:
        c.execute(sa.insert(SETTING).values(name="two"))
        assert names(db) == ["one"]
    assert names(db) == ["one", "two"]


def test_a_read_sees_one_state_of_sqlite_however_long_it_takes(durable: Database) -> None:
    with durable.read() as c:
        before = c.scalars(sa.select(SETTING.c.name)).all()
        put(durable, "meanwhile")
        assert c.scalars(sa.select(SETTING.c.name)).all() == before == []
    assert names(durable) == ["meanwhile"]


def test_what_is_read_after_the_company_was_locked_is_as_new_as_the_lock(
    db: Database, database_url: str, desk: QueueDesk
) -> None:
    """Two processes read a number and write the next one: none of the numbers is lost."""
    put(db, "number", "0")
    wanted = sa.select(SETTING.c.value).where(SETTING.c.name == "number")
    others = [Database(database_url, durable=False) for _ in range(4)]
    barrier = threading.Barrier(len(others))

    def count_up(other: Database) -> None:
        barrier.wait(timeout=30)
        for _ in range(10):
            with other.write() as c:
                companies.lock(c, desk.company_id)
                number = int(c.scalar(wanted) or "")
                c.execute(sa.update(SETTING).where(SETTING.c.name == "number").values(value=str(number + 1)))

    with ThreadPoolExecutor(len(others)) as threads:
        list(threads.map(count_up, others))
    for other in others:
        other.close()
    with db.read() as c:
        assert c.scalar(wanted) == "40"


def test_a_sqlite_write_takes_the_write_lock_before_it_reads(durable: Database, sqlite_file: Path) -> None:
    with closing(sqlite3.connect(sqlite_file, timeout=0)) as other:
        with durable.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        with durable.read() as c:
            c.execute(sa.select(SETTING)).all()
            other.execute("BEGIN IMMEDIATE")
            other.rollback()


def test_a_read_is_not_mistaken_for_a_write_after_one(durable: Database, sqlite_file: Path) -> None:
    put(durable, "one")
    with closing(sqlite3.connect(sqlite_file, timeout=0)) as other, durable.read():
        other.execute("BEGIN IMMEDIATE")
        other.rollback()


def test_a_sqlite_write_that_waits_goes_on_when_the_other_is_done(durable: Database, sqlite_file: Path) -> None:
    other = sqlite3.connect(sqlite_file, check_same_thread=False, isolation_level=None)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.5, other.rollback)
        timer.start()
        begin = time.monotonic()
        put(durable, "one")
        assert time.monotonic() - begin >= 0.4
        timer.join()
    assert names(durable) == ["one"]


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 20_000)]
)
def test_every_sqlite_connection_is_safe_against_crashes_and_wrong_references(
    durable: Database, pragma: str, value: object
) -> None:
    with durable.read() as one, durable.write() as two:
        for c in (one, two):
            assert c.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_row_that_refers_to_nothing_is_refused(db: Database, clock: ManualClock) -> None:
    with pytest.raises(sa.exc.IntegrityError), db.write() as c:
        event = {"job_id": 1, "at": clock.now(), "to_status": "queued"}
        c.execute(sa.insert(tables.job_event).values(**event))


def test_moments_come_back_aware_and_in_utc_to_the_microsecond(db: Database) -> None:
    given = datetime(2026, 11, 2, 4, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    with db.write() as c:
        c.execute(sa.insert(tables.login_failure).values(subject="somebody", at=given))
        back = c.scalar(sa.select(tables.login_failure.c.at))
        assert (
            c.scalar(sa.select(tables.login_failure.c.subject).where(tables.login_failure.c.at <= given)) == "somebody"
        )
    assert back == given
    assert back is not None
    assert back.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 11, 2, 4, 0)  # noqa: DTZ001  the very thing that is refused
    with pytest.raises(sa.exc.StatementError, match="no time zone"), db.write() as c:
        c.execute(sa.insert(tables.login_failure).values(subject="somebody", at=naive))


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/not/there.db").close()
    Database("postgresql://nobody@127.0.0.1:1/none").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://localhost/x", "oracle://x", "sqlite+aiosqlite:///x.db"])
def test_an_address_of_another_kind_is_refused_with_what_is_understood(address: str) -> None:
    with pytest.raises(ConfigurationError, match="postgresql://") as refusal:
        Database(address)
    assert refusal.value.problems[0].path == "QBWC_DATABASE_URL"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_may_be_named_in_the_usual_ways(scheme: str) -> None:
    assert Database(f"{scheme}://somebody@localhost/queue").engine.dialect.driver == "psycopg"


def away(url: str) -> str:
    """What is said of a database that cannot be used, by a read and by a write."""
    database = Database(url)
    said = set()
    try:
        for door in (database.read, database.write):
            with pytest.raises(DatabaseAway) as refusal, door() as c:
                c.execute(sa.select(SETTING)).all()
            (problem,) = refusal.value.problems
            assert problem.path == "QBWC_DATABASE_URL"
            assert problem.remedy
            said.add(problem.message)
    finally:
        database.close()
    return said.pop()


def test_a_postgresql_that_does_not_answer_is_away_and_the_password_is_not_told() -> None:
    told = away("postgresql://somebody:canary@127.0.0.1:1/queue")
    assert "refused" in told
    assert "canary" not in told


def test_a_postgresql_host_with_several_addresses_is_away_with_a_reason() -> None:
    assert "refused" in away("postgresql://somebody@localhost:1/queue")


@on_postgresql
def test_a_postgresql_database_that_does_not_exist_is_away_with_its_name(database_url: str) -> None:
    url = make_url(database_url).set(database="no_such_database")
    assert "no_such_database" in away(url.render_as_string(hide_password=False))


def test_a_sqlite_file_in_a_folder_that_does_not_exist_is_away(tmp_path: Path) -> None:
    assert "unable to open" in away(f"sqlite:///{tmp_path}/not/there/qbwc.db")


def test_a_folder_in_the_place_of_the_sqlite_file_is_away(tmp_path: Path) -> None:
    assert "unable to open" in away(f"sqlite:///{tmp_path}")


def test_a_sqlite_file_that_somebody_else_keeps_locked_is_away(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    database = Database(f"sqlite:///{sqlite_file}")
    with closing(sqlite3.connect(sqlite_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseAway, match="database is locked"):
            put(database, "one")
        assert names(database) == []
    put(database, "one")
    database.close()


@pytest.mark.parametrize("content", [b"This is a letter to the bank, and no database at all. " * 100, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    database = Database(f"sqlite:///{file}")
    for use in (database.check_ready, database.migrate, lambda: put(database, "one")):
        with pytest.raises(DatabaseNotReady, match="no SQLite database"):
            use()
    database.close()
    assert file.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_damaged_sqlite_file_is_away_and_the_backup_is_remembered(sqlite_file: Path) -> None:
    content = bytearray(sqlite_file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    sqlite_file.write_bytes(content)
    database = Database(f"sqlite:///{sqlite_file}")
    with pytest.raises(DatabaseAway, match="damaged.*backup"):
        put(database, "one")
    database.close()


READ_AND_WRITE = """
import os, sys
import sqlalchemy as sa
from qbwc_server.db import Database, tables
from qbwc_server.errors import DatabaseAway
database = Database(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
try:
    with database.write() as c:
        c.execute(sa.insert(tables.instance_setting).values(name="one"))
except DatabaseAway as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter there")
def test_a_sqlite_file_that_may_only_be_read_is_away_when_it_is_written(sqlite_file: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # other users do not come as far as pytest's folders
        folder = Path(name)
        file = folder / "qbwc.db"
        shutil.copyfile(sqlite_file, file)
        file.chmod(0o444)
        folder.chmod(0o555)
        try:
            told = subprocess.run(
                [sys.executable, "-c", READ_AND_WRITE, f"sqlite:///{file}"],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            folder.chmod(0o755)
    assert (told.stderr, told.returncode) == ("", 0)
    assert "readonly database" in told.stdout


def test_a_database_without_tables_asks_for_init(empty_database_url: str) -> None:
    database = Database(empty_database_url, durable=False)
    for use in (database.check_ready, lambda: put(database, "one"), lambda: names(database)):
        with pytest.raises(DatabaseNotReady, match="has no tables yet.*qbwc init"):
            use()
    database.close()


def test_tables_of_another_version_ask_for_init(db: Database) -> None:
    with db.write() as c:
        c.exec_driver_sql("ALTER TABLE instance_setting DROP COLUMN value")
    try:
        with pytest.raises(DatabaseNotReady, match="another version"):
            put(db, "one")
    finally:
        with db.write() as c:
            c.exec_driver_sql("ALTER TABLE instance_setting ADD COLUMN value TEXT NOT NULL DEFAULT ''")


@on_postgresql
def test_a_postgresql_that_only_reads_or_has_no_permission_is_away(db: Database, database_url: str) -> None:
    standby = make_url(database_url).update_query_dict(
        {"options": f"{make_url(database_url).query['options']} -c default_transaction_read_only=on"}
    )
    database = Database(standby.render_as_string(hide_password=False))
    with pytest.raises(DatabaseAway, match="read-only transaction"):
        put(database, "one")
    assert names(database) == []
    database.close()
    with pytest.raises(DatabaseAway, match="permission denied"), db.write() as c:
        c.exec_driver_sql("SET LOCAL ROLE pg_monitor")
        c.exec_driver_sql("SELECT * FROM pg_authid")


@on_postgresql
def test_a_postgresql_connection_that_was_cut_is_away_once_and_then_replaced(db: Database, desk: QueueDesk) -> None:
    with pytest.raises(DatabaseAway), db.write() as c:
        pid = c.scalar(sa.select(sa.func.pg_backend_pid()))
        server = make_url(os.environ.get(databases.POSTGRES_VARIABLE) or databases.LOCAL_POSTGRES)
        address = server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        c.execute(sa.select(SETTING)).all()
    put(db, "one")
    assert names(db) == ["one"]


@on_postgresql
def test_postgresql_waits_for_a_lock_as_long_as_sqlite_does(db: Database, desk: QueueDesk) -> None:
    with db.read() as c:
        assert c.scalar(sa.text("SHOW lock_timeout")) == f"{engine.BUSY_SECONDS}s"
        assert c.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    with db.write() as holder:
        companies.lock(holder, desk.company_id)
        with pytest.raises(DatabaseAway, match="lock timeout"), db.write() as c:
            c.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            companies.lock(c, desk.company_id)


def test_more_work_than_connections_is_away_and_not_an_error_of_another_kind(
    durable: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable.engine.pool, "_timeout", 0.1)
    with pytest.raises(DatabaseAway, match="every database connection is in use"):
        _nested(durable, 50)
    assert names(durable) == []


def _nested(db: Database, depth: int) -> None:
    with db.read():
        if depth:
            _nested(db, depth - 1)


CANARY = "canary-4711"


def test_no_error_tells_the_values_it_was_about(
    desk: QueueDesk, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL's DETAIL quotes whole rows, SQLAlchemy the parameters: both would put somebody's books into a log."""
    caplog.set_level(logging.INFO)
    desk.enqueue(customer("C-1", name=CANARY))
    put(db, CANARY)
    wrong: list[sa.Executable] = [
        sa.insert(SETTING).values(name=CANARY),
        sa.update(tables.job).values(error=CANARY),
        sa.insert(tables.job_event).values(job_id=999, at=desk.clock.now(), to_status=CANARY),
        sa.select(sa.text("no_such_column")).where(SETTING.c.value == CANARY),
        sa.text("SELECT nonsense FROM").bindparams(),
    ]
    for statement in wrong:
        with pytest.raises(Exception, match=".") as error, db.write() as c:
            c.execute(statement)
        cause: BaseException | None = error.value
        while cause is not None:
            assert CANARY not in str(cause)
            assert CANARY not in repr(cause)
            cause = cause.__cause__ or cause.__context__
    assert CANARY not in caplog.text


def test_many_values_are_asked_for_in_several_queries_and_each_only_once() -> None:
    assert list(slices([])) == []
    assert list(slices([3, 1, 2, 3])) == [[1, 2, 3]]
    pieces = list(slices(range(1201)))
    assert [len(piece) for piece in pieces] == [500, 500, 201]
    assert [value for piece in pieces for value in piece] == list(range(1201))
