"""The log: times in UTC, and of an unexpected error where it happened but none of the values it happened with.

Values may be somebody's books or passwords: SQLAlchemy prints parameters, pydantic prints input, lxml prints text.
"""

from __future__ import annotations

import copy
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

import sqlalchemy.exc

from qbwc_server.errors import QbwcError

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """One line per record, UTC; an exception is told by `account`."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        own = copy.copy(record)
        own.exc_text = None  # what another handler made of the exception is kept there, values and all
        return super().format(own)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's own name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  logging's own name
        return account(ei[1]) if ei[1] is not None else ""


def set_up(level: str) -> None:
    """Sends our records of `level` and above, and everybody's warnings, to standard error.

    Does nothing to the handlers of a program that has set up its own logging.
    """
    if not logging.root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(Formatter())
        logging.root.addHandler(handler)
    logging.getLogger("qbwc_server").setLevel(level.upper())


def log_error(target: logging.Logger, what: str, error: BaseException) -> None:
    """Logs what went wrong and where, and none of the values it went wrong with, whoever formats the record."""
    target.error("%s\n%s", what, account(error))


def shown(text: str, longest: int = 64) -> str:
    """A text from outside for one line of the log: at most `longest` characters of it, none that writes or steers."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text[:longest]
    )


def account(error: BaseException) -> str:
    """Where an exception came from, line by line, and what it was; of its causes too, each once."""
    told: list[str] = []
    chain: BaseException | None = error
    seen: set[int] = set()
    while chain is not None and id(chain) not in seen:  # an exception that was raised twice may be its own cause
        seen.add(id(chain))
        frames = "".join(traceback.format_tb(chain.__traceback__)).rstrip()
        told.append("\n".join([*([frames] if frames else []), summary(chain)]))
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return "\nwhich led to\n".join(reversed(told))


def summary(error: BaseException) -> str:
    """The kind of an exception in one line, with its message where that is known to hold no values."""
    kind = type(error).__name__
    if isinstance(error, QbwcError | OSError):
        told = str(error)
    elif isinstance(error, sqlalchemy.exc.DBAPIError):
        told = str(error.orig).partition("\n")[0]  # the lines after it hold values
    else:
        return kind
    return f"{kind}: {' '.join(told.split())}"
