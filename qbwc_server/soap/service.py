"""The eleven operations of the Web Connector's service, declared for Spyne so that .NET understands every answer.

Names, order and types are facts/qbwc-protocol.md section 1.1; the declarations are facts/spyne.md section 2. There is
no logic here: each operation hands its parameters to the boundary, which is the application's `config`.
"""
# ruff: noqa: N802, N803, N805 - Intuit's names are the contract, and Spyne passes its context where `self` would be

from __future__ import annotations

from typing import Any

from qbwc_server.soap.boundary import Boundary
from qbwc_server.soap.compat import Array, Integer32, ServiceBase, Unicode, rpc

NAMESPACE = "http://developer.intuit.com/"

_Str = Unicode(min_occurs=0, nillable=True)
_Int = Integer32(min_occurs=1, nillable=False)
_ArrayOfString = Array(Unicode(nillable=True)).customize(type_name="ArrayOfString")


def _exchange(ctx: Any) -> Boundary:
    boundary: Boundary = ctx.app.config
    return boundary


class QBWebConnectorSvc(ServiceBase):
    """Intuit's service; a missing parameter is None, an empty one the empty text."""

    @rpc(_Str, _returns=_Str, _out_variable_name="serverVersionResult")
    def serverVersion(ctx: Any, strVersion: str | None) -> str:
        """QBWC gives no argument; one published WSDL declares an optional one."""
        return _exchange(ctx).server_version()

    @rpc(_Str, _returns=_Str, _out_variable_name="getServerVersionResult")
    def getServerVersion(ctx: Any, ticket: str | None) -> str:
        """What Intuit's guide calls serverVersion; QBWC never does, so it is not in the WSDL."""
        return _exchange(ctx).server_version()

    @rpc(_Str, _returns=_Str, _out_variable_name="clientVersionResult")
    def clientVersion(ctx: Any, strVersion: str | None) -> str:
        return _exchange(ctx).client_version(strVersion)

    @rpc(_Str, _Str, _returns=_ArrayOfString, _out_variable_name="authenticateResult")
    def authenticate(ctx: Any, strUserName: str | None, strPassword: str | None) -> list[str]:
        return list(_exchange(ctx).authenticate(strUserName, strPassword))

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
        return _exchange(ctx).next_request(
            ticket, strHCPResponse, strCompanyFileName, qbXMLCountry, qbXMLMajorVers, qbXMLMinorVers
        )

    @rpc(_Str, _Str, _Str, _Str, _returns=_Int, _out_variable_name="receiveResponseXMLResult")
    def receiveResponseXML(
        ctx: Any, ticket: str | None, response: str | None, hresult: str | None, message: str | None
    ) -> int:
        return _exchange(ctx).take_response(ticket, response, hresult, message)

    @rpc(_Str, _Str, _Str, _returns=_Str, _out_variable_name="connectionErrorResult")
    def connectionError(ctx: Any, ticket: str | None, hresult: str | None, message: str | None) -> str:
        return _exchange(ctx).connection_error(ticket, hresult, message)

    @rpc(_Str, _returns=_Str, _out_variable_name="getLastErrorResult")
    def getLastError(ctx: Any, ticket: str | None) -> str:
        return _exchange(ctx).last_error(ticket)

    @rpc(_Str, _returns=_Str, _out_variable_name="closeConnectionResult")
    def closeConnection(ctx: Any, ticket: str | None) -> str:
        return _exchange(ctx).close(ticket)

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
