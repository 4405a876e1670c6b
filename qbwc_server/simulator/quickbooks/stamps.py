"""IDs, edit sequences and times as QuickBooks writes them (`facts/qbxml.md` section 9)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OBJECT_ID = re.compile(r"[0-9A-F]{1,8}-[0-9]{1,10}", re.IGNORECASE)
_FIRST_LIST_NUMBER = 0x80000000
_TICKS_PER_SECOND = 10_000_000
_SECONDS_FROM_YEAR_1_TO_1970 = 62_135_596_800


def zone_named(name: str) -> tzinfo:
    """The time zone of the QuickBooks machine; where the system has no zone data, US Eastern standard time."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(hours=-5))


def unix_seconds(when: datetime) -> int:
    """Whole seconds since 1970, the second half of every ID."""
    return int(when.timestamp())


def list_id(number: int, seconds: int) -> str:
    """ListID of the `number`-th element of its list (from 1): ``80000013-1416570432``."""
    return f"{_FIRST_LIST_NUMBER + number:08X}-{seconds}"


def txn_id(number: int, seconds: int) -> str:
    """TxnID or TxnLineID from the counter that transactions and their lines share: ``C5-1417118624``."""
    return f"{number:X}-{seconds}"


def looks_like_an_id(value: str) -> bool:
    """Whether QuickBooks could have made this ID; anything else is answered with 3000."""
    return _OBJECT_ID.fullmatch(value) is not None


def next_edit_sequence(seconds: int, previous: int = 0) -> int:
    """Unix seconds of the change, and more than the one before even within the same second."""
    return max(seconds, previous + 1)


def local_day(seconds: int, zone: tzinfo) -> date:
    """The calendar day on the QuickBooks machine."""
    return datetime.fromtimestamp(seconds, zone).date()


def local_timestamp(seconds: int, zone: tzinfo) -> str:
    """Local wall time with the offset of *standard* time, also in summer: QuickBooks' DST bug (section 6)."""
    minutes = int(standard_offset(seconds, zone).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{wall_clock(seconds, zone):%Y-%m-%dT%H:%M:%S}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def wall_clock(seconds: int, zone: tzinfo) -> datetime:
    """What the clock on the wall shows, without a zone; an hour of autumn comes twice."""
    return datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)


def standard_offset(seconds: int, zone: tzinfo) -> timedelta:
    """The offset from UTC without summer time."""
    local = datetime.fromtimestamp(seconds, zone)
    return (local.utcoffset() or timedelta()) - (local.dst() or timedelta())


def net_ticks(when: datetime) -> int:
    """.NET's DateTime.Ticks, which the Web Connector puts into its AppLock."""
    return (unix_seconds(when) + _SECONDS_FROM_YEAR_1_TO_1970) * _TICKS_PER_SECOND
