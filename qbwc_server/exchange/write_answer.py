"""What the replies to a write set mean for its jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.clock import unit
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived, reply_position
from qbwc_server.exchange.doubt import cleared, doubt
from qbwc_server.exchange.message_set import KEPT_AFTER_VERDICT, Clearing, MessageSet, Purpose, SetState
from qbwc_server.exchange.outcome import Done, decide
from qbwc_server.exchange.settle import ACTOR, Decided, held, settle, two_ids
from qbwc_server.exchange.tools import Limits
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Job, Question, Status

_MOST_GROWTH = 2
"""A set holds at most this many times the jobs of the last one."""


def take_replies(visit: Visit, subject: MessageSet, arrived: Arrived, asked: Purpose) -> Visit:
    """Settles the jobs that still wait for this set; for the others, another ID than the known one is never lost."""
    decided, repeated = _sorted_out(visit, subject, arrived)
    settled = settle(visit.c, visit.company.id, decided, now=visit.now)
    _hold_second_ids(visit, repeated)
    if subject.state in (SetState.SENT, SetState.IN_DOUBT, SetState.HELD):
        _conclude(visit, subject, asked)
        _learn(visit, subject, settled.echoes_guid, asked)
    done, failed = visit.session.done + settled.done, visit.session.failed + settled.failed
    return replace(visit, session=sessions.change(visit.c, visit.session, done=done, failed=failed))


def _sorted_out(visit: Visit, subject: MessageSet, arrived: Arrived) -> tuple[list[Decided], list[Decided]]:
    """What was decided for the jobs that wait for this set, and for those that were settled before."""
    reply_of = {reply_position(reply): reply for reply in arrived.replies}
    items = [item for item in message_sets.items(visit.c, subject.id) if item.position in reply_of]
    job_of = {job.id: job for job in jobs.by_ids(visit.c, [item.job_id for item in items])}
    waiting: list[Decided] = []
    repeated: list[Decided] = []
    for item in items:
        job, reply = job_of[item.job_id], reply_of[item.position]
        outcome = decide(job, item.step, reply, unit(visit.tools.chance))
        into = waiting if waits_for(job, subject) else repeated
        into.append(Decided(job, item, outcome, reply.status_code))
    return waiting, repeated


def waits_for(job: Job, subject: MessageSet) -> bool:
    """Whether it is not known yet what became of a job in the set; positive evidence also counts while it is held."""
    if job.message_set_id != subject.id:
        return False
    return job.status in (Status.SENT, Status.IN_DOUBT) or job.question == Question.IN_THE_BOOKS


def _hold_second_ids(visit: Visit, repeated: list[Decided]) -> None:
    moves = [
        held(each.job, two_ids([known, each.outcome.qb_id]))
        for each in repeated
        if isinstance(each.outcome, Done)
        and (known := each.job.qb_id or each.item.qb_id or "none recorded") != each.outcome.qb_id
    ]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)


def _conclude(visit: Visit, subject: MessageSet, asked: Purpose) -> None:
    """The set is answered when no job waits for it any more; then QuickBooks' record of it may be cleared some day."""
    cleared(visit.c, subject)
    left = jobs.still_waiting(visit.c, subject.id)
    if left:
        if not any(job.status is Status.HELD for job in left):  # else a person is asked, and QuickBooks is not
            doubt(visit.c, subject, "QuickBooks' answer left it open", visit.now)
        return
    plain = (
        asked is Purpose.WRITE
        and subject.state is SetState.SENT
        and subject.sendings == 1
        and subject.session_id == visit.session.id
    )
    close_set(visit.c, subject, now=visit.now, clear_after=visit.now if plain else visit.now + KEPT_AFTER_VERDICT)


def close_set(c: sa.Connection, subject: MessageSet, *, now: datetime, clear_after: datetime) -> None:
    """Nothing of the set is open any more; QuickBooks' record of it may go after that moment."""
    message_sets.change(
        c,
        subject,
        state=SetState.ANSWERED,
        answered_at=now,
        clearing=Clearing.UNCLEARED if subject.carries_id else Clearing.NONE,
        clear_after=clear_after,
        verdict=None,
    )


def jobs_of(c: sa.Connection, subject: MessageSet) -> list[Job]:
    """All jobs of a set."""
    return jobs.by_ids(c, [item.job_id for item in message_sets.items(c, subject.id)])


def _learn(visit: Visit, subject: MessageSet, echoes_guid: bool | None, asked: Purpose) -> None:
    """What every answer teaches: the GUID's echo, and how many jobs QuickBooks does in the time."""
    columns: dict[str, object] = {}
    if echoes_guid is not None and visit.company.echoes_guid != "no":  # one answer without it is enough
        columns["echoes_guid"] = "yes" if echoes_guid else "no"
    if asked is Purpose.WRITE and subject.state is SetState.SENT:
        seconds = (visit.now - subject.sent_at).total_seconds()
        columns["set_size"] = next_size(subject.jobs, seconds, visit.company.set_size, visit.tools.limits)
    if columns:
        company = tables.company
        visit.c.execute(company.update().where(company.c.id == visit.company.id).values(**columns))


def next_size(sent: int, seconds: float, size: int, limits: Limits) -> int:
    """How many jobs the next set may hold, after `sent` of them took `seconds`: at least 1."""
    most = min(size * _MOST_GROWTH, limits.jobs_per_set)
    if seconds <= 0:
        return most
    return max(1, min(int(sent * limits.answer_time.total_seconds() / seconds), most))
