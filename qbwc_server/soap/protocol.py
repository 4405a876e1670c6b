"""Spyne's SOAP 1.1, fed with envelopes that were read by us and kept from answering half an envelope."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from qbwc_server.logs import log_error
from qbwc_server.soap.compat import Application, Fault, Soap11, WsgiApplication
from qbwc_server.soap.service import NAMESPACE, Exchange, QBWebConnectorSvc

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

ENVELOPE_KEY = "qbwc_server.envelope"
"""Where in the WSGI environment the envelope waits that `read_envelope` has read."""


class PreparedSoap11(Soap11):
    """Takes the envelope from the WSGI environment; never parses, and never resolves `href` (T8, T9)."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        no_ids: dict[str, object] = {}
        ctx.in_document = (ctx.transport.req_env.pop(ENVELOPE_KEY), no_ids)

    def deserialize(self, ctx: Any, message: object) -> None:
        super().deserialize(ctx, message)
        ctx.in_document = ctx.in_body_doc = None  # a large answer of QuickBooks is not held twice while it is worked on


class CompleteSoap11(Soap11):
    """Answers a whole response or a fault; Spyne alone sends what it had when writing failed, with status 200 (T1)."""

    def serialize(self, ctx: Any, message: object) -> None:
        try:
            super().serialize(ctx, message)
        except Exception as error:  # noqa: BLE001 - whatever a value did to lxml, the client gets a fault
            log_error(logger, "An answer could not be written as XML.", error)
            ctx.out_document = None
            ctx.out_error = Fault("Server", "Internal error")
            ctx.transport.resp_code = None
            super().serialize(ctx, message)
            ctx.transport.resp_code = self.fault_to_http_response_code(ctx.out_error)


class LoggedApplication(Application):
    """Says where an operation failed, should one ever fail: Spyne would answer a fault and tell nobody why."""

    def call_wrapper(self, ctx: Any) -> Any:
        try:
            return super().call_wrapper(ctx)
        except Exception as error:  # noqa: BLE001 - whatever it is, Spyne would take it after this and say nothing
            log_error(logger, "An operation failed inside.", error)
            raise Fault("Server", "Internal error") from None


def spyne_application(exchange: Exchange, service: type = QBWebConnectorSvc) -> WSGIApplication:
    """A WSGI application that runs the operation of an envelope left in the environment under ENVELOPE_KEY."""
    application = LoggedApplication(
        [service],
        tns=NAMESPACE,
        name="QBWebConnectorSvc",
        in_protocol=PreparedSoap11(validator=None, parse_xsi_type=False),
        out_protocol=CompleteSoap11(),
        config=exchange,
    )
    wsgi: WSGIApplication = WsgiApplication(application)
    return wsgi
