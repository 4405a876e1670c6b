"""The WSGI application at /qbwc: sorts the requests and sees that each of them gets a proper answer.

POST is SOAP; GET and HEAD are for people and tools; everything else gets a SOAP fault, our own errors included. No
request ends in an HTML error page, a traceback, a redirect or a connection without an answer (facts/spyne.md, T8, T9).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from qbwc_server.logs import log_error
from qbwc_server.soap.body import drain, read_body, xml_charset
from qbwc_server.soap.envelope import read_envelope
from qbwc_server.soap.pages import welcome
from qbwc_server.soap.protocol import ENVELOPE_KEY
from qbwc_server.soap.replies import XML_TYPE, FaultCode, Refused, Reply, fault
from qbwc_server.soap.wsdl import service_address, wsdl

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)


class Guard:
    """Everything between HTTP and Spyne."""

    def __init__(self, spyne: WSGIApplication, max_body_bytes: int) -> None:
        self._spyne = spyne
        self._max_body_bytes = max_body_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ.get("REQUEST_METHOD", "")
        try:
            reply = self._reply(method, environ)
        except Refused as refusal:
            logger.warning("A request under /qbwc was refused: %s", refusal)
            reply = fault(refusal)
        except Exception as error:  # noqa: BLE001 - the edge of the program: the client gets a fault, the log the rest
            log_error(logger, "A request under /qbwc failed inside.", error)
            reply = fault(Refused("Internal error", code=FaultCode.SERVER))
        return reply.send(method, start_response)

    def _reply(self, method: str, environ: WSGIEnvironment) -> Reply:
        if method == "POST":
            return self._operation(environ)
        drain(environ, self._max_body_bytes)
        if method not in {"GET", "HEAD"}:
            raise Refused(
                "The Web Connector's service is called with POST.",
                status=HTTPStatus.METHOD_NOT_ALLOWED,
                headers=(("Allow", "GET, HEAD, POST"),),
            )
        if _asks_for_wsdl(environ.get("QUERY_STRING", "")):
            return Reply(wsdl(service_address(environ)), XML_TYPE)
        return welcome(environ)

    def _operation(self, environ: WSGIEnvironment) -> Reply:
        # The body first: a client that is still sending does not hear a refusal.
        body = read_body(environ, self._max_body_bytes)
        environ[ENVELOPE_KEY] = read_envelope(body, xml_charset(environ))
        del body  # a response of QuickBooks can be large, and the exchange is about to read it again
        environ["CONTENT_TYPE"] = XML_TYPE  # Spyne looks at it once more, with less care
        status = HTTPStatus.INTERNAL_SERVER_ERROR

        def take_status(
            line: str, _headers: list[tuple[str, str]], _exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            nonlocal status
            status = HTTPStatus(int(line.split(maxsplit=1)[0]))
            return lambda _data: None

        answer = b"".join(self._spyne(environ, take_status))
        if status is not HTTPStatus.OK:
            logger.warning("A request under /qbwc was answered with a SOAP fault.")
        return Reply(answer, XML_TYPE, status)


def _asks_for_wsdl(query: str) -> bool:
    return any(part.partition("=")[0].lower() == "wsdl" for part in query.split("&"))
