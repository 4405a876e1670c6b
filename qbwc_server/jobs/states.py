"""The states of a job and what they allow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a job is on its way."""

    QUEUED = "queued"
    """Waits for its turn or for the jobs it refers to."""
    SENT = "sent"
    """Handed to the Web Connector; the answer is not here yet."""
    IN_DOUBT = "in_doubt"
    """Sent, but no answer came: QuickBooks is asked before anything else happens."""
    RETRYING = "retrying"
    """QuickBooks could not do it just then; it goes out again when it is due."""
    BLOCKED = "blocked"
    """Waits for a failed job, or for a name that is missing in QuickBooks."""
    HELD = "held"
    """A question waits for a person."""
    DONE = "done"
    """In the books, its ListID or TxnID recorded."""
    FAILED = "failed"
    """QuickBooks refused it for good; a person must correct it."""
    CANCELLED = "cancelled"
    """Taken back by a person before it reached the books."""


LOOKUP = "lookup"
"""The step of a queued job about which QuickBooks is asked before it goes on."""


class Applied(StrEnum):
    """Whether a job is in the books."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


class Question(StrEnum):
    """What a person is asked about a held job; the answers there are stand in ANSWERS."""

    IN_THE_BOOKS = "in-the-books"
    """Whether it is in the books, and under which ID."""
    GONE = "gone"
    """What was recorded for it is not in the company file, or belongs to another job: what is true?"""
    TWO_IDS = "two-ids"
    """Which of two IDs that came back is the right one."""
    NAME_TAKEN = "name-taken"
    """Its name is taken in QuickBooks: is that the same one?"""
    PAYMENT_DOES_NOT_FIT = "payment-does-not-fit"
    """More is paid than is open on an invoice."""
    TOTAL_DIFFERS = "total-differs"
    """What it waits for came out with another total than expected."""


ANSWERS: Mapping[Question, tuple[str, ...]] = {
    Question.IN_THE_BOOKS: ("booked ID", "not-booked"),
    Question.GONE: ("booked ID", "not-booked"),
    Question.TWO_IDS: ("booked ID",),
    Question.NAME_TAKEN: ("link ID", "rename NAME", "skip"),
    Question.PAYMENT_DOES_NOT_FIT: ("link ID", "credit", "skip"),
    Question.TOTAL_DIFFERS: ("accept", "skip"),
}


ENDED = frozenset({Status.DONE, Status.FAILED, Status.CANCELLED})
"""States that only a person leaves."""
REPLACEABLE = frozenset({Status.FAILED, Status.BLOCKED, Status.HELD, Status.CANCELLED})
"""States in which another payload under the same key takes the old one's place, if it was not applied."""
WITHOUT_ERROR = frozenset({Status.QUEUED, Status.SENT, Status.DONE, Status.CANCELLED})
"""States in which a job's `error` is null."""
