"""A complete copy of a SQLite database that is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from qbwc_server.errors import BackupRefused, Problem

BUSY_SECONDS = 20


def copy_sqlite(source: Path, target: Path) -> int:
    """Copies the database as of one moment and returns the size of the copy in bytes.

    SQLite's own backup runs beside readers and writers. The copy gets its name only when it is complete and was read
    through. Raises BackupRefused if there is a file of that name, if it cannot be written, or if the copy is damaged.
    """
    if target.exists() or target.is_symlink():
        raise BackupRefused(
            Problem(f"{target} exists already.", remedy="Choose another name; nothing was overwritten.")
        )
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _copy(source, unfinished)
            _name(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
        return target.stat().st_size
    except FileExistsError as error:
        raise BackupRefused(Problem(f"{error.filename2 or error.filename} exists already.")) from None
    except OSError as error:
        raise BackupRefused(Problem(f"{target} cannot be written: {error.strerror}.")) from None
    except sqlite3.Error as error:
        raise BackupRefused(Problem(f"the database cannot be copied: {error}.")) from None


def _copy(source: Path, target: Path) -> None:
    uri = f"{source.resolve().as_uri()}?mode=rw"  # ro cannot read a WAL that nobody has open
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as original,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm; the server goes back to WAL
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise BackupRefused(Problem(f"the database is damaged: {found}.", remedy="Restore an earlier backup."))
    with target.open("rb+") as written:
        os.fsync(written.fileno())


def _name(unfinished: Path, target: Path) -> None:
    """Gives the copy its name without ever replacing a file."""
    try:
        target.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError:  # no hard links there, as on a USB stick
        target.touch(exist_ok=False)
        unfinished.replace(target)
