"""The table of a run, and where it is written."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chart import chart
from benchmarks.workloads import PHASES, Measured

BEGIN, END = "<!-- measured by make bench -->", "<!-- end of measured -->"
_PROJECT = Path(__file__).resolve().parents[1]
_HEAD = ("What", "Database", "Calls", "Processor, ms", "Waited, ms", "Floor, ms", "Times the floor")
_SHARES = ("What", "Database", *PHASES, "Exactly once on top")


def report(measured: Sequence[Measured], scale: float) -> str:
    """Everything between the markers, as Markdown."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    ran = f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores ({platform.machine()}), Python {platform.python_version()}"
    scaled = "" if scale == 1 else f", at a scale of {scale:g}"
    shares = [each for each in measured if each.shares]
    return "\n".join(
        [
            BEGIN,
            f"{ran}, commit {_commit()}{scaled}.",
            "",
            *_table(_HEAD, [_costs(each) for each in measured]),
            "",
            "Where the processor's time goes:",
            "",
            *_table(_SHARES, [_shares(each) for each in shares]),
            "",
            *(f"- {line}" for line in _told(measured)),
            END,
        ]
    )


def write(measured: Sequence[Measured], scale: float, folder: Path) -> None:
    """Puts the table between the markers of performance.md, and the chart beside it."""
    page = folder / "performance.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    page.write_text(f"{before}{report(measured, scale)}{rest.partition(END)[2]}", encoding="utf-8")
    (folder / "performance.svg").write_text(chart(measured), encoding="utf-8")


def _costs(each: Measured) -> tuple[str, ...]:
    numbers = (f"{each.server.cpu:.2f}", f"{each.server.wall:.2f}", f"{each.floor.cpu:.2f}", f"{each.ratio:.1f}")
    return (f"{each.name}, one {each.unit}", each.database, f"{each.calls:.3f}", *numbers)


def _shares(each: Measured) -> tuple[str, ...]:
    shares = (f"{each.shares[phase]:.0%}" for phase in PHASES)
    extra = f"{each.exactly_once * each.server.cpu:.2f} ms ({each.exactly_once:.0%})"
    return (each.name, each.database, *shares, extra)


def _told(measured: Sequence[Measured]) -> list[str]:
    """What the aims are about and no column holds."""
    lines = []
    for database in dict.fromkeys(each.database for each in measured):
        mine = [each for each in measured if each.database == database]
        small, large = (each for each in mine if each.unit == "claim")
        lines.append(
            f"{database}: {large.name} takes {large.server.cpu / small.server.cpu:.2f} times as long as {small.name}."
        )
        for each in mine:
            if each.unit == "poll":
                share = each.server.cpu * each.count / 1000 / 60
                lines.append(
                    f"{database}: {each.count:,} companies that poll once a minute take {share:.1%} of one core."
                )
            if each.memory:
                lines.append(
                    f"{database}: {each.name} takes {each.memory:.1f} times its size of memory at the highest."
                )
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Texts to the left, numbers to the right."""
    rule = ["---" if number < 2 else "---:" for number in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in [head, rule, *rows]]


def _commit() -> str:
    git = ["git", "-C", str(_PROJECT), "rev-parse", "--short", "HEAD"]
    try:
        found = subprocess.run(git, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
