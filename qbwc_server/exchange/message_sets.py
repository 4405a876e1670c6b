"""Message sets: stored with their exact text before they are sent, found again by what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.clock import Chance, token
from qbwc_server.db import tables
from qbwc_server.exchange.message_set import Clearing, Item, MessageSet, Purpose, SetState, Verdict
from qbwc_server.jobs import Applied

_set, _text, _item = tables.message_set, tables.message_set_text, tables.message_set_item
KEY_BITS = 80
"""20 hexadecimal characters: newMessageSetID takes 23 at most (facts/qbxml.md section 2.2)."""


def _found(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The sets that meet these conditions, oldest first. Built once: building costs more than running."""
    return sa.select(*(_set.c[name] for name in MessageSet.__dataclass_fields__)).where(*conditions).order_by(_set.c.id)


_MINE = _set.c.company_id == sa.bindparam("company")
_OF_SESSION = _set.c.session_id == sa.bindparam("session")
_FOR_PURPOSE = _set.c.purpose == sa.bindparam("purpose")
_BY_KEY = _found(_MINE, _set.c.key == sa.bindparam("key"))
_BY_NUMBER = _found(_set.c.id == sa.bindparam("number"))
_UNANSWERED = _found(_OF_SESSION, _set.c.state == SetState.SENT)
# The literals are those of partial indexes, which the databases would not see in a parameter.
_IS_OPEN = _set.c.state.in_([sa.literal_column("'sent'"), sa.literal_column("'in_doubt'")])
IS_IN_DOUBT = sa.and_(_IS_OPEN, _set.c.state == sa.literal_column("'in_doubt'"))
"""With the condition of ix_message_set_open word by word: SQLite would not see that one state implies it."""
_IN_DOUBT = _found(_MINE, IS_IN_DOUBT)
_REFUSED = _found(_MINE, _set.c.state == sa.literal_column("'refused'"))
_ABOUT = _set.c.about_id == sa.bindparam("about")
_CANARIES = _found(_MINE, _set.c.id > sa.bindparam("about"), _ABOUT, _set.c.purpose == Purpose.CANARY)
_SENT_IN = _found(_OF_SESSION, _FOR_PURPOSE)
_SENT_SINCE = _found(_OF_SESSION, _set.c.sent_at >= sa.bindparam("since"), _set.c.id != sa.bindparam("but"))
_ASKED_IN = _found(_OF_SESSION, _ABOUT, _set.c.purpose == Purpose.QUERY)
_LOST = _found(_OF_SESSION, _ABOUT, _set.c.state == SetState.LOST, _set.c.id != sa.bindparam("but"))
_ASKED_ABOUT = sa.select(_set.c.about_id).where(_OF_SESSION, _set.c.about_id.is_not(None))
_CLEARABLE = _found(
    _MINE, _set.c.clearing == sa.literal_column("'uncleared'"), _set.c.clear_after <= sa.bindparam("now")
).limit(21)
_ITEMS = (
    sa.select(*(_item.c[name] for name in Item.__dataclass_fields__))
    .where(_item.c.message_set_id == sa.bindparam("number"))
    .order_by(_item.c.position)
)
_CHANGE = _set.update().where(_set.c.id == sa.bindparam("number"))
_CHANGE_TEXT = _text.update().where(_text.c.message_set_id == sa.bindparam("number"))
_CHANGE_ITEM = _item.update().where(
    _item.c.message_set_id == sa.bindparam("b_set"), _item.c.position == sa.bindparam("b_position")
)
_INSERT = _set.insert().returning(_set.c.id)


def new_key(chance: Chance) -> str:
    """A random key that was never used: 20 characters, ASCII."""
    return token(chance, KEY_BITS)


def request_id(key: str, position: int) -> str:
    """The requestID of a job in a set (at most 50 characters are allowed)."""
    return f"{key}.{position}"


def store(
    c: sa.Connection,
    *,
    company_id: int,
    session_id: int,
    key: str,
    purpose: Purpose,
    text: str,
    version: str,
    now: datetime,
    items: Sequence[tuple[int, str]] = (),
    about: MessageSet | None = None,
    clears: MessageSet | None = None,
    carries_id: bool = True,
) -> int:
    """Writes down a set that is about to be sent, its exact text and its (job, step) in order; returns its number."""
    number: int = c.scalars(
        _INSERT,
        {
            "company_id": company_id,
            "session_id": session_id,
            "key": key,
            "purpose": purpose,
            "about_id": about.id if about else None,
            "clears_id": clears.id if clears else None,
            "state": SetState.SENT,
            "qbxml_version": version,
            "carries_id": carries_id,
            "jobs": len(items),
            "first_sent_at": now,
            "sent_at": now,
        },
    ).one()
    c.execute(_text.insert(), {"message_set_id": number, "request": text})
    if items:
        c.execute(
            _item.insert(),
            [
                {"message_set_id": number, "position": position, "job_id": job_id, "step": step}
                for position, (job_id, step) in enumerate(items, start=1)
            ],
        )
    if clears:
        change(c, clears, clearing=Clearing.CLEARING)
    return number


def change(c: sa.Connection, message_set: MessageSet, **columns: object) -> None:
    """Changes columns of a set."""
    c.execute(_CHANGE, {"number": message_set.id, **columns})


def keep_response(c: sa.Connection, message_set: MessageSet, response: str) -> None:
    """Stores what came back for a set."""
    c.execute(_CHANGE_TEXT, {"number": message_set.id, "response": _storable(response)})


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL and no lone surrogate; what is kept is for people to read."""
    if text.isascii() and "\0" not in text:  # nearly always, and a long answer is not copied three times
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def by_key(c: sa.Connection, company_id: int, key: str) -> MessageSet | None:
    """The set of that key, if it is this company's."""
    return _first(c, _BY_KEY, company=company_id, key=key)


def by_number(c: sa.Connection, number: int) -> MessageSet | None:
    """The set of that number."""
    return _first(c, _BY_NUMBER, number=number)


def unanswered(c: sa.Connection, session_id: int) -> list[MessageSet]:
    """The sets of a session that wait for an answer, oldest first."""
    return _all(c, _UNANSWERED, session=session_id)


def in_doubt(c: sa.Connection, company_id: int) -> list[MessageSet]:
    """The write sets of a company that may be in the books, oldest first."""
    return _all(c, _IN_DOUBT, company=company_id)


def refused(c: sa.Connection, company_id: int) -> list[MessageSet]:
    """The write sets of a single job that QuickBooks refused and nobody knows why, oldest first."""
    return _all(c, _REFUSED, company=company_id)


def canaries(c: sa.Connection, subject: MessageSet) -> list[MessageSet]:
    """The canaries that were sent for a refused set, oldest first."""
    return _all(c, _CANARIES, company=subject.company_id, about=subject.id)


def of_session(c: sa.Connection, session_id: int, purpose: Purpose) -> list[MessageSet]:
    """The sets that were sent in a session for a purpose, oldest first."""
    return _all(c, _SENT_IN, session=session_id, purpose=purpose)


def asked_about(c: sa.Connection, session_id: int) -> set[int]:
    """The write sets that were asked about or sent again in a session."""
    return set(c.scalars(_ASKED_ABOUT, {"session": session_id}))


def was_lost_before(c: sa.Connection, question: MessageSet) -> bool:
    """Whether another question of this visit about the same write set went unanswered already."""
    return _first(c, _LOST, session=question.session_id, about=question.about_id, but=question.id) is not None


def of_session_after(c: sa.Connection, session_id: int, sent_at: datetime, number: int) -> list[MessageSet]:
    """The other sets that a session sent at or after a moment, oldest first."""
    return _all(c, _SENT_SINCE, session=session_id, since=sent_at, but=number)


def looked_up(session_id: int) -> sa.Select[tuple[int]]:
    """The jobs that were looked up in a session, with or without an answer."""
    lookups = sa.select(_set.c.id).where(_set.c.session_id == session_id, _set.c.purpose == Purpose.LOOKUP)
    return sa.select(_item.c.job_id).where(_item.c.message_set_id.in_(lookups))


def lost_lookups(c: sa.Connection, job_ids: Sequence[int]) -> Counter[int]:
    """How often each of these jobs was looked up without an answer."""
    lost = sa.select(_item.c.job_id).join(_set, _set.c.id == _item.c.message_set_id)
    lost = lost.where(_item.c.job_id.in_(job_ids), _set.c.purpose == Purpose.LOOKUP, _set.c.state == SetState.LOST)
    return Counter(c.scalars(lost))


def about(c: sa.Connection, subject_id: int, session_id: int) -> list[MessageSet]:
    """The queries that were sent in a session to find the jobs of a set, oldest first."""
    return _all(c, _ASKED_IN, session=session_id, about=subject_id)


def request_of(c: sa.Connection, message_set: MessageSet) -> str:
    """The exact text of a set as it was sent."""
    return c.scalar(sa.select(_text.c.request).where(_text.c.message_set_id == message_set.id)) or ""


def response_of(c: sa.Connection, message_set: MessageSet) -> str:
    """What came back for a set; empty if nothing did."""
    return c.scalar(sa.select(_text.c.response).where(_text.c.message_set_id == message_set.id)) or ""


def clearable(c: sa.Connection, company_id: int, now: datetime) -> list[MessageSet]:
    """The sets whose record in QuickBooks may go, oldest first, at most 21."""
    return _all(c, _CLEARABLE, company=company_id, now=now)


def items(c: sa.Connection, message_set_id: int) -> list[Item]:
    """The jobs of a set in their order."""
    rows = c.execute(_ITEMS, {"number": message_set_id})
    return [Item(**(dict(row._mapping) | {"applied": Applied(row.applied)})) for row in rows]


def forget_replies(c: sa.Connection, message_set: MessageSet, job_ids: Sequence[int]) -> None:
    """What was answered about these jobs of a set counts no more: it is sent once more."""
    rows = [item for item in items(c, message_set.id) if item.job_id in job_ids and item.status_code is not None]
    blank: dict[str, object] = {"status_code": None, "applied": Applied.UNKNOWN, "qb_id": None}
    change_items(c, [{"b_set": item.message_set_id, "b_position": item.position, **blank} for item in rows])


def change_items(c: sa.Connection, rows: Sequence[dict[str, object]]) -> None:
    """Writes statuses: each row has b_set, b_position and every one of status_code, applied and qb_id."""
    if rows:
        c.execute(_CHANGE_ITEM, rows)


def _all(c: sa.Connection, wanted: sa.Select[Any], **values: object) -> list[MessageSet]:
    return [_of(row) for row in c.execute(wanted, values)]


def _first(c: sa.Connection, wanted: sa.Select[Any], **values: object) -> MessageSet | None:
    found = _all(c, wanted, **values)
    return found[0] if found else None


def _of(row: sa.Row[Any]) -> MessageSet:
    values = dict(row._mapping)
    values |= {
        "purpose": Purpose(values["purpose"]),
        "state": SetState(values["state"]),
        "clearing": Clearing(values["clearing"]),
        "verdict": Verdict(values["verdict"]) if values["verdict"] else None,
    }
    return MessageSet(**values)
