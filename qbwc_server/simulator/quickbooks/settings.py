"""Which QuickBooks is played, and how it behaves where the facts leave room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StatusAnswers(StrEnum):
    """What a stored message set is answered with, when it is checked or sent again (`facts/qbxml.md` 2.3)."""

    FULL = "full"
    """The complete *Ret of each request, as at the first time."""
    RECOVERY = "recovery"
    """An ErrorRecovery aggregate with the identifiers alone."""
    CODES = "codes"
    """The status attributes alone."""


class Recovery(StrEnum):
    """What becomes of newMessageSetID and oldMessageSetID."""

    WORKS = "works"
    ABSENT = "absent"
    """Ignored: nothing is stored, the answer carries no recovery attributes."""
    REFUSED = "refused"
    """The whole set is thrown back with 0x80040400."""


class Storing(StrEnum):
    """When the answer to a message set is stored in the company file."""

    WITH_EACH_REQUEST = "with each request"
    """In the same commit as the request, so that a crash leaves a record of exactly what was booked."""
    AT_THE_END = "at the end"
    """After the last request, so that a crash in between leaves booked objects and no record (9002)."""
    FAILS = "fails"
    """Never: requests are carried out and the answer says 9005."""


_VERSIONS = ("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", *(f"{number}.0" for number in range(5, 17)))


@dataclass(frozen=True, slots=True)
class QuickBooksSettings:
    """One edition of QuickBooks with its habits; the defaults are a current US Enterprise that remembers everything."""

    product_name: str = "QuickBooks Enterprise Solutions: Contractor 24.0"
    major_version: str = "34"
    minor_version: str = "0"
    country: str = "US"
    qbxml_versions: tuple[str, ...] = _VERSIONS
    file_mode: str = "MultiUser"
    """``SingleUser`` or ``MultiUser``."""
    echoes_guid: bool = True
    """Whether *Ret and ErrorRecovery carry the ExternalGUID; it is stored in the books either way."""
    status_answers: StatusAnswers = StatusAnswers.FULL
    recovery: Recovery = Recovery.WORKS
    unreadable: tuple[str, ...] = ()
    """A set whose text holds one of these is thrown back whole with 0x80040400, though nothing is wrong with it."""
    storing: Storing = Storing.WITH_EACH_REQUEST
    unknown_set_status: int = 9002
    """messageSetStatusCode for a check of an id that is not stored: 9002, or 600."""
