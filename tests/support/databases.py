"""Databases to test on: SQLite files copied from a migrated one, and schemas of our own in a PostgreSQL server."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from qbwc_server.db import Database

POSTGRES_VARIABLE = "QBWC_TEST_POSTGRES_URL"
LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"
CONNECT_SECONDS = 3


@cache
def why_no_postgres() -> str:
    """Empty if the PostgreSQL server for tests answers, else the reason, which names no password."""
    url = _server()
    try:
        _connect().close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1].rpartition("failed: ")[2]
        return f"no PostgreSQL at {url.host}:{url.port or 5432}/{url.database} ({reason}; see {POSTGRES_VARIABLE})"
    return ""


def migrate(url: str) -> None:
    """Creates the tables of this version in the database at `url`."""
    database = Database(url, durable=False)
    try:
        database.migrate()
    finally:
        database.close()


class PostgresSchema:
    """A schema of this test run; everything that connects by its `url` sees nothing else of the server."""

    def __init__(self) -> None:
        self.name = f"qbwc_test_{os.getpid()}_{secrets.token_hex(4)}"
        with _connect() as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.name)))

    @property
    def url(self) -> str:
        """SQLAlchemy's URL; the application name lets `empty` and `drop` find connections that a test left behind."""
        query = {"options": f"-csearch_path={self.name}", "application_name": self.name}
        return _server().update_query_dict(query).render_as_string(hide_password=False)

    def empty(self) -> None:
        """Takes every row out and starts every counter again; the tables stay."""
        with _connect() as connection:
            self._send_away(connection)
            tables = [sql.Identifier(self.name, table) for table in self._tables_with_rows(connection)]
            if tables:
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(tables)))

    def drop(self) -> None:
        """Removes the schema and all that is in it."""
        with _connect() as connection:
            self._send_away(connection)
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(self.name)))

    def _send_away(self, connection: psycopg.Connection) -> None:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [self.name]
        )

    def _tables_with_rows(self, connection: psycopg.Connection) -> list[str]:
        """Emptying an empty table costs PostgreSQL as much as a full one, and most tests touch few."""
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'alembic_version'", [self.name]
        )
        names = [str(row[0]) for row in rows]
        probes = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(self.name, name))
            for name in names
        ]
        return [str(row[0]) for row in connection.execute(sql.SQL(" UNION ALL ").join(probes))] if probes else []


@contextmanager
def postgres_schema() -> Iterator[PostgresSchema]:
    """A new, empty schema, dropped at the end."""
    schema = PostgresSchema()
    try:
        yield schema
    finally:
        schema.drop()


@contextmanager
def postgres_database(encoding: str) -> Iterator[str]:
    """URL of a new, empty database whose texts are kept in another encoding; dropped at the end."""
    name = sql.Identifier(f"qbwc_test_{os.getpid()}_{secrets.token_hex(4)}")
    create = "CREATE DATABASE {} ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with _connect() as connection:
        connection.execute(sql.SQL(create).format(name, encoding))
        try:
            yield _server().set(database=name.as_string().strip('"')).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _server() -> URL:
    return make_url(os.environ.get(POSTGRES_VARIABLE) or LOCAL_POSTGRES).set(drivername="postgresql+psycopg")


def _connect() -> psycopg.Connection:
    """A connection of the tests' own, outside every test's transactions."""
    url = _server().set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS, options="-clock_timeout=20s")
