"""The jobs of a write set: which of them still wait for it, what closes it, and how they go out anew."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qbwc_server.exchange import message_sets
from qbwc_server.exchange.message_set import Clearing, MessageSet, SetState
from qbwc_server.jobs import Applied, Job, Move, Question, Status, Trouble

_LAST = -1_000_000
"""The rank of a job of which QuickBooks may die: nobody waits for it."""


def waits_for(job: Job, subject: MessageSet) -> bool:
    """Whether it is not known yet what became of a job in the set; positive evidence also counts while it is held.

    `jobs.still_waiting` asks the database the same.
    """
    if job.message_set_id != subject.id:
        return False
    return job.status in (Status.SENT, Status.IN_DOUBT) or job.question == Question.IN_THE_BOOKS


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


def anew(job: Job, *, alone: str | None = None, not_before: datetime | None = None) -> Move:
    """A job that is not in the books goes out in a new set, as a counted attempt.

    `alone`: the name of a group of its own, which goes after all others. `not_before`: while the old text may still be
    under way somewhere, and only its id would protect.
    """
    changes: dict[str, object] = {"applied": Applied.NO, "attempts": job.attempts + 1}
    if alone is not None:
        changes |= {"search_group": alone, "rank": _LAST}
    reason = f"not in the books; it goes out {'by itself' if alone else 'in a new set'}"
    if not_before is None:
        return Move(job, Status.QUEUED, reason, None, changes)
    trouble = Trouble(error="not in the books, and its old text may still be under way for some minutes")
    return Move(job, Status.RETRYING, reason, trouble, changes | {"due_at": not_before})
