"""Random schedules: whatever breaks when, the books and the queue agree in the end."""

from __future__ import annotations

import pytest

from tests.simulation import runner
from tests.simulation.faults import Fault
from tests.simulation.world import Stage
from tests.support import databases

SEEDS = 5000


def test_five_thousand_random_schedules_lose_and_double_nothing() -> None:
    report = runner.run_on_all_cores(range(SEEDS))

    assert not report.failures, report
    assert report.schedules == SEEDS
    assert set(report.struck) == {str(fault) for fault in Fault}
    assert report.ends["done"] > SEEDS


@pytest.mark.postgresql
def test_a_hundred_of_them_end_the_same_on_postgresql() -> None:
    if reason := databases.why_no_postgres():
        pytest.skip(reason)
    with databases.postgres_schema() as schema:
        stage = Stage(schema.url)
        try:
            report = runner.run(stage, range(100))
        finally:
            stage.close()

    assert not report.failures, report
    assert report.schedules == 100


def test_a_seed_tells_the_same_story_each_time(stage: Stage) -> None:
    stories = [str(runner.live(stage, seed).story) for seed in (7, 8, 7, 8)]

    assert stories[:2] == stories[2:]
    assert stories[0] != stories[1]
