"""Spyne's traps (facts/spyne.md section 4), each by the symptom it would show. T7 is in test_logs, T15 in test_live."""

from __future__ import annotations

import gc
import itertools
import sys
import time
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import EnvironBuilder, run_wsgi_app

from qbwc_server import soap
from tests.protocol.conftest import MAX_BODY_BYTES
from tests.protocol.wire import (
    CLOSE,
    CONTENT_TYPE,
    INTUIT,
    METHODS,
    OPEN,
    RecordingExchange,
    SoapFault,
    document,
    fault,
    raw,
    result,
)

MIB = 1024 * 1024
ILLEGAL = ["\x00", "\x08", "\x0b", "\x19", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff"]


def refusal(
    client: FlaskClient, exchange: RecordingExchange, body: bytes, content_type: str = CONTENT_TYPE
) -> SoapFault:
    """Sends what must be refused: with a fault, and without a trace in the exchange."""
    response = client.post("/qbwc", data=body, content_type=content_type)
    assert response.status_code == 500
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert exchange.calls == []
    return fault(response.data)


@pytest.mark.parametrize("character", ILLEGAL)
def test_a_character_that_xml_cannot_carry_does_not_empty_the_answer(
    client: FlaskClient, exchange: RecordingExchange, character: str
) -> None:
    """T1: Spyne would answer 200 with an empty Envelope; a fault would end the session."""
    exchange.answers["last_error"] = f"Customer{character}Acme"
    exchange.answers["authenticate"] = (f"t{character}", character, "", "")
    response = client.post("/qbwc", data=document("getLastError", ticket="t"), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert result(response.data) == "Customer\N{REPLACEMENT CHARACTER}Acme"
    response = client.post("/qbwc", data=document("authenticate"), content_type=CONTENT_TYPE)
    assert result(response.data) == ["t\N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}", "", ""]


@pytest.mark.parametrize("operation", [name for name in METHODS if name not in {"authenticate", "receiveResponseXML"}])
def test_no_text_goes_out_that_xml_cannot_carry(
    client: FlaskClient, exchange: RecordingExchange, operation: str
) -> None:
    """T1."""
    exchange.answers[METHODS[operation]] = "".join(ILLEGAL)
    response = client.post("/qbwc", data=document(operation), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert result(response.data) == "\N{REPLACEMENT CHARACTER}" * len(ILLEGAL)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY x "cut">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE x>",
        '<!-- --><?a b?>\n<!DOCTYPE x [<!ENTITY % p "">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_text_with_an_entity_is_refused_instead_of_cut(
    client: FlaskClient, exchange: RecordingExchange, doctype: str, encoding: str
) -> None:
    """T2: Spyne would hand over A of A&x;B, with status 200."""
    text = raw("getLastError", "<ticket>A&x;B</ticket>").decode().replace("?>", f"?>{doctype}", 1)
    body = text.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
    found = refusal(client, exchange, body, "text/xml" if encoding == "utf-16" else CONTENT_TYPE)
    assert found.code == "Client"
    assert "DOCTYPE" in found.text


def test_an_entity_without_a_doctype_is_refused(client: FlaskClient, exchange: RecordingExchange) -> None:
    """T2: the same loss by an entity that nobody declared."""
    found = refusal(client, exchange, raw("getLastError", "<ticket>A&nbsp;B</ticket>"))
    assert "entity" in found.text


@pytest.mark.parametrize("encoding", ["utf-7", "cp037"])
def test_a_doctype_does_not_hide_in_a_strange_encoding(
    client: FlaskClient, exchange: RecordingExchange, encoding: str
) -> None:
    """T2: in UTF-7 or EBCDIC no byte of the request spells DOCTYPE."""
    text = raw("getLastError", "<ticket>A&x;B</ticket>").decode()
    text = text.replace('encoding="utf-8"?>', f'encoding="{encoding}"?><!DOCTYPE x [<!ENTITY x "cut">]>')
    refusal(client, exchange, text.encode(encoding), "text/xml")


@pytest.mark.parametrize(
    "inner",
    [
        "<ticket>t</ticket><response><QBXML><QBXMLMsgsRs/></QBXML></response>",
        "<ticket>t</ticket><response>text<b/>more</response>",
        "<ticket><response>moved</response></ticket>",
    ],
)
def test_an_answer_sent_as_elements_instead_of_text_is_refused(
    client: FlaskClient, exchange: RecordingExchange, inner: str
) -> None:
    """T3: Spyne would hand over the empty text, which means that QuickBooks answered nothing."""
    assert "elements" in refusal(client, exchange, raw("receiveResponseXML", inner)).text


def test_an_answer_of_twenty_megabytes_arrives_whole(client: FlaskClient, exchange: RecordingExchange) -> None:
    """T4 (no text over 10 MB) and T5 (no request over 2 MB)."""
    text = "<InvoiceRet>Grüße</InvoiceRet>\n" * 700_000
    assert len(text) > 20 * MIB
    body = document("receiveResponseXML", ticket="t", response=text, hresult="", message="")
    response = client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert result(response.data) == "50"
    ((_, _, received, _, _),) = exchange.calls
    assert received == text


class Upload(BytesIO):
    """A request body that says how much of it was taken."""

    def __init__(self, size: int) -> None:
        super().__init__(document("receiveResponseXML", ticket="t", response="x" * size))
        self.size = len(self.getvalue())


def upload(exchange: RecordingExchange, stream: Upload, limit: int, *, chunked: bool) -> tuple[str, bytes]:
    app = Flask("tests")
    soap.mount(app, exchange, limit)
    environ = EnvironBuilder("/qbwc", method="POST", content_type=CONTENT_TYPE, input_stream=stream).get_environ()
    if chunked:
        environ["wsgi.input_terminated"] = True
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        environ.pop("CONTENT_LENGTH", None)
    else:
        environ["CONTENT_LENGTH"] = str(stream.size)
    chunks, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert headers["Content-Type"] == CONTENT_TYPE
    return status, b"".join(chunks)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_over_the_limit_is_read_to_its_end_and_then_refused_with_a_text_dotnet_shows(
    exchange: RecordingExchange, chunked: bool
) -> None:
    """T5: an early 413 breaks the connection under .NET. T6: chunked, Spyne cuts the body and blames the XML."""
    stream = Upload(3 * MIB)
    status, body = upload(exchange, stream, limit=MIB, chunked=chunked)
    assert status == "500 Internal Server Error"
    assert fault(body).code == "Client"
    assert "longer than this server accepts (1048576 bytes)" in fault(body).text
    assert "QBWC_MAX_BODY_BYTES" in fault(body).text
    assert stream.tell() == stream.size
    assert exchange.calls == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_of_just_the_limit_is_accepted(exchange: RecordingExchange, chunked: bool) -> None:
    """T5, T6: the limit itself is allowed."""
    stream = Upload(MIB)
    status, body = upload(exchange, stream, limit=stream.size, chunked=chunked)
    assert status.startswith("200")
    assert result(body) == "50"


def test_an_endless_upload_is_not_read_for_ever(exchange: RecordingExchange) -> None:
    """T5: the reading before a refusal has an end, too."""
    stream = Upload(40 * MIB)
    status, _ = upload(exchange, stream, limit=MIB, chunked=True)
    assert status.startswith("500")
    assert stream.tell() < 20 * MIB


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\r\n"])
def test_an_empty_request_gets_an_answer(client: FlaskClient, exchange: RecordingExchange, body: bytes) -> None:
    """T8: Spyne would let the web server drop the connection."""
    assert "no body" in refusal(client, exchange, body).text


def in_body(inner: str) -> bytes:
    return f"{OPEN}{inner}{CLOSE}".encode()


BROKEN = {
    "an empty Body": in_body(""),
    "text in the Body": in_body("text"),
    "a Header alone": OPEN.replace("Body", "Header").encode() + b"</soap:Header></soap:Envelope>",
    "no Body": OPEN.replace("<soap:Body>", "").encode() + b"</soap:Envelope>",
    "two Bodies": document("getLastError").replace(CLOSE.encode(), f"</soap:Body><soap:Body>{CLOSE}".encode()),
    "a fault": in_body("<soap:Fault><faultcode>x</faultcode></soap:Fault>"),
    "two operations": in_body(f'<a xmlns="{INTUIT}"/><b xmlns="{INTUIT}"/>'),
    "invalid UTF-8": document("getLastError", ticket="t").replace(b">t<", b">\xff\xfe\xe9<"),
    "a cut character": document("getLastError", ticket="t").replace(b">t<", b">\xc3<"),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(100),
    "an unknown href": raw("getLastError", '<ticket href="#nowhere"/>'),
    "an href in a circle": raw("getLastError", '<ticket id="a" href="#a"/>'),
    "an href of the operation": in_body(f'<getLastError xmlns="{INTUIT}" href="#a"/>'),
    "no envelope": b"<x/>",
    "no XML": b"ticket=1&x=2",
    "half an envelope": document("getLastError", ticket="t")[:-20],
    "two envelopes": document("getLastError", ticket="t") * 2,
    "a NUL": raw("getLastError", "<ticket>\x00</ticket>"),
    "a control character": raw("getLastError", "<ticket>\x19</ticket>"),
    "a reference to a control character": raw("getLastError", "<ticket>&#x19;</ticket>"),
    "an undeclared prefix": raw("getLastError", "<x:ticket>1</x:ticket>"),
    "very deep elements": raw("getLastError", "<a>" * 10_000 + "</a>" * 10_000),
    "an unknown operation": document("nonsense"),
    "an operation of another namespace": document("getLastError").replace(b"intuit.com/", b"intuit.com"),
    "JSON": b'{"a": 1}',
    "a million laughs": b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>',
}


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_broken_envelope_gets_a_fault_and_nothing_happens(
    client: FlaskClient, exchange: RecordingExchange, what: str
) -> None:
    """T9: Spyne would let an exception out, and the client would see HTML or an empty envelope."""
    found = refusal(client, exchange, BROKEN[what])
    assert found.code.startswith("Client")
    assert len(found.text) > 20
    assert "Traceback" not in found.text


def test_an_attribute_named_like_a_parameter_is_no_error(client: FlaskClient, exchange: RecordingExchange) -> None:
    """T9: Spyne would take it for a parameter and fall over it."""
    body = raw("getLastError", '<ticket ticket="x" id="y">t</ticket>').replace(
        b"<getLastError", b"<getLastError ticket='z'"
    )
    assert client.post("/qbwc", data=body, content_type=CONTENT_TYPE).status_code == 200
    assert exchange.calls == [("last_error", "t")]


def test_a_nil_operation_is_no_error(client: FlaskClient, exchange: RecordingExchange) -> None:
    """T9: Spyne would have no arguments to call it with."""
    body = raw("getLastError", "<ticket>t</ticket>").replace(b"<getLastError", b"<getLastError xsi:nil='true'")
    assert client.post("/qbwc", data=body, content_type=CONTENT_TYPE).status_code == 200
    assert exchange.calls == [("last_error", "t")]


def test_an_envelope_of_soap_12_is_refused_as_such(client: FlaskClient, exchange: RecordingExchange) -> None:
    """T9: with the code that SOAP 1.1 has for it."""
    body = document("getLastError").replace(
        b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
    )
    assert refusal(client, exchange, body).code == "VersionMismatch"


@pytest.mark.parametrize("nil", ["false", "0", "", "no"])
def test_a_parameter_that_is_declared_not_nil_keeps_its_text(
    client: FlaskClient, exchange: RecordingExchange, nil: str
) -> None:
    """T10: Spyne takes any xsi:nil for true."""
    body = raw("receiveResponseXML", f'<ticket xsi:nil="{nil}">t</ticket><response xsi:nil="{nil}">r</response>')
    client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert exchange.calls == [("take_response", "t", "r", None, None)]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/html; charset=utf-8",
        "application/json",
        "application/soap+xml; charset=utf-8",
        "application/x-www-form-urlencoded",
        'multipart/related; type="application/xop+xml"; boundary=b; start="<a>"; start-info="text/xml"',
        "multipart/form-data; boundary=x",
        "text/xml; charset=utf-7",
        "text/xml; charset=nonsense",
        "text/xml; charset=unicode_escape",
        "text/xml; charset=base64",
        "",
        ";;;",
    ],
)
def test_a_body_that_is_not_called_xml_is_refused(
    client: FlaskClient, exchange: RecordingExchange, content_type: str
) -> None:
    """T11: Spyne reads anything, multipart as MTOM."""
    response = client.post("/qbwc", data=document("getLastError", ticket="t"), headers={"Content-Type": content_type})
    assert response.status_code == 415
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert fault(response.data).code == "Client"
    assert exchange.calls == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_compressed_body_is_refused(client: FlaskClient, exchange: RecordingExchange, encoding: str) -> None:
    """T9, T11: nobody here would unpack it."""
    headers = {"Content-Encoding": encoding}
    response = client.post("/qbwc", data=document("getLastError"), content_type=CONTENT_TYPE, headers=headers)
    assert response.status_code == 415
    assert "compressed" in fault(response.data).text


@pytest.mark.parametrize(
    ("content_type", "declared", "encoded"),
    [
        ("text/xml", "utf-8", "utf-8"),
        ("TEXT/XML", "utf-8", "utf-8-sig"),
        ("application/xml", "utf-8", "utf-8"),
        ('text/xml; charset="UTF-8"', "utf-8", "utf-8"),
        ("text/xml; charset=utf-8", "utf-8", "utf-8-sig"),
        ("text/xml; charset=utf-8", "utf-16", "utf-16"),
        ("text/xml; charset=utf-8", "iso-8859-1", "utf-8"),
        ("text/xml; charset=ISO-8859-1", "iso-8859-1", "iso-8859-1"),
        ("text/xml; charset=iso-8859-1", "utf-8", "iso-8859-1"),
        ("text/xml; charset=windows-1252", "windows-1252", "cp1252"),
        ("text/xml; charset=utf-16", "utf-16", "utf-16"),
        ("text/xml; charset=utf-16le", "utf-16", "utf-16-le"),
        ("text/xml", "utf-16", "utf-16"),
        ("text/xml", "iso-8859-1", "iso-8859-1"),
    ],
)
def test_a_text_is_read_in_the_charset_of_http_or_else_of_the_document(
    client: FlaskClient, exchange: RecordingExchange, content_type: str, declared: str, encoded: str
) -> None:
    """T9: Spyne falls over some of them."""
    text = document("getLastError", ticket="Grüße").decode().replace('encoding="utf-8"', f'encoding="{declared}"')
    response = client.post("/qbwc", data=text.encode(encoded), content_type=content_type)
    assert response.status_code == 200
    assert exchange.calls == [("last_error", "Grüße")]


def test_everybody_gets_the_wsdl_with_the_address_he_asked(client: FlaskClient) -> None:
    """T12: Spyne would give the first caller's address to everybody."""

    def address(path: str, base_url: str) -> str:
        response = client.get(path, base_url=base_url)
        element = etree.fromstring(response.data).find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address")
        assert element is not None
        return str(element.attrib["location"])

    assert address("/qbwc?wsdl", "http://evil.example") == "http://evil.example/qbwc"
    assert address("/qbwc?wsdl", "https://sync.example.com") == "https://sync.example.com/qbwc"
    assert address("/qbwc/?WSDL", "http://localhost:8000") == "http://localhost:8000/qbwc"


def test_the_wsdl_makes_proper_dotnet_proxies(client: FlaskClient) -> None:
    """T13: Spyne's has other part names and `"op"` as SOAPAction; wsdl.exe then makes wrapper classes."""
    root = etree.fromstring(client.get("/qbwc?wsdl").data)
    wsdl = "{http://schemas.xmlsoap.org/wsdl/}"
    parts = root.findall(f"{wsdl}message/{wsdl}part")
    assert {part.attrib["name"] for part in parts} == {"parameters"}
    assert len(parts) == 22
    binding = root.find(f"{wsdl}binding")
    assert binding is not None
    for operation in binding.findall(f"{wsdl}operation"):
        (soap_operation,) = operation.findall("{http://schemas.xmlsoap.org/wsdl/soap/}operation")
        assert soap_operation.attrib["soapAction"] == f"{INTUIT}{operation.get('name')}"


def test_no_call_waits_for_a_garbage_collection(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """T14: Spyne runs a full one on a request once a second: 85 ms on a busy server."""
    collections = itertools.count()
    monkeypatch.setattr(gc, "collect", lambda *_: next(collections))
    monkeypatch.setattr(sys.modules["spyne.context"], "_LAST_GC_RUN", 0.0)
    client.post("/qbwc", data=document("serverVersion"), content_type=CONTENT_TYPE)
    assert next(collections) == 0


@pytest.mark.parametrize(
    "inner",
    [
        "<ticket>a</ticket><ticket>b</ticket>",
        "<ticket>a</ticket><ticket/>",
        '<ticket>a</ticket><x:ticket xmlns:x="urn:x">b</x:ticket>',
        '<ticket xmlns="">a</ticket><ticket>a</ticket>',
    ],
)
def test_a_parameter_given_twice_is_refused_instead_of_guessed(
    client: FlaskClient, exchange: RecordingExchange, inner: str
) -> None:
    """T16: Spyne takes the last one."""
    assert "twice" in refusal(client, exchange, raw("getLastError", inner)).text


def cost(client: FlaskClient, body: bytes) -> float:
    """Seconds of processor time for a request, whatever else the machine is doing; the best of three."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        client.post("/qbwc", data=body, content_type=CONTENT_TYPE)
        times.append(time.thread_time() - start)
    return min(times)


@pytest.mark.parametrize("filler", [b"<!D", b"<?x ?>", b" ", b"<!-- -->", b"<!DOCTYP ", b"[<!ENTITY "])
@pytest.mark.parametrize("place", ["in the prolog", "in the answer"])
def test_looking_for_a_doctype_takes_no_longer_than_reading(client: FlaskClient, filler: bytes, place: str) -> None:
    """T17: a pattern that backtracks costs 70 ms on 5 MB, and on a chosen body for ever."""

    def body(size: int) -> bytes:
        filling = filler * (size // len(filler))
        if place == "in the prolog":
            return b'<?xml version="1.0"?>' + filling
        return raw("receiveResponseXML", "<response><![CDATA[HERE]]></response>").replace(b"HERE", filling)

    short, long = cost(client, body(MIB // 2)), cost(client, body(2 * MIB))
    assert long < 10 * short + 0.05  # in proportion is four times, quadratic would be sixteen times


def test_a_prolog_that_is_longer_than_any_real_one_is_refused_unread(
    client: FlaskClient, exchange: RecordingExchange
) -> None:
    """T17: half a million instructions before the root cost libxml2 seconds."""
    body = document("getLastError", ticket="t").replace(b"?>", b"?>" + b"<?x ?>" * 500_000, 1)
    assert "before its first element is longer" in refusal(client, exchange, body).text


def test_the_limit_of_the_tests_is_the_default_one() -> None:
    assert MAX_BODY_BYTES == 64 * MIB
