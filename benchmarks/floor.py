"""The floor: the same exchange with nothing but what it needs, written by hand for this measurement.

Plain WSGI in the same web server, lxml, SQL by hand through the drivers, texts put together by hand. The same bytes go
over the wire and the same rows are committed; what it lacks is everything that makes the program safe to use: it
believes whatever comes, knows no refusal and loses jobs when an answer is lost.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree

from benchmarks import floor_sql
from benchmarks.floor_sql import Ledger
from benchmarks.floor_text import request
from qbwc_server.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST = 50


def create_app(settings: Settings) -> WSGIApplication:
    """In the place of the program's `create_app`."""
    mine = threading.local()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            start_response("200 OK", [("Content-Length", "0")])
            return []
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        operation = etree.fromstring(body, etree.XMLParser(huge_tree=True))[0][0]
        name = etree.QName(operation).localname
        ledger: Ledger = mine.__dict__.setdefault("ledger", None) or floor_sql.connect(settings.database_url)
        mine.ledger = ledger
        result = _OPERATIONS[name](ledger, [node.text or "" for node in operation])
        answer = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{name}Response xmlns="http://developer.intuit.com/"><{name}Result>{result}</{name}Result>'
            f"</{name}Response></soap:Body></soap:Envelope>"
        ).encode()
        start_response("200 OK", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


def _authenticate(ledger: Ledger, given: list[str]) -> str:
    ticket = secrets.token_hex(16)
    password = hashlib.sha256(given[1].encode()).hexdigest()
    has_work = ledger.open_session(given[0], password, hashlib.sha256(ticket.encode()).hexdigest())
    answer = (ticket, "", "", "") if has_work else ("", "none", "", "")
    return "".join(f"<string>{each}</string>" for each in answer)


def _send(ledger: Ledger, given: list[str]) -> str:
    with ledger.transaction():
        session = ledger.session(hashlib.sha256(given[0].encode()).hexdigest())
        jobs = ledger.claim(session.company_id, _MOST)
        if not jobs:
            return ""
        key = secrets.token_hex(10)
        ids = ledger.ids(session.company_id)
        texts = [request(job, f"{key}.{position}", ids) for position, job in enumerate(jobs, start=1)]
        text = (
            '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>'
            f'<QBXMLMsgsRq onError="continueOnError" newMessageSetID="{key}">{"".join(texts)}</QBXMLMsgsRq></QBXML>'
        )
        ledger.sent(session, key, text, jobs)
    return escape(text)


def _receive(ledger: Ledger, given: list[str]) -> str:
    message_set = etree.fromstring(given[1].encode(), etree.XMLParser(huge_tree=True))[0]
    with ledger.transaction():
        session = ledger.session(hashlib.sha256(given[0].encode()).hexdigest())
        number, jobs = ledger.sent_jobs(message_set[0].get("requestID", "").partition(".")[0])
        booked = [(jobs[int(reply.get("requestID", "").partition(".")[2]) - 1], reply[0]) for reply in message_set]
        rows = [(job, _token(ret, "TxnID") or _token(ret, "ListID") or "", ret) for job, ret in booked]
        ledger.booked(session, number, rows, given[1])
        return "50" if ledger.claim(session.company_id, 1) else "100"


def _close(ledger: Ledger, given: list[str]) -> str:
    if given[0]:
        with ledger.transaction():
            ledger.close(ledger.session(hashlib.sha256(given[0].encode()).hexdigest()))
    return "done"


def _token(ret: etree._Element, name: str) -> str | None:
    return ret.findtext(name)


_OPERATIONS: dict[str, Callable[[Ledger, list[str]], str]] = {
    "serverVersion": lambda _ledger, _given: "floor",
    "clientVersion": lambda _ledger, _given: "",
    "authenticate": _authenticate,
    "sendRequestXML": _send,
    "receiveResponseXML": _receive,
    "closeConnection": _close,
}
