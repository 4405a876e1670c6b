"""The long run: ``python -m tests.simulation --seeds 100000``, and one schedule again: ``--replay SEED``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.simulation import runner, sweep
from tests.simulation.checks import violations
from tests.simulation.runner import Report, Task
from tests.simulation.sweep import QUICKBOOKS, Day
from tests.simulation.world import Stage, sqlite_url


@click.command(help=__doc__)
@click.option("--seeds", default=1000, show_default=True, help="how many random schedules")
@click.option("--from", "first", default=0, show_default=True, help="the first seed")
@click.option("--cores", default=runner.CORES, show_default=True, help="processes that share the work")
@click.option("--replay", type=int, help="runs this seed alone and tells its story")
@click.option("--cuts", help="runs the day of the sweep with these cuts alone, such as 12,31, and tells its story")
@click.option("--way", default=0, help="with --cuts: which way a fault shows")
@click.option("--short", is_flag=True, help="with --cuts: the short day")
@click.option("--quickbooks", type=click.Choice(list(QUICKBOOKS)), default="works", help="with --cuts")
@click.option("--sweep", "sweeps", is_flag=True, help="every single cut of the day, and every pair, instead of seeds")
def main(
    seeds: int,
    first: int,
    cores: int,
    replay: int | None,
    cuts: str | None,
    way: int,
    short: bool,
    quickbooks: str,
    sweeps: bool,
) -> None:
    """Ends with 1 if a promise was broken."""
    if cuts is not None:
        _tell(Day(quickbooks, tuple(int(each) for each in cuts.split(",") if each), way, short))
    elif replay is not None:
        _tell(replay)
    elif sweeps:
        with tempfile.TemporaryDirectory() as folder:
            _run(sweep.everything(Stage(sqlite_url(Path(folder)))), None, cores, "cuts")
    else:
        _run(range(first, first + seeds), seeds, cores, f"seeds {first} to {first + seeds - 1}")


def _tell(task: Task) -> None:
    runner.prepare_process()
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(sqlite_url(Path(folder)))
        world = runner.live(stage, task)
        problems = violations(world)
        click.echo(str(world.story))
        for job in world.jobs():
            click.echo(f"job {job.id} {job.label}: {job.status} {job.qb_id or job.error or ''}")
        for problem in problems:
            click.echo(f"BROKEN: {problem}")
        stage.close()
    raise SystemExit(1 if problems else 0)


def _run(tasks: Iterable[Task], total: int | None, cores: int, what: str) -> None:
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    started = time.monotonic()
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        bar = progress.add_task(what, total=total)

        def show(report: Report) -> None:
            progress.update(bar, completed=report.schedules)

        report = runner.run_on_all_cores(tasks, cores=cores, on_progress=show)
    seconds = time.monotonic() - started
    console.print(f"{what}: {report.schedules / seconds:.0f} schedules a second, {seconds:.0f} s")
    console.print(str(report), highlight=False, markup=False)
    raise SystemExit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
