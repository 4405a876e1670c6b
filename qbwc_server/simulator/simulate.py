"""A whole run, as `qbwc simulate` offers it: add the application, update once, tell what happened."""

from __future__ import annotations

import re
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from rich.console import Console

from qbwc_server.errors import Problem, SimulationFailed
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.faults import Crash, Faults
from qbwc_server.simulator.quickbooks.processor import RequestProcessor
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings
from qbwc_server.simulator.transcript import Transcript
from qbwc_server.simulator.webconnector.adding import add_application
from qbwc_server.simulator.webconnector.connector import WebConnector
from qbwc_server.simulator.webconnector.outcome import Outcome
from qbwc_server.simulator.webconnector.qwc import ApplicationFile, read_qwc
from qbwc_server.simulator.webconnector.wire import HttpWire

_BOOKS_NAME = "books.qbw.db"
_APP_URL_PATH = "/qbwc"


@dataclass(frozen=True)
class Options:
    """What a run needs. Either `qwc`, or `url` with `username`."""

    password: str
    qwc: Path | None = None
    """The .qwc file: it is checked, the company file is stamped, HCP carries FileID and AppLock."""
    url: str | None = None
    """The AppURL; without a path ``/qbwc`` is appended. No stamp, no FileID."""
    username: str | None = None
    books: Path | None = None
    """The company file, created if it is not there; by default `default_books()`."""
    machine: str = ""
    """The Windows name of the PC, as it stands in the AppLock; by default this computer's name."""
    show_xml: bool = False
    settings: QuickBooksSettings | None = None
    faults: Faults | None = None
    console: Console | None = None
    """Where the transcript goes; by default standard output."""
    sleep: Callable[[float], None] = time.sleep


def simulate(options: Options) -> Outcome:
    """Runs one update of the Web Connector against the server and prints a transcript.

    Raises SimulationFailed if the run cannot start: a .qwc file or URL that QBWC would not take, an AppSupport
    page that does not answer, a company file that is none. What goes wrong after that is in the Outcome, also
    that the PC stopped where the faults told it to.
    """
    application = _application(options)
    url = application.app_url if application else _app_url(options.url or "")
    username = application.username if application else options.username
    if not username:
        raise SimulationFailed("With a URL a user name is needed too (--username).")
    console = options.console or Console()
    books = Books(_books_path(options))
    processor = RequestProcessor(
        books,
        settings=options.settings,
        faults=options.faults,
        application=application.app_name if application else "",
    )
    wire = HttpWire(url)
    try:
        with Transcript(console, show_xml=options.show_xml) as transcript:
            if application:
                add_application(application, books, transcript)
            connector = WebConnector(
                wire,
                processor,
                username=username,
                password=options.password,
                application=application,
                machine=options.machine or machine_name(),
                sleep=options.sleep,
                watcher=transcript,
            )
            try:
                outcome = connector.run()
            except Crash as crash:
                outcome = connector.stopped(crash.point)
        transcript.account(outcome, books)
    except sqlite3.Error as error:
        raise SimulationFailed(f"The company file {books.path} cannot be written: {error}.") from None
    finally:
        wire.close()
        books.close()
    return outcome


def default_books() -> Path:
    """Where the company file is kept unless told otherwise: the user's data folder, next to the server's database."""
    return platformdirs.user_data_path("qbwc-server", appauthor=False) / _BOOKS_NAME


def machine_name() -> str:
    """This computer's name as Windows would have it: at most 15 letters, digits and hyphens, upper case."""
    return re.sub(r"[^A-Z0-9-]", "", socket.gethostname().partition(".")[0].upper())[:15] or "OFFICE-PC"


def _application(options: Options) -> ApplicationFile | None:
    if options.qwc is None:
        return None
    if options.url is not None:
        raise SimulationFailed("Give either a .qwc file or a URL, not both.")
    try:
        content = options.qwc.read_bytes()
    except OSError as error:
        raise SimulationFailed(Problem(f"The file cannot be read: {error.strerror}.", path=str(options.qwc))) from None
    application = read_qwc(content)
    if options.username and options.username != application.username:
        raise SimulationFailed(f"The .qwc file is for the user {application.username}, not {options.username}.")
    return application


def _app_url(url: str) -> str:
    """The AppURL that was meant, or a refusal."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
        parts = urlsplit("")
    if not is_address or not url.isascii() or re.search(r"\s", url):
        raise SimulationFailed(
            Problem(f"Not an http or https address: {url or 'nothing was given'}.", remedy="Give --url or --qwc.")
        )
    return url if parts.path.strip("/") else parts._replace(path=_APP_URL_PATH).geturl()


def _books_path(options: Options) -> Path:
    if options.books is not None:
        return options.books
    path = default_books()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
