"""The real exchange, at a database where every transaction ends in an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy.exc

from qbwc_server.exchange import Exchange
from qbwc_server.qbxml import Renderer

ERRORS: list[Exception] = [
    RuntimeError("secret"),
    MemoryError(),
    RecursionError("secret"),
    UnicodeDecodeError("utf-8", b"secret", 0, 1, "secret"),
    sqlalchemy.exc.OperationalError("SELECT secret", {"secret": "secret"}, ValueError("away")),
    StopIteration("secret"),
]

_RENDERER = Renderer()


class BrokenDatabase:
    """Raises `error` wherever a transaction would begin."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @contextmanager
    def read(self) -> Iterator[Any]:
        self._raise()
        yield None

    @contextmanager
    def write(self) -> Iterator[Any]:
        self._raise()
        yield None

    def _raise(self) -> None:
        raise self._error


def broken_exchange(error: Exception) -> Exchange:
    """An exchange in which every call that needs the database meets `error`."""
    database: Any = BrokenDatabase(error)
    return Exchange(database, _RENDERER)
