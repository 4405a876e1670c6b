"""What people and QBWC's own checks see when they open the addresses of a .qwc file."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from qbwc_server import soap
from tests.protocol.wire import PARAMETERS, RecordingExchange


def text(page: bytes) -> str:
    return "".join(str(piece) for piece in html.fromstring(page.decode()).itertext())


def links(page: bytes) -> list[str]:
    return [str(link.get("href")) for link in html.fromstring(page.decode()).iter("a")]


ADDRESSES = ["/qbwc", "/qbwc/", "/qbwc?x=1", "/qbwc/?foo&bar=wsdl", "/qbwc/index.html", "/support", "/support/"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_addresses_of_a_qwc_file_answer_200_without_a_login(
    client: FlaskClient, exchange: RecordingExchange, address: str, method: str
) -> None:
    """Anything else ends in QBWC1048 or QBWC1003 when the application is added."""
    response = client.open(address, method=method)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert exchange.calls == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_private_to_the_moment_and_run_nothing(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/qbwc", "/qbwc/"])
def test_the_page_at_qbwc_says_what_it_is_and_leads_to_support(client: FlaskClient, address: str) -> None:
    page = client.get(address).data
    assert "QuickBooks Web Connector" in text(page)
    assert ".qwc" in text(page)
    assert links(page) == ["/support", "/qbwc?wsdl"]
    for link in links(page):
        assert client.get(link).status_code == 200


def test_links_hold_where_the_whole_application_is_mounted_deeper(exchange: RecordingExchange) -> None:
    app = Flask("tests")
    app.register_blueprint(soap.support)
    soap.mount(app, exchange, 1000)
    client = Client(DispatcherMiddleware(Flask("outer"), {"/our books": app}))
    page = client.get("/our books/qbwc/").data
    assert links(page) == ["/our%20books/support", "/our%20books/qbwc?wsdl"]
    for link in links(page):
        assert client.get(link).status_code == 200


def test_the_support_page_shows_whom_to_ask(client: FlaskClient) -> None:
    client.application.config[soap.SUPPORT_CONTACT] = "Ann <ann@acme.example> & co"
    page = text(client.get("/support").data)
    assert "Ann <ann@acme.example> & co" in page


def test_without_a_contact_the_support_page_still_helps(client: FlaskClient) -> None:
    page = text(client.get("/support").data)
    assert "QBWC1040" in page
    assert "Whom to ask" not in page


@pytest.mark.parametrize("address", ["/qbwc?wsdl", "/qbwc/?wsdl", "/qbwc?WSDL", "/qbwc/?wsdl=1", "/qbwc?x&Wsdl"])
def test_the_wsdl_declares_exactly_the_eleven_operations(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    wsdl = etree.fromstring(response.data)
    schema = "{http://www.w3.org/2001/XMLSchema}"
    names = [operation.attrib["name"] for operation in wsdl.iterfind(".//{*}portType/{*}operation")]
    assert names == list(PARAMETERS)
    assert wsdl.attrib["targetNamespace"] == "http://developer.intuit.com/"
    for operation, parameters in PARAMETERS.items():
        declared = wsdl.findall(f".//{schema}schema/{schema}element[@name='{operation}']//{schema}sequence/*")
        assert tuple(element.attrib["name"] for element in declared) == parameters


@pytest.mark.parametrize("host", ['a"><b x="', "a b", "a/../b", "a\\b", "", "x" * 300, "é"])
def test_a_host_header_that_is_none_does_not_get_into_the_wsdl(client: FlaskClient, host: str) -> None:
    response = client.get("/qbwc?wsdl", environ_overrides={"HTTP_HOST": host})
    wsdl = etree.fromstring(response.data)
    address = wsdl.find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address is not None
    assert address.attrib["location"] == "http://localhost:80/qbwc"


@pytest.mark.parametrize("host", ["sync.example.com", "localhost:8000", "[::1]:8000", "10.0.0.1", "my_pc"])
def test_a_host_header_is_the_address_in_the_wsdl(client: FlaskClient, host: str) -> None:
    response = client.get("/qbwc?wsdl", environ_overrides={"HTTP_HOST": host})
    assert f'location="http://{host}/qbwc"'.encode() in response.data
