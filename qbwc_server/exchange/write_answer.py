"""What the answer to a write set means for its jobs: reply by reply, or for the whole set that was refused."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server import jobs
from qbwc_server.clock import token, unit
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived, reply_position
from qbwc_server.exchange.doubt import cleared, doubt, give_back_clearing
from qbwc_server.exchange.message_sets import KEPT_AFTER_VERDICT, Clearing, Item, MessageSet, Purpose, SetState
from qbwc_server.exchange.outcome import Done, decide
from qbwc_server.exchange.recovery import recovery_learnt
from qbwc_server.exchange.settle import ACTOR, Decided, second_id, settle
from qbwc_server.exchange.tools import Limits
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Job, Move, Status, Trouble
from qbwc_server.qbxml import hresult_fact

_MOST_GROWTH = 2
"""A set holds at most this many times the jobs of the last one."""


def take_replies(visit: Visit, subject: MessageSet, arrived: Arrived, asked: Purpose) -> Visit:
    """Settles the jobs that still wait for this set; for the others, another ID than the known one is never lost."""
    decided, repeated = _sorted_out(visit, subject, arrived)
    settled = settle(visit.c, visit.company.id, decided, now=visit.now)
    _hold_second_ids(visit, repeated)
    if subject.state in (SetState.SENT, SetState.IN_DOUBT):
        _conclude(visit, subject, asked)
        _learn(visit, subject, arrived, settled.echoes_guid, asked)
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
        into = waiting if _waits_for(job, subject) else repeated
        into.append(Decided(job, item, outcome, reply.status_code))
    return waiting, repeated


def _waits_for(job: Job, subject: MessageSet) -> bool:
    return job.message_set_id == subject.id and job.status in (Status.SENT, Status.IN_DOUBT)


def _hold_second_ids(visit: Visit, repeated: list[Decided]) -> None:
    moves = [
        second_id(each.job, each.outcome.qb_id)
        for each in repeated
        if isinstance(each.outcome, Done) and each.outcome.qb_id != (each.job.qb_id or each.item.qb_id)
    ]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)


def _conclude(visit: Visit, subject: MessageSet, asked: Purpose) -> None:
    """The set is answered when no job waits for it any more; then QuickBooks' record of it may be cleared some day."""
    cleared(visit.c, subject)
    left = [job for job in _jobs_of(visit, subject) if _waits_for(job, subject)]
    if left:
        doubt(visit.c, subject, "QuickBooks' answer left it open", visit.now)
        return
    plain = (
        asked is Purpose.WRITE
        and subject.state is SetState.SENT
        and subject.sendings == 1
        and subject.session_id == visit.session.id
    )
    message_sets.change(
        visit.c,
        subject,
        state=SetState.ANSWERED,
        answered_at=visit.now,
        clearing=Clearing.UNCLEARED,
        clear_after=visit.now if plain else visit.now + KEPT_AFTER_VERDICT,
    )


def _jobs_of(visit: Visit, subject: MessageSet) -> list[Job]:
    items: list[Item] = message_sets.items(visit.c, subject.id)
    return jobs.by_ids(visit.c, [item.job_id for item in items])


def _learn(visit: Visit, subject: MessageSet, arrived: Arrived, echoes_guid: bool | None, asked: Purpose) -> None:
    """What every answer teaches: recovery, the GUID's echo, and how many jobs QuickBooks does in the time."""
    columns: dict[str, object] = {}
    if echoes_guid is not None:
        columns["echoes_guid"] = "yes" if echoes_guid else "no"
    if arrived.answer is not None:
        columns["recovery"] = recovery_learnt(arrived.answer)
    if asked is Purpose.WRITE and subject.state is SetState.SENT:
        seconds = (visit.now - subject.sent_at).total_seconds()
        columns["set_size"] = next_size(subject.jobs, seconds, visit.company.set_size, visit.tools.limits)
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(**columns))


def next_size(sent: int, seconds: float, size: int, limits: Limits) -> int:
    """How many jobs the next set may hold, after `sent` of them took `seconds`: at least 1."""
    most = min(size * _MOST_GROWTH, limits.jobs_per_set)
    if seconds <= 0:
        return most
    return max(1, min(int(sent * limits.answer_time.total_seconds() / seconds), most))


def refused_whole(visit: Visit, subject: MessageSet, arrived: Arrived) -> Visit:
    """0x80040400: nothing was applied. Each job goes out again alone; one that was alone has failed."""
    message_sets.change(visit.c, subject, state=SetState.NOT_APPLIED, answered_at=visit.now, hresult=arrived.hresult)
    give_back_clearing(visit.c, subject)
    suspects = [job for job in _jobs_of(visit, subject) if _waits_for(job, subject)]
    if subject.jobs > 1:
        _separate(visit, suspects, arrived)
        return visit
    trouble = Trouble(
        error=f"QuickBooks could not read it: {arrived.what_happened}",
        code=arrived.hresult,
        cause=hresult_fact(arrived.hresult).meaning,
        remedy=hresult_fact(arrived.hresult).remedy,
        quickbooks_message=arrived.message,
    )
    changes = {"applied": Applied.NO, "search_group": None}
    moves = [Move(job, Status.FAILED, "refused alone", trouble, changes) for job in suspects]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)
    jobs.block_dependents(visit.c, suspects, now=visit.now, actor=ACTOR)
    return replace(visit, session=sessions.change(visit.c, visit.session, failed=visit.session.failed + len(moves)))


def _separate(visit: Visit, suspects: list[Job], arrived: Arrived) -> None:
    """One of them spoiled the set, and nobody says which: each gets a group of its own."""
    reason = f"its set was refused as a whole ({arrived.hresult}); it goes out again alone"
    moves = []
    for job in suspects:
        changes = {"applied": Applied.NO, "search_group": token(visit.tools.chance)}
        moves.append(Move(job, Status.QUEUED, reason, None, changes))
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)
