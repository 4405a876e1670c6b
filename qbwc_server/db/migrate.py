"""Creating and upgrading the tables with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from qbwc_server.errors import ConfigurationError, DatabaseNotReady, Problem

_LOCK = 0x71627763
"""Key of PostgreSQL's advisory lock under which one process migrates at a time ("qbwc")."""


def upgrade(connection: sa.Connection) -> None:
    """Brings the tables to the newest revision, one process at a time and in the caller's transaction.

    Raises DatabaseNotReady if a newer version of this program made them, ConfigurationError if the database cannot
    hold every text.
    """
    if connection.dialect.name == "postgresql":
        _check_encoding(connection)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        message = "the database was made by a newer version of qbwc-server"
        raise DatabaseNotReady(Problem(message, remedy="Install that version or a later one.")) from None


def _check_encoding(connection: sa.Connection) -> None:
    """PostgreSQL in a bare locale makes databases of SQL_ASCII, which counts bytes for characters."""
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise ConfigurationError(
            Problem(
                f"the database keeps texts as {encoding}, which cannot hold every name",
                path="QBWC_DATABASE_URL",
                remedy="Create it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
            )
        )
