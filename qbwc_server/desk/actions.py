"""What a person can do about a job now: retry, cancel, correct, and every answer to what is asked, with its choices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import tables
from qbwc_server.errors import Problem
from qbwc_server.exchange import Verb
from qbwc_server.jobs import ANSWERS, REPLACEABLE, Applied, Job, Question, Status


class Needs(StrEnum):
    """What an answer needs beside itself."""

    NOTHING = "nothing"
    ID = "id"
    """A ListID or TxnID: one of the candidates', or another one."""
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something in QuickBooks that may be meant."""

    id: str
    """ListID or TxnID."""
    type: str | None
    """Customer, Vendor, ItemService, Invoice, ReceivePayment; None where QuickBooks did not say."""
    name: str | None
    """Its name or number."""
    is_active: bool
    on_record_for: str | None
    """The external id that it is on record for already; such a one cannot be chosen."""
    shown: tuple[tuple[str, str], ...]
    """What else is known of it: name and value."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer what is asked about a held job."""

    verb: Verb
    needs: Needs
    means: str
    """What it does, in plain words."""
    candidates: tuple[Candidate, ...]
    is_risky: bool
    """A wrong answer can book something twice, or lose it."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done about a job now. A problem says why something cannot; None means it can."""

    retry: Problem | None
    cancel: Problem | None
    cancel_with_dependents: Problem | None
    correct: Problem | None
    """Its payload may be replaced: handing it in again under the same external id."""
    question: Question | None
    answers: tuple[Answer, ...]
    alike: int
    """Other jobs of its message set that are held with the same question; an answer may be given for all of them."""


_MEANS: Mapping[Verb, str] = {
    Verb.LINK: "That one in QuickBooks is it. It is recorded, nothing in QuickBooks is changed.",
    Verb.RENAME: "It is another one. It is added under a new name.",
    Verb.CREDIT: "The payment is booked without an invoice, as a credit of the customer.",
    Verb.ACCEPT: "The difference is right. All payments of that invoice go on.",
    Verb.SKIP: "It is not needed. The job ends cancelled.",
    Verb.BOOKED: "It is in QuickBooks. It is recorded under that ID.",
    Verb.NOT_BOOKED: "It is not in QuickBooks. It is sent again, so look carefully first.",
}
_NEEDS: Mapping[Verb, Needs] = {Verb.LINK: Needs.ID, Verb.BOOKED: Needs.ID, Verb.RENAME: Needs.NAME}


def actions(c: sa.Connection, job: Job) -> Actions:
    """What can be done about a job as it is now."""
    question = Question(job.question) if job.status is Status.HELD and job.question else None
    return Actions(
        retry=jobs.why_not_retried(c, [job]).get(job.id),
        cancel=jobs.why_not_cancelled(c, [job]).get(job.id),
        cancel_with_dependents=jobs.why_not_cancelled(c, [job], with_dependents=True).get(job.id),
        correct=_why_not_corrected(job),
        question=question,
        answers=() if question is None else tuple(_answers(job, question)),
        alike=0 if question is None else _alike(c, job),
    )


def candidates(job: Job) -> tuple[Candidate, ...]:
    """What QuickBooks showed with the question, whichever it is."""
    detail: Mapping[str, Any] = json.loads(job.question_detail or "{}")
    told = [*detail.get("candidates", ()), *detail.get("ids", ())]
    told += [payment for invoice in detail.get("invoices", ()) for payment in invoice.get("payments", ())]
    if isinstance(detail.get("gone"), str):
        told.append(detail["gone"])
    found = (_candidate(each) for each in told)
    return tuple({each.id: each for each in found if each is not None}.values())


def _alike(c: sa.Connection, job: Job) -> int:
    """A set holds some hundred jobs at most, so that all of them can be counted."""
    other = tables.job.c
    same = sa.select(sa.func.count()).where(
        other.message_set_id == job.message_set_id,
        other.status == Status.HELD,
        other.question == job.question,
        other.id != job.id,
    )
    return c.scalar(same) or 0


def _why_not_corrected(job: Job) -> Problem | None:
    name = f"job {job.id} ({job.label})"
    if job.applied is not Applied.NO:
        return Problem(f"{name} may be in QuickBooks already", remedy="Change it in QuickBooks.")
    if job.status not in REPLACEABLE:
        return Problem(f"{name} is {job.status} and on its way", remedy="Cancel it first, if it has not been sent.")
    return None


def _answers(job: Job, question: Question) -> Iterator[Answer]:
    shown = candidates(job)
    for form in ANSWERS[question]:
        verb = Verb(form.split()[0])
        needs = _NEEDS.get(verb, Needs.NOTHING)
        yield Answer(verb, needs, _MEANS[verb], shown if needs is Needs.ID else (), verb is Verb.NOT_BOOKED)


def _candidate(told: object) -> Candidate | None:
    if isinstance(told, str):
        return Candidate(told, None, None, True, None, ())
    if not isinstance(told, Mapping):
        return None
    qb_id = told.get("list_id") or told.get("txn_id") or told.get("id")
    if not qb_id:
        return None
    elsewhere = {"list_id", "txn_id", "id", "type", "name", "ref_number", "active", "on_record_for"}
    shown = tuple(
        (name.replace("_", " "), str(value)) for name, value in told.items() if name not in elsewhere and value
    )
    name = told.get("name") or told.get("ref_number")
    owner = told.get("on_record_for")
    return Candidate(
        str(qb_id),
        told.get("type"),
        None if name is None else str(name),
        told.get("active") is not False,
        None if owner is None else str(owner),
        shown,
    )
