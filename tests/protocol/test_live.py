"""The service behind a real gunicorn with our own configuration, called by real clients over real sockets."""

from __future__ import annotations

import socket
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.conftest import free_port, start_gunicorn, stop
from tests.protocol.echo_app import LIMIT
from tests.protocol.wire import CONTENT_TYPE, document, fault, result
from tests.support import databases

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # zeep's own
    import zeep

DOTNET = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        yield connection


def dotnet_headers(operation: str, length: int) -> bytes:
    """As .NET's proxy sends them (facts/spyne.md section 3): the body waits for the 100."""
    return (
        "POST /qbwc/ HTTP/1.1\r\n"
        f"User-Agent: {DOTNET}\r\n"
        "Content-Type: text/xml; charset=utf-8\r\n"
        f'SOAPAction: "http://developer.intuit.com/{operation}"\r\n'
        f"Content-Length: {length}\r\n"
        "Expect: 100-continue\r\n"
        "Connection: Keep-Alive\r\n"
        "Host: localhost\r\n\r\n"
    ).encode()


def read_headers(connection: socket.socket) -> tuple[str, dict[str, str]]:
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection was closed after {received!r}"
        received += byte
    first, *lines = received.decode("latin-1").strip().split("\r\n")
    return first, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def read_answer(connection: socket.socket) -> Answer:
    first, headers = read_headers(connection)
    body = b""
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return Answer(int(first.split()[1]), headers, body)


def call(connection: socket.socket, operation: str, **parameters: str) -> Answer:
    body = document(operation, **parameters)
    connection.sendall(dotnet_headers(operation, len(body)))
    assert read_headers(connection)[0] == "HTTP/1.1 100 Continue"
    connection.sendall(body)
    return read_answer(connection)


def request(port: int, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=names)
    response = connection.getresponse()
    answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    connection.close()
    return answer


def test_a_session_of_the_dotnet_client_goes_over_one_connection(port: int) -> None:
    with connected(port) as connection:
        assert result(call(connection, "serverVersion").body) == "echo"
        assert result(call(connection, "clientVersion", strVersion="2.3.0.215").body) == "'2.3.0.215'"
        answer = call(connection, "authenticate", strUserName="u", strPassword="p")
        assert result(answer.body) == ["u", "p", "", "300"]
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        hcp = "<QBXML>\r\nGrüße</QBXML>"
        answer = call(
            connection,
            "sendRequestXML",
            ticket="t",
            strHCPResponse=hcp,
            strCompanyFileName=r"C:\X.QBW",
            qbXMLCountry="US",
            qbXMLMajorVers="16",
            qbXMLMinorVers="0",
        )
        assert result(answer.body) == "t|<QBXML>\nGrüße</QBXML>|C:\\X.QBW|US|16|0"
        answer = call(connection, "receiveResponseXML", ticket="t", response="x" * 99, hresult="", message="")
        assert result(answer.body) == "99"
        assert result(call(connection, "closeConnection", ticket="t").body) == "closed t"


def test_a_fault_leaves_the_connection_open_for_the_next_call(port: int) -> None:
    with connected(port) as connection:
        answer = call(connection, "nonsense")
        assert answer.status == 500
        assert fault(answer.body).code.startswith("Client")
        assert result(call(connection, "getLastError", ticket="t").body) == "about t"


def test_a_client_that_thinks_before_it_speaks_is_not_cut_off(port: int) -> None:
    """T15: with gunicorn's own keep-alive a fresh connection is closed after 7 s, while .NET writes down 20 MB."""
    with connected(port) as connection:
        time.sleep(8)
        assert result(call(connection, "serverVersion").body) == "echo"


def test_an_answer_of_twenty_megabytes_goes_through(port: int) -> None:
    text = "A memo of some length, with Grüße\n" * 600_000
    assert len(text.encode()) > 20 * MIB
    with connected(port) as connection:
        answer = call(connection, "receiveResponseXML", ticket="t", response=text, hresult="", message="")
        assert result(answer.body) == str(len(text))


def test_a_request_of_ten_megabytes_comes_back_whole(port: int) -> None:
    text = "<CustomerRet>Łódź\n</CustomerRet>" * 330_000
    with connected(port) as connection:
        answer = call(connection, "sendRequestXML", ticket="t", strHCPResponse=text)
        assert result(answer.body) == f"t|{text}|None|None|None|None"


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_over_the_limit_is_heard_out_and_answered(port: int, chunked: bool) -> None:
    """T5, T6: the client sends everything before it listens, and must still find the reason."""
    size = 2 * LIMIT
    blocks = (b"x" * MIB for _ in range(size // MIB))
    headers = {} if chunked else {"Content_Length": str(size)}
    answer = request(port, "POST", "/qbwc", blocks, Content_Type=CONTENT_TYPE, **headers)
    assert answer.status == 500
    assert "longer than this server accepts" in fault(answer.body).text


def test_a_chunked_call_is_answered(port: int) -> None:
    body = document("receiveResponseXML", ticket="t", response="x" * 100_000)
    blocks = (body[start : start + 7777] for start in range(0, len(body), 7777))
    answer = request(port, "POST", "/qbwc", blocks, Content_Type=CONTENT_TYPE)
    assert result(answer.body) == "100000"


@pytest.mark.parametrize("body", [b"", b"not XML", b"\x1f\x8b", b"<a>" * 10_000])
@pytest.mark.parametrize("path", ["/qbwc", "/qbwc/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_nothing_under_qbwc_ends_in_html_or_silence(port: int, method: str, path: str, body: bytes) -> None:
    """T8, T9."""
    for content_type in [CONTENT_TYPE, "application/json"]:
        answer = request(port, method, path, body, Content_Type=content_type, Content_Length=str(len(body)))
        assert answer.status in {405, 415, 500}
        assert answer.headers["content-type"] == CONTENT_TYPE
        assert fault(answer.body).code == "Client"


def test_a_request_line_as_long_as_browsers_make_them_is_answered_by_us(port: int) -> None:
    answer = request(port, "GET", "/qbwc?" + "x" * 8000)
    assert answer.status == 200
    assert b"QuickBooks Web Connector" in answer.body


def test_a_header_does_not_move_the_application(port: int) -> None:
    answer = request(port, "GET", "/qbwc", SCRIPT__NAME="/elsewhere")
    assert answer.status == 200
    with connected(port) as connection:
        connection.sendall(b"GET /qbwc HTTP/1.1\r\nHost: x\r\nSCRIPT_NAME: /elsewhere\r\n\r\n")
        assert read_answer(connection).status == 200


@pytest.mark.parametrize("address", ["/qbwc", "/qbwc/", "/qbwc?wsdl", "/support"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_qbwc_probes_when_an_application_is_added_answers_200(port: int, method: str, address: str) -> None:
    answer = request(port, method, address)
    assert answer.status == 200
    assert (answer.body == b"") == (method == "HEAD")


def test_the_whole_application_starts_with_the_configuration_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'qbwc.db'}"
    databases.migrate(url)
    number = free_port()
    server = start_gunicorn(tmp_path, number, QBWC_DATABASE_URL=url)
    try:
        with connected(number) as connection:
            answer = call(connection, "authenticate", strUserName="nobody", strPassword="nothing")
        outcome = result(answer.body)
        assert isinstance(outcome, list)
        assert outcome[1] == "nvu"
        assert request(number, "GET", "/support").status == 200
    finally:
        stop(server)
    assert "Traceback" not in (tmp_path / "gunicorn.log").read_text()


@pytest.fixture(scope="module")
def service(port: int) -> Any:
    """A client that knows nothing but our WSDL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zeep's own
        client: Any = zeep.Client
        return client(f"http://localhost:{port}/qbwc?wsdl").service


def test_a_client_made_from_the_wsdl_calls_all_eleven_operations(service: Any) -> None:
    assert service.serverVersion() == "echo"
    assert service.clientVersion(strVersion="2.3.0.215") == "'2.3.0.215'"
    assert service.authenticate(strUserName="u", strPassword="p") == ["u", "p", None, "300"]
    assert service.sendRequestXML("t", "<h>&</h>", "C:\\x", "US", 16, 0) == "t|<h>&</h>|C:\\x|US|16|0"
    assert service.receiveResponseXML(ticket="t", response="12345", hresult="", message="") == 5
    assert service.connectionError("t", "0x80040408", "Could not start QuickBooks.") == (
        "t|0x80040408|Could not start QuickBooks."
    )
    assert service.getLastError("t") == "about t"
    assert service.closeConnection("t") == "closed t"
    assert service.getInteractiveURL(wcTicket="t", sessionID="1") is None
    assert service.interactiveDone(wcTicket="t") is None
    assert service.interactiveRejected(wcTicket="t", reason="no") is None


def test_text_goes_round_with_every_character_it_had(service: Any) -> None:
    text = "Grüße, Łódź, 日本, \N{GRINNING FACE}, <&>\"'\ttab\r\nline\nline\rline]]>  "
    assert service.getLastError(text) == f"about {text}"


def test_parameters_that_are_left_out_are_none(service: Any) -> None:
    assert service.connectionError() == "None|None|None"


def test_eight_clients_at_once_each_get_their_own_answers(port: int) -> None:
    def client(name: int) -> None:
        with connected(port) as connection:
            for number in range(60):
                text = f"{name}-{number}-" + "x" * (name * number)
                answer = call(connection, "sendRequestXML", ticket=text, strHCPResponse=str(name))
                assert result(answer.body) == f"{text}|{name}|None|None|None|None"
                answer = call(connection, "authenticate", strUserName=text, strPassword=str(number))
                assert result(answer.body) == [text, str(number), "", "300"]

    with ThreadPoolExecutor(8) as pool:
        for outcome in [pool.submit(client, name) for name in range(8)]:
            outcome.result(timeout=120)
