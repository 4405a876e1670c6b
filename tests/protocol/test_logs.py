"""T7: passwords, tickets and what QuickBooks says about a company never reach a log, at any level."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qbwc_server import soap
from tests.protocol.broken import broken_exchange
from tests.protocol.wire import (
    CONTENT_TYPE,
    METHODS,
    PARAMETERS,
    RecordingExchange,
    SoapFault,
    document,
    fault,
    raw,
)

CANARIES = {
    "strUserName": "canary-user-5521",
    "strPassword": "canary-password-5522",
    "ticket": "canary-ticket-5523",
    "strHCPResponse": "<QBXML>canary-EIN-5524</QBXML>",
    "response": "<QBXML>canary-invoice-5525</QBXML>",
    "message": "canary-message-5526",
    "strCompanyFileName": r"C:\canary-5527.qbw",
}


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """All that any logger writes with every level on, Spyne's own included, as somebody hunting a bug would set it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(exc_text)s %(stack_info)s"))
    loggers = [logging.getLogger()] + [
        logging.getLogger(name) for name in list(logging.root.manager.loggerDict) if not name.startswith("spyne")
    ]
    before = [(logger, logger.level) for logger in loggers]
    logging.getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def assert_silent(log: io.StringIO) -> None:
    text = log.getvalue()
    assert "canary" not in text
    assert "552" not in text


def canaries(operation: str) -> dict[str, str]:
    return {name: CANARIES.get(name, f"canary-{name}") for name in PARAMETERS[operation]}


@pytest.mark.parametrize("operation", list(PARAMETERS))
def test_a_call_leaves_none_of_its_parameters_in_the_log(
    client: FlaskClient, everything: io.StringIO, operation: str
) -> None:
    headers = {"Authorization": "Basic canary", "Cookie": "canary=1", "SOAPAction": "canary"}
    client.post("/qbwc", data=document(operation, **canaries(operation)), content_type=CONTENT_TYPE, headers=headers)
    assert_silent(everything)


def test_an_error_inside_leaves_its_place_in_the_log_and_nothing_of_its_text(everything: io.StringIO) -> None:
    error = RuntimeError("canary in [parameters: ('canary-ticket-5523',)]")
    error.__cause__ = ValueError("canary-cause")
    error.__cause__.__context__ = KeyError("canary-context")
    app = Flask("tests")
    soap.mount(app, broken_exchange(error), 100_000)
    for operation in ["sendRequestXML", "receiveResponseXML", "connectionError", "getLastError", "closeConnection"]:
        everything.truncate(0)
        body = document(operation, **canaries(operation))
        app.test_client().post("/qbwc", data=body, content_type=CONTENT_TYPE)
        assert_silent(everything)
        log = everything.getvalue()
        assert "cycle.py" in log
        assert "broken.py" in log
        assert all(name in log for name in ["RuntimeError", "ValueError", "KeyError"])


@pytest.mark.parametrize("operation", list(METHODS))
def test_an_operation_that_fails_all_the_same_is_a_fault_and_its_place_is_in_the_log(
    client: FlaskClient, exchange: RecordingExchange, everything: io.StringIO, operation: str
) -> None:
    exchange.answers[METHODS[operation]] = RuntimeError("canary")
    response = client.post("/qbwc", data=document(operation, **canaries(operation)), content_type=CONTENT_TYPE)
    assert fault(response.data) == SoapFault("Server", "Internal error")
    assert_silent(everything)
    assert operation in everything.getvalue()
    assert "wire.py" in everything.getvalue()
    assert "RuntimeError" in everything.getvalue()


def test_a_refused_login_is_logged_with_the_address_it_came_from(
    client: FlaskClient, exchange: RecordingExchange, everything: io.StringIO
) -> None:
    exchange.answers["authenticate"] = ("", "nvu", "", "")
    client.post("/qbwc", data=GOOD, content_type=CONTENT_TYPE, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert_silent(everything)
    (line,) = [line for line in everything.getvalue().splitlines() if "login" in line]
    assert "WARNING" in line
    assert "203.0.113.7" in line


GOOD = document("authenticate", **canaries("authenticate"))
MALFORMED = {
    "half of it": GOOD[:-30],
    "bytes that are no UTF-8": GOOD.replace(b"canary-password", b"canary-\xff-password"),
    "a control character": GOOD.replace(b"canary-password", b"canary-\x01-password"),
    "a bare ampersand": GOOD.replace(b"canary-password", b"canary&password"),
    "an unknown entity": GOOD.replace(b"canary-password", b"&canary-password;"),
    "a DOCTYPE": GOOD.replace(b"?>", b'?><!DOCTYPE canary [<!ENTITY canary "canary">]>'),
    "tags that do not match": GOOD.replace(b"</strPassword>", b"</canary>"),
    "elements inside": GOOD.replace(b"canary-password", b"<canary/>"),
    "a parameter twice": raw("authenticate", "<canary/><canary/>"),
    "an unknown operation": raw("canary", "<canary/>"),
    "an undeclared prefix": raw("authenticate", "<canary:x/>"),
    "no XML": b"strPassword=canary-password-5522",
    "a strange root": b"<canary/>",
}


@pytest.mark.parametrize("content_type", [CONTENT_TYPE, "text/canary", "text/xml; charset=canary"])
@pytest.mark.parametrize("what", list(MALFORMED))
def test_a_malformed_request_leaves_nothing_of_itself_in_the_log(
    client: FlaskClient, everything: io.StringIO, what: str, content_type: str
) -> None:
    response = client.post("/qbwc?canary", data=MALFORMED[what], content_type=content_type)
    assert response.status_code in {415, 500}
    assert_silent(everything)
    assert "qbwc_server.soap.guard WARNING" in everything.getvalue()


def test_spynes_loggers_lead_nowhere_even_if_somebody_turns_them_on(
    client: FlaskClient, everything: io.StringIO, request: pytest.FixtureRequest
) -> None:
    for name in ["spyne", "spyne.protocol.xml", "spyne.protocol.soap.soap11", "spyne.server.wsgi"]:
        logger = logging.getLogger(name)
        request.addfinalizer(partial(logger.setLevel, logger.level))
        logger.setLevel(logging.DEBUG)
    client.post("/qbwc", data=GOOD, content_type=CONTENT_TYPE)
    client.post("/qbwc", data=GOOD[:-30], content_type=CONTENT_TYPE)
    assert_silent(everything)


@pytest.mark.parametrize("what", list(MALFORMED))
def test_a_fault_does_not_repeat_what_was_sent(client: FlaskClient, what: str) -> None:
    response = client.post("/qbwc", data=MALFORMED[what], content_type=CONTENT_TYPE)
    if what != "an unknown operation":
        assert b"canary" not in response.data
