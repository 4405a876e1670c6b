"""How the Web Connector reaches the server: SOAP over HTTP with the bytes of the .NET client."""

from __future__ import annotations

import http.client
import ssl
from enum import Enum
from typing import Protocol

from qbwc_server.simulator.webconnector.envelopes import (
    NAMESPACE,
    Argument,
    Operation,
    WireFault,
    read_response,
    request_envelope,
)
from qbwc_server.simulator.webconnector.http11 import Answer, Connection

_USER_AGENT = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"
_SHOWN = 200
_Kinds = type[Exception] | tuple[type[Exception], ...]
_PLAIN_WORDS: tuple[tuple[_Kinds, str], ...] = (
    (ConnectionRefusedError, "no server is listening there (connection refused)"),
    (TimeoutError, "the server did not answer in time"),
    (ssl.SSLError, "the server's certificate or TLS version was not accepted"),
    (
        (http.client.RemoteDisconnected, http.client.IncompleteRead, ConnectionError),
        "the server closed the connection before its answer was complete",
    ),
    (UnicodeError, "its address is not a host name"),
)


class Wire(Protocol):
    """One call to the server. An implementation may be HTTP, or the server itself in the same process."""

    def call(self, operation: Operation, *arguments: Argument) -> tuple[str, ...]:
        """The strings of the answer: one, or the items of authenticate's array; empty if there was no result.

        Raises WireFault for whatever is no usable answer.
        """
        ...


class SoapAction(Enum):
    """Clients are known to send this header in three ways."""

    QUOTED = "the operation's address in quotes, as the Web Connector does"
    EMPTY = "two quotes"
    ABSENT = "no such header"


class HttpWire:
    """One kept-alive HTTP/1.1 connection to the AppURL (`facts/qbwc-protocol.md` sections 1.4 and 9)."""

    def __init__(self, url: str, *, soap_action: SoapAction = SoapAction.QUOTED, answer_seconds: float = 100.0) -> None:
        """`answer_seconds` is how long an answer may take; .NET waits 100 seconds."""
        self._connection = Connection(url, answer_seconds)
        self._soap_action = soap_action
        self._is_first = True

    def call(self, operation: Operation, *arguments: Argument) -> tuple[str, ...]:
        """See Wire."""
        body = request_envelope(operation, arguments)
        try:
            answer = self._connection.post(self._headers(operation, len(body)), body)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise WireFault(in_plain_words(error)) from None
        self._is_first = False
        return _read(operation, answer)

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def _headers(self, operation: Operation, length: int) -> list[tuple[str, str]]:
        headers = [("User-Agent", _USER_AGENT), ("Content-Type", "text/xml; charset=utf-8")]
        if self._soap_action is not SoapAction.ABSENT:
            address = f"{NAMESPACE}{operation}" if self._soap_action is SoapAction.QUOTED else ""
            headers.append(("SOAPAction", f'"{address}"'))
        headers += [("Host", self._connection.host), ("Content-Length", str(length)), ("Expect", "100-continue")]
        if self._is_first:
            headers.append(("Connection", "Keep-Alive"))
        return headers


def get_status(url: str, answer_seconds: float = 30.0) -> int:
    """The status of a plain GET, redirects not followed. Raises WireFault if there is no answer."""
    try:
        connection = Connection(url, answer_seconds)
        try:
            return connection.get([("Host", connection.host)]).status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise WireFault(in_plain_words(error)) from None


def in_plain_words(error: OSError | http.client.HTTPException | UnicodeError) -> str:
    """Why there was no answer, for a person who knows no socket errors."""
    for kinds, words in _PLAIN_WORDS:
        if isinstance(error, kinds):
            return words
    if isinstance(error, OSError):
        return f"the server cannot be reached ({error.strerror or error})"
    return f"the answer is not HTTP ({type(error).__name__})"


def _read(operation: Operation, answer: Answer) -> tuple[str, ...]:
    """A usable answer is HTTP 200 of type text/xml; a SOAP fault comes with 500."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    if 300 <= answer.status < 400:
        raise WireFault(f"HTTP {answer.status}: the server redirects, which a SOAP client does not follow")
    if answer.status not in (200, 500):
        raise WireFault(f"HTTP {answer.status} {answer.reason}".strip())
    if kind != "text/xml":
        shown = answer.body[:_SHOWN].decode("utf-8", "replace").strip()
        raise WireFault(f"HTTP {answer.status} with type {kind or 'unknown'} instead of text/xml: {shown}")
    strings = read_response(operation, answer.body)
    if answer.status != 200:
        raise WireFault(f"HTTP {answer.status} {answer.reason}".strip())
    return strings
