"""Fixtures for all tests, and the account of what could not be run on this machine.

`QBWC_CI=1` says that nothing may be missing: no Chromium, or a PostgreSQL server that does not answer, then ends the
run as an error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from qbwc_server.db import Database
from tests.support import chromium, databases, not_run
from tests.support.databases import PostgresSchema
from tests.support.doubles import ManualClock, SeededChance

PROJECT = Path(__file__).resolve().parent.parent
INTUIT_SCHEMAS = PROJECT.parent / "shared" / "qbxml-schema"

# A busy machine is no reason for a failure; and what is found by chance is found by developers, not by the gate.
hypothesis.settings.register_profile("project", deadline=None, derandomize=os.environ.get("QBWC_CI") == "1")
hypothesis.settings.load_profile("project")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("QBWC_CI") == "1" and (reason := databases.why_no_postgres() or chromium.why_no_chromium()):
        raise pytest.UsageError(f"QBWC_CI=1 wants every test to run, but there is {reason}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Outermost, so that our line comes after pytest's own closing line."""
    yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and (line := not_run.line(terminal.stats.get("skipped", []))):
        terminal.write_line(line)


@pytest.fixture(autouse=True)
def _settings_of_the_test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches the program; what the tests themselves read stays."""
    for name in [name for name in os.environ if name.upper().startswith("QBWC_")]:
        if name not in {databases.POSTGRES_VARIABLE, "QBWC_CI"}:
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 2026-11-02 09:00 UTC until `clock.advance(minutes=5)`."""
    return ManualClock()


@pytest.fixture
def chance() -> SeededChance:
    """Random bits that are the same in every run."""
    return SeededChance()


@pytest.fixture(scope="session")
def shared_schemas() -> Path:
    """The folder of Intuit's qbXML schemas, which are not ours to ship; the test is skipped where they are not."""
    if not (INTUIT_SCHEMAS / "qbxml130.xsd").is_file():
        pytest.skip("no Intuit schemas in ../shared/qbxml-schema")
    return INTUIT_SCHEMAS


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The test runs once on each database."""
    kind = str(request.param)
    if kind == "postgresql" and (reason := databases.why_no_postgres()):
        pytest.skip(reason)
    return kind


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "migrated.db"
    databases.migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def _migrated_schema() -> Iterator[PostgresSchema]:
    with databases.postgres_schema() as schema:
        databases.migrate(schema.url)
        yield schema


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of a database of this test's own: migrated, without a row."""
    if database_kind == "sqlite":
        migrated: Path = request.getfixturevalue("_migrated_sqlite")
        file = tmp_path / "qbwc.db"
        shutil.copyfile(migrated, file)
        return f"sqlite:///{file}"
    schema: PostgresSchema = request.getfixturevalue("_migrated_schema")
    schema.empty()
    return schema.url


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """URL of a database of this test's own in which there is nothing at all: `qbwc init` was never run."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with databases.postgres_schema() as schema:
        yield schema.url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A migrated database without a row, closed at the end."""
    database = Database(database_url, durable=False)
    yield database
    database.close()
