"""What each operation takes and gives, to the byte."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.protocol.wire import (
    CONTENT_TYPE,
    INTUIT,
    METHODS,
    PARAMETERS,
    RecordingExchange,
    document,
    raw,
    result,
    rpc,
)

SAMPLE = {
    "strVersion": "2.3.0.215",
    "strUserName": "acme-7f3a",
    "strPassword": "open & shut",
    "ticket": "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    "wcTicket": "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    "strHCPResponse": '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs/></QBXML>',
    "strCompanyFileName": r"C:\Accounting\X & Y.QBW",
    "qbXMLCountry": "US",
    "qbXMLMajorVers": "16",
    "qbXMLMinorVers": "0",
    "response": '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs/>\n</QBXML>\n',
    "hresult": "0x80040400",
    "message": "QuickBooks found an error when parsing the provided XML text stream.",
    "sessionID": "1",
    "reason": "no",
}
INTEGERS = {"qbXMLMajorVers", "qbXMLMinorVers"}
INTERACTIVE = ("getInteractiveURL", "interactiveDone", "interactiveRejected")

GOLDEN = {
    "serverVersion": "<tns:serverVersionResult>qbwc-server 0.1.0</tns:serverVersionResult>",
    "clientVersion": "<tns:clientVersionResult></tns:clientVersionResult>",
    "authenticate": (
        "<tns:authenticateResult><tns:string>0123456789abcdef0123456789abcdef</tns:string><tns:string></tns:string>"
        "<tns:string></tns:string><tns:string></tns:string></tns:authenticateResult>"
    ),
    "sendRequestXML": (
        '<tns:sendRequestXMLResult>&lt;?xml version="1.0" encoding="utf-8"?&gt;&lt;?qbxml version="13.0"?&gt;'
        "&lt;QBXML/&gt;</tns:sendRequestXMLResult>"
    ),
    "receiveResponseXML": "<tns:receiveResponseXMLResult>50</tns:receiveResponseXMLResult>",
    "connectionError": "<tns:connectionErrorResult>done</tns:connectionErrorResult>",
    "getLastError": "<tns:getLastErrorResult>QuickBooks is busy.</tns:getLastErrorResult>",
    "closeConnection": "<tns:closeConnectionResult>Done: 3 invoices.</tns:closeConnectionResult>",
    "getInteractiveURL": "<tns:getInteractiveURLResult></tns:getInteractiveURLResult>",
    "interactiveDone": "<tns:interactiveDoneResult></tns:interactiveDoneResult>",
    "interactiveRejected": "<tns:interactiveRejectedResult></tns:interactiveRejectedResult>",
}

each_operation = pytest.mark.parametrize("operation", list(PARAMETERS))
each_style = pytest.mark.parametrize("style", [document, rpc])


def sample(operation: str) -> dict[str, str]:
    return {name: SAMPLE[name] for name in PARAMETERS[operation]}


def arguments(operation: str, values: dict[str, str]) -> tuple[object, ...]:
    return (METHODS[operation], *(int(text) if name in INTEGERS else text for name, text in values.items()))


@each_operation
def test_every_byte_of_a_response_is_as_dotnet_reads_it(client: FlaskClient, operation: str) -> None:
    response = client.post("/qbwc", data=document(operation, **sample(operation)), content_type=CONTENT_TYPE)
    assert response.status == "200 OK"
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert response.data.decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<soap11env:Envelope xmlns:soap11env="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:tns="http://developer.intuit.com/"><soap11env:Body>'
        f"<tns:{operation}Response>{GOLDEN[operation]}</tns:{operation}Response>"
        "</soap11env:Body></soap11env:Envelope>"
    )


@pytest.mark.parametrize(
    "action", ["right", "", '""', None, '"http://developer.intuit.com/closeConnection"', "nonsense"]
)
@each_style
@pytest.mark.parametrize("operation", list(METHODS))
def test_the_body_alone_says_which_operation_is_called_and_with_what(
    client: FlaskClient, exchange: RecordingExchange, operation: str, style: object, action: str | None
) -> None:
    assert callable(style)
    headers = {} if action is None else {"SOAPAction": action}
    if action == "right":
        headers = {"SOAPAction": f'"http://developer.intuit.com/{operation}"'}
    body = style(operation, **sample(operation))
    response = client.post("/qbwc/", data=body, content_type=CONTENT_TYPE, headers=headers)
    assert response.status_code == 200
    assert exchange.calls == [arguments(operation, sample(operation))]


def test_the_first_call_of_a_real_web_connector_is_answered(client: FlaskClient, exchange: RecordingExchange) -> None:
    capture = (
        b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
        b'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        b'<soap:Body><serverVersion xmlns="http://developer.intuit.com/" /></soap:Body></soap:Envelope>'
    )
    response = client.post("/qbwc", data=capture, content_type=CONTENT_TYPE)
    assert result(response.data) == "qbwc-server 0.1.0"
    assert exchange.calls == [("server_version",)]


def test_a_captured_success_carries_empty_hresult_and_message(client: FlaskClient, exchange: RecordingExchange) -> None:
    inner = "<ticket>t</ticket><response>&lt;QBXML /&gt;</response><hresult /><message />"
    client.post("/qbwc", data=raw("receiveResponseXML", inner), content_type=CONTENT_TYPE)
    assert exchange.calls == [("take_response", "t", "<QBXML />", "", "")]


def test_a_captured_failure_carries_an_empty_response(client: FlaskClient, exchange: RecordingExchange) -> None:
    inner = "<ticket>t</ticket><response /><hresult>0x80040400</hresult><message>QuickBooks found an error</message>"
    client.post("/qbwc", data=raw("receiveResponseXML", inner), content_type=CONTENT_TYPE)
    assert exchange.calls == [("take_response", "t", "", "0x80040400", "QuickBooks found an error")]


@pytest.mark.parametrize("operation", list(METHODS))
def test_a_missing_parameter_is_none(client: FlaskClient, exchange: RecordingExchange, operation: str) -> None:
    response = client.post("/qbwc", data=document(operation), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [(METHODS[operation], *(None for _ in PARAMETERS[operation]))]


@pytest.mark.parametrize("operation", list(METHODS))
def test_an_empty_parameter_is_the_empty_text_and_an_empty_number_none(
    client: FlaskClient, exchange: RecordingExchange, operation: str
) -> None:
    body = document(operation, **dict.fromkeys(PARAMETERS[operation], ""))
    response = client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [
        (METHODS[operation], *(None if name in INTEGERS else "" for name in PARAMETERS[operation]))
    ]


@pytest.mark.parametrize("nil", ["true", "1"])
@pytest.mark.parametrize("operation", list(METHODS))
def test_a_nil_parameter_is_none(client: FlaskClient, exchange: RecordingExchange, operation: str, nil: str) -> None:
    inner = "".join(f'<{name} xsi:nil="{nil}" />' for name in PARAMETERS[operation])
    response = client.post("/qbwc", data=raw(operation, inner), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [(METHODS[operation], *(None for _ in PARAMETERS[operation]))]


@pytest.mark.parametrize(
    "number", ["", " ", "sixteen", "16.0", "99999999999999999999", "0x10", "\N{FULLWIDTH DIGIT ONE}", "--1"]
)
def test_a_version_that_is_no_number_never_stops_a_session(
    client: FlaskClient, exchange: RecordingExchange, number: str
) -> None:
    body = document("sendRequestXML", ticket="t", qbXMLMajorVers=number, qbXMLMinorVers=" 0 ")
    response = client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [("next_request", "t", None, None, None, None, 0)]


def test_an_operation_in_no_namespace_is_taken_for_intuits(client: FlaskClient, exchange: RecordingExchange) -> None:
    body = document("getLastError", ticket="t").replace(f' xmlns="{INTUIT}"'.encode(), b"")
    response = client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [("last_error", "t")]


def test_server_version_tolerates_the_argument_that_one_published_wsdl_declares(client: FlaskClient) -> None:
    response = client.post("/qbwc", data=document("serverVersion", strVersion="x"), content_type=CONTENT_TYPE)
    assert result(response.data) == "qbwc-server 0.1.0"


def test_get_server_version_as_the_guide_calls_it_works_too(client: FlaskClient) -> None:
    response = client.post("/qbwc", data=document("getServerVersion", ticket="t"), content_type=CONTENT_TYPE)
    assert result(response.data) == "qbwc-server 0.1.0"


@pytest.mark.parametrize("ticket", ["wcTicket", "ticket"])
@each_style
@pytest.mark.parametrize("operation", INTERACTIVE)
def test_interactive_operations_take_the_ticket_under_both_names_and_answer_nothing_to_do(
    client: FlaskClient, exchange: RecordingExchange, operation: str, style: object, ticket: str
) -> None:
    assert callable(style)
    response = client.post("/qbwc", data=style(operation, **{ticket: "t", "reason": "x"}), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert result(response.data) == ""
    assert exchange.calls == []


@each_operation
def test_parameters_may_come_in_any_order_and_with_strangers_between(
    client: FlaskClient, exchange: RecordingExchange, operation: str
) -> None:
    values = dict(reversed(sample(operation).items())) | {"futureParameter": "1"}
    response = client.post("/qbwc", data=document(operation, **values), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    expected = [arguments(operation, sample(operation))] if operation in METHODS else []
    assert exchange.calls == expected


def test_a_text_arrives_with_every_character_it_had(client: FlaskClient, exchange: RecordingExchange) -> None:
    text = "Grüße, Łódź, 日本, \N{GRINNING FACE}, \N{NO-BREAK SPACE}<&>\"'\ttab\nline]]>"
    client.post("/qbwc", data=document("getLastError", ticket=text), content_type=CONTENT_TYPE)
    assert exchange.calls == [("last_error", text)]


def test_a_text_goes_out_with_every_character_it_had(client: FlaskClient, exchange: RecordingExchange) -> None:
    text = " Grüße, 日本, \N{GRINNING FACE} <&>\"' \r\n\ttwo\r\r\n "
    exchange.answers["last_error"] = text
    response = client.post("/qbwc", data=document("getLastError", ticket="t"), content_type=CONTENT_TYPE)
    assert result(response.data) == text


def test_a_raw_line_end_of_windows_arrives_as_xml_demands_and_a_written_one_as_it_is(
    client: FlaskClient, exchange: RecordingExchange
) -> None:
    inner = "<ticket>t</ticket><response>a\r\nb</response><hresult>a&#xD;\nb</hresult>"
    client.post("/qbwc", data=raw("receiveResponseXML", inner), content_type=CONTENT_TYPE)
    assert exchange.calls == [("take_response", "t", "a\nb", "a\r\nb", None)]


def test_cdata_comments_and_instructions_cut_nothing_off(client: FlaskClient, exchange: RecordingExchange) -> None:
    inner = "<!-- x --><response>a<![CDATA[<b>]]>c<!-- d -->e<?f g?>h</response><?i j?>"
    client.post("/qbwc", data=raw("receiveResponseXML", inner), content_type=CONTENT_TYPE)
    assert exchange.calls == [("take_response", None, "a<b>ceh", None, None)]


def test_soap_headers_are_passed_over(client: FlaskClient, exchange: RecordingExchange) -> None:
    body = document("getLastError", ticket="t").replace(
        b"<soap:Body>", b"<soap:Header><a b='c'/></soap:Header><soap:Body>"
    )
    response = client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert exchange.calls == [("last_error", "t")]


@pytest.mark.parametrize("path", ["/qbwc", "/qbwc/", "/qbwc/QBWebConnectorSvc.asmx", "/qbwc?x=1", "/qbwc/?wsdl"])
def test_every_address_below_qbwc_takes_calls(client: FlaskClient, path: str) -> None:
    response = client.post(path, data=document("serverVersion"), content_type=CONTENT_TYPE)
    assert result(response.data) == "qbwc-server 0.1.0"
