"""Writing down a set of this visit before it is sent."""

from __future__ import annotations

from qbwc_server.exchange import message_sets
from qbwc_server.exchange.message_set import MessageSet, Purpose
from qbwc_server.exchange.visit import Visit
from qbwc_server.qbxml import Version


def store(
    visit: Visit,
    purpose: Purpose,
    text: str,
    version: Version,
    *,
    key: str | None = None,
    items: list[tuple[int, str]] | None = None,
    about: MessageSet | None = None,
    clears: MessageSet | None = None,
    carries_id: bool = True,
) -> int:
    """Stores the exact text under a key that was never used; returns the set's number."""
    return message_sets.store(
        visit.c,
        company_id=visit.company.id,
        session_id=visit.session.id,
        key=key or message_sets.new_key(visit.tools.chance),
        purpose=purpose,
        text=text,
        version=str(version),
        now=visit.now,
        items=items or [],
        about=about,
        clears=clears,
        carries_id=carries_id,
    )
