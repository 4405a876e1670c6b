"""Finding the job for which QuickBooks refuses whole sets, so that it never holds up the rest.

A refused set (0x80040400: nothing of it was applied) is halved, each half travels alone, and so on until the bad job
stands alone. Which jobs travel together is their `search_group`: nothing else is kept of the search, so it survives
every crash and goes on at any later visit. Before a lone job is called bad, a canary shows that QuickBooks reads what
is written like that; where it does not, the manner is given up and the jobs go on as they were.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from qbwc_server import companies, jobs
from qbwc_server.clock import token
from qbwc_server.companies import Recovery
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.canary import Manner, manner_of, next_manner, was_read
from qbwc_server.exchange.doubt import cleared, give_back_clearing, lose
from qbwc_server.exchange.message_set import Clearing, MessageSet, Purpose, SetState
from qbwc_server.exchange.recovery import Judgement, judge
from qbwc_server.exchange.settle import ACTOR
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Job, Move, Status, Trouble
from qbwc_server.qbxml import check, hresult_fact, parse_xml

log = logging.getLogger(__name__)
_NOT_ITS_FAULT = "QuickBooks refused how the set was written, not this job; it goes out again"


def refused_whole(visit: Visit, subject: MessageSet, arrived: Arrived) -> Visit:
    """0x80040400 at the first sending of a write set: nothing of it was applied, and one of its jobs may be why."""
    message_sets.change(visit.c, subject, state=SetState.NOT_APPLIED, answered_at=visit.now, hresult=arrived.hresult)
    give_back_clearing(visit.c, subject)
    subject = replace(subject, state=SetState.NOT_APPLIED, hresult=arrived.hresult)
    suspects = _suspects(visit, subject)
    if subject.jobs > 1:
        _halve(visit, suspects, arrived.hresult)
        return visit
    if not suspects:
        return visit
    if was_read(visit, manner_of(subject)):
        return _fail(visit, subject)
    message_sets.change(visit.c, subject, state=SetState.REFUSED)
    reason = f"refused alone ({arrived.hresult}); QuickBooks is asked something harmless before the job is called bad"
    jobs.move(
        visit.c,
        [Move(job, Status.SENT, reason, changes={"applied": Applied.NO}) for job in suspects],
        now=visit.now,
        actor=ACTOR,
    )
    return visit


def take_canary(visit: Visit, canary: MessageSet, arrived: Arrived) -> tuple[Visit, Judgement]:
    """What a canary's answer says of the job that was refused alone; without a clear answer it is asked again."""
    judgement = judge(Purpose.CANARY, arrived.answer, arrived.hresult)
    if canary.state is not SetState.SENT:
        return visit, Judgement.REPLIES
    message_sets.keep_response(visit.c, canary, arrived.response or f"{arrived.hresult} {arrived.message}")
    if judgement is Judgement.REPLIES:
        clearing = Clearing.UNCLEARED if canary.carries_id else Clearing.NONE
        columns = {"state": SetState.ANSWERED, "clearing": clearing, "clear_after": visit.now}
        message_sets.change(visit.c, canary, answered_at=visit.now, **columns)
        cleared(visit.c, canary)
    elif judgement is Judgement.NOT_APPLIED:
        columns = {"state": SetState.NOT_APPLIED, "hresult": arrived.hresult}
        message_sets.change(visit.c, canary, answered_at=visit.now, **columns)
        give_back_clearing(visit.c, canary)
    else:
        lose(visit.c, canary)
        return visit, judgement
    subject = message_sets.by_number(visit.c, canary.about_id or 0)
    if subject is not None and subject.state is SetState.REFUSED:
        visit = _conclude(visit, subject, manner_of(canary), is_read=judgement is Judgement.REPLIES)
    return visit, Judgement.REPLIES


def _conclude(visit: Visit, subject: MessageSet, manner: Manner, *, is_read: bool) -> Visit:
    """Whether the job is bad, its manner is, or nothing goes at all; or another canary has to tell."""
    if not is_read:
        return visit if next_manner(visit.c, subject) else _pause(visit, subject)
    if manner != manner_of(subject):
        return _give_up(visit, manner_of(subject), manner)
    for each in message_sets.refused(visit.c, visit.company.id):
        if manner_of(each) == manner:
            visit = _fail(visit, each)
    return visit


def _suspects(visit: Visit, subject: MessageSet) -> list[Job]:
    return jobs.still_waiting(visit.c, subject.id)


def _halve(visit: Visit, suspects: list[Job], hresult: str) -> None:
    """One or more of them spoiled the set, and nobody says which: each half gets a group of its own."""
    middle = (len(suspects) + 1) // 2
    halves = [half for half in (suspects[:middle], suspects[middle:]) if half]
    moves = []
    for half in halves:
        group = token(visit.tools.chance)
        company = f"with {len(half) - 1} of it" if len(half) > 1 else "alone"
        reason = f"its set was refused as a whole ({hresult}); it goes out again {company}"
        changes = {"applied": Applied.NO, "search_group": group}
        moves += [Move(job, Status.QUEUED, reason, changes=changes) for job in half]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)


def _fail(visit: Visit, subject: MessageSet) -> Visit:
    """The job that QuickBooks cannot read, while it reads everything else."""
    message_sets.change(visit.c, subject, state=SetState.NOT_APPLIED)
    suspects = _suspects(visit, subject)
    changes = {"applied": Applied.NO, "search_group": None}
    trouble = _trouble(visit, subject)
    moves = [Move(job, Status.FAILED, "refused alone", trouble, changes) for job in suspects]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)
    jobs.block_dependents(visit.c, suspects, now=visit.now, actor=ACTOR)
    failed = visit.session.failed + len(moves)
    return replace(visit, session=sessions.change(visit.c, visit.session, failed=failed))


def _trouble(visit: Visit, subject: MessageSet) -> Trouble:
    """QuickBooks names no element; our own catalog may, if what was sent does not fit it."""
    hresult = subject.hresult or ""
    words = message_sets.response_of(visit.c, subject).removeprefix(hresult).strip()
    sent = parse_xml(message_sets.request_of(visit.c, subject))
    problems = [problem for node in sent.iterfind("QBXMLMsgsRq/*") for problem in check(node)]
    told = "; ".join(str(problem) for problem in problems)
    return Trouble(
        error=f"QuickBooks could not read it ({hresult}): {told or words}",
        code=hresult,
        cause=told or f"{hresult_fact(hresult).meaning} It reads other requests that are written in the same way.",
        remedy="Look at the request in the job's story for an unusual character, value or combination of fields; "
        "correct the payload and enqueue it again under the same external id. Nothing of it is in the books.",
        quickbooks_message=words,
    )


def _release(visit: Visit, subject: MessageSet) -> None:
    """The jobs were innocent: they go out again as they were."""
    message_sets.change(visit.c, subject, state=SetState.NOT_APPLIED)
    changes = {"applied": Applied.NO, "search_group": None}
    moves = [Move(job, Status.QUEUED, _NOT_ITS_FAULT, changes=changes) for job in _suspects(visit, subject)]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)


def _give_up(visit: Visit, refused: Manner, read: Manner) -> Visit:
    """This QuickBooks reads nothing that is written the one way, and reads the other: that is used from now on."""
    columns: dict[str, Any] = {}
    if refused.carries_id and not read.carries_id:
        columns["recovery"] = Recovery.REFUSED
        log.warning("%s: QuickBooks refuses message set ids; sets go without them", visit.company.name)
    if read.version < refused.version:
        columns["qbxml_cap"] = str(read.version)
        log.warning("%s: QuickBooks refuses qbXML %s; %s is sent", visit.company.name, refused.version, read.version)
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(**columns))
    return _start_anew(replace(visit, company=replace(visit.company, **columns)))


def _pause(visit: Visit, subject: MessageSet) -> Visit:
    """Nothing goes at all: a person must look at that QuickBooks, and every job stays as it was."""
    reason = (
        f"QuickBooks refuses everything as unreadable ({subject.hresult}), even a plain HostQuery in older qbXML and "
        "without message set ids. Nothing was booked. Restart or repair QuickBooks on that PC, then resume the company"
    )
    log.warning("%s is paused: %s", visit.company.name, reason)
    session = sessions.change(visit.c, visit.session, last_error=f"{visit.company.name} is paused: {reason}.")
    company = companies.pause(visit.c, visit.company.name, reason)
    return _start_anew(replace(visit, company=company, session=session))


def _start_anew(visit: Visit) -> Visit:
    """No job is under suspicion any more."""
    for each in message_sets.refused(visit.c, visit.company.id):
        _release(visit, each)
    jobs.end_search(visit.c, visit.company.id)
    return visit
