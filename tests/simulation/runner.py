"""Running many schedules on several cores, and the account of them."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tests.simulation import schedule, sweep
from tests.simulation.checks import ends, violations
from tests.simulation.sweep import Day
from tests.simulation.world import Stage, World, sqlite_url

Task = int | Day
"""The seed of a random schedule, or a day of the sweep."""
CORES = 2
_AT_ONCE = 25
_SHOWN = 3


@dataclass(frozen=True)
class Failure:
    """A schedule in which a promise was broken."""

    replay: str
    story: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.story}\n" + "\n".join(f"BROKEN: {each}" for each in self.problems) + f"\nReplay: {self.replay}"


@dataclass
class Report:
    """What came of some schedules."""

    schedules: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    """The first few."""

    def add(self, other: Report) -> None:
        """Takes in another account."""
        self.schedules += other.schedules
        self.struck += other.struck
        self.ends += other.ends
        self.failed += other.failed
        self.failures = (self.failures + other.failures)[:_SHOWN]

    def __str__(self) -> str:
        jobs = ", ".join(f"{number} {status}" for status, number in self.ends.most_common())
        lines = [
            f"{self.schedules} schedules, {self.failed} broken promises, {sum(self.struck.values())} faults, {jobs}"
        ]
        lines += [f"{number:8}  {fault}" for fault, number in self.struck.most_common()]
        return "\n".join([*lines, *map(str, self.failures)])


def live(stage: Stage, task: Task) -> World:
    """One schedule to its end."""
    return sweep.live(stage, task) if isinstance(task, Day) else schedule.live(stage, task)


def replay_line(task: Task) -> str:
    """What to type to see it again."""
    return task.replay if isinstance(task, Day) else schedule.decide(task).replay


def run(stage: Stage, tasks: Iterable[Task]) -> Report:
    """These schedules in this process; a single cut in each way in which it may show."""
    report = Report()
    for task in tasks:
        world = _run_one(stage, task, report)
        if isinstance(task, Day) and (other := sweep.other_way(task, world)):
            _run_one(stage, other, report)
    return report


def _run_one(stage: Stage, task: Task, report: Report) -> World:
    world = live(stage, task)
    problems = violations(world)
    report.schedules += 1
    report.struck += Counter({str(fault): number for fault, number in world.fate.struck.items()})
    report.ends += ends(world)
    if problems:
        report.failed += 1
        if len(report.failures) < _SHOWN:
            report.failures.append(Failure(replay_line(task), str(world.story), tuple(problems)))
    return world


def first_failure(stage: Stage, tasks: Iterable[Task]) -> Failure | None:
    """The first of these schedules that breaks a promise."""
    for task in tasks:
        report = run(stage, [task])
        if report.failures:
            return report.failures[0]
    return None


def run_on_all_cores(
    tasks: Iterable[Task], *, cores: int = CORES, on_progress: Callable[[Report], None] = lambda report: None
) -> Report:
    """These schedules in processes of their own, each with a database of its own; stops soon after three failures."""
    total = Report()
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(cores, context, _open_stage, (folder,)) as pool:
            chunks = _chunks(tasks)
            waiting: set[Future[Report]] = {pool.submit(_run_chunk, each) for each in islice(chunks, 2 * cores)}
            while waiting:
                done = next(as_completed(waiting))
                waiting.remove(done)
                total.add(done.result())
                on_progress(total)
                if len(total.failures) < _SHOWN:
                    waiting |= {pool.submit(_run_chunk, each) for each in islice(chunks, 1)}
    return total


def _chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    left = iter(tasks)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk


@dataclass
class _Process:
    stage: Stage | None = None


_PROCESS = _Process()


def prepare_process() -> None:
    """No log of what is broken on purpose; and no garbage collection in the midst of small schedules."""
    logging.disable(logging.CRITICAL)
    gc.disable()


def _open_stage(folder: str) -> None:
    prepare_process()
    own = Path(tempfile.mkdtemp(dir=folder))
    _PROCESS.stage = Stage(sqlite_url(own))
    gc.freeze()


def _run_chunk(tasks: list[Task]) -> Report:
    assert _PROCESS.stage is not None
    report = run(_PROCESS.stage, tasks)
    gc.collect()
    return report
