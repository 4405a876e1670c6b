"""SOAP 1.1 envelopes as the .NET client writes and reads them (`facts/qbwc-protocol.md` section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lxml import etree

from qbwc_server import qbxml
from qbwc_server.errors import UnreadableXml

NAMESPACE = "http://developer.intuit.com/"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_START = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_END = "</soap:Body></soap:Envelope>"

Argument = str | int | None


class Operation(StrEnum):
    """The calls of the Web Connector."""

    SERVER_VERSION = "serverVersion"
    CLIENT_VERSION = "clientVersion"
    AUTHENTICATE = "authenticate"
    SEND_REQUEST_XML = "sendRequestXML"
    RECEIVE_RESPONSE_XML = "receiveResponseXML"
    CONNECTION_ERROR = "connectionError"
    GET_LAST_ERROR = "getLastError"
    CLOSE_CONNECTION = "closeConnection"
    INTERACTIVE_REJECTED = "interactiveRejected"


PARAMETERS: Mapping[Operation, tuple[str, ...]] = {
    Operation.SERVER_VERSION: (),
    Operation.CLIENT_VERSION: ("strVersion",),
    Operation.AUTHENTICATE: ("strUserName", "strPassword"),
    Operation.SEND_REQUEST_XML: (
        "ticket",
        "strHCPResponse",
        "strCompanyFileName",
        "qbXMLCountry",
        "qbXMLMajorVers",
        "qbXMLMinorVers",
    ),
    Operation.RECEIVE_RESPONSE_XML: ("ticket", "response", "hresult", "message"),
    Operation.CONNECTION_ERROR: ("ticket", "hresult", "message"),
    Operation.GET_LAST_ERROR: ("ticket",),
    Operation.CLOSE_CONNECTION: ("ticket",),
    Operation.INTERACTIVE_REJECTED: ("wcTicket", "reason"),
}


class WireFault(Exception):
    """A call brought no usable answer; the text says why, in words for a person."""


def request_envelope(operation: Operation, arguments: tuple[Argument, ...]) -> bytes:
    """One line of UTF-8: an empty string is an empty element, None is no element at all."""
    names = PARAMETERS[operation]
    if len(names) != len(arguments):
        raise ValueError(f"{operation} takes {len(names)} arguments, not {len(arguments)}")
    body = "".join(_parameter(name, value) for name, value in zip(names, arguments, strict=True) if value is not None)
    attribute = f'xmlns="{NAMESPACE}"'
    call = f"<{operation} {attribute}>{body}</{operation}>" if body else f"<{operation} {attribute} />"
    return f"{_START}{call}{_END}".encode()


def read_response(operation: Operation, body: bytes) -> tuple[str, ...]:
    """The strings of a response envelope: one for most operations, the items of the array for authenticate.

    A missing or nil result is an empty tuple. As strict about names and namespaces as .NET's proxy; raises WireFault.
    """
    if not body.startswith(b"<"):
        raise WireFault("the answer does not begin with '<' (a byte order mark, a blank line or other output?)")
    try:
        root = qbxml.parse_xml(body)
    except UnreadableXml as error:
        raise WireFault(f"Response is not well-formed XML: {error}") from None
    content = root.find(f"{{{_SOAP}}}Body") if root.tag == f"{{{_SOAP}}}Envelope" else None
    if content is None:
        raise WireFault("the answer is not a SOAP 1.1 envelope with a Body")
    if (fault := fault_text(content)) is not None:
        raise WireFault(f"SOAP fault: {fault}")
    response = content.find(f"{{{NAMESPACE}}}{operation}Response")
    if response is None:
        raise WireFault(f"the answer holds no {operation}Response in the namespace {NAMESPACE}")
    result = response.find(f"{{{NAMESPACE}}}{operation}Result")
    if result is None:
        return ()
    if operation is Operation.AUTHENTICATE:
        return tuple(item.text or "" for item in result.iterchildren(f"{{{NAMESPACE}}}string"))
    return (result.text or "",)


def fault_text(content: etree._Element) -> str | None:
    """The faultstring of a Body, None if it holds no fault."""
    fault = content.find(f"{{{_SOAP}}}Fault")
    return None if fault is None else fault.findtext("faultstring") or "without a reason"


def _parameter(name: str, value: str | int) -> str:
    text = _escaped(str(value))
    return f"<{name}>{text}</{name}>" if text else f"<{name} />"


def _escaped(text: str) -> str:
    """As .NET's XmlTextWriter: quotes stay, a CR and control characters become references."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if escaped.isprintable():
        return escaped
    return "".join(f"&#x{ord(one):X};" if one < " " and one not in "\t\n" else one for one in escaped)
