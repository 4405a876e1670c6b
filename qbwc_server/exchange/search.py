"""Looking for the jobs of a set in doubt in the books, page by page, where QuickBooks kept no record of it.

The pages that came back in this visit are the memory: nothing else is kept, so any worker can go on. When the last
page is there, `verdict` says what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from qbwc_server import jobs, records
from qbwc_server.errors import QbwcError, UnreadableXml
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.markers import MarkerQuery, Match, Wanted, match, questions
from qbwc_server.exchange.message_set import KEPT_AFTER_VERDICT, MessageSet, Purpose, SetState
from qbwc_server.exchange.payloads import resolved_payloads
from qbwc_server.exchange.set_jobs import close_set
from qbwc_server.exchange.store import store
from qbwc_server.exchange.verdict import Finding, conclude, hold_after_failure
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import Job, Payload
from qbwc_server.qbxml import Answer, Reply, Ret, Version, message_set, parse_xml, read_answer

_FOUND_OR_NOT = frozenset({0, 1, 500})
"""Answers to a query that say what is there: found, nothing, and some of the keys."""


def next_page(visit: Visit, subject: MessageSet, version: Version) -> str:
    """The next queries for the jobs of a set that are not settled, or ''."""
    if not jobs.still_waiting(visit.c, subject.id):  # each was settled by something else
        close_set(visit.c, subject, now=visit.now, clear_after=visit.now + KEPT_AFTER_VERDICT)
        return ""
    key = message_sets.new_key(visit.tools.chance)
    asked = _answered(visit, subject)
    requests = _continued(visit, asked[-1], key) if asked else _first(visit, subject, key)
    if not requests:
        if not asked:
            _failed(visit, subject, "its jobs cannot be read by this version of qbwc-server any more")
        return ""
    text = message_set(requests, version=version)
    store(visit, Purpose.QUERY, text, version, key=key, about=subject)
    return text


def take_page(visit: Visit, query: MessageSet, subject: MessageSet, arrived: Arrived) -> Visit:
    """Takes in one page; with the last one, the jobs of the set are settled as far as the books tell."""
    message_sets.keep_response(visit.c, query, arrived.response)
    message_sets.change(visit.c, query, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    if subject.state is not SetState.IN_DOUBT:
        return visit
    if not _is_complete(visit, query, arrived):
        _failed(visit, subject, arrived.what_happened, query)
        return visit
    if any((reply.remaining or 0) > 0 for reply in arrived.replies):
        return visit
    message_sets.change(visit.c, subject, searched_session_id=visit.session.id)
    asked = _answered(visit, subject)
    return conclude(visit, subject, _findings(visit, subject, asked), min(each.sent_at for each in asked))


def _failed(visit: Visit, subject: MessageSet, what_happened: str, query: MessageSet | None = None) -> None:
    """This visit cannot tell whether the jobs are there; after three such visits a person is asked."""
    counted = query is not None and message_sets.was_lost_before(visit.c, query)
    failed = subject.failed_searches + (not counted)
    message_sets.change(visit.c, subject, searched_session_id=visit.session.id, failed_searches=failed)
    hold_after_failure(visit, replace(subject, failed_searches=failed), what_happened)


def _answered(visit: Visit, subject: MessageSet) -> list[MessageSet]:
    """The pages of this visit; an unanswered one is simply asked again."""
    asked = message_sets.about(visit.c, subject.id, visit.session.id)
    return [each for each in asked if each.state is SetState.ANSWERED]


def _first(visit: Visit, subject: MessageSet, key: str) -> list[str]:
    asked = questions(_wanted(visit, subject), subject.first_sent_at)
    return [_rendered(visit, question, key, position) for position, question in enumerate(asked, start=1)]


def _rendered(visit: Visit, question: MarkerQuery, key: str, position: int) -> str:
    number = message_sets.request_id(key, position)
    return visit.tools.renderer.request(question.template, request_id=number, **question.values).text


def _continued(visit: Visit, last: MessageSet, key: str) -> list[str]:
    """The queries of the last page that have more to tell: the same filters, resent with their iterator's id."""
    answer = _answer(visit, last)
    more = {reply.request_id: reply for reply in answer.replies if (reply.remaining or 0) > 0} if answer else {}
    if not more:
        return []
    requests: list[str] = []
    for node in parse_xml(message_sets.request_of(visit.c, last)).iterfind("QBXMLMsgsRq/*"):
        reply = more.get(node.get("requestID"))
        if reply is not None and reply.iterator_id:
            node.set("requestID", message_sets.request_id(key, len(requests) + 1))
            node.set("iterator", "Continue")
            node.set("iteratorID", reply.iterator_id)
            requests.append(etree.tostring(node, encoding="ascii", with_tail=False).decode("ascii"))
    return requests


def _is_complete(visit: Visit, query: MessageSet, arrived: Arrived) -> bool:
    """Whether every query of the page was answered, and by what is there."""
    asked = parse_xml(message_sets.request_of(visit.c, query)).findall("QBXMLMsgsRq/*")
    numbers = {node.get("requestID") for node in asked}
    told = {reply.request_id for reply in arrived.replies if reply.status_code in _FOUND_OR_NOT}
    return bool(numbers) and numbers <= told


def _findings(visit: Visit, subject: MessageSet, asked: list[MessageSet]) -> list[Finding]:
    """For each unsettled job, its own objects and those that might be. Lists share ListIDs: a name goes with each."""
    rets = {(ret.name, ret.id): ret for each in asked for ret in _rets(visit, each) if ret.id}
    echoes = visit.company.echoes_guid == "yes"
    findings = []
    for each in _wanted(visit, subject):
        near = [
            (ret, kind) for ret in rets.values() if (kind := match(each, ret, file_echoes_guid=echoes)) is not Match.NO
        ]
        family = each.job.family
        held = records.holders(visit.c, visit.company.id, [(family, ret.id or "") for ret, _ in near])
        free = [
            (ret, kind)
            for ret, kind in near
            if (holder := held.get((family, ret.id or ""))) is None or holder.external_id == each.job.external_id
        ]
        ours = [ret for ret, kind in free if kind is Match.OURS]
        findings.append(Finding(each.job, ours, [ret for ret, kind in free if kind is Match.MAYBE]))
    return findings


def _wanted(visit: Visit, subject: MessageSet) -> list[Wanted]:
    open_jobs = jobs.still_waiting(visit.c, subject.id)
    payloads = resolved_payloads(visit.c, visit.company.id, open_jobs)
    return list(_readable(open_jobs, payloads))


def _readable(open_jobs: list[Job], payloads: dict[int, Payload | QbwcError]) -> Iterator[Wanted]:
    for job in open_jobs:
        payload = payloads[job.id]
        if not isinstance(payload, QbwcError):
            yield Wanted(job, payload)


def _rets(visit: Visit, query: MessageSet) -> Iterator[Ret]:
    answer = _answer(visit, query)
    replies: tuple[Reply, ...] = answer.replies if answer else ()
    for reply in replies:
        yield from reply.rets


def _answer(visit: Visit, query: MessageSet) -> Answer | None:
    try:
        return read_answer(message_sets.response_of(visit.c, query))
    except UnreadableXml:
        return None
