"""The eleven operations of the Web Connector's service, declared for Spyne so that .NET understands every answer.

Names, order and types are facts/qbwc-protocol.md section 1.1; the declarations are facts/spyne.md section 2. There is
no logic here: each operation hands its parameters to the exchange, which is the application's `config`, and sees that
XML can carry the answer (facts/spyne.md, T1).
"""
# ruff: noqa: N802, N803, N805 - Intuit's names are the contract, and Spyne passes its context where `self` would be

from __future__ import annotations

import logging
from typing import Any, Protocol

from qbwc_server.soap.compat import Array, Integer32, ServiceBase, Unicode, rpc
from qbwc_server.soap.text import xml_text

logger = logging.getLogger(__name__)

NAMESPACE = "http://developer.intuit.com/"

_Str = Unicode(min_occurs=0, nillable=True)
_Int = Integer32(min_occurs=1, nillable=False)
_ArrayOfString = Array(Unicode(nillable=True)).customize(type_name="ArrayOfString")


class Exchange(Protocol):
    """The session behind the operations, one method for each; None is a parameter that was missing or nil.

    None of them ever raises: a SOAP fault would end a run with a QBWC code that tells the user nothing
    (facts/qbwc-protocol.md section 1.3), so what goes wrong behind them is an answer, too.
    """

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


def _exchange(ctx: Any) -> Exchange:
    exchange: Exchange = ctx.app.config
    return exchange


class QBWebConnectorSvc(ServiceBase):
    """Intuit's service; a missing parameter is None, an empty one the empty text."""

    @rpc(_Str, _returns=_Str, _out_variable_name="serverVersionResult")
    def serverVersion(ctx: Any, strVersion: str | None) -> str:
        """QBWC gives no argument; one published WSDL declares an optional one."""
        return xml_text(_exchange(ctx).server_version())

    @rpc(_Str, _returns=_Str, _out_variable_name="getServerVersionResult")
    def getServerVersion(ctx: Any, ticket: str | None) -> str:
        """What Intuit's guide calls serverVersion; QBWC never does, so it is not in the WSDL."""
        return xml_text(_exchange(ctx).server_version())

    @rpc(_Str, _returns=_Str, _out_variable_name="clientVersionResult")
    def clientVersion(ctx: Any, strVersion: str | None) -> str:
        return xml_text(_exchange(ctx).client_version(strVersion))

    @rpc(_Str, _Str, _returns=_ArrayOfString, _out_variable_name="authenticateResult")
    def authenticate(ctx: Any, strUserName: str | None, strPassword: str | None) -> list[str]:
        answer = _exchange(ctx).authenticate(strUserName, strPassword)
        if answer[1] == "nvu":
            logger.warning("a login was refused that came from %s", ctx.transport.req_env.get("REMOTE_ADDR"))
        return [xml_text(each) for each in answer]

    @rpc(_Str, _Str, _Str, _Str, _Int, _Int, _returns=_Str, _out_variable_name="sendRequestXMLResult")
    def sendRequestXML(
        ctx: Any,
        ticket: str | None,
        strHCPResponse: str | None,
        strCompanyFileName: str | None,
        qbXMLCountry: str | None,
        qbXMLMajorVers: int | None,
        qbXMLMinorVers: int | None,
    ) -> str:
        return xml_text(
            _exchange(ctx).next_request(
                ticket, strHCPResponse, strCompanyFileName, qbXMLCountry, qbXMLMajorVers, qbXMLMinorVers
            )
        )

    @rpc(_Str, _Str, _Str, _Str, _returns=_Int, _out_variable_name="receiveResponseXMLResult")
    def receiveResponseXML(
        ctx: Any, ticket: str | None, response: str | None, hresult: str | None, message: str | None
    ) -> int:
        return _exchange(ctx).take_response(ticket, response, hresult, message)

    @rpc(_Str, _Str, _Str, _returns=_Str, _out_variable_name="connectionErrorResult")
    def connectionError(ctx: Any, ticket: str | None, hresult: str | None, message: str | None) -> str:
        return xml_text(_exchange(ctx).connection_error(ticket, hresult, message))

    @rpc(_Str, _returns=_Str, _out_variable_name="getLastErrorResult")
    def getLastError(ctx: Any, ticket: str | None) -> str:
        return xml_text(_exchange(ctx).last_error(ticket))

    @rpc(_Str, _returns=_Str, _out_variable_name="closeConnectionResult")
    def closeConnection(ctx: Any, ticket: str | None) -> str:
        return xml_text(_exchange(ctx).close(ticket))

    # The interactive mode died with Internet Explorer (facts/qbwc-protocol.md section 5); the empty text ends it.
    # `ticket` stands beside `wcTicket` because Intuit's guide names the parameter both ways.

    @rpc(_Str, _Str, _Str, _returns=_Str, _out_variable_name="getInteractiveURLResult")
    def getInteractiveURL(ctx: Any, wcTicket: str | None, sessionID: str | None, ticket: str | None) -> str:
        return ""

    @rpc(_Str, _Str, _returns=_Str, _out_variable_name="interactiveDoneResult")
    def interactiveDone(ctx: Any, wcTicket: str | None, ticket: str | None) -> str:
        return ""

    @rpc(_Str, _Str, _Str, _returns=_Str, _out_variable_name="interactiveRejectedResult")
    def interactiveRejected(ctx: Any, wcTicket: str | None, reason: str | None, ticket: str | None) -> str:
        return ""
