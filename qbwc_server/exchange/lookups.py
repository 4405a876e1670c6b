"""Asking QuickBooks who has a name or what is open on an invoice, and settling the jobs that wait for it.

Several jobs share one query set. Each is asked about once a visit: a lookup that was lost or failed is asked again at
the next one, so that nothing ever turns in a circle.
"""

from __future__ import annotations

from dataclasses import replace

from qbwc_server import records
from qbwc_server.errors import QbwcError
from qbwc_server.exchange import message_sets, progress
from qbwc_server.exchange import session as sessions
from qbwc_server.exchange.arrived import Arrived, reply_position
from qbwc_server.exchange.collisions import decide_lookup, lookup, unanswered
from qbwc_server.exchange.markers import Wanted
from qbwc_server.exchange.message_set import Item, MessageSet, Purpose, SetState
from qbwc_server.exchange.payloads import resolved_payloads
from qbwc_server.exchange.settle import ACTOR, Decided, held, settle
from qbwc_server.exchange.store import store
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import LOOKUP, Job, Move, Payment, Status, by_ids, move
from qbwc_server.qbxml import Rendered, Reply, Version, message_set

_MOST_LOST = 3
"""Visits in which QuickBooks did not answer a lookup before a person is asked."""


def next_lookup(visit: Visit, version: Version) -> str:
    """One set of queries for the jobs that wait for a lookup, or ''."""
    waiting = progress.lookups(visit.c, visit.company, visit.session, visit.tools.limits.jobs_per_set)
    if not waiting:
        return ""
    key = message_sets.new_key(visit.tools.chance)
    payloads = resolved_payloads(visit.c, visit.company.id, waiting)
    requests: list[Rendered] = []
    items: list[tuple[int, str]] = []
    lost = message_sets.lost_lookups(visit.c, [job.id for job in waiting])
    for job in waiting:
        payload = payloads[job.id]
        if lost[job.id] >= _MOST_LOST:
            move(visit.c, [held(job, unanswered(job))], now=visit.now, actor=ACTOR)
            continue
        try:
            if isinstance(payload, QbwcError):
                raise payload
            asked = lookup(Wanted(job, payload))
            number = message_sets.request_id(key, len(requests) + 1)
            requests.append(visit.tools.renderer.request(asked.template, request_id=number, **asked.values))
        except QbwcError as error:
            _give_up(visit, job, error)
        else:
            items.append((job.id, LOOKUP))
    if not requests:
        return ""
    text = message_set(requests, version=version)
    store(visit, Purpose.LOOKUP, text, version, key=key, items=items)
    return text


def take_lookup(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """What became of the jobs that were looked up; those without an answer wait for the next visit."""
    if query.state is not SetState.SENT:
        return visit
    message_sets.keep_response(visit.c, query, arrived.response or f"{arrived.hresult} {arrived.message}")
    state = SetState.ANSWERED if arrived.replies else SetState.LOST
    message_sets.change(visit.c, query, state=state, answered_at=visit.now, hresult=arrived.hresult)
    reply_of = {reply_position(reply): reply for reply in arrived.replies}
    done = 0
    for item in message_sets.items(visit.c, query.id):
        if item.position in reply_of:
            done += _settled(visit, item, reply_of[item.position])
    return replace(visit, session=sessions.change(visit.c, visit.session, done=visit.session.done + done))


def _settled(visit: Visit, item: Item, reply: Reply) -> int:
    """One after the other: the first of two jobs of one name may be linked to what is there, the second then not."""
    (job,) = by_ids(visit.c, [item.job_id])
    if job.status is not Status.QUEUED or job.step != LOOKUP:
        return 0  # a person has cancelled or corrected it meanwhile
    payload = resolved_payloads(visit.c, visit.company.id, [job])[job.id]
    if isinstance(payload, QbwcError):
        return 0
    wanted = Wanted(job, payload)
    may_link = visit.company.policies["link_same_name"] == "yes"
    outcome = decide_lookup(wanted, reply, _held(visit, wanted, reply), link_same_name=may_link)
    if outcome is None:
        return 0
    return settle(visit.c, visit.company.id, [Decided(job, item, outcome, reply.status_code)], now=visit.now).done


def _held(visit: Visit, wanted: Wanted, reply: Reply) -> dict[str, str]:
    """The IDs in the answer that are on record for other external ids."""
    if isinstance(wanted.payload, Payment):
        ids = [node.text or "" for ret in reply.rets for node in ret.element.findall("LinkedTxn/TxnID")]
    else:
        ids = [ret.list_id or "" for ret in reply.rets]
    found = records.holders(visit.c, visit.company.id, [(wanted.job.family, each) for each in ids])
    return {
        record.qb_id: record.external_id for record in found.values() if record.external_id != wanted.job.external_id
    }


def _give_up(visit: Visit, job: Job, error: QbwcError) -> None:
    """It cannot be asked about, so it goes out as it is once more, and fails there with its reason."""
    reason = f"could not be looked up: {error}"
    move(visit.c, [Move(job, Status.QUEUED, reason, changes={"step": job.operation})], now=visit.now, actor=ACTOR)
