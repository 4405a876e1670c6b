"""Each rule proves its worth: with it switched off, the fault run finds a broken promise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from qbwc_server.jobs import Question, Status
from qbwc_server.simulator import QuickBooksSettings, Recovery
from tests.simulation import mutants, runner, sweep
from tests.simulation.faults import Cuts, Fault
from tests.simulation.office import Office
from tests.simulation.pc import Pc
from tests.simulation.sweep import Day
from tests.simulation.world import STANDING, Stage, World
from tests.support.desk import invoice

Mutant = Callable[[pytest.MonkeyPatch], None]
TWICE = "times"
NEVER_ENDS = "is not at its end"
NOT_THERE = "is not in the books"


@pytest.mark.parametrize(
    ("mutant", "day", "broken"),
    [
        (mutants.resends_without_asking, Day("absent"), TWICE),
        (mutants.concludes_early, Day("absent"), TWICE),
        (mutants.plans_anew_at_once, Day("absent"), TWICE),
        (mutants.commits_after_the_answer, Day("works"), TWICE),
        (mutants.resends_a_part, Day("stored at the end"), NEVER_ENDS),
        (mutants.forgets_what_went_unanswered, Day("works"), NEVER_ENDS),
        (mutants.queues_what_went_unanswered, Day("works"), TWICE),
        (mutants.learns_from_a_check, Day("never stored"), TWICE),
        (mutants.clears_at_once, Day("works"), TWICE),
        (mutants.reuses_an_id, Day("works"), NEVER_ENDS),
        (mutants.adopts_without_guid, Day("works", is_short=True), "is still asked about"),
        (mutants.never_looks_back, Day("works"), NOT_THERE),
        (mutants.goes_by_the_names_of_a_file, Day("works"), "another company's file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_without_its_rule_a_single_cut_breaks_the_promise(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, mutant: Mutant, day: Day, broken: str
) -> None:
    days = [Day(day.quickbooks, (cut,), 0, day.is_short) for cut in range(sweep.moments(stage, day))]
    mutant(monkeypatch)

    failure = runner.first_failure(stage, days)

    assert failure is not None
    assert any(broken in problem for problem in failure.problems), failure


def test_a_check_by_the_old_id_alone_destroys_what_protects_from_a_pc_that_sleeps(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = _moment(stage, Day("works"), Fault.SLEEPS_WITH_SET)
    fate = sweep.live(stage, Day("works", (asleep,), 1)).fate
    assert isinstance(fate, Cuts)
    cuts = [number for number, fault in enumerate(fate.moments) if fault is Fault.DIES_AFTER_BOOKED]
    days = [Day("works", (asleep, cut), 1) for cut in cuts]
    assert runner.first_failure(stage, days) is None
    mutants.checks_with_old_alone(monkeypatch)

    failure = runner.first_failure(stage, days)

    assert failure is not None
    assert any(TWICE in problem for problem in failure.problems), failure


def _too_long_asleep(stage: Stage) -> World:
    """Outside the model: QuickBooks keeps no records, and a PC hands its set over after the grace."""
    world = World(
        stage,
        Cuts([_moment(stage, Day("absent"), Fault.SLEEPS_WITH_SET)]),
        settings=QuickBooksSettings(recovery=Recovery.ABSENT),
    )
    naps = (timedelta(hours=54),)
    pcs = [Pc(world, machine, naps=naps, late=naps) for machine in ("PC-1", "PC-2")]
    office = Office(world, pcs)
    world.enqueue(invoice("I-1", "", customer_ref=STANDING, ref_number=None, lines=[{"desc": "by agreement"}]))
    office.visit(pcs[0])
    office.pass_time(timedelta(hours=50))
    office.visit(pcs[1])
    office.pass_time(timedelta(hours=5))
    return world


def _moment(stage: Stage, day: Day, fault: Fault) -> int:
    fate = sweep.live(stage, day).fate
    assert isinstance(fate, Cuts)
    return fate.moments.index(fault)


def test_what_nothing_can_prevent_is_at_least_shown_to_a_person(stage: Stage) -> None:
    world = _too_long_asleep(stage)
    (job,) = world.jobs()

    assert len(world.documents()) == 2
    assert (job.status, job.question) == (Status.HELD, Question.TWO_IDS)
    assert all(document.id in (job.question_detail or "") for document in world.documents())


def test_and_would_not_be_if_a_second_id_were_swallowed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    mutants.swallows_a_second_id(monkeypatch)

    world = _too_long_asleep(stage)
    (job,) = world.jobs()

    assert len(world.documents()) == 2
    assert job.status is Status.DONE
