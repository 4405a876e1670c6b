"""What came of one session of the Web Connector."""

from __future__ import annotations

from dataclasses import dataclass, field

from qbwc_server.errors import UnreadableXml
from qbwc_server.simulator.webconnector.deeds import Deed, deeds_of, is_status_check


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a session, as the user of the Web Connector would see it, with counts."""

    ok: bool
    """The session came to its regular end; whether QuickBooks refused single requests is in `errors`."""
    code: str
    """The Web Connector's own code, such as ``QBWC1040``; empty if it has none to show."""
    status: str
    """The text in the Status column, for a person."""
    round_trips: int = 0
    """How many message sets went to QuickBooks."""
    requests: int = 0
    """How many requests QuickBooks answered."""
    added: int = 0
    """How many of them put something into the books."""
    errors: int = 0
    """How many of them it refused, each message set that it threw back whole counting as one."""
    percentages: tuple[int, ...] = ()
    """What receiveResponseXML returned, in order."""


@dataclass(slots=True)
class Tally:
    """Counts while a session runs."""

    round_trips: int = 0
    errors: int = 0
    deeds: list[Deed] = field(default_factory=list)
    percentages: list[int] = field(default_factory=list)

    def note_answer(self, request: str, answer: str) -> None:
        """One message set was processed."""
        self.round_trips += 1
        try:
            self.deeds += deeds_of(answer, is_remembered=is_status_check(request))
        except UnreadableXml:
            self.errors += 1

    def note_refusal(self) -> None:
        """One message set was thrown back."""
        self.round_trips += 1
        self.errors += 1

    def outcome(self, *, ok: bool, code: str, status: str) -> Outcome:
        """The final account."""
        return Outcome(
            ok=ok,
            code=code,
            status=status,
            round_trips=self.round_trips,
            requests=len(self.deeds),
            added=sum(deed.is_added for deed in self.deeds),
            errors=self.errors + sum(deed.is_error for deed in self.deeds),
            percentages=tuple(self.percentages),
        )
