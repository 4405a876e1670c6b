"""The one door to the database: `read()` and `write()`, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from qbwc_server.db import driver_errors
from qbwc_server.db.tables import REVISION
from qbwc_server.errors import ConfigurationError, DatabaseAway, DatabaseNotReady, Problem

BUSY_SECONDS = 20
"""How long a writer waits for another one before the database counts as away."""


class Database:
    """A database by its SQLAlchemy URL (`sqlite:///file` or `postgresql+psycopg://...`).

    Connections are opened at the first use, never in the constructor, so that a process may fork before it.
    `durable=False` gives up safety against power failure for speed; it is for tests alone.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        try:
            parsed = sa.make_url(url)
            if parsed.drivername in ("postgresql", "postgres"):
                parsed = parsed.set(drivername="postgresql+psycopg")
            self.engine = _engine(parsed, durable)
        except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigurationError(
                Problem(
                    "is not a database address this program understands",
                    path="QBWC_DATABASE_URL",
                    remedy="Use sqlite:////full/path/file.db or postgresql://user:password@host/database.",
                )
            ) from error
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, on one consistent state of SQLite."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write: committed at the end, rolled back by any exception.

        On SQLite it is BEGIN IMMEDIATE: the write lock is taken before the first read, so that what was read is
        still true when it is written upon.
        """
        with self._translated(), self.engine.connect() as connection:
            connection = connection.execution_options(qbwc_write=True)
            with connection.begin():
                yield connection

    def migrate(self) -> None:
        """Creates the tables or brings them to this version; does nothing if they are current.

        Raises DatabaseNotReady if a newer version made them, ConfigurationError if the database is not in UTF-8.
        """
        from qbwc_server.db import migrate  # noqa: PLC0415  only `qbwc init` needs Alembic, which is slow to import

        with self.write() as connection:
            migrate.upgrade(connection)

    def check_ready(self) -> None:
        """Raises DatabaseNotReady unless the tables are those of this version; makes no file where there is none."""
        if self.is_sqlite and not Path(self.engine.url.database or "").exists():
            raise DatabaseNotReady(driver_errors.not_ready(None))
        with self.read() as connection:
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if found != REVISION:
            raise DatabaseNotReady(driver_errors.not_ready(found))

    def close(self) -> None:
        """Closes all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Driver errors in the program's own words; the cause stays attached for the log."""
        try:
            yield
        except exc.DBAPIError as error:
            if (refusal := driver_errors.refusal(error)) is not None:
                raise refusal from error
            raise
        except exc.TimeoutError as error:
            raise DatabaseAway("every database connection is in use") from error


def _engine(url: sa.URL, durable: bool) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        _prepare_sqlite(engine, "FULL" if durable else "OFF")
        return engine
    if url.get_backend_name() != "postgresql":
        raise exc.ArgumentError("neither SQLite nor PostgreSQL")
    options = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=60s -c timezone=UTC"
    if not durable:
        options += " -c synchronous_commit=off"
    given = url.query.get("options")
    connect_args: dict[str, Any] = {
        "connect_timeout": 5,
        "client_encoding": "utf8",  # else psycopg reads the texts of a SQL_ASCII database as bytes
        "options": f"{given} {options}" if given else options,
    }
    engine = sa.create_engine(
        url.difference_update_query(["options"]),
        hide_parameters=True,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",  # what is read after the company's lock is as new as the lock
        connect_args=connect_args,
    )
    sa.event.listen(engine, "handle_error", _leave_values_out)
    return engine


def _prepare_sqlite(engine: sa.Engine, synchronous: str) -> None:
    """WAL, foreign keys, and our own BEGIN: the driver's begins at the first write, which is too late for us."""

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("qbwc_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _leave_values_out(context: sa.ExceptionContext) -> None:
    """Whoever prints an error of PostgreSQL's must not print somebody's books with it."""
    text = driver_errors.without_values(context.original_exception)
    context.original_exception.args = (text,)
    if context.sqlalchemy_exception is not None:
        kind = type(context.original_exception)
        context.sqlalchemy_exception.args = (f"({kind.__module__}.{kind.__name__}) {text}",)
