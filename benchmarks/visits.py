"""A lean Web Connector: the calls of a visit over one kept connection, and how long it waited for them."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, unescape

from benchmarks.answers import QuickBooks, host_company_preferences
from qbwc_server.exchange import Exchange
from qbwc_server.simulator import Operation

PATH = r"C:\Books\Acme.qbw"
_NAMESPACE = "http://developer.intuit.com/"
_PARAMETERS = {
    Operation.SERVER_VERSION: (),
    Operation.CLIENT_VERSION: ("strVersion",),
    Operation.AUTHENTICATE: ("strUserName", "strPassword"),
    Operation.SEND_REQUEST_XML: (
        *("ticket", "strHCPResponse", "strCompanyFileName"),
        *("qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers"),
    ),
    Operation.RECEIVE_RESPONSE_XML: ("ticket", "response", "hresult", "message"),
    Operation.CLOSE_CONNECTION: ("ticket",),
}
_RESULT = re.compile(r"<(?:\w+:)?(?:\w+Result|string)(?: [^>]*)?(?:/>|>([^<]*)</)")

Caller = Callable[[Operation, tuple[str, ...]], list[str]]


@dataclass(frozen=True, slots=True)
class Login:
    """What a Web Connector knows of a company."""

    username: str
    password: str
    owner_id: str
    file_id: str


@dataclass(slots=True)
class Tally:
    """What a visit came to."""

    calls: int = 0
    requests: list[str] = field(default_factory=list)
    """The message sets that were sent, in order."""
    longest_answer: int = 0
    """Characters of qbXML."""
    status: str = ""
    """What closeConnection said."""


class HttpCaller:
    """SOAP over one kept-alive connection; `seconds` is how long the answers took, our own work left out."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.seconds = 0.0

    def __call__(self, operation: Operation, arguments: tuple[str, ...]) -> list[str]:
        parameters = "".join(
            f"<{name}>{escape(value)}</{name}>" for name, value in zip(_PARAMETERS[operation], arguments, strict=True)
        )
        body = (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{operation} xmlns="{_NAMESPACE}">{parameters}</{operation}></soap:Body></soap:Envelope>'
        ).encode()
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{_NAMESPACE}{operation}"',
            "Expect": "100-continue",
        }
        began = time.perf_counter()
        self._connection.request("POST", "/qbwc", body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self.seconds += time.perf_counter() - began
        if answer.status != 200:
            raise RuntimeError(f"{operation} was answered with HTTP {answer.status}: {text[:300]}")
        return [unescape(found) for found in _RESULT.findall(text)] or [""]

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()


def direct(exchange: Exchange) -> Caller:
    """The same without HTTP, for what is prepared and not measured."""

    def call(operation: Operation, arguments: tuple[str, ...]) -> list[str]:
        match operation:
            case Operation.AUTHENTICATE:
                return list(exchange.authenticate(arguments[0], arguments[1]))
            case Operation.SEND_REQUEST_XML:
                return [exchange.next_request(arguments[0], arguments[1], arguments[2], "US", 16, 0)]
            case Operation.RECEIVE_RESPONSE_XML:
                return [str(exchange.take_response(*arguments))]
            case Operation.CLOSE_CONNECTION:
                return [exchange.close(arguments[0])]
        return [""]

    return call


def visit(call: Caller, login: Login, quickbooks: QuickBooks, *, most_sets: int | None = None) -> Tally:
    """One visit of the Web Connector, from serverVersion to closeConnection; ended early after `most_sets` answers."""
    tally = Tally()

    def said(operation: Operation, *arguments: str) -> list[str]:
        tally.calls += 1
        return call(operation, arguments)

    said(Operation.SERVER_VERSION)
    said(Operation.CLIENT_VERSION, "2.3.0.215")
    ticket, outcome = said(Operation.AUTHENTICATE, login.username, login.password)[:2]
    if outcome in ("none", "nvu", "busy"):
        tally.status = outcome
    quickbooks.file_id = login.file_id
    hcp = host_company_preferences(login.owner_id, login.file_id)
    while not tally.status:
        request = said(Operation.SEND_REQUEST_XML, ticket, hcp, PATH, "US", "16", "0")[0]
        hcp = ""
        if not request:
            break
        tally.requests.append(request)
        answer = quickbooks.answer(request)
        tally.longest_answer = max(tally.longest_answer, len(answer))
        percent = int(said(Operation.RECEIVE_RESPONSE_XML, ticket, answer, "", "")[0])
        if not 0 <= percent < 100 or len(tally.requests) == most_sets:
            break
    tally.status = said(Operation.CLOSE_CONNECTION, ticket)[0] or tally.status
    return tally
