"""`qbwc init` and `qbwc backup`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from qbwc_server import companies
from qbwc_server.cli import output
from qbwc_server.cli.backup import copy_sqlite
from qbwc_server.cli.runtime import chance, json_option, opened, ready_database
from qbwc_server.config import load_settings, shown_url, sqlite_file
from qbwc_server.errors import BackupRefused, DatabaseAway, Problem


@click.command()
@json_option
def init(as_json: bool) -> None:
    """Create the database, or bring it to this version; safe to run again."""
    url = load_settings().database_url
    prepare(url)
    shown = shown_url(url)
    if as_json:
        output.json_lines([{"database": shown}])
    output.message(f"The database {shown} is ready.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Write a complete copy of the SQLite database to FILE, also while the server is running."""
    source = sqlite_file(load_settings().database_url)
    if source is None:
        remedy = "Use PostgreSQL's own tool: pg_dump --format=custom --file=FILE DATABASE."
        raise BackupRefused(Problem("this command copies SQLite databases only.", remedy=remedy))
    with ready_database():
        size = copy_sqlite(source, file)
    if as_json:
        output.json_lines([{"file": str(file), "bytes": size}])
    output.message(f"Written to {file} ({size} bytes).")


def prepare(url: str) -> None:
    """Creates or migrates the database at `url` and makes this installation's OwnerID.

    Raises DatabaseAway, or DatabaseNotReady if a newer version of this program made it.
    """
    file = sqlite_file(url)
    if file is not None:
        _make_private(file)
    with opened(url) as db:
        db.migrate()
        with db.write() as c:
            companies.owner_id(c, chance)


def _make_private(file: Path) -> None:
    """An empty database file that only its owner reads, unless there is one: it will hold somebody's books."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        message = f"the database file {file} cannot be created: {error.strerror}."
        raise DatabaseAway(Problem(message, path="QBWC_DATABASE_URL")) from None
