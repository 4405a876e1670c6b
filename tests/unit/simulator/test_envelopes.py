from __future__ import annotations

import pytest

from qbwc_server.simulator import Operation, WireFault
from qbwc_server.simulator.webconnector.envelopes import read_response, request_envelope

START = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
END = "</soap:Body></soap:Envelope>"
NS = 'xmlns="http://developer.intuit.com/"'
SOAP = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'


@pytest.mark.parametrize(
    ("operation", "arguments", "body"),
    [
        (Operation.SERVER_VERSION, (), f"<serverVersion {NS} />"),
        (
            Operation.CLIENT_VERSION,
            ("2.2.0.71",),
            f"<clientVersion {NS}><strVersion>2.2.0.71</strVersion></clientVersion>",
        ),
        (
            Operation.AUTHENTICATE,
            ("a&b", 'p<>"w'),
            f"<authenticate {NS}><strUserName>a&amp;b</strUserName>"
            '<strPassword>p&lt;&gt;"w</strPassword></authenticate>',
        ),
        (
            Operation.SEND_REQUEST_XML,
            ("t", "", None, "US", 16, 0),
            f"<sendRequestXML {NS}><ticket>t</ticket><strHCPResponse /><qbXMLCountry>US</qbXMLCountry>"
            "<qbXMLMajorVers>16</qbXMLMajorVers><qbXMLMinorVers>0</qbXMLMinorVers></sendRequestXML>",
        ),
        (
            Operation.RECEIVE_RESPONSE_XML,
            ("t", "<a>\r\n\x19é</a>", "", ""),
            f"<receiveResponseXML {NS}><ticket>t</ticket><response>&lt;a&gt;&#xD;\n&#x19;é&lt;/a&gt;</response>"
            "<hresult /><message /></receiveResponseXML>",
        ),
        (Operation.CLOSE_CONNECTION, (None,), f"<closeConnection {NS} />"),
    ],
)
def test_an_envelope_is_one_line_as_net_writes_it(
    operation: Operation, arguments: tuple[str | int | None, ...], body: str
) -> None:
    assert request_envelope(operation, arguments).decode() == START + body + END


def test_a_call_with_too_few_arguments_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="takes 2 arguments"):
        request_envelope(Operation.AUTHENTICATE, ("u",))


def answer(content: str) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<s:Envelope {SOAP}><s:Body>{content}</s:Body></s:Envelope>".encode()
    )


def array(items: str) -> bytes:
    return answer(f"<authenticateResponse {NS}><authenticateResult>{items}</authenticateResult></authenticateResponse>")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("<string>t</string><string></string><string/><string>60</string>", ("t", "", "", "60")),
        ('<string>t</string><string xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>', ("t", "")),
        ('<x:string xmlns:x="http://developer.intuit.com/">t</x:string>', ("t",)),
        ('<string xmlns="">t</string><string xmlns="">none</string>', ()),
        ('<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/Arrays">t</string>', ()),
        ("<item>t</item>", ()),
        ("", ()),
    ],
)
def test_the_array_of_authenticate_holds_strings_of_intuits_namespace(items: str, expected: tuple[str, ...]) -> None:
    assert read_response(Operation.AUTHENTICATE, array(items)) == expected


def test_a_string_result_is_taken_with_any_prefix_and_an_absent_one_is_none() -> None:
    prefixed = 'xmlns:n="http://developer.intuit.com/"'
    body = answer(
        f"<n:clientVersionResponse {prefixed}><n:clientVersionResult>W:x</n:clientVersionResult>"
        "</n:clientVersionResponse>"
    )
    assert read_response(Operation.CLIENT_VERSION, body) == ("W:x",)
    assert read_response(Operation.CLIENT_VERSION, answer(f"<clientVersionResponse {NS}/>")) == ()
    empty = answer(f"<clientVersionResponse {NS}><clientVersionResult/></clientVersionResponse>")
    assert read_response(Operation.CLIENT_VERSION, empty) == ("",)


def test_escaped_qbxml_comes_out_as_it_was() -> None:
    text = '<?xml version="1.0"?>&amp;<QBXML/>'
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    body = answer(
        f"<sendRequestXMLResponse {NS}><sendRequestXMLResult>{escaped}</sendRequestXMLResult></sendRequestXMLResponse>"
    )
    assert read_response(Operation.SEND_REQUEST_XML, body) == (text,)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "does not begin"),
        (b"\xef\xbb\xbf" + array(""), "does not begin"),
        (b"\n" + array(""), "does not begin"),
        (b"Warning: something\n" + array(""), "does not begin"),
        (array("")[:-5], "not well-formed"),
        (b"<html><body>Not found</body></html>", "SOAP 1.1 envelope"),
        (array("").replace(b"schemas.xmlsoap.org/soap/envelope", b"www.w3.org/2003/05/soap-envelope"), "SOAP 1.1"),
        (array("").replace(b"developer.intuit.com/", b"developer.intuit.com"), "no authenticateResponse"),
        (array("").replace(b"authenticateResponse", b"AuthenticateResponse"), "no authenticateResponse"),
        (
            answer("<s:Fault><faultcode>s:Server</faultcode><faultstring>Internal Error</faultstring></s:Fault>"),
            "SOAP fault: Internal Error",
        ),
        (answer("<s:Fault/>"), "SOAP fault: without a reason"),
        (answer(""), "no authenticateResponse"),
    ],
)
def test_anything_else_is_a_fault_with_its_reason(body: bytes, words: str) -> None:
    with pytest.raises(WireFault, match=words):
        read_response(Operation.AUTHENTICATE, body)
