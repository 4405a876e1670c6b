"""Putting sets in doubt: what was sent and not answered may be in the books."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.message_set import Clearing, MessageSet, Purpose, SetState
from qbwc_server.exchange.session import Session, SessionState
from qbwc_server.jobs import Applied, Move, Status, Trouble

_ABOUT_DOUBT = (Purpose.CHECK, Purpose.QUERY)
_REMEDY = "Nothing to do: the Web Connector's next visit asks QuickBooks. It is not sent again before that is known."


def supersede(c: sa.Connection, company_id: int, now: datetime) -> None:
    """Ends the open visits of a company at once; what they left unanswered is in doubt."""
    for session in sessions.open_sessions(c, company_id):
        doubt_unanswered(c, session, now)
        sessions.change(c, session, state=SessionState.SUPERSEDED, ended_at=now)


def doubt_unanswered(c: sa.Connection, session: Session, now: datetime) -> None:
    """Puts every unanswered write set of a visit in doubt; unanswered questions are simply asked again."""
    for message_set in message_sets.unanswered(c, session.id):
        if message_set.purpose is Purpose.WRITE:
            doubt(c, message_set, "no answer came from QuickBooks", now)
        else:
            lose(c, message_set)


def doubt(c: sa.Connection, message_set: MessageSet, reason: str, now: datetime) -> None:
    """Puts a write set and those of its jobs that have no reply yet in doubt."""
    message_sets.change(c, message_set, state=SetState.IN_DOUBT)
    give_back_clearing(c, message_set)
    open_items = [item.job_id for item in message_sets.items(c, message_set.id) if item.status_code is None]
    trouble = Trouble(error=f"sent, but {reason}", cause="It may or may not be in the books.", remedy=_REMEDY)
    moves = [
        Move(job, Status.IN_DOUBT, f"sent, but {reason}", trouble, {"applied": Applied.UNKNOWN})
        for job in jobs.by_ids(c, open_items)
        if job.status is Status.SENT and job.message_set_id == message_set.id
    ]
    jobs.move(c, moves, now=now, actor="exchange")


def lose(c: sa.Connection, message_set: MessageSet) -> None:
    """Gives up a query, check or clear that was not answered."""
    if message_set.purpose in _ABOUT_DOUBT:
        count_failed_search(c, message_set)
    if message_set.purpose is Purpose.LOOKBACK:
        count_lost_lookback(c, message_set.company_id)
    message_sets.change(c, message_set, state=SetState.LOST)
    give_back_clearing(c, message_set)


def count_failed_search(c: sa.Connection, question: MessageSet) -> None:
    """One more visit in which QuickBooks did not say what became of a set in doubt: it may die of the question."""
    subject = message_sets.by_number(c, question.about_id or 0)
    if subject is None or subject.state is not SetState.IN_DOUBT:
        return
    if not message_sets.was_lost_before(c, question):
        message_sets.change(c, subject, failed_searches=subject.failed_searches + 1)


def count_lost_lookback(c: sa.Connection, company_id: int) -> None:
    """One more visit that ended when QuickBooks was asked for the newest records."""
    company = tables.company
    more = company.c.lost_lookbacks + 1
    c.execute(company.update().where(company.c.id == company_id).values(lost_lookbacks=more))


def give_back_clearing(c: sa.Connection, message_set: MessageSet) -> None:
    """The record that this set was to clear may still be there."""
    if message_set.clears_id is None:
        return
    cleared = message_sets.by_number(c, message_set.clears_id)
    if cleared is not None and cleared.clearing is Clearing.CLEARING:
        message_sets.change(c, cleared, clearing=Clearing.UNCLEARED)


def cleared(c: sa.Connection, message_set: MessageSet) -> None:
    """QuickBooks processed this set, so the record that came along to be cleared is gone."""
    if message_set.clears_id is None:
        return
    old = message_sets.by_number(c, message_set.clears_id)
    if old is not None and old.clearing is Clearing.CLEARING:
        message_sets.change(c, old, clearing=Clearing.CLEARED)
