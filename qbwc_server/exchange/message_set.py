"""What a message set is: why it was sent, what became of it, and which jobs it carried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from qbwc_server.jobs import Applied

KEPT_AFTER_VERDICT = timedelta(days=7)
"""How long QuickBooks keeps its record of a set whose text may still be under way on some PC."""


MOST_SENDINGS = 3
"""A text is sent again at most twice."""


class Purpose(StrEnum):
    """Why a set is sent."""

    WRITE = "write"
    CHECK = "check"
    """Status check of a write set: new = old = its id, empty body."""
    CLEAR = "clear"
    """Deletes QuickBooks' record of a write set: old alone, empty body."""
    QUERY = "query"
    LOOKUP = "lookup"
    """Who has a name that is taken, what is open on an invoice: its items are the jobs that wait for that."""
    NAMES = "names"
    """Which of the names that jobs miss are there by now."""
    CANARY = "canary"
    """A question that any QuickBooks can answer, written as a refused write set was."""
    LOOKBACK = "lookback"
    """Whether the newest records are still in the file."""


class SetState(StrEnum):
    """What became of a set."""

    SENT = "sent"
    ANSWERED = "answered"
    IN_DOUBT = "in_doubt"
    """A write set that was not answered: it may be in the books."""
    NOT_APPLIED = "not_applied"
    """QuickBooks refused the whole text before it did anything."""
    REFUSED = "refused"
    """The same for a write set of a single job; whose fault it was is still to be found out."""
    HELD = "held"
    """A write set about whose jobs a person is asked; QuickBooks is not asked meanwhile."""
    LOST = "lost"
    """A query, check or clear that was not answered; it is asked again."""


class Clearing(StrEnum):
    """What QuickBooks still keeps of a write set."""

    NONE = "none"
    UNCLEARED = "uncleared"
    CLEARING = "clearing"
    CLEARED = "cleared"


class Verdict(StrEnum):
    """What becomes of jobs that were looked for and are not in the books."""

    RESEND = "resend"
    """The identical text goes out again under its id."""
    ANEW = "anew"
    """That text is never sent again; the jobs are planned into new sets."""
    TOLD = "told"
    """A person said that none of it is in the books: the identical text goes out again without another search."""


@dataclass(frozen=True, slots=True)
class MessageSet:
    """One message set, without its text."""

    id: int
    company_id: int
    session_id: int
    key: str
    purpose: Purpose
    about_id: int | None
    clears_id: int | None
    state: SetState
    clearing: Clearing
    qbxml_version: str
    carries_id: bool
    """Whether it was sent with newMessageSetID; without, QuickBooks cannot tell a second sending from a new set."""
    jobs: int
    sendings: int
    first_sent_at: datetime
    sent_at: datetime
    checked_session_id: int | None
    searched_session_id: int | None
    failed_searches: int
    verdict: Verdict | None
    unsure_until: datetime | None
    """Until then an earlier sending may still be under way on a PC that has not come back."""
    answered_at: datetime | None
    hresult: str | None
    percent: int


@dataclass(frozen=True, slots=True)
class Item:
    """One job's place in a write set."""

    message_set_id: int
    position: int
    """From 1; the requestID is `key.position`."""
    job_id: int
    step: str
    status_code: int | None
    applied: Applied
    qb_id: str | None
