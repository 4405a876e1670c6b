"""Whether anything can be done now, how far a visit is, and what it says when it closes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from qbwc_server.companies import Company, Recovery
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.canary import is_given_up, manner_of, wants_canary
from qbwc_server.exchange.idle import MOST_UNCLEARED, is_idle
from qbwc_server.exchange.message_set import MessageSet, Purpose, SetState, Verdict
from qbwc_server.exchange.missing import wants_names
from qbwc_server.exchange.session import Session
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import LOOKUP, Job, Status, backlog, by_ids, counts, has_ready

MOST_DOUBTS = 10
"""Sets in doubt that are asked about in one visit: other work must not wait for them for ever."""


class Step(StrEnum):
    """What can be done next about a set in doubt."""

    CHECK = "check"
    SEARCH = "search"
    RESEND = "resend"


def doubts(c: sa.Connection, company: Company, session: Session | None) -> list[tuple[MessageSet, Step]]:
    """The sets in doubt about which something can be done now; those whose last turn is longest ago come first.

    Each is asked about once a visit, and no more than MOST_DOUBTS of them.
    """
    begun = message_sets.asked_about(c, session.id) if session is not None else set()
    waiting = sorted(message_sets.in_doubt(c, company.id), key=lambda each: (each.checked_session_id or 0, each.id))
    fresh = [each for each in waiting if each.id not in begun][: max(0, MOST_DOUBTS - len(begun))]
    found = [(each, _step(company, each, session)) for each in waiting if each.id in begun or each in fresh]
    return [(each, step) for each, step in found if step is not None]


def _step(company: Company, subject: MessageSet, session: Session | None) -> Step | None:
    """A check bears the id itself: it tells nothing of a set without one, nor where QuickBooks refuses ids."""
    takes_ids = company.recovery is not Recovery.REFUSED
    if takes_ids and subject.carries_id and (session is None or subject.checked_session_id != session.id):
        return Step.CHECK
    may_go_again = not is_given_up(company, manner_of(subject))
    if subject.verdict is Verdict.TOLD and may_go_again and company.recovery is Recovery.WORKS:
        return Step.RESEND
    if session is None or subject.searched_session_id != session.id:
        return Step.SEARCH
    return Step.RESEND if may_go_again and subject.verdict is Verdict.RESEND else None


def wants_query(c: sa.Connection, company: Company, session: Session | None) -> bool:
    """Whether QuickBooks still has to say which company this is: at the first visit, or if HCP did not say."""
    if company.first_seen_at is not None and (session is None or session.identity != "unknown"):
        return False
    if session is None:
        return True
    asked = message_sets.of_session(c, session.id, Purpose.QUERY)
    return all(each.state is SetState.LOST for each in asked if each.about_id is None)


def lookups(c: sa.Connection, company: Company, session: Session | None, limit: int) -> list[Job]:
    """The next jobs that wait for a lookup, each asked about once a visit."""
    job = tables.job.c
    waiting = sa.select(job.id).where(
        # As a range: with an equality SQLite would rather walk over all that is queued than read ix_job_lookup.
        job.company_id.between(company.id, company.id),
        job.status == sa.literal_column("'queued'"),
        job.step == sa.literal_column(f"'{LOOKUP}'"),
    )
    if session is not None:
        waiting = waiting.where(job.id.not_in(message_sets.looked_up(session.id)))
    return by_ids(c, c.scalars(waiting.order_by(job.id).limit(limit)).all())


def wants_clearing(c: sa.Connection, company: Company, now: datetime) -> bool:
    """Whether so many records wait to be cleared that a set is sent for one of them alone."""
    refused = company.recovery is Recovery.REFUSED
    return not refused and len(message_sets.clearable(c, company.id, now)) > MOST_UNCLEARED


def something_to_do(c: sa.Connection, company: Company, session: Session | None, now: datetime) -> bool:
    """Whether the next sendRequestXML would have something to send."""
    if wants_query(c, company, session):
        return True
    return not is_idle(c, company.id, now) and (
        has_ready(c, company.id, now)
        or wants_canary(c, company, session)
        or bool(doubts(c, company, session))
        or bool(lookups(c, company, session, 1))
        or wants_names(c, company, session, now)
        or wants_clearing(c, company, now)
    )


def is_over(visit: Visit) -> bool:
    """Whether a visit has lasted long enough."""
    limits = visit.tools.limits
    return visit.session.round_trips >= limits.round_trips or visit.now - visit.session.started_at >= limits.session


def percent(visit: Visit) -> int:
    """The number for receiveResponseXML: 100 exactly when this visit has nothing more to send, else 1 to 99."""
    session = visit.session
    if visit.company.is_paused or is_over(visit) or not something_to_do(visit.c, visit.company, session, visit.now):
        return 100
    finished = session.done + session.failed
    left = max(1, backlog(visit.c, visit.company.id).queued)
    return max(1, min(99, 100 * finished // (finished + left)))


def closing_text(visit: Visit) -> str:
    """One line for QBWC's Status column: what was done, when the rest goes on, what needs a person."""
    c, company, session, now = visit.c, visit.company, visit.session, visit.now
    parts = [f"{_jobs(session.done)} done" if session.done or not session.failed else "0 jobs done"]
    parts += [f"{session.failed} failed"] if session.failed else []
    sentences = [", ".join(parts) + "."]
    waiting = backlog(c, company.id)
    if waiting.next_due is not None:
        minutes = max(0, (waiting.next_due - now).total_seconds()) / 60
        sentences.append(f"The next retry is due {_in_minutes(minutes)}.")
    if has_ready(c, company.id, now) and not company.is_paused:
        sentences.append("More is queued and goes out at the next visit.")
    attention = _attention(c, company)
    if attention:
        sentences.append(f"Needs a look: {attention} (see `qbwc jobs`).")
    if company.is_paused:
        sentences.insert(0, f"{company.name} is paused: {company.pause_reason}.")
    if session.last_error:
        sentences.insert(0, session.last_error)
    return " ".join(sentences)


def _attention(c: sa.Connection, company: Company) -> str:
    found = counts(c, company.id, (Status.FAILED, Status.BLOCKED, Status.HELD, Status.IN_DOUBT))
    return ", ".join(f"{number} {str(status).replace('_', ' ')}" for status, number in found.items() if number)


def _jobs(number: int) -> str:
    return "1 job" if number == 1 else f"{number} jobs"


def _in_minutes(minutes: float) -> str:
    if minutes < 1:
        return "in less than a minute"
    if minutes < 90:
        return f"in about {round(minutes)} min"
    return f"in about {round(minutes / 60)} h"
