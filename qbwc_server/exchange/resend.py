"""Sending a set once more: the identical text under the identical id, so that QuickBooks can tell it from a new one."""

from __future__ import annotations

from qbwc_server import jobs
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.message_set import MessageSet, SetState
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Move, Status


def resend(visit: Visit, subject: MessageSet) -> str:
    """The stored text of a set none of whose jobs is in the books; a text rebuilt would be another one (9001)."""
    message_sets.change(
        visit.c,
        subject,
        state=SetState.SENT,
        session_id=visit.session.id,
        sent_at=visit.now,
        sendings=subject.sendings + 1,
        verdict=None,
        failed_searches=0,
        hresult=None,
        answered_at=None,
    )
    waiting = jobs.still_waiting(visit.c, subject.id)
    message_sets.forget_replies(visit.c, subject, [job.id for job in waiting])
    again = f"sent again in set {subject.key}"
    moves = [Move(job, Status.SENT, again, changes={"applied": Applied.UNKNOWN}) for job in waiting]
    jobs.move(visit.c, moves, now=visit.now, actor="exchange")
    return message_sets.request_of(visit.c, subject)
