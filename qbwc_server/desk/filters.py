"""Which jobs a person wants to see: the filter of a list, read from and written to a mapping such as a URL's query.

A bad value is a problem with the field's name, never an exception; the other fields count all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from qbwc_server.errors import Problem
from qbwc_server.jobs import KINDS, LONGEST_KEY, Status, folded

NEEDS_PERSON = (Status.HELD, Status.FAILED, Status.BLOCKED)
"""The states that only a person can end."""
_LONGEST_CODE = 40
_LONGEST_COMPANY = 64
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
_PERSON = "person"


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What jobs have in common that are to be shown. A field that is empty does not narrow anything."""

    company: str | None = None
    """Its name, in any case; whether there is such a company is seen when jobs are looked for."""
    kind: str | None = None
    statuses: tuple[Status, ...] = ()
    """Any of these."""
    text: str | None = None
    """The beginning of what a job is known by; see `listing`."""
    since: date | None = None
    """First day on which it was created, in `zone`."""
    until: date | None = None
    """Last day, in `zone`."""
    code: str | None = None
    """QuickBooks' statusCode, an HRESULT, or the question it is held with: 3140, name-taken."""
    needs_person: bool = False
    """Only those that wait for a person; with `statuses`, those of them."""
    zone: tzinfo = UTC
    """The viewer's time zone, in which days begin and end."""

    @property
    def wanted(self) -> tuple[Status, ...]:
        """The states that are asked for; empty if any will do. Never empty while `needs_person`."""
        if not self.needs_person:
            return self.statuses
        return tuple(status for status in NEEDS_PERSON if not self.statuses or status in self.statuses) or NEEDS_PERSON

    @property
    def created_from(self) -> datetime | None:
        """The moment at which the first day begins."""
        return None if self.since is None else _midnight(self.since, self.zone)

    @property
    def created_before(self) -> datetime | None:
        """The moment at which the last day is over."""
        return None if self.until is None else _midnight(self.until + timedelta(days=1), self.zone)


def read_filter(given: Mapping[str, str], zone: tzinfo = UTC) -> tuple[JobFilter, tuple[Problem, ...]]:
    """The filter in a mapping with the keys company, kind, status, text, since, until, error and needs.

    Other keys are left alone. `status` may hold several states with commas between; days are written 2026-11-02;
    `needs` is "person". What cannot be read is left out of the filter and named among the problems.
    """
    reading = _Reading(given, [])
    found = JobFilter(
        company=reading.text("company", _LONGEST_COMPANY),
        kind=reading.kind(),
        statuses=reading.statuses(),
        text=reading.text("text", LONGEST_KEY),
        since=reading.day("since"),
        until=reading.day("until"),
        code=reading.text("error", _LONGEST_CODE),
        needs_person=reading.needs_person(),
        zone=zone,
    )
    if found.since and found.until and found.since > found.until:
        reading.refuse("until", f"is before {found.since}, the first day.", "Give the later day here.")
    return found, tuple(reading.problems)


def write_filter(wanted: JobFilter) -> dict[str, str]:
    """The filter as `read_filter` reads it; what does not narrow anything is left out. The zone is not in it."""
    values = {
        "company": wanted.company,
        "kind": wanted.kind,
        "status": ",".join(wanted.statuses),
        "text": wanted.text,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
        "error": wanted.code,
        "needs": _PERSON if wanted.needs_person else None,
    }
    return {key: value for key, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class _Reading:
    """A filter while it is read, and what is wrong with it so far."""

    given: Mapping[str, str]
    problems: list[Problem]

    def refuse(self, field: str, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(message, path=field, remedy=remedy))

    def text(self, field: str, longest: int) -> str | None:
        text = " ".join(self.given.get(field, "").split())
        if not text:
            return None
        if len(text) > longest:
            self.refuse(field, f"has {len(text)} characters, at most {longest} are allowed.")
        elif not text.isprintable() or not folded(text):
            self.refuse(field, "holds characters that no text has.")
        else:
            return text
        return None

    def kind(self) -> str | None:
        name = self.text("kind", _LONGEST_CODE)
        if name is None or name in KINDS:
            return name
        self.refuse("kind", f"{name!r} is no kind of job.", f"There is {', '.join(KINDS)}.")
        return None

    def statuses(self) -> tuple[Status, ...]:
        words = [word for part in self.given.get("status", "").split(",") if (word := part.strip())]
        known = {str(status): status for status in Status}
        for word in dict.fromkeys(words):
            if word not in known:
                self.refuse("status", f"{word[:_LONGEST_CODE]!r} is no state.", f"There is {', '.join(known)}.")
        return tuple(known[word] for word in dict.fromkeys(words) if word in known)

    def day(self, field: str) -> date | None:
        text = self.text(field, _LONGEST_CODE)
        if text is None:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(field, f"{text!r} is no day.", "Write it like 2026-11-02.")
            return None
        if not _FIRST_DAY <= day <= _LAST_DAY:
            self.refuse(field, f"{text} is out of range.", f"Days go from {_FIRST_DAY} to {_LAST_DAY}.")
            return None
        return day

    def needs_person(self) -> bool:
        word = self.text("needs", _LONGEST_CODE)
        if word not in (None, _PERSON):
            self.refuse("needs", f"{word!r} is nothing that a job needs.", f"There is {_PERSON}.")
        return word == _PERSON


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
