"""`qbwc init` and `qbwc backup`, and how every command ends when something is wrong with settings or database."""

from __future__ import annotations

import re
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest
import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.db import Database, tables
from tests.support.command_line import CommandLine

NEEDS_DATABASE = [
    ["company", "add", "Acme", "--url", "https://sync.example.com"],
    ["company", "set", "Acme", "--every", "5"],
    ["company", "list"],
    ["company", "show", "Acme"],
    ["company", "qwc", "Acme"],
    ["company", "password", "Acme"],
    ["company", "accept-file", "Acme"],
    ["company", "pause", "Acme"],
    ["company", "resume", "Acme"],
    ["enqueue", "Acme", "-"],
    ["jobs"],
    ["job", "1"],
    ["retry", "1"],
    ["cancel", "1"],
]


@pytest.fixture
def qbwc(empty_database_url: str) -> CommandLine:
    """The command line on a database in which there is nothing yet."""
    return CommandLine(QBWC_DATABASE_URL=empty_database_url)


@pytest.fixture
def sqlite_qbwc(tmp_path: Path) -> CommandLine:
    """The same on a SQLite file that does not exist yet, in a folder that does not either."""
    return CommandLine(QBWC_DATABASE_URL=f"sqlite:///{tmp_path}/data/qbwc.db")


@pytest.mark.parametrize("command", NEEDS_DATABASE, ids=" ".join)
def test_every_command_but_init_says_that_the_database_is_not_there(qbwc: CommandLine, command: list[str]) -> None:
    (line,) = qbwc.refused(*command)
    assert "qbwc init" in line


def test_no_command_but_init_leaves_an_empty_database_behind(sqlite_qbwc: CommandLine, tmp_path: Path) -> None:
    for command in [*NEEDS_DATABASE, ["backup", str(tmp_path / "copy.db")]]:
        sqlite_qbwc.refused(*command)
    assert list(tmp_path.iterdir()) == []


def test_init_creates_and_may_be_run_again(qbwc: CommandLine, empty_database_url: str) -> None:
    assert "is ready" in qbwc("init").stderr
    qbwc.done("company", "add", "Acme", "--url", "https://sync.example.com")
    before = qbwc.one("company", "show", "Acme")
    assert list(qbwc.one("init")) == ["database"]
    assert qbwc.one("company", "show", "Acme") == before


def test_init_makes_the_owner_id_of_the_installation_once(qbwc: CommandLine, empty_database_url: str) -> None:
    qbwc.done("init")
    database = Database(empty_database_url)
    with database.read() as c:
        made = c.execute(sa.select(tables.instance_setting.c.value)).scalar_one()
    database.close()
    qbwc.done("company", "add", "Acme", "--url", "https://sync.example.com")
    assert qbwc.one("company", "show", "Acme")["owner_id"] == made


def test_a_database_of_a_newer_version_is_left_alone(qbwc: CommandLine, empty_database_url: str) -> None:
    qbwc.done("init")
    database = Database(empty_database_url)
    with database.write() as c:
        c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    (line,) = qbwc.refused("init")
    assert "newer version" in line
    (line,) = qbwc.refused("jobs")
    assert "another version" in line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_database_can_be_read_by_its_owner_only(sqlite_qbwc: CommandLine, tmp_path: Path) -> None:
    sqlite_qbwc.done("init")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "qbwc.db").stat().st_mode) == 0o600


def test_the_password_of_the_database_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    away = CommandLine(QBWC_DATABASE_URL="postgresql://user:s3cret@127.0.0.1:1/none")
    for command in (["init"], ["jobs"], ["serve"]):
        (line,) = away.refused(*command)
        assert "s3cret" not in line
        assert "QBWC_DATABASE_URL" in line


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database at all, but long enough to be read as one" * 20)
    qbwc = CommandLine(QBWC_DATABASE_URL=f"sqlite:///{file}")
    for command in (["init"], ["jobs"], ["backup", str(tmp_path / "copy.db")]):
        (line,) = qbwc.refused(*command)
        assert "is no SQLite database" in line
    assert file.read_text().startswith("not a database")


def test_every_bad_setting_is_one_line_with_its_name(sqlite_qbwc: CommandLine) -> None:
    sqlite_qbwc.environment |= {"QBWC_PORT": "abc", "QBWC_WORKRES": "3"}
    found = sqlite_qbwc.refused("jobs")
    assert sorted(line.split(":")[0] for line in found) == ["QBWC_PORT", "QBWC_WORKRES"]


def test_help_needs_neither_settings_nor_database(sqlite_qbwc: CommandLine) -> None:
    sqlite_qbwc.environment |= {"QBWC_PORT": "abc"}
    for command in ([], ["company"], ["enqueue"], ["company", "add"]):
        assert "Usage:" in sqlite_qbwc.done(*command, "--help")


@pytest.mark.parametrize("arguments", [["nonsense"], ["company", "nonsense"], ["jobs", "--nonsense"], ["enqueue"]])
def test_wrong_usage_ends_with_2(sqlite_qbwc: CommandLine, arguments: list[str]) -> None:
    assert "Usage:" in sqlite_qbwc.misused(*arguments)


def test_an_error_of_our_own_is_one_line_and_its_details_hold_no_values(
    qbwc: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("could not convert 's3cret' of the books")

    qbwc.done("init")
    monkeypatch.setattr(companies, "all_companies", broken)
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_, **__: tmp_path / "log")
    (line,) = qbwc.refused("company", "list")
    file = tmp_path / "log" / "qbwc.log"
    assert line == f"unexpected ValueError; the details are in {file}."
    details = file.read_text()
    assert "in broken" in details
    assert details.rstrip().endswith("ValueError")
    assert "s3cret' of the books\n" not in details
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_, **__: Path("/proc/none"))
    (line,) = qbwc.refused("company", "list")
    assert line == "unexpected ValueError; the details could not be written down."


# --- backup -------------------------------------------------------------------------------------------------------


def names_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as copy:
        return [row[0] for row in copy.execute("SELECT name FROM company ORDER BY id")]


def test_a_backup_is_complete_while_writers_are_at_work(sqlite_qbwc: CommandLine, tmp_path: Path) -> None:
    sqlite_qbwc.done("init")
    url = sqlite_qbwc.environment["QBWC_DATABASE_URL"]
    assert url is not None
    database = Database(url)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            with database.write() as c:  # two rows a transaction: a copy must hold both or none
                for half in ("a", "b"):
                    c.execute(sa.insert(tables.instance_setting).values(name=f"{len(written)}{half}"))
            written.append(1)

    sqlite_qbwc.done("company", "add", "Acme", "--url", "https://sync.example.com")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / f"copy {number}.db" for number in range(5)]
        for copy in copies:
            sqlite_qbwc.done("backup", copy)
    finally:
        stop.set()
        writer.join()
        database.close()
    assert written
    for copy in copies:
        assert names_in(copy) == ["Acme"]
        with closing(sqlite3.connect(copy)) as opened:
            (rows,) = opened.execute("SELECT count(*) FROM instance_setting WHERE name <> 'owner_id'").fetchone()
        assert rows % 2 == 0
        assert CommandLine(QBWC_DATABASE_URL=f"sqlite:///{copy}").objects("company", "list")[0]["name"] == "Acme"
    assert sorted(file.name for file in tmp_path.iterdir() if "unfinished" in file.name) == []


def test_a_backup_never_overwrites_a_file(sqlite_qbwc: CommandLine, tmp_path: Path) -> None:
    sqlite_qbwc.done("init")
    there = tmp_path / "there.db"
    there.write_text("precious")
    (line,) = sqlite_qbwc.refused("backup", there)
    assert "exists already" in line
    assert there.read_text() == "precious"
    assert sqlite_qbwc.one("backup", tmp_path / "new.db")["bytes"] == (tmp_path / "new.db").stat().st_size


def test_a_backup_where_nothing_can_be_written_is_refused_and_leaves_nothing(
    sqlite_qbwc: CommandLine, tmp_path: Path
) -> None:
    sqlite_qbwc.done("init")
    (line,) = sqlite_qbwc.refused("backup", tmp_path / "missing" / "copy.db")
    assert "cannot be written" in line
    (line,) = sqlite_qbwc.refused("backup", tmp_path)
    assert "exists already" in line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_backup_can_be_read_by_its_owner_only(sqlite_qbwc: CommandLine, tmp_path: Path) -> None:
    sqlite_qbwc.done("init")
    sqlite_qbwc.done("backup", tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_backup_of_postgresql_is_refused_with_the_remedy(tmp_path: Path) -> None:
    qbwc = CommandLine(QBWC_DATABASE_URL="postgresql://u:p@127.0.0.1:1/none")
    (line,) = qbwc.refused("backup", tmp_path / "copy.dump")
    assert "pg_dump" in line
    assert list(tmp_path.iterdir()) == []


def test_a_backup_where_there_are_no_hard_links_still_gets_its_name(
    sqlite_qbwc: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    sqlite_qbwc.done("init")
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    sqlite_qbwc.done("backup", tmp_path / "copy.db")
    assert names_in(tmp_path / "copy.db") == []
    assert [re.sub(r"\d+", "N", file.name) for file in tmp_path.glob(".*")] == []
