"""Choosing the jobs of the next write set and rendering each of them alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.errors import QbwcError, RenderingFailed
from qbwc_server.exchange.message_sets import request_id
from qbwc_server.exchange.payloads import resolved_payloads
from qbwc_server.exchange.settle import hold_payments
from qbwc_server.exchange.tools import Tools
from qbwc_server.exchange.visit import Visit
from qbwc_server.jobs import (
    Job,
    Move,
    Payload,
    Status,
    Trouble,
    block_dependents,
    kind,
    move,
    ready,
)
from qbwc_server.qbxml import Rendered, Version

_ACTOR = "exchange"
_MOST_FAILURES = 500
"""Jobs that may fail to render in one call, which takes about a second: QBWC is waiting. The next visit goes on."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One job with the text it is sent as."""

    job: Job
    step: str
    rendered: Rendered


def plan(visit: Visit, key: str, newest: Version) -> list[Planned]:
    """The jobs of the set `key`, in order; empty if nothing can be sent.

    A job that does not render fails alone, here, before anything is stored or sent, and others take its place, until
    so many failed that the rest must wait for the next visit.
    """
    failures = 0
    c, limits = visit.c, visit.tools.limits
    limit = max(1, min(visit.company.set_size, limits.jobs_per_set))
    while failures < _MOST_FAILURES and (jobs := ready(c, visit.company.id, visit.now, limit)):
        planned: list[Planned] = []
        failed: list[tuple[Job, QbwcError]] = []
        size = 0
        jobs = _payable(visit, jobs)
        payloads = resolved_payloads(c, visit.company.id, jobs)
        for job in jobs:
            if size > limits.set_bytes:
                break
            try:
                payload = payloads[job.id]
                if isinstance(payload, QbwcError):
                    raise payload
                rendered = _render(visit.tools, job, payload, request_id(key, len(planned) + 1), newest)
            except QbwcError as error:
                failed.append((job, error))
            else:
                planned.append(Planned(job, job.step, rendered))
                size += len(rendered.text)
        _fail(c, failed, visit.now)
        failures += len(failed)
        if planned:
            return planned
    return []


def _payable(visit: Visit, jobs: list[Job]) -> list[Job]:
    """Without the payments of invoices that came out differently than expected: a person is asked about those."""
    held = {job.id for job in hold_payments(visit.c, visit.company.id, jobs, now=visit.now)}
    return [job for job in jobs if job.id not in held]


def _render(tools: Tools, job: Job, payload: Payload, number: str, newest: Version) -> Rendered:
    rendered = tools.renderer.request(
        kind(job.kind).request_for(job.step), request_id=number, guid=job.guid, payload=payload
    )
    if rendered.version > newest:
        raise RenderingFailed(
            f"it needs qbXML {rendered.version}, and this QuickBooks understands {newest} at most; "
            "leave out the newer fields or update QuickBooks"
        )
    return rendered


def _fail(c: sa.Connection, failed: list[tuple[Job, QbwcError]], now: datetime) -> None:
    moves = [
        Move(
            job,
            Status.FAILED,
            "could not be written as qbXML",
            Trouble(
                error=f"could not be written as qbXML: {error}",
                code="rendering",
                cause="The template or the payload breaks a rule of qbXML; nothing was sent.",
                remedy="Correct the payload or the template, then enqueue or retry it.",
            ),
        )
        for job, error in failed
    ]
    move(c, moves, now=now, actor=_ACTOR)
    block_dependents(c, [job for job, _ in failed], now=now, actor=_ACTOR)
