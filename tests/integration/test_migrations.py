"""Making the tables: the migrations lead to what `tables.py` says, and run again or twice at once they do no harm."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from qbwc_server.errors import ConfigurationError, DatabaseNotReady
from tests.support import databases
from tests.support.desk import customer
from tests.support.doubles import ManualClock, SeededChance
from tests.support.queueing import QueueDesk
from tests.support.together import at_the_same_moment

PACKAGE = Path(databases.__file__).parents[2] / "qbwc_server"


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database in which there is nothing at all."""
    database = Database(empty_database_url, durable=False)
    yield database
    database.close()


def schema(db: Database) -> dict[str, list[str]]:
    """Everything the database itself says of its tables: columns, constraints and indexes, each as one line."""
    return _of_sqlite(db) if db.is_sqlite else _of_postgresql(db)


def _of_sqlite(db: Database) -> dict[str, list[str]]:
    with db.read() as c:
        rows = c.exec_driver_sql("SELECT tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    found: dict[str, list[str]] = {}
    for table, kind, sql in rows:
        found.setdefault(table, []).extend(_parts(sql) if kind == "table" else [sql])
    return {table: sorted(parts) for table, parts in found.items() if table != "alembic_version"}


def _parts(create_table: str) -> list[str]:
    """What stands between the commas of a CREATE TABLE: its columns and constraints."""
    parts, depth = [""], 0
    for char in create_table[create_table.index("(") + 1 : create_table.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [" ".join(part.split()) for part in parts]


_COLUMNS = """
SELECT table_name, concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = current_schema()
"""
_CONSTRAINTS = """
SELECT relname, concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid))
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE connamespace = current_schema()::regnamespace
"""
_INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()"


def _of_postgresql(db: Database) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with db.read() as c:
        own_name = c.exec_driver_sql("SELECT current_schema()").scalar()
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES):
            for table, line in c.exec_driver_sql(query):
                found.setdefault(table, []).append(line.replace(f"{own_name}.", ""))
    return {table: sorted(lines) for table, lines in found.items() if table != "alembic_version"}


def test_the_migrations_make_exactly_the_tables_the_program_works_with(empty: Database) -> None:
    with empty.write() as c:
        tables.metadata.create_all(c)
    wanted = schema(empty)
    with empty.write() as c:
        tables.metadata.drop_all(c)
    empty.migrate()
    found = schema(empty)
    assert sorted(found) == sorted(wanted)
    for table, lines in wanted.items():
        assert found[table] == lines
    assert any("WHERE" in line and "ix_job_ready" in line for line in found["job"])


def test_alembic_finds_no_difference_either(empty: Database) -> None:
    empty.migrate()
    with empty.read() as c:
        options = {"compare_type": True, "compare_server_default": not empty.is_sqlite}  # it misreads SQLite's defaults
        context = MigrationContext.configure(c, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_program_asks_for_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "db" / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == tables.REVISION


def test_the_migrations_do_not_look_at_the_tables_of_today() -> None:
    for file in (PACKAGE / "db" / "migrations").rglob("*.py"):
        assert "qbwc_server" not in file.read_text(encoding="utf-8"), f"{file.name} must stay what it was on its day"


def test_migrating_again_changes_nothing(empty: Database, clock: ManualClock, chance: SeededChance) -> None:
    empty.migrate()
    before = schema(empty)
    desk = QueueDesk(empty, clock, chance)
    desk.enqueue(customer("C-1"))
    empty.migrate()
    empty.check_ready()
    assert schema(empty) == before
    assert desk.ready() == ["C-1"]


def test_processes_that_migrate_at_the_same_moment_do_not_disturb_each_other(empty_database_url: str) -> None:
    at_the_same_moment(2, databases.migrate, empty_database_url)
    database = Database(empty_database_url)
    database.check_ready()
    database.close()


def test_a_migration_that_breaks_off_leaves_nothing_behind(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "CREATE TABLE record" in statement:
            raise RuntimeError("the power went off")

    sa.event.listen(empty.engine, "before_cursor_execute", stop)
    with pytest.raises(RuntimeError):
        empty.migrate()
    sa.event.remove(empty.engine, "before_cursor_execute", stop)
    assert schema(empty) == {}
    with pytest.raises(DatabaseNotReady):
        empty.check_ready()
    empty.migrate()
    empty.check_ready()


def test_tables_of_a_newer_version_are_refused_and_left_alone(db: Database) -> None:
    with db.write() as c:
        c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = schema(db)
    try:
        with pytest.raises(DatabaseNotReady, match="newer version"):
            db.migrate()
        with pytest.raises(DatabaseNotReady, match="another version"):
            db.check_ready()
        assert schema(db) == before
    finally:
        with db.write() as c:
            c.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{tables.REVISION}'")


def test_asking_whether_a_database_is_ready_makes_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mistyped.db'}")
    with pytest.raises(DatabaseNotReady, match="qbwc init"):
        database.check_ready()
    database.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgresql
def test_a_postgresql_that_cannot_hold_every_name_is_refused_when_the_tables_are_made() -> None:
    if reason := databases.why_no_postgres():
        pytest.skip(reason)
    with databases.postgres_database("SQL_ASCII") as url:
        database = Database(url, durable=False)
        with pytest.raises(ConfigurationError, match="SQL_ASCII.*ENCODING 'UTF8'"):
            database.migrate()
        database.close()


def test_a_migrated_database_whose_version_was_lost_is_not_ready(db: Database) -> None:
    with db.write() as c:
        c.exec_driver_sql("DELETE FROM alembic_version")
    try:
        with pytest.raises(DatabaseNotReady):
            db.check_ready()
    finally:
        with db.write() as c:
            c.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{tables.REVISION}')")


def test_the_folder_of_the_program_may_have_any_name(tmp_path: Path) -> None:
    place = tmp_path / "50% of it"
    (place / "qbwc_server").parent.mkdir()
    (place / "qbwc_server").symlink_to(PACKAGE, target_is_directory=True)
    code = "import sys; from qbwc_server import db; db.Database(sys.argv[1]).migrate(); print(db.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/made.db"],
        env={**os.environ, "PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(place))


@pytest.mark.parametrize("level", ["debug", "info"])
def test_making_a_database_says_nothing_but_that_it_is_ready(tmp_path: Path, level: str) -> None:
    environment = {**os.environ, "QBWC_DATABASE_URL": f"sqlite:///{tmp_path}/qbwc.db", "QBWC_LOG_LEVEL": level}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "qbwc_server", "init"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = (done.stdout + done.stderr).splitlines()
        assert done.returncode == 0
        assert len(lines) == 1, lines
        assert "is ready" in lines[0]


def test_an_application_that_logs_everything_hears_nothing_of_alembic(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    db.check_ready()
    with db.read() as c:
        jobs.list_jobs(c)
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []


def test_only_making_tables_needs_alembic() -> None:
    code = "import sys, qbwc_server, qbwc_server.db; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
