"""One small day, cut at every moment: singly in every QuickBooks, and in pairs."""

from __future__ import annotations

import pytest

from tests.simulation import runner, sweep
from tests.simulation.faults import Cuts, Fault
from tests.simulation.sweep import QUICKBOOKS, Day
from tests.simulation.world import Stage


@pytest.mark.parametrize("quickbooks", QUICKBOOKS)
def test_a_day_without_faults_books_everything(stage: Stage, quickbooks: str) -> None:
    report = runner.run(stage, [Day(quickbooks), Day(quickbooks, is_short=True)])

    assert not report.failures, report
    assert report.ends == {"done": 5}


def test_the_day_has_a_moment_for_every_fault(stage: Stage) -> None:
    fate = sweep.live(stage, Day("works")).fate

    assert isinstance(fate, Cuts)
    assert set(fate.moments) == set(Fault)


def test_no_single_cut_loses_or_doubles_anything(stage: Stage) -> None:
    days = [day for quickbooks in QUICKBOOKS for day in sweep.singles(stage, quickbooks)]

    report = runner.run_on_all_cores(days)

    assert not report.failures, report
    assert report.schedules > len(days)


def test_no_pair_of_cuts_loses_or_doubles_anything(stage: Stage) -> None:
    report = runner.run_on_all_cores(sweep.pairs(stage, "works"))

    assert not report.failures, report
    assert report.schedules > 1000


def test_a_late_answer_that_leaves_a_held_job_open_lets_quickbooks_be_asked_again(stage: Stage) -> None:
    """Found by the fault run: the set stayed held, nobody was asked, and the job was in doubt for ever."""
    asleep = _moments(stage, Day("works", is_short=True)).index(Fault.SLEEPS_WITH_SET)
    napping = Day("works", (asleep,), 1, is_short=True)
    day = Day("works", (asleep, _moments(stage, napping).index(Fault.REFUSED)), 1, is_short=True)

    report = runner.run(stage, [day])

    assert report.struck == {str(Fault.SLEEPS_WITH_SET): 1, str(Fault.REFUSED): 1}
    assert not report.failures, report


def _moments(stage: Stage, day: Day) -> list[Fault]:
    fate = sweep.live(stage, day).fate
    assert isinstance(fate, Cuts)
    return fate.moments
