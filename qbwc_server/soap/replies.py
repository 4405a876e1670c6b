"""What goes back over HTTP: one value for every kind of reply, and the SOAP fault among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from qbwc_server.errors import QbwcError
from qbwc_server.soap.text import xml_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

XML_TYPE = "text/xml; charset=utf-8"
"""The only type the Web Connector accepts; `application/xml` ends in QBWC1012 (facts/qbwc-protocol.md section 1.3)."""

HTML_TYPE = "text/html; charset=utf-8"

ALWAYS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
)

_FAULT = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<soap11env:Envelope xmlns:soap11env="http://schemas.xmlsoap.org/soap/envelope/"><soap11env:Body>'
    "<soap11env:Fault><faultcode>soap11env:{code}</faultcode><faultstring>{text}</faultstring>"
    "<faultactor></faultactor></soap11env:Fault></soap11env:Body></soap11env:Envelope>"
)


class FaultCode(StrEnum):
    """Whose mistake it was, in SOAP 1.1's own terms."""

    CLIENT = "Client"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"


class Refused(QbwcError):
    """A request under /qbwc that cannot be understood; its text is the fault string, and never quotes the request."""

    def __init__(
        self,
        message: str,
        *,
        code: FaultCode = FaultCode.CLIENT,
        status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP response."""

    body: bytes
    content_type: str = XML_TYPE
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, method: str, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a WSGI request; to HEAD the body is left away and its length still told."""
        start_response(
            f"{self.status.value} {self.status.phrase}",
            [
                ("Content-Type", self.content_type),
                ("Content-Length", str(len(self.body))),
                *ALWAYS,
                *self.headers,
            ],
        )
        return [] if method == "HEAD" else [self.body]


def fault(refusal: Refused) -> Reply:
    """A SOAP 1.1 fault. .NET shows its text only with status 500, its default (facts/spyne.md, T5)."""
    text = escape(xml_text(str(refusal)))
    body = _FAULT.format(code=refusal.code.value, text=text).encode("utf-8")
    return Reply(body, status=refusal.status, headers=refusal.headers)
