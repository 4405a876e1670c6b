"""A person's word that jobs are not in the books, and what becomes of their set once the last of them is settled."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.companies import Company, Recovery
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.message_set import KEPT_AFTER_VERDICT, MOST_SENDINGS, MessageSet, SetState, Verdict
from qbwc_server.exchange.past import GRACE, LONG_GRACE
from qbwc_server.exchange.set_jobs import anew, close_set
from qbwc_server.jobs import Applied, Job, Move, Status, Trouble

_NOT_BOOKED = "not_booked"


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


def after_answers(c: sa.Connection, company: Company, number: int, *, now: datetime, actor: str) -> None:
    """What becomes of the held set of that number if nobody is asked about any of its jobs any more.

    Where nothing of it is in the books, the identical text may go again, as far as QuickBooks knows it by its id.
    Else those that are not there go out anew, and those nobody was asked about are looked for again.
    """
    subject = message_sets.by_number(c, number)
    if subject is None or subject.state is not SetState.HELD:
        return
    left = jobs.still_waiting(c, subject.id)
    told = [job for job in left if job.status is Status.HELD]
    if not all(map(is_told, told)):
        return
    if not left:
        close_set(c, subject, now=now, clear_after=now + KEPT_AFTER_VERDICT)
        return
    by_id = company.recovery is Recovery.WORKS and subject.carries_id
    barred = subject.verdict is Verdict.ANEW or subject.sendings >= MOST_SENDINGS
    if len(told) == subject.jobs and by_id and not barred:
        _reopen(c, subject, verdict=Verdict.TOLD, unsure_until=subject.sent_at + LONG_GRACE)
        moves = [_once_more(job) for job in told]
    else:
        until = subject.sent_at + GRACE if by_id else now
        moves = [anew(job, not_before=until if until > now else None) for job in told]
        if len(told) < len(left):
            _reopen(c, subject, verdict=Verdict.ANEW)
        else:
            close_set(c, subject, now=now, clear_after=now + KEPT_AFTER_VERDICT)
    jobs.move(c, moves, now=now, actor=actor)


def _reopen(c: sa.Connection, subject: MessageSet, **columns: object) -> None:
    """QuickBooks is asked about the set again, as if for the first time."""
    message_sets.change(c, subject, state=SetState.IN_DOUBT, failed_searches=0, **columns)


def _once_more(job: Job) -> Move:
    trouble = Trouble(error="not in the books; its set goes out once more under the same id", remedy="Nothing to do.")
    return Move(job, Status.IN_DOUBT, "its whole set is not in the books", trouble, {"applied": Applied.UNKNOWN})
