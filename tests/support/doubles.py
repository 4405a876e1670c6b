"""A clock and a source of random bits that belong to the test."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Stands still until it is told to move on."""

    def __init__(self, start: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Moves on by the sum of what is given; a negative sum sets the clock back."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class SeededChance:
    """The same bits in every run."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bits(self, count: int) -> int:
        return self._random.getrandbits(count)
