"""What becomes of a set whose jobs were looked for in the books: found, asked about, sent again, or planned anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from qbwc_server import jobs
from qbwc_server.clock import token
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.canary import is_given_up, manner_of
from qbwc_server.exchange.message_set import KEPT_AFTER_VERDICT, MOST_SENDINGS, MessageSet, SetState, Verdict
from qbwc_server.exchange.outcome import MOST_TRIES, Ask, Done, Outcome
from qbwc_server.exchange.past import LONG_GRACE, is_past, is_surely_past
from qbwc_server.exchange.set_jobs import anew, close_set
from qbwc_server.exchange.settle import ACTOR, Decided, held, settle, two_ids
from qbwc_server.exchange.told import after_answers, is_told
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Job, Question, Status
from qbwc_server.qbxml import Ret

MOST_FAILED_SEARCHES = 3
"""Visits in which QuickBooks could not answer before a person is asked."""
_NEVER_ANSWERED = Ask(
    Question.IN_THE_BOOKS,
    f"sent {MOST_TRIES} times, no answer ever came, and it was not found: does QuickBooks stop because of it?",
    Applied.NO,
    {"candidates": []},
)
_FOUND = "found in QuickBooks after its answer was lost"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the books hold of one job."""

    job: Job
    ours: list[Ret]
    """Objects that carry its GUID."""
    maybe: list[Ret]
    """Objects without a GUID that agree with it in everything that can be compared."""


def conclude(visit: Visit, subject: MessageSet, findings: list[Finding], asked_at: datetime) -> Visit:
    """Settles what can be settled; "not there" counts only if it was asked when nobody could still be sending."""
    item_of = {item.job_id: item for item in message_sets.items(visit.c, subject.id)}
    decided = [
        Decided(each.job, item_of[each.job.id], outcome, None)
        for each in findings
        if (outcome := _outcome(each)) is not None
    ]
    settled = settle(visit.c, visit.company.id, decided, now=visit.now)
    visit = replace(visit, session=sessions.change(visit.c, visit.session, done=visit.session.done + settled.done))
    left = jobs.still_waiting(visit.c, subject.id)
    if not {job.id for job in left} <= {each.job.id for each in findings}:
        failed = subject.failed_searches + 1
        message_sets.change(visit.c, subject, failed_searches=failed)
        text = "some of its jobs cannot be read by this version of qbwc-server any more"
        hold_after_failure(visit, replace(subject, failed_searches=failed), text)
    elif any(job.status is Status.HELD for job in left):
        message_sets.change(visit.c, subject, state=SetState.HELD)
        after_answers(visit.c, visit.company, subject.id, now=visit.now, actor=ACTOR)
    elif not left:
        close_set(visit.c, subject, now=visit.now, clear_after=visit.now + KEPT_AFTER_VERDICT)
    elif is_past(visit, subject, asked_at):
        _not_there(visit, subject, left, asked_at)
    return visit


def _outcome(finding: Finding) -> Outcome | None:
    """None: nothing of it is in the books, as far as can be seen."""
    job = finding.job
    if len(finding.ours) > 1:
        return two_ids([ret.id or "" for ret in finding.ours])
    if finding.ours:
        ret = finding.ours[0]
        return Done(ret.id or "", ret, (_FOUND,))
    if is_told(job):
        return None
    if finding.maybe:
        return Ask(
            Question.IN_THE_BOOKS,
            f"no answer came, and QuickBooks holds {_described(finding.maybe)}: is that this job?",
            job.applied,
            {"candidates": [ret.id for ret in finding.maybe]},
        )
    if job.applied is Applied.YES:
        text = "QuickBooks says that it is in the books, but it was not found there"
        return Ask(Question.IN_THE_BOOKS, text, Applied.YES, {"candidates": []})
    return None


def _described(rets: list[Ret]) -> str:
    return ", ".join(
        " ".join(part for part in (ret.ref_number or ret.full_name, ret.text("TxnDate"), f"({ret.id})") if part)
        for ret in rets[:5]
    )


def _not_there(visit: Visit, subject: MessageSet, left: list[Job], asked_at: datetime) -> None:
    """None of these jobs is in the books. The identical text may go again only if the whole set left no trace.

    Under another id nothing guards against the old text: a new set waits until nobody can still have it in hand.
    """
    untouched = len(left) == subject.jobs and not any(job.waiting_for for job in left)
    may_go_again = subject.carries_id and not is_given_up(visit.company, manner_of(subject))
    if untouched and may_go_again and subject.verdict is not Verdict.ANEW and subject.sendings < MOST_SENDINGS:
        sure = is_surely_past(visit, subject, asked_at)
        unsure_until = subject.unsure_until if sure else subject.sent_at + LONG_GRACE
        message_sets.change(visit.c, subject, verdict=Verdict.RESEND, unsure_until=unsure_until)
    elif is_surely_past(visit, subject, asked_at):
        plan_anew(visit, subject, left)


def plan_anew(visit: Visit, subject: MessageSet, left: list[Job]) -> None:
    """These jobs are not in the books and go out in new sets, as a counted attempt.

    From the second time on each goes by itself: QuickBooks may die of one of them. After the last a person is asked.
    """
    lost = [job for job in left if job.attempts + 1 >= MOST_TRIES]
    moves = [held(job, _NEVER_ANSWERED) for job in lost]
    moves += [anew(job, alone=token(visit.tools.chance) if job.attempts else None) for job in left if job not in lost]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)
    if lost:
        message_sets.change(visit.c, subject, state=SetState.HELD)
    else:
        close_set(visit.c, subject, now=visit.now, clear_after=visit.now + KEPT_AFTER_VERDICT)


def hold_after_failure(visit: Visit, subject: MessageSet, what_happened: str) -> bool:
    """After three visits in which QuickBooks could not say, a person is asked, once for the whole set; whether so."""
    if subject.failed_searches < MOST_FAILED_SEARCHES:
        return False
    text = f"sent, but no answer came, and QuickBooks cannot be asked about it ({what_happened}): is it in the books?"
    left = [job for job in jobs.still_waiting(visit.c, subject.id) if not is_told(job)]
    asks = [(job, Ask(Question.IN_THE_BOOKS, text, job.applied, {"candidates": []})) for job in left]
    jobs.move(visit.c, [held(job, ask) for job, ask in asks], now=visit.now, actor=ACTOR)
    message_sets.change(visit.c, subject, state=SetState.HELD)
    after_answers(visit.c, visit.company, subject.id, now=visit.now, actor=ACTOR)
    return True
