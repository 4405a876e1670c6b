"""Where and how the simulated machine can be broken: by a test, or by a person at another desk."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from qbwc_server.errors import Problem, SimulationFailed
from qbwc_server.simulator.quickbooks.refusals import ProcessingError


class Point(StrEnum):
    """Moments of a session at which the Web Connector's machine may die."""

    AFTER_AUTHENTICATE = "after-authenticate"
    """The ticket is known, QuickBooks is not opened yet."""
    AFTER_SEND = "after-send"
    """sendRequestXML was answered, QuickBooks has seen nothing."""
    BEFORE_COMMIT = "before-commit"
    """A request was carried out; its transaction is still open and will be undone."""
    AFTER_COMMIT = "after-commit"
    """A request and its status are in the books."""
    PARTLY_BOOKED = "partly-booked"
    """The first half of a set is in the books (of one request: the whole); the rest is still to come."""
    AFTER_BOOKED = "after-booked"
    """The whole set is in the books, the answer exists nowhere else."""
    AFTER_RECEIVE = "after-receive"
    """receiveResponseXML reached the server; its answer was never read."""


_TOLD_POINTS = (
    Point.AFTER_AUTHENTICATE,
    Point.AFTER_SEND,
    Point.PARTLY_BOOKED,
    Point.AFTER_BOOKED,
    Point.AFTER_RECEIVE,
)
_TOLD = re.compile(r"([a-z-]+)(?:@([1-9][0-9]{0,5}))?")


def parse_crash(text: str) -> tuple[Point, int]:
    """What a person types to stop the PC: ``after-booked``, or ``after-booked@2`` for the second set that writes.

    The number counts from 1. Raises SimulationFailed for anything else.
    """
    match = _TOLD.fullmatch(text)
    point = next((one for one in _TOLD_POINTS if match is not None and match[1] == one), None)
    if match is None or point is None:
        points = ", ".join(_TOLD_POINTS)
        raise SimulationFailed(
            Problem(
                f"{text[:40]!r} is no moment at which the PC can stop: {points}.",
                remedy="Add @2 for the second message set that writes.",
            )
        )
    number = int(match[2] or 1)
    if point is Point.AFTER_AUTHENTICATE and number > 1:
        raise SimulationFailed(f"A run has one {point}: leave out @{number}.")
    return point, number


class Crash(Exception):
    """The machine stops here: no unlocking, no closeConnection, open transactions undone."""

    def __init__(self, point: Point) -> None:
        super().__init__(f"the machine stopped {point}")
        self.point = point


@dataclass(frozen=True, slots=True)
class ScriptedStatus:
    """The status that one request gets instead of its own."""

    code: int
    message: str
    is_booked: bool
    """Whether the request is carried out all the same (a warning, or an error that came too late)."""


class Faults(Protocol):
    """Asked at every point; an implementation may raise Crash there or answer with a fault."""

    def at(self, point: Point, qbxml: str) -> None:
        """A moment is reached; `qbxml` is the message set in question, '' where there is none."""
        ...

    def opening(self) -> ProcessingError | None:
        """What QuickBooks says instead of opening the company file (BeginSession)."""
        ...

    def refusal(self) -> ProcessingError | None:
        """What QuickBooks says instead of processing the next message set."""
        ...

    def status(self, request: str) -> ScriptedStatus | None:
        """What becomes of the next request (``InvoiceAddRq``)."""
        ...

    def is_locked(self, object_id: str) -> bool:
        """Whether another user has this list element or transaction open."""
        ...


class NoFaults:
    """Everything works."""

    def at(self, point: Point, qbxml: str) -> None:
        """Goes on."""

    def opening(self) -> ProcessingError | None:
        """Opens."""
        return None

    def refusal(self) -> ProcessingError | None:
        """Processes."""
        return None

    def status(self, request: str) -> ScriptedStatus | None:
        """Its own."""
        return None

    def is_locked(self, object_id: str) -> bool:
        """Nobody else is there."""
        return False


_WRITE = re.compile(r"<\w+(?:Add|Mod|Void|Del)Rq\b")


class ScriptedFaults:
    """Faults told in advance; each happens once, in the order in which it was told."""

    def __init__(self) -> None:
        self._openings: deque[ProcessingError] = deque()
        self._refusals: deque[ProcessingError] = deque()
        self._statuses: deque[ScriptedStatus] = deque()
        self._locked: set[str] = set()
        self._crash: tuple[Point, int] | None = None
        self._visits = 0

    def fail_next(self, code: int, message: str, *, is_booked: bool = False) -> None:
        """The next request gets this status; below 1000 it is carried out, above only if `is_booked` says so."""
        self._statuses.append(ScriptedStatus(code, message, is_booked or code < 1000))

    def refuse_next(self, hresult: str, message: str) -> None:
        """The next message set is thrown back whole, unprocessed."""
        self._refusals.append(ProcessingError(hresult, message))

    def fail_to_open(self, hresult: str, message: str) -> None:
        """The next attempt to open the company file fails."""
        self._openings.append(ProcessingError(hresult, message))

    def lock(self, object_id: str) -> None:
        """Another user opens this list element or transaction."""
        self._locked.add(object_id)

    def unlock(self, object_id: str) -> None:
        """The other user closes it again."""
        self._locked.discard(object_id)

    def crash_at(self, point: Point, nth: int = 1) -> None:
        """The machine stops the `nth` time (from 1) that it gets there.

        Where there is a message set, only sets that write are counted.
        """
        self._crash = (point, nth)
        self._visits = 0

    @property
    def is_crash_due(self) -> bool:
        """Whether a crash was told that has not happened yet."""
        return self._crash is not None

    def at(self, point: Point, qbxml: str) -> None:
        """See Faults."""
        if self._crash is None or point is not self._crash[0] or (qbxml and not _WRITE.search(qbxml)):
            return
        self._visits += 1
        if self._visits == self._crash[1]:
            self._crash = None
            raise Crash(point)

    def opening(self) -> ProcessingError | None:
        """See Faults."""
        return self._openings.popleft() if self._openings else None

    def refusal(self) -> ProcessingError | None:
        """See Faults."""
        return self._refusals.popleft() if self._refusals else None

    def status(self, request: str) -> ScriptedStatus | None:
        """See Faults."""
        return self._statuses.popleft() if self._statuses else None

    def is_locked(self, object_id: str) -> bool:
        """See Faults."""
        return object_id in self._locked
