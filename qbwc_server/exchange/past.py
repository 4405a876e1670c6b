"""Whether whoever held a set is surely past it, so that "not applied" may be concluded (design: conclude late).

Positive evidence needs none of this. A PC that sleeps may still hand over the text when it wakes; an address proves
nothing, a machine's name in the AppLock does, and the same visit having answered a later request does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from qbwc_server.companies import Recovery
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.message_set import MessageSet, SetState
from qbwc_server.exchange.visit import Visit

GRACE = timedelta(minutes=10)
"""Where recovery works: should the text still arrive, its id keeps QuickBooks from booking it twice."""
LONG_GRACE = timedelta(hours=48)
"""Where it does not, or nobody knows: a day for the PC that sleeps, and a day by which a clock may be set wrong."""


def is_past(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """Whether, at that moment of this visit, nobody could still be about to hand the set to QuickBooks.

    Good enough to send the identical text again: where ids work, the id guards against whoever is late all the same.
    """
    by_id = subject.carries_id and visit.company.recovery is Recovery.WORKS
    return at - subject.sent_at >= (GRACE if by_id else LONG_GRACE) or _held_by_us(visit, subject, at)


def is_surely_past(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """The same without an id to rely on: good enough to send the jobs under another one.

    Of a set that was sent more than once, another PC may still hold the text of an earlier sending.
    """
    if subject.unsure_until is not None and at < subject.unsure_until:
        return False
    return at - subject.sent_at >= LONG_GRACE or _held_by_us(visit, subject, at)


def _held_by_us(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """Whether the set was sent to this visit, which went past it, or to this machine, which came back."""
    if subject.session_id == visit.session.id:
        return _answered_since(visit, subject, at)
    sender = sessions.by_number(visit.c, subject.session_id)
    return visit.session.machine is not None and sender.machine == visit.session.machine


def _answered_since(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """Whether this visit, which sent the set, answered it by an HRESULT or answered a later request."""
    if subject.hresult and subject.answered_at is not None and subject.answered_at <= at:
        return True
    later = message_sets.of_session_after(visit.c, visit.session.id, subject.sent_at, subject.id)
    return any(
        each.state is SetState.ANSWERED and each.answered_at is not None and each.answered_at <= at for each in later
    )
