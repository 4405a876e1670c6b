"""Before a visit writes anything: are the newest records still in the file? A restored backup went back in time.

Year-end copies and restored backups carry the same FileID, so neither it nor the path tells. The IDs do: records that
were there and are gone. One that is gone may have been deleted by hand, and a person is asked about it; when the two
newest are gone, the company is paused before a duplicate or a gap can grow.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import sqlalchemy as sa

from qbwc_server import companies, jobs
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.doubt import count_lost_lookback
from qbwc_server.exchange.message_set import MessageSet, Purpose, SetState
from qbwc_server.exchange.outcome import Ask
from qbwc_server.exchange.session import SessionState
from qbwc_server.exchange.settle import ACTOR, hold
from qbwc_server.exchange.store import store
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Applied, Job, Move, Question, Status, kind
from qbwc_server.logs import shown
from qbwc_server.qbxml import Ret, Version, message_set, parse_xml

log = logging.getLogger(__name__)
_MOST_LOST = 3
DEPTH = 20
"""How many of the newest records are looked up."""
_GONE_IN_A_ROW = 2
_SAYS_WHAT_IS_THERE = frozenset({0, 1, 500})
_job, _record = tables.job, tables.record


def next_lookback(visit: Visit, version: Version) -> str:
    """The queries for the newest records by their IDs, before a visit's first write; '' if there is nothing to ask."""
    asked = message_sets.of_session(visit.c, visit.session.id, Purpose.LOOKBACK)
    begun = asked or message_sets.of_session(visit.c, visit.session.id, Purpose.WRITE)
    newest = [] if any(each.state is not SetState.LOST for each in begun) else _newest(visit)
    if not newest or _is_skipped(visit):
        return ""
    key = message_sets.new_key(visit.tools.chance)
    by_query: dict[str, list[Job]] = {}
    for job in newest:
        by_query.setdefault(kind(job.kind).query, []).append(job)
    requests = []
    for position, (template, wanted) in enumerate(by_query.items(), start=1):
        ids = [job.qb_id for job in wanted]
        values = {"txn_ids": ids, "include_line_items": False} if wanted[0].txn_id else {"list_ids": ids}
        number = message_sets.request_id(key, position)
        requests.append(visit.tools.renderer.request(template, request_id=number, guid=None, **values))
    text = message_set(requests, version=version)
    store(visit, Purpose.LOOKBACK, text, version, key=key)
    return text


def _is_skipped(visit: Visit) -> bool:
    """After three visits that it ended, one goes on without, so that it never holds up the rest for good."""
    if visit.session.looks_back and visit.company.lost_lookbacks >= _MOST_LOST:
        log.warning("%s: QuickBooks stops when it is asked for the newest records", shown(visit.company.name))
        sessions.change(visit.c, visit.session, looks_back=False)
        _forget_lost(visit)
        return True
    return not visit.session.looks_back


def _forget_lost(visit: Visit) -> None:
    if visit.company.lost_lookbacks == 0:  # nearly always: a visit costs no write for it
        return
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(lost_lookbacks=0))


def take_lookback(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """Holds the jobs whose records are gone, and pauses the company if the newest of them are.

    Those that a person is asked about already and that are there after all are done again. A late or repeated answer
    counts for nothing: what was recorded since it was given is not in it.
    """
    if query.state is not SetState.SENT or visit.session.state is not SessionState.OPEN:
        return visit
    message_sets.change(visit.c, query, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    if not arrived.replies:
        count_lost_lookback(visit.c, visit.company.id)
        return visit
    _forget_lost(visit)
    if any(reply.status_code not in _SAYS_WHAT_IS_THERE for reply in arrived.replies):
        return visit  # QuickBooks could not say: that proves nothing
    _learn(visit, [ret for reply in arrived.replies for ret in reply.rets])
    asked = _asked(visit, query)
    newest = [job for job in _newest(visit) if (kind(job.kind).query, job.qb_id) in asked]
    there = {(_list_of(ret.name), ret.id) for reply in arrived.replies for ret in reply.rets}
    gone = [job for job in newest if (_list_of(kind(job.kind).object_name), job.qb_id) not in there]
    newly = [job for job in gone if job.status is Status.DONE]
    back = [job for job in newest if job.status is Status.HELD and job not in gone]
    asks = [(job, Ask(Question.GONE, _gone(job), Applied.YES, {"gone": job.qb_id})) for job in newly]
    hold(visit.c, visit.company.id, asks, now=visit.now)
    moves = [Move(job, Status.DONE, f"{job.qb_id} is in the company file after all") for job in back]
    jobs.move(visit.c, moves, now=visit.now, actor=ACTOR)
    jobs.free_dependents(visit.c, [job.id for job in back])
    if newly and len(gone) >= _GONE_IN_A_ROW and gone[:_GONE_IN_A_ROW] == newest[:_GONE_IN_A_ROW]:
        companies.pause(visit.c, visit.company.name, _paused(newly, len(gone) == len(newest)))
        return _reread(visit)
    return visit


def _learn(visit: Visit, rets: list[Ret]) -> None:
    """A file that returns none of our own records with its GUID does not return GUIDs, whatever it did before."""
    if rets and visit.company.echoes_guid == "yes" and all(ret.external_guid is None for ret in rets):
        company = tables.company
        visit.c.execute(company.update().where(company.c.id == visit.company.id).values(echoes_guid="no"))


def _asked(visit: Visit, query: MessageSet) -> set[tuple[str, str | None]]:
    """The query and ID of every record that was asked for."""
    sent = parse_xml(message_sets.request_of(visit.c, query)).iterfind("QBXMLMsgsRq/*")
    return {
        (str(node.tag).removesuffix("Rq"), key.text) for node in sent for key in node.iterchildren("TxnID", "ListID")
    }


def _newest(visit: Visit) -> list[Job]:
    """The jobs of the newest records, newest first, with those that a person is asked about because they were gone."""
    numbers = visit.c.scalars(
        sa.select(_record.c.job_id)
        .join(_job, _job.c.id == _record.c.job_id)
        .where(_record.c.company_id == visit.company.id, _is_looked_for(), _record.c.gone_since.is_(None))
        .order_by(_record.c.id.desc())
        .limit(DEPTH)
    ).all()
    found = {job.id: job for job in jobs.by_ids(visit.c, [number for number in numbers if number is not None])}
    return [found[number] for number in numbers if number is not None]


def _is_looked_for() -> sa.ColumnElement[bool]:
    asked_about = sa.and_(_job.c.status == Status.HELD, _job.c.question == Question.GONE)
    return sa.or_(_job.c.status == Status.DONE, asked_about)


def _list_of(ret_name: str) -> str:
    """ListIDs are unique within a list; all items are one."""
    return "ItemRet" if ret_name.startswith("Item") else ret_name


def _gone(job: Job) -> str:
    return f"it is on record as {job.qb_id}, which is not in the company file: was it deleted there?"


def _paused(gone: list[Job], all_gone: bool) -> str:
    names = ", ".join(_named(gone))
    more = " and perhaps older ones" if all_gone else ""
    return (
        f"{names}{more} were booked and are not in the company file that is open. Is another file open? Then open the "
        "right one and resume. If the file went back in time (a restored backup), say `qbwc answer JOB not-booked` for "
        "each job that is to be booked again, then resume"
    )


def _named(gone: list[Job]) -> Iterator[str]:
    for job in gone[:10]:
        yield f"job {job.id} ({job.label})"
    if len(gone) > 10:
        yield f"{len(gone) - 10} more"


def _reread(visit: Visit) -> Visit:
    return Visit(visit.c, visit.tools, companies.by_id(visit.c, visit.company.id), visit.session, visit.now)
