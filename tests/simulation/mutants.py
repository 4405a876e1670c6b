"""The rules of "exactly once", each switched off: what the fault run must find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from qbwc_server.companies import Company, judge_file
from qbwc_server.exchange import (
    cycle,
    greeting,
    markers,
    message_sets,
    progress,
    search,
    send,
    take,
    verdict,
    write_answer,
)
from qbwc_server.exchange.markers import Match, Wanted
from qbwc_server.exchange.message_set import MessageSet, Purpose, Verdict
from qbwc_server.exchange.progress import Step
from qbwc_server.exchange.recovery import Judgement
from qbwc_server.exchange.send import next_request
from qbwc_server.exchange.session import Session
from qbwc_server.exchange.store import store
from qbwc_server.exchange.visit import Visit
from qbwc_server.qbxml import Ret, Version, message_set
from tests.simulation.world import WorkerDied

Patch = pytest.MonkeyPatch


def resends_without_asking(patch: Patch) -> None:
    """A set in doubt goes out again at once: no status check, no search."""
    usual = progress._step

    def step(company: Company, subject: MessageSet, session: Session | None) -> Step | None:
        return Step.RESEND if subject.sendings == 1 else usual(company, subject, session)

    patch.setattr(progress, "_step", step)


def checks_with_old_alone(patch: Patch) -> None:
    """The status check bears oldMessageSetID alone, which deletes the evidence and the protection."""

    def check(visit: Visit, subject: MessageSet, version: Version) -> str:
        text = message_set([], version=version, old_id=subject.key)
        store(visit, Purpose.CHECK, text, version, about=subject)
        return text

    patch.setattr(send, "_check", check)


def reuses_an_id(patch: Patch) -> None:
    """Every set bears the same newMessageSetID."""

    def same(requests: Any, *, version: Version, new_id: str | None = None, old_id: str | None = None) -> str:
        return message_set(requests, version=version, new_id=new_id and "5" * 20, old_id=old_id and "5" * 20)

    patch.setattr(send, "message_set", same)


def concludes_early(patch: Patch) -> None:
    """Not found means not there, even while somebody may still hold the set."""
    patch.setattr(verdict, "is_past", lambda visit, subject, at: True)


def adopts_without_guid(patch: Patch) -> None:
    """Whatever agrees with a job in customer, date, total and number is taken for it."""

    def match(wanted: Wanted, ret: Ret, *, file_echoes_guid: bool) -> Match:
        is_near = markers.match(wanted, ret, file_echoes_guid=False) is not Match.NO
        looks_alike = ret.name.endswith("Ret") and markers._agrees(wanted.payload, ret)
        return Match.OURS if is_near or looks_alike else Match.NO

    patch.setattr(search, "match", match)


def commits_after_the_answer(patch: Patch) -> None:
    """sendRequestXML is answered first: a worker that dies before its commit has given the set away already."""
    outer = cycle.Exchange._next_request
    given: list[str] = []

    def remember(visit: Visit, arrival: Any) -> str:
        given.append(next_request(visit, arrival))
        return given[-1]

    def answer(exchange: cycle.Exchange, ticket: str | None, arrival: Any) -> str:
        given.clear()
        try:
            return outer(exchange, ticket, arrival)
        except WorkerDied:
            if not given:
                raise
            return given[-1]

    patch.setattr(cycle, "next_request", remember)
    patch.setattr(cycle.Exchange, "_next_request", answer)


def resends_a_part(patch: Patch) -> None:
    """The whole text goes out again although some of it was found in the books."""

    def resend(visit: Visit, subject: MessageSet, left: Any, asked_at: Any) -> None:
        message_sets.change(visit.c, subject, verdict=Verdict.RESEND)

    patch.setattr(verdict, "_not_there", resend)


def plans_anew_at_once(patch: Patch) -> None:
    """A set without an answer goes out in a new set, under a new id."""

    def anew(visit: Visit, subject: MessageSet, left: Any, asked_at: Any) -> None:
        verdict.plan_anew(visit, subject, left)

    patch.setattr(verdict, "_not_there", anew)
    patch.setattr(verdict, "is_past", lambda visit, subject, at: True)


def forgets_what_went_unanswered(patch: Patch) -> None:
    """A set without an answer is not put in doubt."""
    for module in (cycle, send, take):
        patch.setattr(module, "doubt_unanswered", lambda c, session, now: None)
    patch.setattr("qbwc_server.exchange.doubt.doubt_unanswered", lambda c, session, now: None)


def queues_what_went_unanswered(patch: Patch) -> None:
    """A parse error of any kind means that nothing was applied, and so does every other HRESULT."""

    def judge(purpose: Purpose, answer: Any, hresult: str, sendings: int = 1) -> Judgement:
        if answer is not None and answer.replies:
            return Judgement.REPLIES
        return Judgement.NOT_APPLIED if hresult and purpose is Purpose.WRITE else Judgement.IN_DOUBT

    patch.setattr(take, "judge", judge)


def learns_from_a_check(patch: Patch) -> None:
    """An unknown id is taken for a sign that ids are kept."""
    patch.setattr(
        take,
        "recovery_learnt",
        lambda answer: "absent" if answer.message_set_status in (None, 9005) else "works",
    )


def clears_at_once(patch: Patch) -> None:
    """QuickBooks' record of a set that was in doubt goes with the next set, as if nobody could hold its text."""
    patch.setattr(write_answer, "KEPT_AFTER_VERDICT", timedelta(0))


def swallows_a_second_id(patch: Patch) -> None:
    """Another ID for a job that is done already is ignored."""
    patch.setattr(write_answer, "_hold_second_ids", lambda visit, repeated: None)


def never_looks_back(patch: Patch) -> None:
    """Whether the newest records are still in the file is not asked."""
    patch.setattr(send, "next_lookback", lambda visit, version: "")


def goes_by_the_names_of_a_file(patch: Patch) -> None:
    """A file without the FileID that was seen before is taken for the right one if its names agree."""
    patch.setattr(greeting, "judge_file", lambda company, seen: judge_file(replace(company, is_stamped=False), seen))
