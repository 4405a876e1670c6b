"""What every step of an exchange works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from qbwc_server.clock import Chance, Clock
from qbwc_server.qbxml import Renderer


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at once."""

    session: timedelta = timedelta(minutes=30)
    """After this a visit ends; what is left goes out at the next one."""
    round_trips: int = 200
    """The same, counted in calls of sendRequestXML."""
    jobs_per_set: int = 50
    set_bytes: int = 1_000_000
    """A set is closed once its requests are longer than this (ASCII, so bytes are characters)."""
    answer_time: timedelta = timedelta(seconds=5)
    """What one set should take QuickBooks: people work in that file."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The renderer, time and chance, and the limits."""

    renderer: Renderer
    clock: Clock
    chance: Chance
    limits: Limits = field(default_factory=Limits)
