"""What every command starts from: the settings, the database, and an end without a traceback."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import platformdirs

from qbwc_server import logs
from qbwc_server.cli.output import message
from qbwc_server.clock import SystemChance, SystemClock
from qbwc_server.config import load_settings
from qbwc_server.db import Database
from qbwc_server.errors import QbwcError

Command = TypeVar("Command", bound=Callable[..., Any])

ACTOR = "command line"
"""Who it was, in a job's history."""
clock = SystemClock()
chance = SystemChance()


def json_option(command: Command) -> Command:
    """The option that every command with data has."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")(command)


@contextmanager
def ready_database() -> Iterator[Database]:
    """The configured database, closed at the end. Raises DatabaseNotReady if `qbwc init` was never run on it."""
    with opened(load_settings().database_url) as database:
        database.check_ready()
        yield database


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database in whatever state it is, closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


class Group(click.Group):
    """Turns every refusal into one line per problem and exit code 1; never shows a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result: Any = super().invoke(ctx)
        except QbwcError as error:
            _refuse(error)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # `qbwc jobs | head`: click ends quietly
            _unexpected(error)
        else:
            return result
        return ctx.exit(1)


def _refuse(error: QbwcError) -> None:
    for problem in error.problems:
        message("Error: " + " ".join(str(problem).split()))


def _unexpected(error: Exception) -> None:
    """A defect of ours, or of the machine: one line for the person, the details in a file."""
    kept = _keep(error)
    where = f"the details are in {kept}" if kept else "the details could not be written down"
    message(f"Error: unexpected {logs.summary(error)}; {where}.")


def _keep(error: Exception) -> Path | None:
    file = platformdirs.user_log_path("qbwc-server", appauthor=False) / "qbwc.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        with file.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{logs.account(error)}\n\n")
    except OSError:
        return None
    return file
