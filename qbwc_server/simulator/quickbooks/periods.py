"""FromModifiedDate and ToModifiedDate: times in queries, as QuickBooks takes them (`facts/qbxml.md` section 6).

Without an offset a time is the wall clock of the QuickBooks machine. An offset is understood as the one
QuickBooks prints itself, that of standard time, in summer too: whoever sends summer's true offset is an hour off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.refusals import invalid_range, unreadable_date, unusable_range
from qbwc_server.simulator.quickbooks.work import Work

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:T([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:([+-])([0-9]{1,2}):([0-9]{1,2}))?)?)?)?"
)
_FIRST, _LAST = datetime(1970, 1, 1), datetime(2038, 1, 19, 3, 14, 7)  # noqa: DTZ001 - wall clocks have no zone
_FROM, _TO = "FromModifiedDate", "ToModifiedDate"
# What is left out of a time: it begins with the first moment of what was said, and ends with the last.
_START_OF_DAY, _END_OF_DAY = (0, 0, 0), (23, 59, 59)


@dataclass(frozen=True, slots=True)
class Period:
    """From one second to another on the wall clock, both included; None where it is open."""

    start: datetime | None
    end: datetime | None

    def includes(self, moment: datetime) -> bool:
        """Whether this moment of the wall clock belongs to it."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment <= self.end)


def modified_period(work: Work, content: Aggregate) -> Period:
    """The period that an aggregate with FromModifiedDate and ToModifiedDate asks for; open where they are absent.

    Raises 3020 for a day or hour that there is not, 3031 outside 1970 to 2038, 3030 if it ends before it starts.
    """
    start = _moment(work, content.text(_FROM), _FROM, _START_OF_DAY)
    end = _moment(work, content.text(_TO), _TO, _END_OF_DAY)
    if start is not None and end is not None and start > end:
        raise invalid_range()
    return Period(start, end)


def _moment(work: Work, text: str | None, field: str, missing: tuple[int, int, int]) -> datetime | None:
    """A moment of the wall clock of the QuickBooks machine."""
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise unreadable_date(text, field)
    year, month, day = (int(part) for part in match.groups()[:3])
    hour, minute, second = (int(part or last) for part, last in zip(match.groups()[3:6], missing, strict=True))
    try:
        moment = datetime(year, month, day, hour, minute, second) + _correction(work, match)  # noqa: DTZ001
    except (ValueError, OverflowError):
        raise unreadable_date(text, field) from None
    if not _FIRST <= moment <= _LAST:
        raise unusable_range("ModifiedDateRangeFilter")
    return moment


def _correction(work: Work, match: re.Match[str]) -> timedelta:
    """What leads from the offset that was sent to the one QuickBooks would have printed."""
    if match[7] is None:
        return timedelta()
    sent = timedelta(hours=int(match[8]), minutes=int(match[9])) * (-1 if match[7] == "-" else 1)
    return work.books.standard_offset() - sent
