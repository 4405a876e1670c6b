"""receiveResponseXML: what came back, matched to the set it answers and written down in one transaction."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server.db import tables
from qbwc_server.exchange import message_sets, progress
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.doubt import cleared, doubt, doubt_unanswered, lose
from qbwc_server.exchange.greeting import recognise
from qbwc_server.exchange.message_sets import MessageSet, Purpose, SetState
from qbwc_server.exchange.recovery import Verdict, judge
from qbwc_server.exchange.send import SUPERSEDED
from qbwc_server.exchange.session import SessionState
from qbwc_server.exchange.visit import Visit
from qbwc_server.exchange.write_answer import refused_whole, take_replies

STOP = -1
"""receiveResponseXML's answer that ends the visit; QBWC then asks getLastError."""


def take(visit: Visit, arrived: Arrived) -> int:
    """Writes down an answer and returns the percentage, or STOP. An answer that came before changes nothing."""
    visit = replace(visit, session=sessions.change(visit.c, visit.session, last_call_at=visit.now))
    answered = _find(visit, arrived)
    if answered is None:
        doubt_unanswered(visit.c, visit.session, visit.now)
        return _number(visit)
    check = _check_about(visit, answered)
    if check is not None:
        return _take_check(visit, check, arrived)
    again = answered.session_id == visit.session.id and answered.percent
    match answered.purpose:
        case Purpose.WRITE:
            visit, verdict = _take_write(visit, answered, arrived, Purpose.WRITE)
        case Purpose.QUERY:
            visit, verdict = _take_query(visit, answered, arrived), Verdict.REPLIES
        case _:
            visit, verdict = _take_clear(visit, answered, arrived), Verdict.REPLIES
    if verdict is Verdict.SESSION_LOST:
        return _lost(visit, arrived)
    return again if again and _is_open(visit) else _number(visit, answered)


def _find(visit: Visit, arrived: Arrived) -> MessageSet | None:
    """By requestIDs, else by newMessageSetID, else the one set that this visit waits for; None if that is not sure."""
    keys = arrived.keys
    if keys:
        return message_sets.by_key(visit.c, visit.company.id, keys[0]) if len(keys) == 1 else None
    waiting = message_sets.unanswered(visit.c, visit.session.id)
    return waiting[0] if len(waiting) == 1 else None


def _check_about(visit: Visit, answered: MessageSet) -> MessageSet | None:
    """The status check that was answered; its answer bears the id of the set it asks about."""
    if answered.purpose is Purpose.CHECK:
        return answered
    waiting = message_sets.unanswered(visit.c, visit.session.id)
    return next((each for each in waiting if each.about_id == answered.id), None)


def _take_check(visit: Visit, check: MessageSet, arrived: Arrived) -> int:
    subject = message_sets.by_number(visit.c, check.about_id or 0)
    message_sets.keep_response(visit.c, check, arrived.response)
    message_sets.change(visit.c, check, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    if subject is None:
        return _number(visit)
    message_sets.change(visit.c, subject, checked_session_id=visit.session.id, checks=subject.checks + 1)
    visit, verdict = _take_write(visit, subject, arrived, Purpose.CHECK)
    return _lost(visit, arrived) if verdict is Verdict.SESSION_LOST else _number(visit, check)


def _take_write(visit: Visit, subject: MessageSet, arrived: Arrived, asked: Purpose) -> tuple[Visit, Verdict]:
    """What a write set's own answer, or the answer to its status check, says of its jobs."""
    verdict = judge(asked, arrived.answer, arrived.hresult, subject.sendings)
    is_open = subject.state in (SetState.SENT, SetState.IN_DOUBT)
    if is_open and (asked is Purpose.WRITE or arrived.replies):
        message_sets.keep_response(visit.c, subject, arrived.response or f"{arrived.hresult} {arrived.message}")
    if verdict is Verdict.REPLIES:
        return take_replies(visit, subject, arrived, asked), verdict
    if not is_open:
        return visit, verdict
    if verdict is Verdict.NOT_APPLIED:
        return refused_whole(visit, subject, arrived), verdict
    doubt(visit.c, subject, arrived.what_happened, visit.now)
    return visit, verdict


def _take_query(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """The CompanyQuery that proves the connection and names the open file."""
    message_sets.keep_response(visit.c, query, "")  # it holds an EIN and addresses: what is needed is kept hashed
    message_sets.change(visit.c, query, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    told = arrived.company
    if told is None:
        return visit
    visit, identity = recognise(visit, told)
    visit = replace(visit, session=sessions.change(visit.c, visit.session, identity=identity))
    if visit.company.first_seen_at is not None:
        return visit
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(first_seen_at=visit.now))
    return replace(visit, company=replace(visit.company, first_seen_at=visit.now))


def _take_clear(visit: Visit, clear: MessageSet, arrived: Arrived) -> Visit:
    if judge(Purpose.CLEAR, arrived.answer, arrived.hresult) is Verdict.REPLIES:
        message_sets.change(visit.c, clear, state=SetState.ANSWERED, answered_at=visit.now)
        cleared(visit.c, clear)
    else:
        lose(visit.c, clear)
    return visit


def _lost(visit: Visit, arrived: Arrived) -> int:
    sessions.change(visit.c, visit.session, last_error=arrived.advice)
    return STOP


def _number(visit: Visit, answered: MessageSet | None = None) -> int:
    """The percentage of an open visit; STOP for one that is over, whose answer was recorded all the same."""
    if not _is_open(visit):
        sessions.change(visit.c, visit.session, last_error=SUPERSEDED)
        return STOP
    number = progress.percent(visit)
    if answered is not None:
        message_sets.change(visit.c, answered, percent=number)
    return number


def _is_open(visit: Visit) -> bool:
    return visit.session.state is SessionState.OPEN
