"""receiveResponseXML: what came back, matched to the set it answers and written down in one transaction."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server.companies import Recovery
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets, progress
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.doubt import cleared, count_failed_search, doubt, doubt_unanswered, lose
from qbwc_server.exchange.greeting import recognise
from qbwc_server.exchange.lookback import take_lookback
from qbwc_server.exchange.lookups import take_lookup
from qbwc_server.exchange.message_set import MessageSet, Purpose, SetState, Verdict
from qbwc_server.exchange.missing import take_names
from qbwc_server.exchange.poison import refused_whole, take_canary
from qbwc_server.exchange.recovery import Judgement, is_spent, judge, recovery_learnt
from qbwc_server.exchange.search import take_page
from qbwc_server.exchange.send import SUPERSEDED
from qbwc_server.exchange.session import Identity, SessionState
from qbwc_server.exchange.visit import Visit
from qbwc_server.exchange.write_answer import take_replies

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
            visit, verdict = _take_write(_learnt(visit, answered, arrived), answered, arrived, Purpose.WRITE)
        case Purpose.LOOKBACK:
            visit, verdict = take_lookback(visit, answered, arrived), _judged_query(arrived)
        case Purpose.LOOKUP:
            visit, verdict = take_lookup(visit, answered, arrived), _judged_query(arrived)
        case Purpose.NAMES:
            visit, verdict = take_names(visit, answered, arrived), _judged_query(arrived)
        case Purpose.QUERY:
            visit, verdict = _take_query(visit, answered, arrived), _judged_query(arrived)
        case Purpose.CANARY:
            visit, verdict = take_canary(visit, answered, arrived)
        case _:
            visit, verdict = _take_clear(visit, answered, arrived), Judgement.REPLIES
    if verdict is Judgement.SESSION_LOST:
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
    return next((each for each in waiting if each.purpose is Purpose.CHECK and each.about_id == answered.id), None)


def _take_check(visit: Visit, check: MessageSet, arrived: Arrived) -> int:
    subject = message_sets.by_number(visit.c, check.about_id or 0)
    message_sets.keep_response(visit.c, check, arrived.response)
    message_sets.change(visit.c, check, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    if subject is None:
        return _number(visit)
    message_sets.change(visit.c, subject, checked_session_id=visit.session.id)
    visit = _learnt(visit, subject, arrived)
    visit, verdict = _take_write(visit, subject, arrived, Purpose.CHECK)
    if verdict is Judgement.SESSION_LOST:
        count_failed_search(visit.c, check)
        return _lost(visit, arrived)
    return _number(visit, check)


def _take_write(visit: Visit, subject: MessageSet, arrived: Arrived, asked: Purpose) -> tuple[Visit, Judgement]:
    """What a write set's own answer, or the answer to its status check, says of its jobs."""
    verdict = judge(asked, arrived.answer, arrived.hresult, subject.sendings)
    is_open = subject.state in (SetState.SENT, SetState.IN_DOUBT)
    if is_open and (asked is Purpose.WRITE or arrived.replies):
        message_sets.keep_response(visit.c, subject, arrived.response or f"{arrived.hresult} {arrived.message}")
    if verdict is Judgement.REPLIES:
        return take_replies(visit, subject, arrived, asked), verdict
    if not is_open:
        return visit, verdict
    if asked is Purpose.WRITE:
        barred = subject.sendings > 1 and is_spent(arrived.answer, arrived.hresult)
        came = {"hresult": arrived.hresult, "answered_at": visit.now} if arrived.hresult else {}
        message_sets.change(visit.c, subject, verdict=Verdict.ANEW if barred else None, **came)
    if verdict is Judgement.NOT_APPLIED:
        return refused_whole(visit, subject, arrived), verdict
    doubt(visit.c, subject, arrived.what_happened, visit.now)
    return visit, verdict


def _judged_query(arrived: Arrived) -> Judgement:
    lost = judge(Purpose.QUERY, arrived.answer, arrived.hresult) is Judgement.SESSION_LOST
    return Judgement.SESSION_LOST if lost else Judgement.REPLIES


def _take_query(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """A page of the search for a set's jobs, or the CompanyQuery."""
    if query.state is not SetState.SENT:
        return visit
    if query.about_id is None:
        return _take_company(visit, query, arrived)
    subject = message_sets.by_number(visit.c, query.about_id)
    return visit if subject is None else take_page(visit, query, subject, arrived)


def _take_company(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """The CompanyQuery that proves the connection and names the open file."""
    message_sets.keep_response(visit.c, query, "")  # it holds an EIN and addresses: what is needed is kept hashed
    message_sets.change(visit.c, query, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    told = arrived.company
    if told is None:
        return visit
    if visit.session.identity is Identity.UNKNOWN:  # HCP, which the Web Connector asked for, goes before
        visit, identity = recognise(visit, told)
        visit = replace(visit, session=sessions.change(visit.c, visit.session, identity=identity))
    if visit.company.first_seen_at is not None:
        return visit
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(first_seen_at=visit.now))
    return replace(visit, company=replace(visit.company, first_seen_at=visit.now))


def _learnt(visit: Visit, subject: MessageSet, arrived: Arrived) -> Visit:
    """What an answer to a write set or to its status check tells of QuickBooks' own memory."""
    if arrived.answer is None or not subject.carries_id:
        return visit
    told = recovery_learnt(arrived.answer)
    learnt = visit.company.recovery if told is None else Recovery(told)
    if learnt is visit.company.recovery:
        return visit
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(recovery=learnt))
    return replace(visit, company=replace(visit.company, recovery=learnt))


def _take_clear(visit: Visit, clear: MessageSet, arrived: Arrived) -> Visit:
    if judge(Purpose.CLEAR, arrived.answer, arrived.hresult) is Judgement.REPLIES:
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
