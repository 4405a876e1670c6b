"""Clients that stop in the middle, or go on too slowly, do not stop the others; behind a real gunicorn."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.protocol.conftest import free_port, start_gunicorn, stop
from tests.protocol.impatient import Worker
from tests.protocol.test_live import call, connected, read_answer, request
from tests.protocol.wire import document, fault, result

THREADS = 8
"""What `start_gunicorn` gives its one worker."""
HALF_A_BODY = b"POST /qbwc HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a"
HALF_A_CHUNK = b"POST /qbwc HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<a"
HALF_A_HEADER = b"POST /qbwc HTTP/1.1\r\nHost: x\r\nContent-Le"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gunicorn with one worker of eight threads that waits two seconds for the rest of a request."""
    number = free_port()
    folder = tmp_path_factory.mktemp("gunicorn")
    name = f"{Worker.__module__}.{Worker.__qualname__}"
    server = start_gunicorn(folder, number, "--worker-class", name, "tests.protocol.echo_app:app")
    yield number
    stop(server)
    assert "Traceback" not in (folder / "gunicorn.log").read_text()


def left_hanging(stack: ExitStack, port: int, count: int, sent: bytes) -> list[socket.socket]:
    """Connections on which `sent` was sent and nothing more."""
    connections = [stack.enter_context(connected(port)) for _ in range(count)]
    for connection in connections:
        connection.sendall(sent)
    return connections


def is_silent(connection: socket.socket) -> bool:
    """Whether the server has neither said anything nor closed it."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(120)
    return False


@pytest.mark.parametrize("sent", [HALF_A_BODY, HALF_A_CHUNK, HALF_A_HEADER])
def test_others_are_served_while_some_hang(port: int, sent: bytes) -> None:
    with ExitStack() as stack:
        hanging = left_hanging(stack, port, THREADS - 1, sent)
        for address in ["/qbwc", "/support"]:
            assert request(port, "GET", address).status == 200
        assert any(is_silent(connection) for connection in hanging)


@pytest.mark.parametrize("sent", [HALF_A_BODY, HALF_A_CHUNK, HALF_A_HEADER])
def test_requests_that_stop_in_the_middle_do_not_hold_every_thread_for_ever(port: int, sent: bytes) -> None:
    with ExitStack() as stack:
        left_hanging(stack, port, 2 * THREADS, sent)
        assert request(port, "GET", "/support").status == 200
        with connected(port) as connection:
            assert result(call(connection, "serverVersion").body) == "echo"


@pytest.mark.parametrize("sent", [HALF_A_BODY, HALF_A_CHUNK])
def test_who_stops_in_the_middle_is_told_so_and_hung_up_on(port: int, sent: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(sent)
        answer = read_answer(connection)
        assert answer.status == 400
        assert "nothing came for too long" in fault(answer.body).text
        assert connection.recv(1) == b""


def trickle(connection: socket.socket, body: bytes, piece: int, pause: float) -> None:
    for start in range(0, len(body), piece):
        connection.sendall(body[start : start + piece])
        time.sleep(pause)


def posted(body: bytes) -> bytes:
    return f"POST /qbwc HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()


def test_a_byte_now_and_then_does_not_buy_more_time(port: int) -> None:
    with connected(port) as connection:
        body = document("receiveResponseXML", response="x" * 100)
        connection.sendall(posted(body))
        with pytest.raises(ConnectionError):
            trickle(connection, body, piece=1, pause=0.1)


def test_a_slow_line_may_take_its_time(port: int) -> None:
    """64 KiB in a second for more than twice the patience; some 16 KiB in a second are enough."""
    with connected(port) as connection:
        body = document("receiveResponseXML", response="x" * 5 * 64 * 1024)
        connection.sendall(posted(body))
        started = time.monotonic()
        trickle(connection, body, piece=16 * 1024, pause=0.25)
        assert time.monotonic() - started > 2 * Worker.patience
        assert result(read_answer(connection).body) == str(5 * 64 * 1024)


def test_time_that_passed_between_two_requests_does_not_count(port: int) -> None:
    with connected(port) as connection:
        for _ in range(2):
            assert result(call(connection, "serverVersion").body) == "echo"
            time.sleep(2 * Worker.patience)
        assert result(call(connection, "serverVersion").body) == "echo"


TOO_LONG = b"x" * 20_000
NO_HTTP: dict[str, tuple[bytes, int]] = {
    "a long address": (b"GET /qbwc?" + TOO_LONG + b" HTTP/1.1\r\n\r\n", 414),
    "a long header": (b"GET /qbwc HTTP/1.1\r\nHost: x\r\nCookie: " + TOO_LONG + b"\r\n\r\n", 431),
    "many headers": (b"GET /qbwc HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    "an unknown transfer coding": (b"POST /qbwc HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: secret\r\n\r\n", 501),
    "no length that is one": (b"POST /qbwc HTTP/1.1\r\nHost: x\r\nContent-Length: secret\r\n\r\n", 400),
    "a header that is none": (b"POST /qbwc HTTP/1.1\r\nHost: x\r\nsecret secret: x\r\n\r\n", 400),
    "an unknown version": (b"POST /qbwc HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "no HTTP at all": (b"<secret><b>\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret\r\n\r\n", 400),
}


@pytest.mark.parametrize("what", list(NO_HTTP))
def test_what_never_reaches_the_application_is_answered_without_html_too(port: int, what: str) -> None:
    """gunicorn itself refuses these, and would send a page of HTML that quotes them."""
    sent, status = NO_HTTP[what]
    with connected(port) as connection:
        connection.sendall(sent)
        answer = read_answer(connection)
        assert answer.status == status
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert answer.headers["connection"] == "close"
        assert str(status) in fault(answer.body).text
        assert b"secret" not in answer.body
        assert connection.recv(1) == b""
