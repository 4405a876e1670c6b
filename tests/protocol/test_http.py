"""No request under /qbwc ends in HTML, a redirect, a traceback, or a success that says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from qbwc_server import soap
from qbwc_server.errors import DatabaseAway
from qbwc_server.soap.compat import Array, ServiceBase, Unicode, rpc
from qbwc_server.soap.guard import Guard
from qbwc_server.soap.protocol import spyne_application
from tests.protocol.broken import ERRORS, broken_exchange
from tests.protocol.conftest import MAX_BODY_BYTES
from tests.protocol.wire import CONTENT_TYPE, INTUIT, PARAMETERS, RecordingExchange, document, fault, result

PATHS = ["/qbwc", "/qbwc/", "/qbwc/anything/below"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_gets_a_fault_that_says_which_are_served(
    client: FlaskClient, exchange: RecordingExchange, method: str, path: str
) -> None:
    response = client.open(path, method=method, data=document("getLastError"), content_type=CONTENT_TYPE)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert "POST" in fault(response.data).text
    assert exchange.calls == []


def test_the_body_of_another_method_is_taken_off_the_connection(exchange: RecordingExchange) -> None:
    app = Flask("tests")
    soap.mount(app, exchange, 1024)
    builder = EnvironBuilder("/qbwc", method="PUT", data=b"x" * 10_000)
    environ = builder.get_environ()
    _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("405")
    assert environ["wsgi.input"].tell() == 10_000


@pytest.mark.parametrize("path", PATHS)
def test_a_slash_more_or_less_never_redirects(client: FlaskClient, path: str) -> None:
    for response in [client.get(path), client.head(path), client.post(path), client.put(path)]:
        assert not 300 <= response.status_code < 400
        assert "Location" not in response.headers


def test_a_head_request_is_told_the_length_and_sent_nothing(client: FlaskClient) -> None:
    for path in ["/qbwc", "/qbwc/", "/qbwc?wsdl", "/qbwc?x"]:
        response = client.head(path)
        assert response.status_code == 200
        assert response.data == b""
        assert int(response.headers["Content-Length"]) == len(client.get(path).data)


def test_an_upload_that_breaks_off_is_answered_and_not_processed(exchange: RecordingExchange) -> None:
    class Broken:
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset by peer")

    app = Flask("tests")
    soap.mount(app, exchange, MAX_BODY_BYTES)
    environ = EnvironBuilder("/qbwc", method="POST", content_type=CONTENT_TYPE).get_environ()
    environ |= {"wsgi.input": Broken(), "wsgi.input_terminated": True, "CONTENT_LENGTH": "100"}
    body, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("400")
    assert "could not be read" in fault(b"".join(body)).text
    assert exchange.calls == []


@pytest.mark.parametrize("terminated", [False, True])
def test_an_upload_shorter_than_announced_is_not_processed(exchange: RecordingExchange, terminated: bool) -> None:
    body = document("receiveResponseXML", ticket="t", response="")
    app = Flask("tests")
    soap.mount(app, exchange, MAX_BODY_BYTES)
    environ = EnvironBuilder("/qbwc", method="POST", content_type=CONTENT_TYPE, data=body).get_environ()
    environ["CONTENT_LENGTH"] = str(len(body) + 1)
    if terminated:
        environ["wsgi.input_terminated"] = True
    chunks, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("400")
    assert fault(b"".join(chunks)).code == "Client"
    assert exchange.calls == []


SAFE = {
    "serverVersion": "qbwc-server ",
    "clientVersion": "",
    "authenticate": ["", "busy", "", ""],
    "sendRequestXML": "",
    "receiveResponseXML": "-1",
    "connectionError": "done",
    "getLastError": "Nothing was lost",
    "closeConnection": "Nothing was lost",
}


@pytest.mark.parametrize("error", [*ERRORS, DatabaseAway("secret")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("operation", list(SAFE))
def test_whatever_breaks_behind_it_a_session_call_never_faults(operation: str, error: Exception) -> None:
    app = Flask("tests")
    soap.mount(app, broken_exchange(error), MAX_BODY_BYTES)
    parameters = dict.fromkeys(PARAMETERS[operation], "t")
    response = app.test_client().post("/qbwc", data=document(operation, **parameters), content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert b"secret" not in response.data
    answer, safe = result(response.data), SAFE[operation]
    if isinstance(answer, str) and isinstance(safe, str) and safe:
        assert safe in answer
    else:
        assert answer == safe


def control(_ctx: object) -> str:
    return "a\x00b"


def array(_ctx: object) -> list[str]:
    return ["fine", "\ud800"]


def bug(_ctx: object) -> str:
    raise RuntimeError("secret")


CARELESS: Any = type(ServiceBase)(
    "Careless",
    (ServiceBase,),
    {
        "control": rpc(_returns=Unicode)(control),
        "array": rpc(_returns=Array(Unicode))(array),
        "bug": rpc(_returns=Unicode)(bug),
    },
)
"""A service that does what ours never does."""


@pytest.mark.parametrize("operation", ["control", "array", "bug"])
def test_an_answer_that_cannot_be_written_becomes_a_fault_and_not_an_empty_envelope(operation: str) -> None:
    """T1: Spyne would answer 200 with an empty Envelope."""
    guard = Guard(spyne_application(RecordingExchange(), CARELESS), MAX_BODY_BYTES)
    builder = EnvironBuilder("/", method="POST", content_type=CONTENT_TYPE, data=document(operation))
    chunks, status, _ = run_wsgi_app(guard, builder.get_environ(), buffered=True)
    assert status == "500 Internal Server Error"
    assert fault(b"".join(chunks)).code == "Server"
    assert b"secret" not in b"".join(chunks)


def test_whatever_breaks_in_spyne_itself_becomes_a_fault() -> None:
    def broken(environ: object, start_response: object) -> list[bytes]:
        raise StopIteration

    builder = EnvironBuilder("/", method="POST", content_type=CONTENT_TYPE, data=document("getLastError"))
    chunks, status, _ = run_wsgi_app(Guard(broken, 1000), builder.get_environ(), buffered=True)
    assert status == "500 Internal Server Error"
    assert fault(b"".join(chunks)).text == "Internal error"


@given(st.binary(max_size=300), st.sampled_from(["text/xml", "text/xml; charset=utf-8", "text/xml; charset=utf-16"]))
def test_any_bytes_get_a_fault(body: bytes, content_type: str) -> None:
    exchange = RecordingExchange()
    app = Flask("tests")
    soap.mount(app, exchange, 200)
    response = app.test_client().post("/qbwc", data=body, content_type=content_type)
    assert response.status_code == 500
    assert fault(response.data).code == "Client"
    assert exchange.calls == []


FRAGMENTS = [
    "<ticket>",
    "</ticket>",
    "<ticket/>",
    "<response>",
    "</response>",
    "text",
    "&lt;QBXML/&gt;",
    "&amp;",
    "&x;",
    "<![CDATA[a]]>",
    "<!-- -->",
    "<?p i?>",
    "<qbXMLMajorVers>1</qbXMLMajorVers>",
    '<hresult xsi:nil="true"/>',
    '<message href="#a" id="a"/>',
    '<message xsi:type="xsd:int">a</message>',
    "\x00",
    "\ufeff",
    "é",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8), st.sampled_from(["receiveResponseXML", "sendRequestXML", "x"]))
def test_anything_between_the_tags_gets_an_answer_or_a_fault(inner: list[str], operation: str) -> None:
    exchange = RecordingExchange()
    app = Flask("tests")
    soap.mount(app, exchange, MAX_BODY_BYTES)
    body = document(operation, ticket="HERE").decode().replace("<ticket>HERE</ticket>", "".join(inner)).encode()
    response = app.test_client().post("/qbwc", data=body, content_type=CONTENT_TYPE)
    assert response.headers["Content-Type"] == CONTENT_TYPE
    if response.status_code == 200:
        assert result(response.data) is not None
        assert len(exchange.calls) == 1
    else:
        assert response.status_code == 500
        assert fault(response.data).code.startswith("Client")
        assert exchange.calls == []


def test_an_unknown_operation_is_named_in_the_fault(client: FlaskClient) -> None:
    response = client.post("/qbwc", data=document("authenticate2"), content_type=CONTENT_TYPE)
    assert response.status_code == 500
    assert f"{{{INTUIT}}}authenticate2" in fault(response.data).text
