"""QBWC's side of the wire for tests: envelopes as .NET writes them, what came back, and an exchange that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

INTUIT = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE = "text/xml; charset=utf-8"

OPEN = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
CLOSE = "</soap:Body></soap:Envelope>"

PARAMETERS: dict[str, tuple[str, ...]] = {
    "serverVersion": (),
    "clientVersion": ("strVersion",),
    "authenticate": ("strUserName", "strPassword"),
    "sendRequestXML": (
        "ticket",
        "strHCPResponse",
        "strCompanyFileName",
        "qbXMLCountry",
        "qbXMLMajorVers",
        "qbXMLMinorVers",
    ),
    "receiveResponseXML": ("ticket", "response", "hresult", "message"),
    "connectionError": ("ticket", "hresult", "message"),
    "getLastError": ("ticket",),
    "closeConnection": ("ticket",),
    "getInteractiveURL": ("wcTicket", "sessionID"),
    "interactiveDone": ("wcTicket",),
    "interactiveRejected": ("wcTicket", "reason"),
}
"""The eleven operations and their parameters in order (facts/qbwc-protocol.md section 1.1)."""

METHODS = {
    "serverVersion": "server_version",
    "clientVersion": "client_version",
    "authenticate": "authenticate",
    "sendRequestXML": "next_request",
    "receiveResponseXML": "take_response",
    "connectionError": "connection_error",
    "getLastError": "last_error",
    "closeConnection": "close",
}
"""The operations that reach the exchange, and its method for each."""


def raw(operation: str, inner: str) -> bytes:
    """A document-style envelope on one line whose parameters are the XML `inner`."""
    return f'{OPEN}<{operation} xmlns="{INTUIT}">{inner}</{operation}>{CLOSE}'.encode()


def document(operation: str, **parameters: str) -> bytes:
    """As .NET's proxy writes it: an empty text is `<x />`, a null is left out."""
    inner = "".join(
        f"<{name}>{escape(value)}</{name}>" if value else f"<{name} />" for name, value in parameters.items()
    )
    if inner:
        return raw(operation, inner)
    return f'{OPEN}<{operation} xmlns="{INTUIT}" />{CLOSE}'.encode()


def rpc(operation: str, **parameters: str) -> bytes:
    """As a .qwc with `<Style>RPC</Style>` makes it: parameters in no namespace, each with its xsi:type."""
    inner = "".join(
        f'<{name} xsi:type="xsd:{"int" if name.endswith("Vers") else "string"}">{escape(value)}</{name}>'
        for name, value in parameters.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:tns="http://developer.intuit.com" '
        'xmlns:types="http://developer.intuit.com/encodedTypes" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        '<soap:Body soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        f'<q1:{operation} xmlns:q1="http://developer.intuit.com/">{inner}</q1:{operation}>'
        "</soap:Body></soap:Envelope>"
    ).encode()


def result(body: bytes) -> str | list[str | None] | None:
    """The one result of a response envelope: its text, or the texts of an array; None if there is no such element."""
    operation = _in_body(body)
    assert operation.tag.startswith(f"{{{INTUIT}}}"), operation.tag
    if len(operation) == 0:
        return None
    element = operation[0]
    items = element.findall(f"{{{INTUIT}}}string")
    return [item.text or "" for item in items] if items else element.text or ""


@dataclass(frozen=True)
class SoapFault:
    """A SOAP 1.1 fault as a client sees it."""

    code: str
    text: str


def fault(body: bytes) -> SoapFault:
    """The fault of a response envelope; anything else fails the test."""
    element = _in_body(body)
    assert element.tag == f"{{{SOAP}}}Fault", body
    assert [child.tag for child in element] == ["faultcode", "faultstring", "faultactor"]
    prefix, _, code = (element.findtext("faultcode") or "").partition(":")
    assert element.nsmap[prefix] == SOAP
    return SoapFault(code, element.findtext("faultstring") or "")


def _in_body(body: bytes) -> etree._Element:
    assert body.startswith(b"<?xml"), body[:200]
    envelope = etree.fromstring(body, etree.XMLParser(huge_tree=True))
    assert envelope.tag == f"{{{SOAP}}}Envelope"
    (soap_body,) = envelope
    assert soap_body.tag == f"{{{SOAP}}}Body"
    (element,) = soap_body
    return element


def _usual_answers() -> dict[str, Any]:
    return {
        "server_version": "qbwc-server 0.1.0",
        "client_version": "",
        "authenticate": ("0123456789abcdef0123456789abcdef", "", "", ""),
        "next_request": '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML/>',
        "take_response": 50,
        "connection_error": "done",
        "last_error": "QuickBooks is busy.",
        "close": "Done: 3 invoices.",
    }


@dataclass
class RecordingExchange:
    """Keeps every call with its arguments and gives the answer set for it; an exception as an answer is raised."""

    answers: dict[str, Any] = field(default_factory=_usual_answers)
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def _answer(self, method: str, *arguments: object) -> Any:
        self.calls.append((method, *arguments))
        answer = self.answers[method]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def server_version(self) -> str:
        return self._answer("server_version")  # type: ignore[no-any-return]

    def client_version(self, version: str | None) -> str:
        return self._answer("client_version", version)  # type: ignore[no-any-return]

    def authenticate(self, username: str | None, password: str | None) -> tuple[str, str, str, str]:
        return self._answer("authenticate", username, password)  # type: ignore[no-any-return]

    def next_request(
        self,
        ticket: str | None,
        hcp: str | None,
        company_file: str | None,
        country: str | None,
        major: int | None,
        minor: int | None,
    ) -> str:
        return self._answer(  # type: ignore[no-any-return]
            "next_request", ticket, hcp, company_file, country, major, minor
        )

    def take_response(self, ticket: str | None, response: str | None, hresult: str | None, message: str | None) -> int:
        return self._answer("take_response", ticket, response, hresult, message)  # type: ignore[no-any-return]

    def connection_error(self, ticket: str | None, hresult: str | None, message: str | None) -> str:
        return self._answer("connection_error", ticket, hresult, message)  # type: ignore[no-any-return]

    def last_error(self, ticket: str | None) -> str:
        return self._answer("last_error", ticket)  # type: ignore[no-any-return]

    def close(self, ticket: str | None) -> str:
        return self._answer("close", ticket)  # type: ignore[no-any-return]


class EchoExchange:
    """Answers with what it was given, so that a client in another process can see what arrived."""

    def server_version(self) -> str:
        return "echo"

    def client_version(self, version: str | None) -> str:
        return repr(version)

    def authenticate(self, username: str | None, password: str | None) -> tuple[str, str, str, str]:
        return username or "", password or "", "", "300"

    def next_request(
        self,
        ticket: str | None,
        hcp: str | None,
        company_file: str | None,
        country: str | None,
        major: int | None,
        minor: int | None,
    ) -> str:
        return f"{ticket}|{hcp}|{company_file}|{country}|{major}|{minor}"

    def take_response(self, ticket: str | None, response: str | None, hresult: str | None, message: str | None) -> int:
        return len(response or "")

    def connection_error(self, ticket: str | None, hresult: str | None, message: str | None) -> str:
        return f"{ticket}|{hresult}|{message}"

    def last_error(self, ticket: str | None) -> str:
        return f"about {ticket}"

    def close(self, ticket: str | None) -> str:
        return f"closed {ticket}"
