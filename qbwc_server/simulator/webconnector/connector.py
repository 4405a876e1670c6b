"""The Web Connector: one session from serverVersion to closeConnection, every return value followed.

The steps are those of `facts/qbwc-protocol.md` section 9.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from qbwc_server.simulator.quickbooks.company_file import begin_session
from qbwc_server.simulator.quickbooks.faults import Point
from qbwc_server.simulator.quickbooks.processor import RequestProcessor
from qbwc_server.simulator.quickbooks.refusals import ProcessingError
from qbwc_server.simulator.quickbooks.stamping import lock_file, unlock_file
from qbwc_server.simulator.webconnector.envelopes import Argument, Operation, WireFault
from qbwc_server.simulator.webconnector.outcome import Outcome, Tally
from qbwc_server.simulator.webconnector.qwc import ApplicationFile
from qbwc_server.simulator.webconnector.watching import NobodyWatching, Watcher
from qbwc_server.simulator.webconnector.wire import Wire

_NO_OP_SECONDS = 5
_MOST_OPENINGS = 5
_MOST_LOOPS = 10_000
_PREFIX = "do_"


class _Stop(Exception):
    """The session ends here with this text in the Status column."""

    def __init__(
        self, status: str, code: str = "", *, ok: bool = False, is_done: bool = False, is_closed: bool = True
    ) -> None:
        super().__init__(status)
        self.status = status
        self.code = code
        self.ok = ok or is_done
        self.is_done = is_done
        """The server ended the exchange itself, so what closeConnection says is the status."""
        self.is_closed = is_closed
        """Whether closeConnection is still called."""


class WebConnector:
    """One web application in the Web Connector of one machine, next to one QuickBooks."""

    def __init__(
        self,
        wire: Wire,
        processor: RequestProcessor,
        *,
        username: str,
        password: str,
        application: ApplicationFile | None = None,
        machine: str = "OFFICE-PC",
        version: str = "2.3.0.215",
        sleep: Callable[[float], None] = time.sleep,
        watcher: Watcher | None = None,
    ) -> None:
        """With an `application` HCP carries its FileID and AppLock, without one neither."""
        self._wire = wire
        self._processor = processor
        self._username = username
        self._password = password
        self._application = application
        self._machine = machine
        self._version = version
        self._sleep = sleep
        self._watcher = watcher or NobodyWatching()
        self._ticket = ""
        self._tally = Tally()

    def run(self) -> Outcome:
        """One update. Never raises for what the server does; raises Crash if the machine is told to stop."""
        self._ticket, self._tally = "", Tally()
        try:
            self._greet()
            self._authenticate_and_exchange()
        except _Stop as stop:
            end = self._close(stop) if stop.is_closed else stop
        else:
            raise AssertionError("a session ends by a _Stop")
        finally:
            self._processor.end_session()
        status = f"{end.code}: {end.status}" if end.code else end.status
        self._watcher.said(f"Update completed. Status: {status}")
        return self._tally.outcome(ok=end.ok, code=end.code, status=status)

    def stopped(self, point: Point) -> Outcome:
        """The account of a run that a Crash ended: nobody was there any more to make one."""
        return self._tally.outcome(ok=False, code="", status=f"The PC stopped {point}, as told.")

    def _greet(self) -> None:
        try:
            self._call(Operation.SERVER_VERSION)
        except WireFault as fault:
            self._watcher.said(f"Actual error received from web service for serverVersion call: <{fault}>")
        said = self._expect(Operation.CLIENT_VERSION, "QBWC1036", self._version)
        if said and not said.startswith(("W:", "E:", "O:")):
            raise _Stop(f"clientVersion returned {said!r}", "QBWC1046", is_closed=False)
        kind, _, text = said.partition(":")
        if kind == "E":
            raise _Stop(f"The web service refuses this Web Connector: {text}", "QBWC1037", is_closed=False)
        if kind == "O":
            raise _Stop(f"The web service needs Web Connector {text}", "QBWC1037", is_closed=False)
        if kind == "W":
            self._watcher.said(f"Warning of the web service (continued as if the user had agreed): {text}")

    def _authenticate_and_exchange(self) -> None:
        path = self._authenticate()
        self._processor.faults.at(Point.AFTER_AUTHENTICATE, "")
        path = self._open_company_file(path)
        owner_id = self._application.owner_id if self._application else None
        if owner_id:
            lock_file(self._processor.books, owner_id, self._machine)
        hcp = self._processor.host_company_preferences(owner_id)
        try:
            self._exchange(hcp, path)
        except _Stop:
            if owner_id:
                unlock_file(self._processor.books, owner_id)
                self._watcher.said(f"Company file has been unlocked for ownerID {owner_id}")
            raise

    def _authenticate(self) -> str:
        """The company file to open, '' for the one that is open."""
        try:
            answer = self._call(
                Operation.AUTHENTICATE,
                self._username,
                self._password,
                shown=f'<userName="{self._username}"><password=<MaskedForSecurity>>',
            )
        except WireFault as fault:
            raise _Stop(f"Authentication failed: {fault}", "QBWC1012", is_closed=False) from None
        if len(answer) < 2:
            reason = (
                "Index was outside the bounds of the array." if answer else "Object reference not set to an object."
            )
            raise _Stop(f"Authentication failed: {reason}", "QBWC1012", is_closed=False)
        self._ticket = answer[0]
        outcome, postpone, minimum = (*answer, "", "")[1:4]
        if postpone.strip().isdecimal():
            raise _Stop("Update postponed by application.", ok=True)
        if minimum.strip().isdecimal():
            self._watcher.said(f"The application wants at least {minimum} seconds between updates.")
        match outcome.strip().lower():
            case "none":
                raise _Stop("No data exchange required.", ok=True)
            case "nvu":
                raise _Stop(f"Invalid password for username {self._username}.", "QBWC1040")
            case "busy":
                raise _Stop("Application busy.")
        return outcome

    def _open_company_file(self, path: str) -> str:
        for _ in range(_MOST_OPENINGS):
            try:
                opened = begin_session(self._processor, path)
            except ProcessingError as error:
                self._watcher.refused(error)
                path = self._connection_error(error)
            else:
                self._watcher.said(f'QuickBooks has the company file open: "{opened}"')
                return opened
        raise _Stop(f"The web service named {_MOST_OPENINGS} company files and none could be opened.", "QBWC1013")

    def _connection_error(self, error: ProcessingError) -> str:
        """The next company file to try."""
        said = self._expect(Operation.CONNECTION_ERROR, "QBWC1045", self._ticket, error.hresult, error.message)
        if said.strip().lower() == "done":
            raise _Stop(f"QuickBooks could not be opened: {error.message}", "QBWC1013", is_closed=False)
        return said

    def _exchange(self, hcp: str, path: str) -> None:
        """sendRequestXML, QuickBooks, receiveResponseXML until the server ends it: always leaves by _Stop."""
        for _ in range(_MOST_LOOPS):
            request = self._send_request(hcp, path)
            hcp = ""
            if request in ("", "NoOp"):
                self._obey_last_error()
                continue
            self._processor.faults.at(Point.AFTER_SEND, request)
            self._watcher.request(request)
            response, hresult, message = self._process(request)
            self._processor.faults.at(Point.AFTER_BOOKED, request)
            percent = self._receive_response(response, hresult, message)
            self._processor.faults.at(Point.AFTER_RECEIVE, request)
            self._follow(percent)
        raise _Stop(f"The web service did not end the update in {_MOST_LOOPS} calls.")

    def _send_request(self, hcp: str, path: str) -> str:
        settings = self._processor.settings
        major, minor = settings.qbxml_versions[-1].split(".")
        return self._expect(
            Operation.SEND_REQUEST_XML,
            "QBWC1041",
            self._ticket,
            hcp,
            path,
            settings.country,
            int(major),
            int(minor),
            shown=f'<HCPResponseXML size={len(hcp)}><cfn="{path}"><qbXMLMajorVers="{major}">' if hcp else "",
        )

    def _process(self, request: str) -> tuple[str, str, str]:
        """response, hresult and message for receiveResponseXML."""
        try:
            answer = self._processor.process(request)
        except ProcessingError as error:
            self._tally.note_refusal()
            self._watcher.refused(error)
            return "", error.hresult, error.message
        self._tally.note_answer(request, answer)
        self._watcher.answer(answer)
        return answer, "", ""

    def _receive_response(self, response: str, hresult: str, message: str) -> int:
        said = self._expect(
            Operation.RECEIVE_RESPONSE_XML,
            "QBWC1042",
            self._ticket,
            response,
            hresult,
            message,
            shown=f'<response size={len(response)}><hresult="{hresult}"><message="{message}">' if hresult else "",
        )
        try:
            return int(said)
        except ValueError:
            raise _Stop(f"receiveResponseXML returned no whole number: {said!r}", "QBWC1042") from None

    def _follow(self, percent: int) -> None:
        self._tally.percentages.append(percent)
        if percent < 0:
            text = self._last_error()
            raise _Stop(text or "The web service reported an error without saying which.", "QBWC1031")
        self._watcher.progress(min(percent, 100))
        if percent >= 100:
            raise _Stop("Update completed successfully.", is_done=True)

    def _obey_last_error(self) -> None:
        text = self._last_error()
        if text == "NoOp":
            self._watcher.said(f"NoOp: waiting {_NO_OP_SECONDS} seconds")
            self._sleep(_NO_OP_SECONDS)
        elif text == "Interactive mode":
            self._expect(Operation.INTERACTIVE_REJECTED, "", self._ticket, "No user is here to answer.")
            raise _Stop("The web service asked for interactive mode, which was rejected.")
        elif text:
            raise _Stop(text, "QBWC1031")
        else:
            raise _Stop("No more requests.", is_done=True)

    def _last_error(self) -> str:
        return self._expect(Operation.GET_LAST_ERROR, "QBWC1043", self._ticket)

    def _close(self, stop: _Stop) -> _Stop:
        """The last call of a session; its text is the status unless there is something worse to show."""
        try:
            answer = self._call(Operation.CLOSE_CONNECTION, self._ticket)
        except WireFault as fault:
            return _Stop(f"closeConnection failed: {fault}", "QBWC1044") if stop.ok else stop
        return _Stop(answer[0], is_done=True) if stop.is_done and answer and answer[0] else stop

    def _expect(self, operation: Operation, code: str, *arguments: Argument, shown: str = "") -> str:
        """The one string of an answer, '' if there is none; a fault ends the session with the operation's code."""
        try:
            answer = self._call(operation, *arguments, shown=shown)
        except WireFault as fault:
            is_closed = bool(self._ticket) and code != "QBWC1045"
            raise _Stop(f"{operation} failed: {fault}", code, is_closed=is_closed) from None
        return answer[0] if answer else ""

    def _call(self, operation: Operation, *arguments: Argument, shown: str = "") -> tuple[str, ...]:
        self._watcher.said(f"{_PREFIX}{operation}() : *** Calling {operation}(){_with(shown)}")
        answer = self._wire.call(operation, *arguments)
        self._watcher.said(f"{_PREFIX}{operation}() : {self._shown(operation, answer)}")
        return answer

    def _shown(self, operation: Operation, answer: tuple[str, ...]) -> str:
        if operation is Operation.AUTHENTICATE:
            masked = (f"{answer[0][:4]}…", *answer[1:]) if answer else answer
            values = "".join(f'<authRet[{number}]="{value}">' for number, value in enumerate(masked))
            return f"Received from authenticate() following parameters:{values}"
        if operation is Operation.SEND_REQUEST_XML:
            size = len(answer[0]) if answer else 0
            return f"REQUEST: received from application: size (bytes) = {size}"
        return f'Received from {operation}() following parameter:<"{answer[0] if answer else ""}">'


def _with(shown: str) -> str:
    return f" with following parameters:{shown}" if shown else ""
