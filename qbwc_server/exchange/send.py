"""sendRequestXML: what goes out next. Everything is stored in the caller's transaction before it is answered."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server.companies import Recovery
from qbwc_server.exchange import message_sets, progress
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.canary import next_canary
from qbwc_server.exchange.doubt import doubt_unanswered
from qbwc_server.exchange.greeting import OLDEST, USUAL, Arrival, greet
from qbwc_server.exchange.lookback import next_lookback
from qbwc_server.exchange.lookups import next_lookup
from qbwc_server.exchange.message_set import MOST_SENDINGS, MessageSet, Purpose
from qbwc_server.exchange.missing import next_names
from qbwc_server.exchange.plan import plan
from qbwc_server.exchange.progress import Step
from qbwc_server.exchange.resend import resend
from qbwc_server.exchange.search import next_page
from qbwc_server.exchange.session import Identity, SessionState
from qbwc_server.exchange.store import store
from qbwc_server.exchange.verdict import hold_after_failure
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Move, Status, move
from qbwc_server.qbxml import Version, message_set

SUPERSEDED = "A newer visit of the Web Connector has taken over; this one is over. Nothing was lost."


def next_request(visit: Visit, arrival: Arrival) -> str:
    """The next qbXML text, or '' if there is none; then the visit's `last_error` says why."""
    session = visit.session
    if session.state is not SessionState.OPEN:
        return _stop(visit, SUPERSEDED if session.state is SessionState.SUPERSEDED else "This visit is closed.")
    if session.round_trips == 0:
        visit = greet(visit, arrival)
    trips = visit.session.round_trips + 1
    session = sessions.change(visit.c, visit.session, round_trips=trips, last_call_at=visit.now, last_error="")
    visit = replace(visit, session=session)
    doubt_unanswered(visit.c, session, visit.now)
    reason = _why_not(visit)
    if reason is not None:
        return _stop(visit, reason)
    newest = _newest(visit)
    return (
        _company_query(visit, newest)
        or next_lookback(visit, min(newest, USUAL))
        or next_canary(visit)
        or _settle_doubt(visit, newest, resends=1)
        or next_names(visit, min(newest, USUAL))
        or next_lookup(visit, min(newest, USUAL))
        or _clear(visit, newest)
        or _write(visit, newest)
        or _settle_doubt(visit, newest, resends=MOST_SENDINGS)
        or _stop(visit, "")  # the queue ran dry between two calls: nothing went wrong
    )


def _newest(visit: Visit) -> Version:
    """The newest version that may be sent: what QuickBooks says it speaks, and no newer than it was seen to read."""
    told, cap = visit.session.qbxml_version, visit.company.qbxml_cap
    newest = USUAL if told is None else Version.parse(told)
    return newest if cap is None else min(newest, Version.parse(cap))


def _stop(visit: Visit, reason: str) -> str:
    sessions.change(visit.c, visit.session, last_error=reason)
    return ""


def _why_not(visit: Visit) -> str | None:
    """Why nothing may be sent in this visit, in one line for a person."""
    company, session = visit.company, visit.session
    if session.round_trips > visit.tools.limits.round_trips:  # the 100 that ended the visit was not heeded
        return "This visit has lasted long enough; what is left goes out at the next one."
    if company.is_paused:
        return f"{company.name} is paused: {company.pause_reason or 'no reason given'}."
    if session.identity is Identity.WRONG:
        return company.stop_reason or "Another company file is open."
    if session.identity is Identity.UNKNOWN and not progress.wants_query(visit.c, company, session):
        return "QuickBooks did not say which company file is open, so nothing was exchanged. Run the update again."
    if session.qbxml_version is not None and Version.parse(session.qbxml_version) < OLDEST:
        return (
            f"This QuickBooks understands qbXML {session.qbxml_version}; {OLDEST} or newer is needed "
            "(QuickBooks 2012 or later)."
        )
    return None


def _settle_doubt(visit: Visit, newest: Version, *, resends: int) -> str:
    """The next thing to ask or do about a set in doubt: its status, its jobs, or the set once more.

    A set that was sent at most `resends` times goes again here; QuickBooks may die of one that was sent more often, so
    that comes after everything else.
    """
    version = min(newest, USUAL)
    for subject, step in progress.doubts(visit.c, visit.company, visit.session):
        if hold_after_failure(visit, subject, "in several visits it did not say"):
            continue
        match step:
            case Step.CHECK:
                return _check(visit, subject, version)
            case Step.RESEND if subject.sendings <= resends:
                return resend(visit, subject)
            case Step.SEARCH:
                if text := next_page(visit, subject, version):
                    return text
    return ""


def _check(visit: Visit, subject: MessageSet, version: Version) -> str:
    """The status check of a set in doubt: new = old = its id, empty body. `old` alone would delete the evidence."""
    text = message_set([], version=version, new_id=subject.key, old_id=subject.key)
    store(visit, Purpose.CHECK, text, version, about=subject)
    return text


def _company_query(visit: Visit, newest: Version) -> str:
    """One read-only question, so that the first Update Selected proves the connection and names the file."""
    if not progress.wants_query(visit.c, visit.company, visit.session):
        return ""
    key, version = message_sets.new_key(visit.tools.chance), min(newest, USUAL)
    number = message_sets.request_id(key, 1)
    owner_id = visit.company.owner_id
    request = visit.tools.renderer.request("CompanyQuery", request_id=number, owner_id=owner_id)
    text = message_set([request], version=version)
    store(visit, Purpose.QUERY, text, version, key=key)
    return text


def _clear(visit: Visit, newest: Version) -> str:
    """Clears one old record alone, where write sets did not keep up with them."""
    if not progress.wants_clearing(visit.c, visit.company, visit.now):
        return ""
    oldest = message_sets.clearable(visit.c, visit.company.id, visit.now)[0]
    version = min(newest, USUAL)
    text = message_set([], version=version, old_id=oldest.key)
    store(visit, Purpose.CLEAR, text, version, clears=oldest)
    return text


def _write(visit: Visit, newest: Version) -> str:
    """The next jobs, under a new id that also clears one old record; without both where QuickBooks refuses ids."""
    key = message_sets.new_key(visit.tools.chance)
    planned = plan(visit, key, newest)
    if not planned:
        return ""
    version = max([min(newest, USUAL), *(each.rendered.version for each in planned)])
    takes_ids = visit.company.recovery is not Recovery.REFUSED
    clearable = message_sets.clearable(visit.c, visit.company.id, visit.now) if takes_ids else []
    clears = next(iter(clearable), None)
    text = message_set(
        [each.rendered for each in planned],
        version=version,
        new_id=key if takes_ids else None,
        old_id=clears.key if clears else None,
    )
    items = [(each.job.id, each.step) for each in planned]
    number = store(visit, Purpose.WRITE, text, version, key=key, items=items, clears=clears, carries_id=takes_ids)
    changes = {"message_set_id": number, "applied": Applied.UNKNOWN}
    moves = [Move(each.job, Status.SENT, f"sent in set {key}", changes=changes) for each in planned]
    move(visit.c, moves, now=visit.now, actor="exchange")
    return text
