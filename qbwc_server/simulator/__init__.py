"""The other side: a Web Connector and a QuickBooks company file, for trials without Windows and for tests.

`simulate(Options(...))` is a whole run over HTTP. `RequestProcessor(Books(path)).process(text)` is QuickBooks
alone, `WebConnector(wire, processor, ...)` a session over any `Wire`, `ScriptedFaults` breaks it.
"""

from qbwc_server.simulator.quickbooks.books import Books, Document
from qbwc_server.simulator.quickbooks.company import CompanyRecord
from qbwc_server.simulator.quickbooks.faults import (
    Crash,
    Faults,
    NoFaults,
    Point,
    ScriptedFaults,
    ScriptedStatus,
    parse_crash,
)
from qbwc_server.simulator.quickbooks.person import Person
from qbwc_server.simulator.quickbooks.processor import RequestProcessor
from qbwc_server.simulator.quickbooks.refusals import ProcessingError, Refused
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings, Recovery, StatusAnswers, Storing
from qbwc_server.simulator.quickbooks.stamping import stamp_file
from qbwc_server.simulator.simulate import Options, default_books, simulate
from qbwc_server.simulator.webconnector.connector import WebConnector
from qbwc_server.simulator.webconnector.envelopes import Argument, Operation, WireFault
from qbwc_server.simulator.webconnector.outcome import Outcome
from qbwc_server.simulator.webconnector.qwc import ApplicationFile, read_qwc
from qbwc_server.simulator.webconnector.watching import NobodyWatching, Watcher
from qbwc_server.simulator.webconnector.wire import HttpWire, SoapAction, Wire

__all__ = [
    "ApplicationFile",
    "Argument",
    "Books",
    "CompanyRecord",
    "Crash",
    "Document",
    "Faults",
    "HttpWire",
    "NoFaults",
    "NobodyWatching",
    "Operation",
    "Options",
    "Outcome",
    "Person",
    "Point",
    "ProcessingError",
    "QuickBooksSettings",
    "Recovery",
    "Refused",
    "RequestProcessor",
    "ScriptedFaults",
    "ScriptedStatus",
    "SoapAction",
    "StatusAnswers",
    "Storing",
    "Watcher",
    "WebConnector",
    "Wire",
    "WireFault",
    "default_books",
    "parse_crash",
    "read_qwc",
    "simulate",
    "stamp_file",
]
