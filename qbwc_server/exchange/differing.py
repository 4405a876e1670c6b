"""Payments of an invoice that came out in QuickBooks with another total or tax than expected: a person is asked first.

What differs stands in the invoice's record until somebody accepts it; then every payment of it goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from qbwc_server import jobs, records
from qbwc_server.db import slices, tables
from qbwc_server.exchange.outcome import PAYMENT, Ask
from qbwc_server.jobs import Applied, Job, Move, Question, Status
from qbwc_server.records import Record

_INVOICE = "invoice"
_job, _record = tables.job, tables.record


def differing(c: sa.Connection, company_id: int, among: Sequence[Job]) -> list[tuple[Job, Ask]]:
    """The payments that pay an invoice whose difference nobody has accepted, each with what is asked."""
    targets = {job.id: list(_targets(job)) for job in among if job.kind == PAYMENT}
    named = [(_INVOICE, name) for pairs in targets.values() for name, _ in pairs if name]
    numbered = [(_INVOICE, txn_id) for pairs in targets.values() for _, txn_id in pairs if txn_id]
    by_name = records.find(c, company_id, named) if named else {}
    by_id = records.holders(c, company_id, numbered) if numbered else {}
    found = []
    for job in among:
        paid = [
            record
            for name, txn_id in targets.get(job.id, ())
            if (record := by_name.get((_INVOICE, name)) or by_id.get((_INVOICE, txn_id))) and record.differs
        ]
        if paid:
            found.append((job, _ask(paid)))
    return found


def waiting_payments(c: sa.Connection, invoices: Sequence[Record]) -> list[Job]:
    """The payments that wait, on their way, for invoices of which something differs."""
    numbers = [record.job_id for record in invoices if record.differs and record.job_id is not None]
    waiting = jobs.waiting_on(c, numbers) if numbers else []
    return [job for job in waiting if job.kind == PAYMENT and job.status in (Status.QUEUED, Status.RETRYING)]


def accept(c: sa.Connection, answered: Sequence[Job], *, now: datetime, actor: str) -> list[Job]:
    """Accepts what differs in the invoices of these held payments; returns all payments that go on, as they were."""
    going = {job.id: job for job in answered}
    for company_id in sorted({job.company_id for job in answered}):
        mine = [job for job in answered if job.company_id == company_id]
        txn_ids = {each["txn_id"] for job in mine for each in json.loads(job.question_detail or "{}")["invoices"]}
        for some in slices(txn_ids):
            of_these = sa.and_(
                _record.c.company_id == company_id, _record.c.family == _INVOICE, _record.c.qb_id.in_(some)
            )
            c.execute(_record.update().where(of_these).values(differs=None))
        held = _held(c, company_id)
        still = {job.id for job, _ in differing(c, company_id, held)}
        going |= {job.id: job for job in held if job.id not in still}
    moves = [
        Move(job, Status.QUEUED, "the invoice's total is accepted", changes={"due_at": now}) for job in going.values()
    ]
    jobs.move(c, moves, now=now, actor=actor)
    jobs.block_stopped(c, going, now=now, actor=actor)
    return list(going.values())


def _held(c: sa.Connection, company_id: int) -> list[Job]:
    wanted = sa.select(_job.c.id).where(
        _job.c.company_id == company_id, _job.c.status == Status.HELD, _job.c.question == Question.TOTAL_DIFFERS
    )
    return jobs.by_ids(c, c.scalars(wanted).all())


def _targets(job: Job) -> Iterator[tuple[str, str]]:
    """External id and TxnID of each invoice that is paid; one of the two is empty."""
    for each in json.loads(job.payload).get("applied_to", ()):
        yield each["txn"].get("external_id", ""), each["txn"].get("txn_id", "")


def _ask(paid: Sequence[Record]) -> Ask:
    told = "; ".join(f"invoice {record.name or record.external_id}: {record.differs}" for record in paid)
    invoices = [
        {"external_id": record.external_id, "txn_id": record.qb_id, "differs": record.differs} for record in paid
    ]
    text = f"what it pays came out differently ({told}): is it paid all the same?"
    return Ask(Question.TOTAL_DIFFERS, text, Applied.NO, {"invoices": invoices})
