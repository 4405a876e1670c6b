"""Time and chance, passed into everything that needs them so that a seeded run can own both."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present, timezone-aware, in UTC."""
        ...


class Chance(Protocol):
    """Where random bits come from."""

    def bits(self, count: int) -> int:
        """A uniform integer of `count` random bits, 0 <= value < 2**count."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemChance:
    """The operating system's cryptographic randomness."""

    def bits(self, count: int) -> int:
        return secrets.randbits(count)


def token(chance: Chance, bits: int = 128) -> str:
    """A random lower-case hexadecimal text of `bits` bits (128 bits: 32 characters)."""
    return f"{chance.bits(bits):0{bits // 4}x}"


def guid(chance: Chance) -> str:
    """A random version 4 UUID as QuickBooks writes a GUID: upper case, in braces, 38 characters."""
    return "{" + str(uuid.UUID(int=chance.bits(128), version=4)).upper() + "}"


def unit(chance: Chance) -> float:
    """A uniform float, 0 <= value < 1 (for jitter)."""
    return chance.bits(53) / float(1 << 53)
