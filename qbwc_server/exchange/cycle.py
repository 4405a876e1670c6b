"""The eight calls of QBWC that have an answer of ours, each total: whatever comes in or breaks, QBWC gets an answer.

A SOAP fault would end the run with a QBWC code that says nothing to anybody (facts/qbwc-protocol.md section 1.3), so
trouble of ours is a safe value here and a sentence in getLastError. The five calls with a ticket are one write
transaction each, committed before the answer leaves; `authenticate` only reads until it knows who comes, and then is
one too; the two about versions need none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from qbwc_server import __version__, companies
from qbwc_server.clock import Chance, Clock, SystemChance, SystemClock
from qbwc_server.companies import Company
from qbwc_server.db import Database, tables
from qbwc_server.errors import DatabaseAway, QbwcError
from qbwc_server.exchange import progress
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.doubt import doubt_unanswered, supersede
from qbwc_server.exchange.greeting import Arrival
from qbwc_server.exchange.send import next_request
from qbwc_server.exchange.session import SessionState
from qbwc_server.exchange.take import STOP, take
from qbwc_server.exchange.tools import Limits, Tools
from qbwc_server.exchange.visit import Visit
from qbwc_server.logs import log_error, shown
from qbwc_server.qbxml import Renderer, hresult_fact

log = logging.getLogger(__name__)
Result = TypeVar("Result")

AWAY = "The server's database cannot be reached right now. Nothing was lost; try again in a few minutes."
OUR_FAULT = "Something went wrong on the server. Nothing was lost; its administrator finds the details in its log."
UNKNOWN_TICKET = "This visit is not known here any more. Nothing was lost; choose Update Selected again."
LONGEST_LINE = 1000
"""Characters of a closing text that the log shows."""
DONE = "done"
"""connectionError's answer that ends the run."""
_CHANGE_COMPANY = tables.company.update().where(tables.company.c.id == sa.bindparam("number"))
_TRY_OPEN_FILE = frozenset({"0x80040403", "0x80040406"})
"""The path we gave cannot be opened: the file that is open is tried once, and its identity judged as always."""

NOT_VALID: tuple[str, str, str, str] = ("", "nvu", "", "")
NOTHING: tuple[str, str, str, str] = ("", "none", "", "")
BUSY: tuple[str, str, str, str] = ("", "busy", "", "")


class Exchange:
    """What the SOAP service calls. Keeps no state of its own: any worker on any host answers any call."""

    def __init__(
        self,
        db: Database,
        renderer: Renderer,
        *,
        clock: Clock | None = None,
        chance: Chance | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._db = db
        self._tools = Tools(renderer, clock or SystemClock(), chance or SystemChance(), limits or Limits())

    def server_version(self) -> str:
        """Shown in QBWC's log."""
        return f"qbwc-server {__version__}"

    def client_version(self, version: str | None) -> str:
        """'': every version is welcome; a warning dialog would stop unattended runs."""
        return ""

    def authenticate(self, username: str | None, password: str | None) -> tuple[str, str, str, str]:
        """Ticket; 'nvu', 'none', 'busy', a company file's path or '' for the open one; and two empty elements.

        Element [2] would postpone the run and is never filled (facts/qbwc-protocol.md section 2).
        """
        return self._safely(lambda: self._authenticate(username or "", password or ""), BUSY, BUSY)

    def next_request(
        self,
        ticket: str | None,
        hcp: str | None,
        company_file: str | None,
        country: str | None,
        major: int | None,
        minor: int | None,
    ) -> str:
        """sendRequestXML: the next qbXML text, or '' (then `last_error` explains)."""
        arrival = Arrival(hcp or "", company_file or "", major, minor)
        return self._safely(lambda: self._next_request(ticket, arrival), "", "", ticket)

    def take_response(self, ticket: str | None, response: str | None, hresult: str | None, message: str | None) -> int:
        """receiveResponseXML: 1 to 99 to go on, 100 at the end, -1 to stop (then `last_error` explains)."""
        received = (response or "", hresult or "", message or "")
        return self._safely(lambda: self._take_response(ticket, Arrived.read(*received)), STOP, STOP, ticket)

    def connection_error(self, ticket: str | None, hresult: str | None, message: str | None) -> str:
        """'done' to stop, or '' to try the file that is open."""
        return self._safely(lambda: self._connection_error(ticket, hresult or "", message or ""), DONE, DONE, ticket)

    def last_error(self, ticket: str | None) -> str:
        """What went wrong, in one line; '' if nothing did."""
        return self._safely(lambda: self._last_error(ticket), AWAY, OUR_FAULT)

    def close(self, ticket: str | None) -> str:
        """closeConnection: one line for QBWC's Status column. May be called twice and with any ticket."""
        return self._safely(lambda: self._close(ticket), AWAY, OUR_FAULT)

    def _authenticate(self, username: str, password: str) -> tuple[str, str, str, str]:
        with self._db.read() as c:
            known = companies.find_login(c, username, password)
        if known is None:
            log.warning("login refused for the Web Connector's user '%s'", shown(username))
            return NOT_VALID
        now = self._now()
        with self._db.write() as c:
            company = companies.lock(c, known.id)
            supersede(c, company.id, now)
            _note(c, company, last_contact_at=now)
            if company.is_paused or not progress.something_to_do(c, company, None, now):
                return NOTHING
            ticket = sessions.open_session(c, company, now, self._tools.chance)
        log.info("%s: session started", shown(company.name))
        return ticket, company.company_file, "", ""

    def _next_request(self, ticket: str | None, arrival: Arrival) -> str:
        with self._visit(ticket) as visit:
            return "" if visit is None else next_request(visit, arrival)

    def _take_response(self, ticket: str | None, arrived: Arrived) -> int:
        with self._visit(ticket) as visit:
            return STOP if visit is None else take(visit, arrived)

    def _connection_error(self, ticket: str | None, hresult: str, message: str) -> str:
        with self._visit(ticket) as visit:
            if visit is None:
                return DONE
            session = visit.session
            fact = hresult_fact(hresult)
            text = f"QuickBooks could not be reached ({hresult}): {message or fact.meaning}. {fact.remedy}"
            errors = session.connection_errors + 1
            sessions.change(visit.c, session, connection_errors=errors, last_error=text, last_call_at=visit.now)
            _note(visit.c, visit.company, last_result=text)
            may_try = errors == 1 and visit.company.company_file and hresult.strip().lower() in _TRY_OPEN_FILE
            return "" if may_try else DONE

    def _last_error(self, ticket: str | None) -> str:
        with self._visit(ticket) as visit:
            return UNKNOWN_TICKET if visit is None else visit.session.last_error

    def _close(self, ticket: str | None) -> str:
        with self._visit(ticket) as visit:
            if visit is None:
                return "Nothing was exchanged." if not ticket else UNKNOWN_TICKET
            session = visit.session
            if session.state is not SessionState.OPEN:
                return session.closing_text or session.last_error or "This visit was over already."
            doubt_unanswered(visit.c, session, visit.now)
            text = progress.closing_text(visit)
            sessions.change(visit.c, session, state=SessionState.CLOSED, ended_at=visit.now, closing_text=text)
            _note(visit.c, visit.company, last_result=text)
        name, said = shown(visit.company.name), shown(text, LONGEST_LINE)
        counts = (session.round_trips, session.done, session.failed)
        log.info("%s: session closed after %d round trips, %d jobs done, %d failed: %s", name, *counts, said)
        return text

    @contextmanager
    def _visit(self, ticket: str | None) -> Iterator[Visit | None]:
        """The visit of a ticket in one write transaction, its company locked; None for an unknown ticket."""
        with self._db.write() as c:
            found = sessions.find(c, ticket)
            yield None if found is None else Visit(c, self._tools, *found, self._now())

    def _safely(
        self, call: Callable[[], Result], when_away: Result, when_broken: Result, ticket: str | None = None
    ) -> Result:
        try:
            return call()
        except DatabaseAway:
            log.warning("the database is away")
            return when_away
        except Exception as error:  # noqa: BLE001 - the edge of the protocol: QBWC must get an answer, whatever broke
            log_error(log, "a Web Connector's call failed", error)
            self._remember(ticket, str(error) if isinstance(error, QbwcError) else OUR_FAULT)
            return when_broken

    def _remember(self, ticket: str | None, text: str) -> None:
        """Lets getLastError explain; if even that cannot be written, it says what it can."""
        try:
            with self._visit(ticket) as visit:
                if visit is not None:
                    sessions.change(visit.c, visit.session, last_error=text)
        except Exception:  # noqa: BLE001 - the first error is in the log already and is the one that matters
            log.warning("the error could not be stored for getLastError")

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _note(c: sa.Connection, company: Company, **columns: object) -> None:
    c.execute(_CHANGE_COMPANY, {"number": company.id, **columns})
