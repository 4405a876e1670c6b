"""The same work in several processes at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any, TypeVar

Result = TypeVar("Result")

_meeting: list[Barrier] = []
"""Where the processes wait for each other; filled in each of them."""


def at_the_same_moment(count: int, work: Callable[..., Result], *arguments: Any) -> list[Result]:
    """Calls a function of a module in `count` new processes, none before all are ready; raises what it raised."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(count, spawn, initializer=_expect, initargs=(spawn.Barrier(count),)) as processes:
        futures = [processes.submit(_together, work, arguments) for _ in range(count)]
        return [future.result(timeout=120) for future in futures]


def _expect(barrier: Barrier) -> None:
    _meeting.append(barrier)


def _together(work: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    _meeting[0].wait(timeout=60)
    return work(*arguments)
