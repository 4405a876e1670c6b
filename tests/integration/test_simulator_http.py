"""The bytes on the wire, against a server that is nothing but a socket, and whole runs against canned answers."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from xml.sax.saxutils import escape

import pytest
from rich.console import Console

from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import HttpWire, Operation, Options, Outcome, SoapAction, WireFault, simulate

SOAP = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
NS = 'xmlns="http://developer.intuit.com/"'
ADD_CUSTOMER = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    '<CustomerAddRq requestID="1"><CustomerAdd><Name>Acme</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>'
)


FAULT = f"<s:Envelope {SOAP}><s:Body><s:Fault><faultstring>No</faultstring></s:Fault></s:Body></s:Envelope>".encode()


def envelope(operation: str, result: str) -> bytes:
    inner = f"<{operation}Response {NS}><{operation}Result>{result}</{operation}Result></{operation}Response>"
    return f'<?xml version="1.0"?><s:Envelope {SOAP}><s:Body>{inner}</s:Body></s:Envelope>'.encode()


def http_answer(body: bytes, status: str = "200 OK", kind: str = "text/xml; charset=utf-8", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


VERSION = http_answer(envelope("serverVersion", "1.0"))


class RawServer:
    """Takes connections one after the other and hands each to the next script."""

    def __init__(self, *scripts: Callable[[socket.socket], None]) -> None:
        self._scripts = scripts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}/qbwc?company=1"
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        for script in self._scripts:
            connection, _ = self._listening.accept()
            with connection:
                connection.settimeout(10)
                script(connection)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listening.close()
        assert not self._thread.is_alive()


def read_head(connection: socket.socket) -> bytes:
    """Everything up to the empty line; nothing of the body may have come with it."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(65536)
        if not part:
            return head
        head += part
    assert head.endswith(b"\r\n\r\n"), "the body was not held back"
    return head


def read_body(connection: socket.socket, head: bytes) -> bytes:
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]  # the header is always sent
    body = b""
    while len(body) < length:
        body += connection.recv(65536)
    return body


def polite(heads: list[bytes], bodies: list[bytes], *answers: bytes) -> Callable[[socket.socket], None]:
    """Says 100 Continue to each request and then gives the next answer."""

    def script(connection: socket.socket) -> None:
        for answer in answers:
            heads.append(read_head(connection))
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            bodies.append(read_body(connection, heads[-1]))
            connection.sendall(answer)

    return script


@contextmanager
def wire_to(url: str, **options: SoapAction | float) -> Iterator[HttpWire]:
    wire = HttpWire(url, **options)  # type: ignore[arg-type]  # passed on as they are
    try:
        yield wire
    finally:
        wire.close()


def test_the_bytes_are_those_of_the_net_client() -> None:
    heads: list[bytes] = []
    bodies: list[bytes] = []
    with RawServer(polite(heads, bodies, VERSION, VERSION)) as server, wire_to(server.url) as wire:
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
        host = server.url.split("/")[2]
    common = (
        "POST /qbwc?company=1 HTTP/1.1\r\n"
        "User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)\r\n"
        "Content-Type: text/xml; charset=utf-8\r\n"
        'SOAPAction: "http://developer.intuit.com/serverVersion"\r\n'
        f"Host: {host}\r\n"
        f"Content-Length: {len(bodies[0])}\r\n"
        "Expect: 100-continue\r\n"
    )
    assert [head.decode() for head in heads] == [f"{common}Connection: Keep-Alive\r\n\r\n", f"{common}\r\n"]
    assert bodies[0] == bodies[1]
    assert bodies[0].startswith(b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope ')
    assert b'<serverVersion xmlns="http://developer.intuit.com/" />' in bodies[0]


@pytest.mark.parametrize(
    ("soap_action", "header"), [(SoapAction.EMPTY, b'\r\nSOAPAction: ""\r\n'), (SoapAction.ABSENT, None)]
)
def test_soap_action_may_be_empty_or_absent(soap_action: SoapAction, header: bytes | None) -> None:
    heads: list[bytes] = []
    with RawServer(polite(heads, [], VERSION)) as server, wire_to(server.url, soap_action=soap_action) as wire:
        wire.call(Operation.SERVER_VERSION)
    assert (header in heads[0]) if header else (b"SOAPAction" not in heads[0])


def test_the_body_is_sent_after_a_short_wait_if_no_100_comes() -> None:
    def silent(connection: socket.socket) -> None:
        for _ in range(2):
            read_body(connection, read_head(connection))
            connection.sendall(VERSION)

    with RawServer(silent) as server, wire_to(server.url) as wire:
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)


def test_a_server_that_refuses_by_the_headers_is_never_sent_the_body() -> None:
    received: list[bytes] = []

    def strict(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(http_answer(b"too big", "413 Content Too Large", "text/plain"))
        received.append(connection.recv(65536))

    with RawServer(strict) as server, wire_to(server.url) as wire, pytest.raises(WireFault, match="HTTP 413"):
        wire.call(Operation.SERVER_VERSION)
    assert received == [b""]


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_again_before_anything_is_sent() -> None:
    heads: list[bytes] = []
    with (
        RawServer(polite(heads, [], VERSION), polite(heads, [], VERSION)) as server,
        wire_to(server.url) as wire,
    ):
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
    assert len(heads) == 2


def test_a_connection_cut_after_the_body_was_sent_is_a_fault_and_is_not_tried_again() -> None:
    heads: list[bytes] = []

    def cut(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        read_body(connection, heads[-1])

    with RawServer(cut) as server, wire_to(server.url) as wire, pytest.raises(WireFault, match="closed the connection"):
        wire.call(Operation.SERVER_VERSION)
    assert len(heads) == 1


def test_an_answer_that_ends_too_early_is_a_fault() -> None:
    short = VERSION[:-20]
    with (
        RawServer(polite([], [], short)) as server,
        wire_to(server.url) as wire,
        pytest.raises(WireFault, match="closed"),
    ):
        wire.call(Operation.SERVER_VERSION)


def test_an_answer_that_does_not_come_in_time_is_a_fault() -> None:
    over = threading.Event()

    def slow(connection: socket.socket) -> None:
        read_body(connection, read_head(connection))
        over.wait(10)

    with RawServer(slow) as server, wire_to(server.url, answer_seconds=0.5) as wire:
        with pytest.raises(WireFault, match="in time"):
            wire.call(Operation.SERVER_VERSION)
        over.set()


def test_a_server_that_closes_after_each_answer_is_spoken_to_all_the_same() -> None:
    closing = http_answer(envelope("serverVersion", "1.0"), extra="Connection: close\r\n")
    scripts = [polite([], [], closing) for _ in range(2)]
    with RawServer(*scripts) as server, wire_to(server.url) as wire:
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)
        assert wire.call(Operation.SERVER_VERSION) == ("1.0",)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http_answer(b"", "404 Not Found", "text/html"), "HTTP 404 Not Found"),
        (http_answer(b"", "301 Moved", extra="Location: /qbwc/\r\n"), "redirects"),
        (http_answer(envelope("serverVersion", "1"), kind="application/xml"), "application/xml instead of text/xml"),
        (http_answer(b"<h1>Oops</h1>", "500 Internal Server Error", "text/html"), "Oops"),
        (http_answer(FAULT, "500 Internal Server Error"), "SOAP fault: No"),
        (http_answer(envelope("serverVersion", "1"), "500 Internal Server Error"), "HTTP 500"),
        (http_answer(b"rubbish"), "does not begin"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
    ],
)
def test_whatever_is_no_usable_answer_is_a_fault_in_plain_words(answer: bytes, words: str) -> None:
    with (
        RawServer(polite([], [], answer)) as server,
        wire_to(server.url) as wire,
        pytest.raises(WireFault, match=words),
    ):
        wire.call(Operation.SERVER_VERSION)


def test_an_address_that_cannot_be_a_host_is_told_in_plain_words() -> None:
    with wire_to(f"http://{'x' * 70}.example/") as wire, pytest.raises(WireFault, match="not a host name"):
        wire.call(Operation.SERVER_VERSION)


def test_a_server_that_is_not_there_is_told_in_plain_words() -> None:
    with wire_to("http://localhost:9/qbwc") as wire, pytest.raises(WireFault, match="no server is listening"):
        wire.call(Operation.SERVER_VERSION)


def test_a_plain_server_behind_https_is_told_in_plain_words() -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with (
        RawServer(plain) as server,
        wire_to(server.url.replace("http:", "https:")) as wire,
        pytest.raises(WireFault, match="certificate or TLS"),
    ):
        wire.call(Operation.SERVER_VERSION)


class Canned(BaseHTTPRequestHandler):
    """A web service that adds one customer and is done."""

    protocol_version = "HTTP/1.1"
    statuses: dict[str, int] = {}  # noqa: RUF012 - replaced for each test
    outcome = ""
    paths: list[str] = []  # noqa: RUF012 - emptied for each test

    def do_GET(self) -> None:
        self.paths.append(f"GET {self.path}")
        self._send(self.statuses.get(self.path, 200), b"<p>Hello</p>", "text/html")

    def do_POST(self) -> None:
        self.paths.append(f"POST {self.path}")
        request = self.rfile.read(int(self.headers["Content-Length"])).decode()
        operation = re.search(r"<soap:Body><(\w+)", request)[1]  # type: ignore[index]  # as the simulator writes it
        result = {
            "authenticate": f"<string>t</string><string>{self.outcome}</string>",
            "sendRequestXML": escape(ADD_CUSTOMER),
            "receiveResponseXML": "100",
            "closeConnection": "1 job done.",
        }.get(operation, "")
        self._send(200, envelope(operation, result), "text/xml; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keeps the test's output clean."""


@pytest.fixture
def service() -> Iterator[str]:
    """Base URL of the canned web service."""
    Canned.statuses, Canned.outcome, Canned.paths = {}, "", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def qwc(folder: Path, base: str) -> Path:
    file = folder / "app.qwc"
    file.write_text(
        f"<?xml version='1.0'?><QBWCXML><AppName>Acme</AppName><AppID/><AppURL>{base}/qbwc</AppURL>"
        f"<AppDescription>x</AppDescription><AppSupport>{base}/support</AppSupport><UserName>acme</UserName>"
        "<OwnerID>{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}</OwnerID>"
        "<FileID>{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}</FileID><QBType>QBFS</QBType></QBWCXML>"
    )
    return file


def ran(folder: Path, **options: str | Path) -> tuple[Outcome, str]:
    paper = io.StringIO()
    told = Options(
        password="secret-password",
        books=folder / "books.db",
        machine="PC",
        console=Console(file=paper, width=200),
        **options,  # type: ignore[arg-type]  # passed on as they are
    )
    return simulate(told), paper.getvalue()


def test_a_whole_run_from_a_qwc_file_checks_stamps_exchanges_and_tells(tmp_path: Path, service: str) -> None:
    outcome, told = ran(tmp_path, qwc=qwc(tmp_path, service))
    assert (outcome.ok, outcome.status, outcome.added, outcome.percentages) == (True, "1 job done.", 1, (100,))
    assert Canned.paths[:2] == ["GET /support", "GET /qbwc"]
    assert set(Canned.paths[2:]) == {"POST /qbwc"}
    assert 'Added customer "Acme" (ListID 80000003-' in told
    assert "Progress: 100 %" in told
    assert "1 message set with 1 request: 1 added to the books, 0 refused." in told
    assert "secret-password" not in told


def test_runs_follow_one_another_on_the_same_books(tmp_path: Path, service: str) -> None:
    ran(tmp_path, qwc=qwc(tmp_path, service))
    outcome, told = ran(tmp_path, qwc=qwc(tmp_path, service))
    assert (outcome.ok, outcome.added, outcome.errors) == (True, 0, 1)
    assert 'Refused customer: 3100 The name "Acme" of the list element is already in use.' in told


@pytest.mark.parametrize("path", ["", "/"])
def test_a_url_without_a_path_means_qbwc(tmp_path: Path, service: str, path: str) -> None:
    outcome, _ = ran(tmp_path, url=service + path, username="acme")
    assert outcome.ok
    assert set(Canned.paths) == {"POST /qbwc"}


def test_a_url_with_a_path_is_taken_as_it_is(tmp_path: Path, service: str) -> None:
    ran(tmp_path, url=f"{service}/my/qbwc/?x=1", username="acme")
    assert set(Canned.paths) == {"POST /my/qbwc/?x=1"}


def test_a_wrong_password_is_qbwc1040(tmp_path: Path, service: str) -> None:
    Canned.outcome = "nvu"
    outcome, told = ran(tmp_path, url=service, username="acme")
    assert (outcome.ok, outcome.code) == (False, "QBWC1040")
    assert "Status: QBWC1040: Invalid password for username acme." in told


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/support", 404, "QBWC1003"),
        ("/support", 302, "QBWC1003"),
        ("/qbwc", 405, "QBWC1048"),
        ("/qbwc", 401, "QBWC1048"),
    ],
)
def test_an_application_whose_pages_do_not_answer_cannot_be_added(
    tmp_path: Path, service: str, path: str, status: int, code: str
) -> None:
    Canned.statuses = {path: status}
    with pytest.raises(SimulationFailed, match=f"{code}.*{status}"):
        ran(tmp_path, qwc=qwc(tmp_path, service))


def test_a_support_page_may_answer_202(tmp_path: Path, service: str) -> None:
    Canned.statuses = {"/support": 202}
    assert ran(tmp_path, qwc=qwc(tmp_path, service))[0].ok


def test_without_a_server_a_qwc_file_cannot_be_added_and_a_url_ends_in_qbwc1036(tmp_path: Path) -> None:
    nobody = "http://localhost:9"
    with pytest.raises(SimulationFailed, match="QBWC1004.*no server is listening.*Is the server running"):
        ran(tmp_path, qwc=qwc(tmp_path, nobody))
    outcome, told = ran(tmp_path, url=nobody, username="acme")
    assert (outcome.ok, outcome.code) == (False, "QBWC1036")
    assert "no server is listening there (connection refused)" in told
