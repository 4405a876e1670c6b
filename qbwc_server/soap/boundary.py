"""The last line between the exchange and the wire: whatever happens behind it, QBWC gets a value it understands.

A SOAP fault ends a run with a QBWC code that tells the user nothing (facts/qbwc-protocol.md section 1.3), so no
operation of a session ever answers one: an error here is logged, and the safe value of the operation is the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from qbwc_server.logs import account
from qbwc_server.soap.text import xml_text

logger = logging.getLogger(__name__)

LAST_ERROR = "This server met an internal error and wrote it to its log. The next update carries on from here."
CLOSED = "Finished. This server met an internal error while closing the session and wrote it to its log."
_BUSY = ("", "busy", "", "")
_FAILED = -1
_INT32 = 2**31

T = TypeVar("T")


class Exchange(Protocol):
    """The session behind the operations, one method for each; None is a parameter that was missing or nil."""

    def server_version(self) -> str: ...
    def client_version(self, version: str | None) -> str: ...
    def authenticate(self, username: str | None, password: str | None) -> tuple[str, str, str, str]: ...
    def next_request(
        self,
        ticket: str | None,
        hcp: str | None,
        company_file: str | None,
        country: str | None,
        major: int | None,
        minor: int | None,
    ) -> str: ...
    def take_response(
        self, ticket: str | None, response: str | None, hresult: str | None, message: str | None
    ) -> int: ...
    def connection_error(self, ticket: str | None, hresult: str | None, message: str | None) -> str: ...
    def last_error(self, ticket: str | None) -> str: ...
    def close(self, ticket: str | None) -> str: ...


class Boundary:
    """An Exchange that never raises and whose every text XML can carry."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def server_version(self) -> str:
        return _text("serverVersion", "", self._exchange.server_version)

    def client_version(self, version: str | None) -> str:
        return _text("clientVersion", "", lambda: self._exchange.client_version(version))

    def authenticate(self, username: str | None, password: str | None) -> tuple[str, str, str, str]:
        """Ticket, outcome, postponement, minimum interval; `busy` makes QBWC come again later."""

        def four_texts() -> tuple[str, str, str, str]:
            ticket, outcome, postpone, minimum = map(_checked, self._exchange.authenticate(username, password))
            return ticket, outcome, postpone, minimum

        return _guarded("authenticate", _BUSY, four_texts)

    def next_request(
        self,
        ticket: str | None,
        hcp: str | None,
        company_file: str | None,
        country: str | None,
        major: int | None,
        minor: int | None,
    ) -> str:
        return _text(
            "sendRequestXML",
            "",
            lambda: self._exchange.next_request(ticket, hcp, company_file, country, major, minor),
        )

    def take_response(self, ticket: str | None, response: str | None, hresult: str | None, message: str | None) -> int:
        """The percentage; a negative number makes QBWC ask for the last error."""

        def number() -> int:
            percentage: object = self._exchange.take_response(ticket, response, hresult, message)
            if not isinstance(percentage, int) or not -_INT32 <= percentage < _INT32:
                raise TypeError
            return int(percentage)

        return _guarded("receiveResponseXML", _FAILED, number)

    def connection_error(self, ticket: str | None, hresult: str | None, message: str | None) -> str:
        return _text("connectionError", "done", lambda: self._exchange.connection_error(ticket, hresult, message))

    def last_error(self, ticket: str | None) -> str:
        return _text("getLastError", LAST_ERROR, lambda: self._exchange.last_error(ticket))

    def close(self, ticket: str | None) -> str:
        return _text("closeConnection", CLOSED, lambda: self._exchange.close(ticket))


def log_error(target: logging.Logger, what: str, error: BaseException) -> None:
    """Logs what went wrong and where, and none of the values it went wrong with."""
    target.error("%s\n%s", what, account(error))


def _text(operation: str, safe: str, call: Callable[[], str]) -> str:
    return _guarded(operation, safe, lambda: _checked(call()))


def _guarded(operation: str, safe: T, call: Callable[[], T]) -> T:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - the boundary itself: QBWC must not see our bugs
        log_error(logger, f"{operation} failed inside; the Web Connector was answered with its safe value.", error)
        return safe


def _checked(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return xml_text(value)
