"""What becomes of a set whose jobs were looked for in the books: found, asked about, sent again, or planned anew."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.companies import Company, Recovery
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.canary import is_given_up, manner_of
from qbwc_server.exchange.message_set import KEPT_AFTER_VERDICT, MessageSet, SetState, Verdict
from qbwc_server.exchange.outcome import Ask, Done, Outcome
from qbwc_server.exchange.past import GRACE, LONG_GRACE, is_past, is_surely_past
from qbwc_server.exchange.settle import ACTOR, Decided, held, settle, two_ids
from qbwc_server.exchange.visit import Visit
from qbwc_server.exchange.write_answer import close_set, jobs_of, waits_for
from qbwc_server.jobs import Applied, Job, Move, Question, Status, Trouble
from qbwc_server.qbxml import Ret

MOST_SENDINGS = 3
"""A text is sent again at most twice."""
MOST_FAILED_SEARCHES = 3
"""Visits in which QuickBooks could not answer before a person is asked."""
_NOT_BOOKED = "not_booked"
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
    left = [job for job in jobs_of(visit.c, subject) if waits_for(job, subject)]
    if not {job.id for job in left} <= {each.job.id for each in findings}:
        failed = subject.failed_searches + 1
        message_sets.change(visit.c, subject, failed_searches=failed)
        text = "some of its jobs cannot be read by this version of qbwc-server any more"
        hold_after_failure(visit, replace(subject, failed_searches=failed), text)
    elif any(job.status is Status.HELD for job in left):
        message_sets.change(visit.c, subject, state=SetState.HELD)
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

    If it did, QuickBooks has it on record under its id, which guards the rest; if not, and the text may not go again
    either, another set waits until nobody can still have the old text in hand.
    """
    untouched = len(left) == subject.jobs
    may_go_again = subject.carries_id and not is_given_up(visit.company, manner_of(subject))
    if untouched and may_go_again and subject.verdict is not Verdict.ANEW and subject.sendings < MOST_SENDINGS:
        sure = is_surely_past(visit, subject, asked_at)
        unsure_until = subject.unsure_until if sure else subject.sent_at + LONG_GRACE
        message_sets.change(visit.c, subject, verdict=Verdict.RESEND, unsure_until=unsure_until)
    elif not untouched or is_surely_past(visit, subject, asked_at):
        plan_anew(visit, subject, left)


def plan_anew(visit: Visit, subject: MessageSet, left: list[Job]) -> None:
    """These jobs are not in the books and go out in new sets, as a counted attempt."""
    jobs.move(visit.c, [_anew(job) for job in left], now=visit.now, actor=ACTOR)
    close_set(visit.c, subject, now=visit.now, clear_after=visit.now + KEPT_AFTER_VERDICT)


def _anew(job: Job, not_before: datetime | None = None) -> Move:
    """`not_before`: while the old text may still be under way somewhere, and only its id would protect."""
    changes: dict[str, object] = {"applied": Applied.NO, "attempts": job.attempts + 1}
    reason = "not in the books; it goes out in a new set"
    if not_before is None:
        return Move(job, Status.QUEUED, reason, None, changes)
    trouble = Trouble(error="not in the books, and its old text may still be under way for some minutes")
    return Move(job, Status.RETRYING, reason, trouble, changes | {"due_at": not_before})


def after_answers(c: sa.Connection, company: Company, subject: MessageSet, *, now: datetime, actor: str) -> None:
    """What becomes of a held set once a person has answered for the last of its jobs.

    Where nothing of it is in the books, the identical text may go again, as far as QuickBooks knows it by its id.
    Else those that are not there go out anew, and those nobody was asked about are looked for again.
    """
    left = [job for job in jobs_of(c, subject) if waits_for(job, subject)]
    asked = [job for job in left if job.status is Status.HELD]
    if subject.state is not SetState.HELD or not all(map(is_told, asked)):
        return
    by_id = company.recovery is Recovery.WORKS and subject.carries_id
    barred = subject.verdict is Verdict.ANEW or subject.sendings >= MOST_SENDINGS
    if len(asked) == subject.jobs and by_id and not barred:
        moves = [_once_more(job) for job in asked]
        unsure_until = subject.sent_at + LONG_GRACE
        message_sets.change(c, subject, state=SetState.IN_DOUBT, verdict=Verdict.TOLD, unsure_until=unsure_until)
    else:
        until = subject.sent_at + GRACE if by_id else now
        moves = [_anew(job, until if until > now else None) for job in asked]
        if len(asked) < len(left):
            message_sets.change(c, subject, state=SetState.IN_DOUBT, verdict=Verdict.ANEW, failed_searches=0)
        else:
            close_set(c, subject, now=now, clear_after=now + KEPT_AFTER_VERDICT)
    jobs.move(c, moves, now=now, actor=actor)


def is_told(job: Job) -> bool:
    """Whether a person has said that a held job is not in the books."""
    return job.status is Status.HELD and _NOT_BOOKED in json.loads(job.question_detail or "{}")


def told_not_booked(job: Job) -> Move:
    """A person says that it is not in the books; until the whole set is answered it stays where it is."""
    detail = json.loads(job.question_detail or "{}") | {_NOT_BOOKED: True}
    text = "a person said that it is not in the books; it goes on when the others of its set are answered"
    trouble = Trouble(error=text, code=job.error_code, remedy=job.remedy)
    changes = {"question": job.question, "question_detail": json.dumps(detail)}
    return Move(job, Status.HELD, "not in the books, a person says", trouble, changes)


def _once_more(job: Job) -> Move:
    trouble = Trouble(error="not in the books; its set goes out once more under the same id", remedy="Nothing to do.")
    return Move(job, Status.IN_DOUBT, "its whole set is not in the books", trouble, {"applied": Applied.UNKNOWN})


def hold_after_failure(visit: Visit, subject: MessageSet, what_happened: str) -> bool:
    """After three visits in which QuickBooks could not say, a person is asked, once for the whole set; whether so."""
    if subject.failed_searches < MOST_FAILED_SEARCHES:
        return False
    text = f"sent, but no answer came, and QuickBooks cannot be asked about it ({what_happened}): is it in the books?"
    left = [job for job in jobs_of(visit.c, subject) if waits_for(job, subject)]
    asks = [(job, Ask(Question.IN_THE_BOOKS, text, job.applied, {"candidates": []})) for job in left]
    jobs.move(visit.c, [held(job, ask) for job, ask in asks], now=visit.now, actor=ACTOR)
    message_sets.change(visit.c, subject, state=SetState.HELD)
    return True
