"""What happened to a job, as one line of time: its moves, its sendings and QuickBooks' answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import tables

_event, _set, _item = tables.job_event, tables.message_set, tables.message_set_item
MOST_ENTRIES = 200
"""Events and sets that are shown, the newest of each."""
_SENT_IN = "sent in set "
_IN_WORDS = {"enqueued": "handed in"}
_ENDS = {"answered", "not_applied", "refused"}
_STATES = {
    "sent": "QuickBooks has not answered yet",
    "in_doubt": "no answer came; QuickBooks is asked at the next visit",
    "held": "no answer came; a person is asked",
    "lost": "no answer came; it is asked again",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    what: str
    """In plain words, one line."""
    who: str
    """Who did it, as the history has it: "command line", "QuickBooks", a person's e-mail address."""
    status: str | None = None
    """The state the job came into, if it came into one."""
    set_key: str | None = None
    """The message set whose XML belongs to it: `xml_parts(c, job_id, set_key)`."""
    position: int | None = None
    """Its place in that set."""
    status_code: int | None = None
    """QuickBooks' statusCode, of an answer."""
    detail: str | None = None
    """JSON kept with it: the payload that was replaced, what a person was shown."""


def timeline(c: sa.Connection, job_id: int) -> tuple[Entry, ...]:
    """Everything that happened to a job, in order; of a very long story the newest MOST_ENTRIES of each kind."""
    sets, moves = _sets(c, job_id), _moves(c, job_id)
    sent_as = {row.reason: place for place, row in enumerate(moves)}
    known = {f"{_SENT_IN}{row.key}" for row in sets}
    placed: list[tuple[datetime, float, Entry]] = [
        (
            row.at,
            place,
            Entry(row.at, _IN_WORDS.get(row.reason, row.reason), row.actor, row.to_status, detail=row.detail),
        )
        for place, row in enumerate(moves)
        if row.reason not in known  # that it was sent is told with its set, where that is still known
    ]
    for row in sets:
        place = sent_as.get(f"{_SENT_IN}{row.key}", _last_before(moves, row.first_sent_at))
        placed += [(entry.at, place + 0.5, entry) for entry in _travels(row)]
    return tuple(entry for _, _, entry in sorted(placed, key=lambda each: each[:2]))


def _last_before(moves: Sequence[sa.Row[Any]], moment: datetime) -> int:
    """What happened in one moment stands in the order in which it was written down."""
    return max((place for place, row in enumerate(moves) if row.at <= moment), default=-1)


def _moves(c: sa.Connection, job_id: int) -> list[sa.Row[Any]]:
    newest = sa.select(_event).where(_event.c.job_id == job_id).order_by(_event.c.id.desc()).limit(MOST_ENTRIES)
    return list(reversed(c.execute(newest).all()))


def _sets(c: sa.Connection, job_id: int) -> list[sa.Row[Any]]:
    columns = ("key", "purpose", "state", "sendings", "first_sent_at", "sent_at", "answered_at", "hresult")
    newest = (
        sa.select(*(_set.c[name] for name in columns), _item.c.position, _item.c.status_code, _item.c.step)
        .join(_set, _set.c.id == _item.c.message_set_id)
        .where(_item.c.job_id == job_id)
        .order_by(_item.c.message_set_id.desc())
        .limit(MOST_ENTRIES)
    )
    return list(reversed(c.execute(newest).all()))


def _travels(row: sa.Row[Any]) -> Iterator[Entry]:
    place = {"set_key": row.key, "position": row.position}
    is_write = row.purpose == "write"
    what = "handed to the Web Connector for QuickBooks" if is_write else "QuickBooks was asked about it"
    yield Entry(row.first_sent_at, what, "exchange", "sent" if is_write else None, **place)
    if row.sendings > 1:
        what = f"the same text was handed over again, {row.sendings} times in all"
        yield Entry(row.sent_at, what, "exchange", **place)
    if row.answered_at is not None:
        yield Entry(row.answered_at, _answered(row), "QuickBooks", **place, status_code=row.status_code)
    elif row.state not in _ENDS:
        yield Entry(row.sent_at, _STATES.get(row.state, row.state), "exchange", **place)


def _answered(row: sa.Row[Any]) -> str:
    if row.state in ("not_applied", "refused"):
        return f"QuickBooks did nothing of the set ({row.hresult or 'no reason given'})"
    if row.status_code is None:
        return "QuickBooks answered"
    if row.status_code == 0:
        return "QuickBooks answered: done"
    return f"QuickBooks answered with status {row.status_code}"
