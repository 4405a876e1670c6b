"""Writing down what was decided: jobs, records and the items of their set, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server import records
from qbwc_server.db import tables
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.differing import differing, waiting_payments
from qbwc_server.exchange.message_set import Item
from qbwc_server.exchange.outcome import Ask, Block, Done, Fail, NextStep, NotApplied, Outcome, Retry, Verify
from qbwc_server.exchange.totals import differences, total_of
from qbwc_server.jobs import (
    ANSWERS,
    LOOKUP,
    Applied,
    Job,
    Move,
    Question,
    Status,
    Trouble,
    block_dependents,
    by_ids,
    free_dependents,
    kind,
    missing_key,
    move,
    release_missing,
    wait_again,
)
from qbwc_server.qbxml import Ret

ACTOR = "QuickBooks"
RECOVERED = "ErrorRecovery"
"""The aggregate of identifiers alone: it tells nothing of what the file returns otherwise."""
_ASKED_NEXT = "Nothing to do: the Web Connector's next visit asks QuickBooks. It is never sent again before that."


@dataclass(frozen=True, slots=True)
class Decided:
    """One job of a set and what its reply means."""

    job: Job
    item: Item
    outcome: Outcome
    status_code: int | None


@dataclass(slots=True)
class Settled:
    """What a batch of decisions came to."""

    done: int = 0
    failed: int = 0
    echoes_guid: bool | None = None
    """Whether the file returned our ExternalGUID; None if nothing was added."""


@dataclass(slots=True)
class _Batch:
    """Everything that is to be written, gathered first and written in few statements."""

    moves: list[Move] = field(default_factory=list)
    items: list[dict[str, object]] = field(default_factory=list)
    records: list[records.Record] = field(default_factory=list)
    missing: list[dict[str, object]] = field(default_factory=list)
    failed: list[Job] = field(default_factory=list)


def settle(c: sa.Connection, company_id: int, decided: Sequence[Decided], *, now: datetime) -> Settled:
    """Carries out decisions: states, records, dependents, the items' statuses. The company is locked."""
    found = [(each.job.family, each.outcome.qb_id) for each in decided if isinstance(each.outcome, Done)]
    owners = {key: record.external_id for key, record in records.holders(c, company_id, found).items()}
    batch, settled = _Batch(), Settled()
    disputed: dict[tuple[str, str], Job] = {}
    for each in decided:
        outcome = each.outcome
        if isinstance(outcome, Done):
            mine = each.job.external_id or ""
            owner = owners.setdefault((each.job.family, outcome.qb_id), mine)
            if owner != mine:
                disputed[each.job.family, outcome.qb_id] = each.job
                outcome = _id_taken(outcome.qb_id, each.job.family, owner)
            else:
                settled.done += 1
                if outcome.ret.name != RECOVERED:
                    settled.echoes_guid = outcome.ret.external_guid is not None
        if isinstance(outcome, Fail):
            settled.failed += 1
        _gather(batch, each, outcome, now)
    move(c, batch.moves, now=now, actor=ACTOR)
    records.save(c, company_id, batch.records, now)
    message_sets.change_items(c, batch.items)
    if batch.missing:
        c.execute(tables.missing_name.insert(), batch.missing)
    free_dependents(c, [each.job.id for each in batch.moves if each.to is Status.DONE])
    release_named(c, company_id, batch.records, now=now)
    hold_payments(c, company_id, waiting_payments(c, batch.records), now=now)
    block_dependents(c, batch.failed, now=now, actor=ACTOR)
    _hold_owners(c, company_id, disputed, now)
    return settled


def _hold_owners(c: sa.Connection, company_id: int, disputed: Mapping[tuple[str, str], Job], now: datetime) -> None:
    """Jobs whose recorded ID QuickBooks gave to another: one of the two is wrong, and nothing may build on it."""
    owner_of = {key: record.job_id for key, record in records.holders(c, company_id, disputed).items()}
    owners = {job.id: job for job in by_ids(c, [number for number in owner_of.values() if number is not None])}
    asks = [
        (owners[number], _id_given_away(qb_id, disputed[family, qb_id]))
        for (family, qb_id), number in owner_of.items()
        if number is not None and owners[number].status is Status.DONE
    ]
    hold(c, company_id, asks, now=now)


def _id_given_away(qb_id: str, other: Job) -> Ask:
    text = f"its {qb_id} is also the ID that QuickBooks gave to job {other.id} ({other.label}): whose is it?"
    return Ask(Question.TWO_IDS, text, Applied.YES, {"ids": [qb_id]})


_LIST_OF = {"customer": "Customer", "item": "Item", "vendor": "Vendor", "class": "Class"}
"""What QuickBooks calls the list of a family when it misses a name in it."""


def release_named(c: sa.Connection, company_id: int, new: Sequence[records.Record], *, now: datetime) -> None:
    """Lets go the jobs that missed one of these names."""
    names = [f"{_LIST_OF[each.family]}:{each.name}" for each in new if each.name and each.family in _LIST_OF]
    if names:
        release_missing(c, company_id, names, "the name it missed is in QuickBooks now", now=now, actor=ACTOR)


def hold_payments(c: sa.Connection, company_id: int, payments: Sequence[Job], *, now: datetime) -> list[Job]:
    """Holds those that pay an invoice which came out differently than expected; returns them."""
    asks = differing(c, company_id, payments)
    move(c, [held(job, ask) for job, ask in asks], now=now, actor=ACTOR)
    return [job for job, _ in asks]


def hold(c: sa.Connection, company_id: int, asks: Sequence[tuple[Job, Ask]], *, now: datetime) -> None:
    """Holds jobs with what is asked about them; what refers to those that were done waits again."""
    move(c, [held(job, ask) for job, ask in asks], now=now, actor=ACTOR)
    wait_again(c, company_id, [job for job, _ in asks])


def two_ids(qb_ids: Sequence[str]) -> Ask:
    """A job for which more than one ID came back, or one after it was taken for not booked: a person must look."""
    if len(qb_ids) == 1:
        text = f"QuickBooks returned {qb_ids[0]} for it, after it had been taken for not booked"
    else:
        text = f"QuickBooks returned {len(qb_ids)} IDs for it: {' and '.join(qb_ids)}; one of them is too many"
    return Ask(Question.TWO_IDS, text, Applied.YES, {"ids": list(qb_ids)})


def _gather(batch: _Batch, each: Decided, outcome: Outcome, now: datetime) -> None:
    job = each.job
    applied = Applied.NO
    match outcome:
        case Done():
            applied = Applied.YES
            batch.moves.append(_done(job, outcome))
            batch.records.append(_record(job, outcome))
        case Retry():
            changes = {"due_at": now + outcome.after, "attempts": job.attempts + 1}
            batch.moves.append(_move(job, Status.RETRYING, "to be tried again", outcome.trouble, changes))
        case NotApplied():
            batch.moves.append(_move(job, Status.QUEUED, outcome.reason))
        case Verify():
            applied = outcome.applied
            trouble = Trouble(error=outcome.reason, remedy=_ASKED_NEXT)
            batch.moves.append(_move(job, Status.IN_DOUBT, outcome.reason, trouble, applied=applied))
        case Ask():
            applied = outcome.applied
            batch.moves.append(held(job, outcome))
        case Block():
            batch.moves.append(_move(job, Status.BLOCKED, "a name is missing in QuickBooks", outcome.trouble))
            batch.missing.append(
                {"company_id": job.company_id, "name": missing_key(outcome.on), "job_id": job.id, "since": now}
            )
        case Fail():
            batch.moves.append(_move(job, Status.FAILED, "refused by QuickBooks", outcome.trouble))
            batch.failed.append(job)
        case NextStep():
            then = "it is looked for in QuickBooks" if outcome.step == LOOKUP else f"it goes on with {outcome.step}"
            reason = f"{outcome.reason.rstrip('.')}; {then}"
            batch.moves.append(_move(job, Status.QUEUED, reason, changes={"step": outcome.step}))
    batch.items.append(
        {
            "b_set": each.item.message_set_id,
            "b_position": each.item.position,
            "status_code": each.status_code,
            "applied": applied,
            "qb_id": outcome.qb_id if isinstance(outcome, Done) else None,
        }
    )


def _move(
    job: Job,
    to: Status,
    reason: str,
    trouble: Trouble | None = None,
    changes: dict[str, Any] | None = None,
    applied: Applied = Applied.NO,
) -> Move:
    """A reply shows that QuickBooks could read the job's text, so it is no longer under suspicion."""
    usual = {"search_group": None, "applied": applied, "step": job.operation if job.step == LOOKUP else job.step}
    return Move(job, to, reason, trouble, usual | (changes or {}))


def held(job: Job, outcome: Ask) -> Move:
    """The move of a job that waits for a person's answer."""
    answers = " | ".join(ANSWERS[outcome.question])
    trouble = Trouble(error=outcome.text, code=str(outcome.question), remedy=f"qbwc answer {job.id} {answers}")
    changes = {"question": outcome.question, "question_detail": json.dumps(dict(outcome.detail))}
    move = _move(job, Status.HELD, "a question waits for a person", trouble, changes, outcome.applied)
    return replace(move, detail=changes["question_detail"]) if outcome.question is Question.TWO_IDS else move


def _done(job: Job, outcome: Done) -> Move:
    column = "txn_id" if kind(job.kind).is_transaction else "list_id"
    notes = [*outcome.warnings, *differences(job, outcome.ret)]
    changes = {column: outcome.qb_id, "warning": "; ".join(notes) or None, "label": _label(job, outcome.ret)}
    return _move(job, Status.DONE, f"{outcome.how} {outcome.qb_id}", None, changes, Applied.YES)


def _label(job: Job, ret: Ret) -> str:
    """What people call it: by the number that QuickBooks gave a document, if it was sent without one."""
    numbered = f"{kind(job.kind).title} {ret.ref_number}"
    is_ours = ret.ref_number is None or numbered == job.label or "ref_number" in json.loads(job.payload)
    return job.label if is_ours else numbered


def _record(job: Job, outcome: Done) -> records.Record:
    ret = outcome.ret
    total = total_of(ret)
    balance = ret.amount("BalanceRemaining")
    return records.Record(
        family=job.family,
        external_id=job.external_id or "",
        qb_id=outcome.qb_id,
        job_id=job.id,
        name=ret.full_name or ret.ref_number or own_name(job),
        edit_sequence=ret.edit_sequence,
        txn_number=ret.txn_number,
        total=None if total is None else str(total),
        balance=None if balance is None else str(balance),
        time_created=ret.time_created,
        differs="; ".join(differences(job, ret)) or None,
    )


def own_name(job: Job) -> str | None:
    """The FullName that a job gives a member of a list at its top; None if it has a parent or is a document."""
    given = json.loads(job.payload)
    name = None if kind(job.kind).is_transaction or "parent_ref" in given else given.get("name")
    return name if isinstance(name, str) else None


def _id_taken(qb_id: str, family: str, owner: str) -> Ask:
    text = f"QuickBooks returned {qb_id}, which is on record for {family} {owner!r} already"
    return Ask(Question.TWO_IDS, text, Applied.YES, {"ids": [qb_id]})
