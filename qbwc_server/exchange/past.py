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
LONG_GRACE = timedelta(hours=24)
"""Where it does not, or nobody knows."""


def is_past(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """Whether, at that moment of this visit, nobody could still be about to hand the set to QuickBooks."""
    if at - subject.sent_at >= grace(visit, subject):
        return True
    if subject.session_id == visit.session.id:
        return _answered_since(visit, subject, at)
    sender = sessions.by_number(visit.c, subject.session_id)
    return visit.session.machine is not None and sender.machine == visit.session.machine


def grace(visit: Visit, subject: MessageSet) -> timedelta:
    """How long after its last sending a set may still be under way on an unknown machine."""
    return GRACE if subject.carries_id and visit.company.recovery is Recovery.WORKS else LONG_GRACE


def _answered_since(visit: Visit, subject: MessageSet, at: datetime) -> bool:
    """Whether this visit, which sent the set, answered it by an HRESULT or answered a later request."""
    if subject.hresult and subject.answered_at is not None and subject.answered_at <= at:
        return True
    later = message_sets.of_session_after(visit.c, visit.session.id, subject.sent_at, subject.id)
    return any(
        each.state is SetState.ANSWERED and each.answered_at is not None and each.answered_at <= at for each in later
    )
