"""How often a company's Web Connector comes by, and when it should come next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from qbwc_server.companies import Company

REMEMBERED = 8
"""Visits that are looked at."""
_LATE_AFTER = 2.5
"""Intervals without contact after which a company is late."""
_LONGEST = timedelta(days=1)
LATE_CAUSE = (
    "The PC is off or asleep, its Windows user is logged off, the Web Connector is closed or Auto-Run is not ticked "
    "there, or QuickBooks shows a dialog such as an update."
)
WHY_LATE = f"Likely {LATE_CAUSE[:1].lower()}{LATE_CAUSE[1:]} Look at that PC."


class Contact(StrEnum):
    """How it stands with a company's Web Connector."""

    NEVER_SEEN = "never-seen"
    """It has not logged in yet."""
    FINE = "fine"
    LATE = "late"
    """No contact for more than 2.5 intervals."""
    STOPPED = "stopped"
    """Another company file is open: nothing is exchanged."""
    PAUSED = "paused"
    """A person, or this server, lets nothing go out."""
    FAILING = "failing"
    """It comes by, and its last visit ended with an error."""


def interval(company: Company, starts: Sequence[datetime]) -> timedelta:
    """How often it comes by, from when its last visits began; never less than its .qwc says, nor more than a day.

    Visits without work leave no trace, so that the longer gaps tell nothing: the shorter quarter of them counts.
    """
    scheduled = timedelta(minutes=max(1, company.run_every_minutes))
    gaps = sorted(later - earlier for earlier, later in pairwise(sorted(starts)))
    seen = gaps[len(gaps) // 4] if gaps else scheduled
    return max(scheduled, min(seen, _LONGEST))


def next_expected(company: Company, every: timedelta) -> datetime | None:
    """When it should come next; None if it was never here."""
    return None if company.last_contact_at is None else company.last_contact_at + every


def contact(company: Company, every: timedelta, last_error: str, now: datetime) -> Contact:
    """How it stands with a company's Web Connector; what a person has to end comes before what may end by itself."""
    if company.stop_reason is not None:
        return Contact.STOPPED
    if company.is_paused:
        return Contact.PAUSED
    if company.last_contact_at is None:
        return Contact.NEVER_SEEN
    if now - company.last_contact_at > every * _LATE_AFTER:
        return Contact.LATE
    return Contact.FAILING if last_error else Contact.FINE
