"""The same service behind waitress, which serves it on Windows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from qbwc_server import soap
from qbwc_server.serving import waitress_options
from tests.protocol.test_live import MIB, call, connected, request
from tests.protocol.test_slow_clients import HALF_A_BODY, HALF_A_CHUNK, HALF_A_HEADER, left_hanging
from tests.protocol.wire import CONTENT_TYPE, EchoExchange, document, fault, result


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = Flask("waitress")
    soap.mount(app, EchoExchange(), MIB)
    options = waitress_options(host="127.0.0.1", port=0, threads=4, max_body_bytes=MIB)
    server: Any = create_server(app, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(server.effective_port)
    # Kept-alive connections would keep its loop going, so they are closed from inside it.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


def test_a_session_goes_over_one_connection(port: int) -> None:
    with connected(port) as connection:
        assert result(call(connection, "serverVersion").body) == "echo"
        assert result(call(connection, "receiveResponseXML", ticket="t", response="x" * 500_000).body) == "500000"
        assert result(call(connection, "closeConnection", ticket="Grüße").body) == "closed Grüße"


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_over_the_limit_is_heard_out_and_answered(port: int, chunked: bool) -> None:
    blocks = [b"x" * MIB] * 5
    headers = {} if chunked else {"Content_Length": str(5 * MIB)}
    answer = request(port, "POST", "/qbwc", iter(blocks), Content_Type=CONTENT_TYPE, **headers)
    assert answer.status == 500
    assert "longer than this server accepts" in fault(answer.body).text


def test_a_chunked_call_is_answered(port: int) -> None:
    answer = request(port, "POST", "/qbwc", iter([document("getLastError", ticket="t")]), Content_Type=CONTENT_TYPE)
    assert result(answer.body) == "about t"


def test_requests_that_stop_in_the_middle_do_not_stop_the_others(port: int) -> None:
    with ExitStack() as stack:
        for sent in [HALF_A_BODY, HALF_A_CHUNK, HALF_A_HEADER]:
            left_hanging(stack, port, 4, sent)
        assert request(port, "GET", "/qbwc").status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probes_answer_200(port: int, method: str) -> None:
    for address in ["/qbwc", "/qbwc/", "/qbwc?wsdl"]:
        assert request(port, method, address).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_under_qbwc_ends_in_html_or_silence(port: int, method: str) -> None:
    answer = request(port, method, "/qbwc", b"", Content_Type=CONTENT_TYPE)
    assert answer.status in {405, 500}
    assert fault(answer.body).code == "Client"
