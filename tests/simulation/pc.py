"""A PC with QuickBooks and a Web Connector, whose visit can be broken off or put to sleep between any two calls."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

from qbwc_server.simulator import Crash, ProcessingError, RequestProcessor, WireFault
from qbwc_server.simulator.quickbooks.stamping import lock_file, unlock_file
from tests.simulation.faults import Fault
from tests.simulation.story import answer_line, request_line
from tests.simulation.world import QuickBooksFaults, World

_HRESULTS = ("0x80040402", "0x8004040D", "0x80040408", "0x8004040A", "0x80040414")
_MOST_LOOPS = 25
_STEP = timedelta(seconds=2)

Nap = timedelta
Visit = Generator[Nap, None, None]
"""A visit yields how long its PC sleeps, and goes on when it is resumed; zero lets others come in between."""


class PcDied(Exception):
    """Nothing more is heard of this visit."""


class Pc:
    """One machine."""

    def __init__(self, world: World, machine: str, *, naps: tuple[timedelta, ...], late: tuple[timedelta, ...]) -> None:
        """`naps`: how long it may sleep with a set in hand; `late`: with an answer in hand."""
        self.world, self.machine = world, machine
        self._naps, self._late = naps, late
        faults = QuickBooksFaults(world, machine)
        application = world.stage.application.app_name
        self._processor = RequestProcessor(world.books, settings=world.settings, faults=faults, application=application)

    def visit(self) -> Visit:
        """One update, from authenticate to closeConnection."""
        world = self.world
        try:
            ticket, outcome = self._authenticate()
            if outcome in ("none", "busy", "nvu"):
                world.tell(f"{self.machine}: authenticate says {outcome}")
                return
            world.tell(f"{self.machine}: a visit begins")
            yield from self._exchange(ticket)
        except (PcDied, Crash):
            world.tell(f"{self.machine}: off")
        except WireFault as fault:
            world.tell(f"{self.machine}: the run ends, {fault}")
        finally:
            self._processor.end_session()

    def _authenticate(self) -> tuple[str, str]:
        credentials = self.world.stage.credentials
        answer = self.world.call(
            "authenticate", self.world.exchange.authenticate, credentials.username, credentials.password
        )
        assert isinstance(answer, tuple)
        self._may_die(Fault.DIES_AFTER_AUTHENTICATE)
        return str(answer[0]), str(answer[1])

    def _exchange(self, ticket: str) -> Visit:
        world, exchange, owner_id = self.world, self.world.exchange, self.world.stage.application.owner_id
        if world.has_app_lock:
            lock_file(world.books, owner_id, self.machine)
        hcp = self._processor.host_company_preferences(owner_id)
        for _ in range(_MOST_LOOPS):
            yield Nap(0)  # whoever is due may come in between
            text = self._next_request(ticket, hcp)
            hcp = ""
            world.tell(f"{self.machine} <- {request_line(text)}")
            if not text:
                break
            self._may_die(Fault.DIES_AFTER_SEND)
            if "AddRq" in text and world.strikes(Fault.SLEEPS_WITH_SET, self.machine):
                yield world.fate.pick(self._naps)
                world.tell(f"{self.machine} wakes up and hands {request_line(text)} to QuickBooks")
            response, hresult = self._process(text)
            world.pass_time(_STEP)
            self._may_die(Fault.DIES_AFTER_BOOKED)
            if "AddRq" in text and world.strikes(Fault.SLEEPS_WITH_ANSWER, self.machine):
                yield world.fate.pick(self._late)
                world.tell(f"{self.machine} wakes up and hands in its answer")
            number = self._receive(ticket, response, hresult)
            self._may_die(Fault.DIES_AFTER_RECEIVE)
            if not 0 <= number < 100:
                break
        self.world.call("getLastError", exchange.last_error, ticket)
        unlock_file(world.books, owner_id)
        said = self.world.call("closeConnection", exchange.close, ticket)
        world.tell(f"{self.machine}: the visit ends: {said}")

    def _next_request(self, ticket: str, hcp: str) -> str:
        text = self._ask(ticket, hcp)
        if text and self.world.strikes(Fault.ASKED_AGAIN, self.machine):
            text = self._ask(ticket, hcp)
        return text

    def _ask(self, ticket: str, hcp: str) -> str:
        arguments = (ticket, hcp, "C:\\Books\\acme.qbw", "US", 16, 0)
        try:
            return str(self.world.call("sendRequestXML", self.world.exchange.next_request, *arguments))
        except WireFault:
            if self.world.fate.pick((False, True)):
                self.world.tell(f"{self.machine} calls sendRequestXML again")
                return str(self.world.call("sendRequestXML", self.world.exchange.next_request, *arguments))
            raise

    def _process(self, text: str) -> tuple[str, str]:
        world = self.world
        if "AddRq" in text and world.strikes(Fault.UNREADABLE, self.machine):
            return "", "0x80040400"
        if world.strikes(Fault.HRESULT_INSTEAD, self.machine):
            return "", world.fate.pick(_HRESULTS)
        try:
            answer = self._processor.process(text)
        except ProcessingError as error:
            return "", error.hresult
        if world.strikes(Fault.HRESULT_AFTER, self.machine):
            return "", world.fate.pick(_HRESULTS)
        if world.strikes(Fault.ANSWER_CUT, self.machine):
            return answer[: len(answer) // 2], ""
        return answer, ""

    def _receive(self, ticket: str, response: str, hresult: str) -> int:
        self.world.tell(f"{self.machine} -> {answer_line(response, hresult)}")
        number = self._hand_in(ticket, response, hresult)
        if self.world.strikes(Fault.HANDED_IN_TWICE, self.machine):
            number = self._hand_in(ticket, response, hresult)
        return number

    def _hand_in(self, ticket: str, response: str, hresult: str) -> int:
        arguments = (ticket, response, hresult, "QuickBooks' own words" if hresult else "")
        try:
            return int(str(self.world.call("receiveResponseXML", self.world.exchange.take_response, *arguments)))
        except WireFault:
            if self.world.fate.pick((False, True)):
                self.world.tell(f"{self.machine} hands it in again")
                return int(str(self.world.call("receiveResponseXML", self.world.exchange.take_response, *arguments)))
            raise

    def _may_die(self, fault: Fault) -> None:
        if self.world.strikes(fault, self.machine):
            raise PcDied
