"""Canaries: a question that any QuickBooks can answer, written exactly as a refused write set was.

Of a text it cannot read QuickBooks says neither what nor where (HRESULT 0x80040400). A set of one job that was refused
either has a bad job in it, or is written in a manner that this QuickBooks reads from nobody: with recovery's
attributes, or in a qbXML version it only claims to speak (facts/qbxml.md section 1). A HostQuery in the same manner
tells them apart. What was answered stands in the canaries' own rows, so any worker goes on at any later visit.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from qbwc_server.companies import Company, Recovery
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.message_set import Clearing, MessageSet, Purpose, SetState
from qbwc_server.exchange.session import Session
from qbwc_server.exchange.store import store
from qbwc_server.exchange.visit import Visit
from qbwc_server.qbxml import Version, message_set

MOST_UNANSWERED = 3
"""Canaries without a clear answer in one visit; then the other jobs go on and the next visit asks."""
_FALLBACKS = tuple(Version.parse(text) for text in ("13.0", "12.0", "11.0"))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a set is written, whatever is in it."""

    version: Version
    carries_id: bool


def manner_of(subject: MessageSet) -> Manner:
    """How a stored set was written."""
    return Manner(Version.parse(subject.qbxml_version), subject.carries_id)


def manners(first: Manner) -> list[Manner]:
    """What is tried, in order: as it was, without ids, in lower versions, in lower versions without ids."""
    older = [version for version in _FALLBACKS if version < first.version]
    without = [Manner(first.version, carries_id=False)] if first.carries_id else []
    with_ids = [Manner(version, carries_id=first.carries_id) for version in older]
    neither = [Manner(version, carries_id=False) for version in older] if first.carries_id else []
    return [first, *without, *with_ids, *neither]


def is_given_up(company: Company, manner: Manner) -> bool:
    """Whether it is known by now that this QuickBooks reads nothing that is written so."""
    too_new = company.qbxml_cap is not None and manner.version > Version.parse(company.qbxml_cap)
    return too_new or (manner.carries_id and company.recovery is Recovery.REFUSED)


def next_manner(c: sa.Connection, subject: MessageSet) -> Manner | None:
    """The first manner that was not refused yet; None if all were."""
    refused = {manner_of(each) for each in message_sets.canaries(c, subject) if each.state is SetState.NOT_APPLIED}
    return next((manner for manner in manners(manner_of(subject)) if manner not in refused), None)


def was_read(visit: Visit, manner: Manner) -> bool:
    """Whether QuickBooks answered a canary of this manner in this visit."""
    asked = message_sets.of_session(visit.c, visit.session.id, Purpose.CANARY)
    return any(each.state is SetState.ANSWERED and manner_of(each) == manner for each in asked)


def wants_canary(c: sa.Connection, company: Company, session: Session | None) -> bool:
    """Whether a refused set waits for a canary, and QuickBooks has not failed to answer too often in this visit."""
    if not message_sets.refused(c, company.id):
        return False
    asked = [] if session is None else message_sets.of_session(c, session.id, Purpose.CANARY)
    return sum(each.state is SetState.LOST for each in asked) < MOST_UNANSWERED


def next_canary(visit: Visit) -> str:
    """The canary for the oldest refused set, or ''."""
    if not wants_canary(visit.c, visit.company, visit.session):
        return ""
    subject = message_sets.refused(visit.c, visit.company.id)[0]
    manner = next_manner(visit.c, subject)
    return "" if manner is None else _ask(visit, subject, manner)


def _ask(visit: Visit, subject: MessageSet, manner: Manner) -> str:
    key = message_sets.new_key(visit.tools.chance)
    request = visit.tools.renderer.request("HostQuery", request_id=message_sets.request_id(key, 1))
    clears = _to_clear(visit, subject) if manner.carries_id else None
    new_id, old_id = (key, clears.key if clears else None) if manner.carries_id else (None, None)
    text = message_set([request], version=manner.version, new_id=new_id, old_id=old_id)
    store(
        visit,
        Purpose.CANARY,
        text,
        manner.version,
        key=key,
        about=subject,
        clears=clears,
        carries_id=manner.carries_id,
    )
    return text


def _to_clear(visit: Visit, subject: MessageSet) -> MessageSet | None:
    """The record that the refused set would have cleared: the canary bears the same attributes."""
    old = message_sets.by_number(visit.c, subject.clears_id) if subject.clears_id else None
    return old if old is not None and old.clearing is Clearing.UNCLEARED else None
