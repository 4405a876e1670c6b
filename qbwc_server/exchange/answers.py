"""A person's answers to the questions about held jobs: all the jobs of one call or none, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from qbwc_server import companies, jobs, records
from qbwc_server.clock import Clock
from qbwc_server.db import tables
from qbwc_server.errors import JobRefused, PayloadRefused, Problem
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.differing import accept
from qbwc_server.exchange.message_set import SetState
from qbwc_server.exchange.outcome import Ask
from qbwc_server.exchange.rebook import rebook
from qbwc_server.exchange.settle import hold, own_name, release_named
from qbwc_server.exchange.told import after_answers, told_not_booked
from qbwc_server.jobs import ANSWERS, Applied, Job, Move, Question, Status, kind


class Verb(StrEnum):
    """What a person may answer; which of them fit a question stands in ANSWERS."""

    LINK = "link"
    RENAME = "rename"
    CREDIT = "credit"
    ACCEPT = "accept"
    SKIP = "skip"
    BOOKED = "booked"
    NOT_BOOKED = "not-booked"


_WITH_ID = (Verb.LINK, Verb.BOOKED)


@dataclass(frozen=True, slots=True)
class _Given:
    """One call, checked and with its jobs read."""

    c: sa.Connection
    jobs: list[Job]
    values: Sequence[str]
    clock: Clock
    actor: str
    with_dependents: bool

    @property
    def now(self) -> datetime:
        return self.clock.now()


def answer(
    c: sa.Connection,
    ids: Sequence[int],
    verb: Verb,
    values: Sequence[str],
    clock: Clock,
    *,
    whole_set: bool = False,
    with_dependents: bool = False,
    actor: str,
) -> list[Job]:
    """Answers the question about each of these held jobs; returns every job that changed, as it is now.

    `values`: for `link` and `booked` one ListID or TxnID for each job, in order; for `rename` the name; else none.
    `whole_set` answers for all jobs of their message sets that are held with the same question. Raises UnknownJob,
    JobRefused or PayloadRefused with a problem for each job; then nothing was changed.
    """
    found = {job.id: job for job in jobs.locked(c, ids)}
    chosen = [found[number] for number in dict.fromkeys(ids)]
    if whole_set:
        chosen += _others_of_their_sets(c, chosen)
    problems = [problem for job in chosen if (problem := _why_not(job, verb, with_dependents))]
    problems += [] if problems else _wrong_values(c, chosen, verb, values)
    if problems:
        raise JobRefused(*problems)
    before = {job.id: job.updated_at for job in chosen}
    changed = _CARRY_OUT[verb](_Given(c, chosen, values, clock, actor, with_dependents))
    _settle_sets(c, chosen, clock.now(), actor)
    return jobs.by_ids(c, {*before, *(job.id for job in changed)})


def _others_of_their_sets(c: sa.Connection, chosen: Sequence[Job]) -> list[Job]:
    sets = {(job.message_set_id, job.question) for job in chosen if job.question and job.message_set_id}
    ids = {job.id for job in chosen}
    job = tables.job.c
    same = sa.select(job.id, job.message_set_id, job.question).where(
        job.message_set_id.in_([number for number, _ in sets]), job.status == Status.HELD
    )
    more = [row.id for row in c.execute(same) if (row.message_set_id, row.question) in sets and row.id not in ids]
    return jobs.by_ids(c, more)


def _why_not(job: Job, verb: Verb, with_dependents: bool) -> Problem | None:
    name = f"job {job.id} ({job.label})"
    if job.status is not Status.HELD or job.question is None:
        return Problem(
            f"{name} is {job.status}; nothing is asked about it", remedy="`qbwc jobs --status held` lists them."
        )
    possible = ANSWERS[Question(job.question)]
    if verb not in [each.split()[0] for each in possible]:
        remedy = f"Possible: {' | '.join(possible)}."
        return Problem(f"{verb} is no answer to what is asked about {name}: {job.error}", remedy=remedy)
    if with_dependents and verb is not Verb.SKIP:
        return Problem(f"--with-dependents says nothing with {verb}", remedy="It goes with skip alone.")
    return None


def _wrong_values(c: sa.Connection, chosen: Sequence[Job], verb: Verb, values: Sequence[str]) -> list[Problem]:
    wanted = len(chosen) if verb in _WITH_ID else int(verb is Verb.RENAME)
    if verb is Verb.RENAME and len(chosen) > 1:
        return [Problem("one name cannot be the name of several jobs", remedy="Answer for one job at a time.")]
    if len(values) != wanted:
        what = f"{wanted} ID{'s' if wanted > 1 else ''}, one for each job" if verb in _WITH_ID else f"{wanted} name"
        told = what if wanted else "nothing behind it"
        return [Problem(f"{verb} needs {told}; {len(values)} given")]
    if verb not in _WITH_ID:
        return []
    problems = [problem for job, each in zip(chosen, values, strict=True) if (problem := _wrong_id(c, job, each))]
    given = [(job.family, each) for job, each in zip(chosen, values, strict=True)]  # lists share ListIDs
    twice = {qb_id for family, qb_id in given if given.count((family, qb_id)) > 1}
    return problems + [Problem(f"{each} is given for more than one job") for each in sorted(twice)]


def _wrong_id(c: sa.Connection, job: Job, qb_id: str) -> Problem | None:
    what = "TxnID" if kind(job.kind).is_transaction else "ListID"
    if not jobs.looks_like_an_id(qb_id):
        return Problem(f"{qb_id!r} is no {what}", remedy="One looks like 80000013-1416570432.")
    holder = records.holders(c, job.company_id, [(job.family, qb_id)]).get((job.family, qb_id))
    if holder is not None and holder.external_id != job.external_id and not _was_returned(job, qb_id):
        return Problem(f"{qb_id} is on record for {holder.family} {holder.external_id!r} already")
    other = next((each for each in _candidates(job) if each["list_id"] == qb_id), None)
    if other is not None and f"{other['type']}Ret" != kind(job.kind).object_name:
        return Problem(
            f"{qb_id} is a {other['type']} in QuickBooks, and job {job.id} is a {kind(job.kind).title}",
            remedy="Rename the job, or skip it and let others refer to that entry by its full name.",
        )
    return None


def _was_returned(job: Job, qb_id: str) -> bool:
    """Whether QuickBooks itself gave the job this ID: then the job that has it on record may be the wrong one."""
    return job.question == Question.TWO_IDS and qb_id in _detail(job).get("ids", ())


def _detail(job: Job) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(job.question_detail or "{}")
    return told


def _candidates(job: Job) -> Sequence[Mapping[str, Any]]:
    """What QuickBooks showed for a name that is taken."""
    return _detail(job).get("candidates", []) if job.question == Question.NAME_TAKEN else []


def _book(given: _Given) -> list[Job]:
    """It is in the books under that ID: recorded, done, and what waits for it goes on."""
    c, now = given.c, given.now
    pairs = list(zip(given.jobs, given.values, strict=True))
    jobs.move(c, [_booked(job, qb_id) for job, qb_id in pairs], now=now, actor=given.actor)
    for job, qb_id in pairs:
        _take_from_others(given, job, qb_id)
        was = records.find(c, job.company_id, [(job.family, job.external_id or "")])
        known = was.get((job.family, job.external_id or ""))
        if known is None or known.qb_id != qb_id:
            records.save(c, job.company_id, [_record(job, qb_id)], now)
            release_named(c, job.company_id, [_record(job, qb_id)], now=now)
        if _detail(job).get("gone") == qb_id:
            _leave_gone(c, job, now)
    jobs.free_dependents(c, [job.id for job in given.jobs])
    return given.jobs


def _take_from_others(given: _Given, job: Job, qb_id: str) -> None:
    """The ID was on record for another job, and a person says that it is this one's: now the other is asked about."""
    c = given.c
    holder = records.holders(c, job.company_id, [(job.family, qb_id)]).get((job.family, qb_id))
    if holder is None or holder.external_id == job.external_id:
        return
    records.forget(c, job.company_id, holder)
    text = f"its {qb_id} is that of job {job.id} ({job.label}), a person says: is it in the books under another ID?"
    ask = Ask(Question.GONE, text, Applied.YES, {"gone": qb_id})
    answered = {each.id for each in given.jobs}
    others = [each for each in jobs.by_ids(c, [holder.job_id or 0]) if each.id not in answered]
    hold(c, job.company_id, [(each, ask) for each in others if _goes_by_its_record(each)], now=given.now)


def _goes_by_its_record(job: Job) -> bool:
    """Whether nothing but its record says that the job is in the books."""
    return job.status is Status.DONE or job.question == Question.TWO_IDS


def _booked(job: Job, qb_id: str) -> Move:
    column = "txn_id" if kind(job.kind).is_transaction else "list_id"
    changes = {column: qb_id, "applied": Applied.YES, "search_group": None, "step": job.operation}
    how = "is" if job.question in (Question.IN_THE_BOOKS, Question.GONE, Question.TWO_IDS) else "is linked to"
    return Move(job, Status.DONE, f"a person says that it {how} {qb_id}", None, changes, detail=job.question_detail)


def _record(job: Job, qb_id: str) -> records.Record:
    named = next((each["name"] for each in _candidates(job) if each["list_id"] == qb_id), None)
    named = named or (own_name(job) if job.question != Question.NAME_TAKEN else None)
    return records.Record(job.family, job.external_id or "", qb_id, job.id, named)


def _leave_gone(c: sa.Connection, job: Job, now: datetime) -> None:
    """A person knows that it was deleted, and leaves it so: it is not asked about again."""
    record = tables.record
    mine = sa.and_(record.c.company_id == job.company_id, record.c.job_id == job.id)
    c.execute(record.update().where(mine).values(gone_since=now))


def _deny(given: _Given) -> list[Job]:
    lost = [job for job in given.jobs if job.question == Question.GONE]
    for job in lost:
        rebook(given.c, job, now=given.now, actor=given.actor)
    others = [told_not_booked(job) for job in given.jobs if job not in lost]
    jobs.move(given.c, others, now=given.now, actor=given.actor)
    return given.jobs


def _rename(given: _Given) -> list[Job]:
    (job,), (name,) = given.jobs, given.values
    taken = _detail(job).get("name")
    if isinstance(taken, str) and taken.casefold() == name.strip().casefold():
        raise PayloadRefused(Problem(f"{name!r} is the name that is taken", "name", "Choose another one."))
    move = jobs.corrected(job, {"name": name}, f"renamed to {name!r}")
    jobs.move(given.c, [move], now=given.now, actor=given.actor)
    return given.jobs


def _credit(given: _Given) -> list[Job]:
    moves = [jobs.corrected(job, {"applied_to": None}, "is booked as an unapplied credit") for job in given.jobs]
    jobs.move(given.c, moves, now=given.now, actor=given.actor)
    return given.jobs


def _skip(given: _Given) -> list[Job]:
    ids = [job.id for job in given.jobs]
    return jobs.cancel(
        given.c, ids, given.clock, with_dependents=given.with_dependents, actor=given.actor, reason="skipped"
    )


def _accept(given: _Given) -> list[Job]:
    return accept(given.c, given.jobs, now=given.now, actor=given.actor)


_CARRY_OUT: Mapping[Verb, Callable[[_Given], list[Job]]] = {
    Verb.LINK: _book,
    Verb.BOOKED: _book,
    Verb.RENAME: _rename,
    Verb.CREDIT: _credit,
    Verb.ACCEPT: _accept,
    Verb.SKIP: _skip,
    Verb.NOT_BOOKED: _deny,
}


def _settle_sets(c: sa.Connection, answered: Sequence[Job], now: datetime, actor: str) -> None:
    """The held sets of these jobs go on if nobody is asked about the rest of them."""
    for number, company_id in _once((job.message_set_id, job.company_id) for job in answered):
        if number is not None:
            after_answers(c, companies.by_id(c, company_id), number, now=now, actor=actor)


def _once(pairs: Iterator[tuple[int | None, int]]) -> list[tuple[int | None, int]]:
    return list(dict.fromkeys(pairs))


def retry(c: sa.Connection, ids: Sequence[int], clock: Clock, *, actor: str) -> list[Job]:
    """`jobs.retry`; a job of which nobody knows whether it is in the books is asked about again, with its set."""
    changed = jobs.retry(c, ids, clock, actor=actor)
    for number, company_id in _once((job.message_set_id, job.company_id) for job in changed):
        subject = None if number is None else message_sets.by_number(c, number)
        if subject is None or subject.state is not SetState.HELD:
            continue
        if any(job.status is Status.IN_DOUBT for job in changed if job.message_set_id == number):
            message_sets.change(c, subject, state=SetState.IN_DOUBT, failed_searches=0)
        else:
            after_answers(c, companies.by_id(c, company_id), subject.id, now=clock.now(), actor=actor)
    return changed
