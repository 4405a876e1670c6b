"""What is wrong with a job, and who has to do something about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qbwc_server.jobs import Job, Status
from qbwc_server.qbxml import hresult_fact, status_fact


class Who(StrEnum):
    """Whose turn it is."""

    NOBODY = "nobody"
    """It goes on by itself."""
    BOOKKEEPER = "bookkeeper"
    """Who works in QuickBooks every day, and knows what was sold and paid."""
    ADMINISTRATOR = "administrator"
    """Who logs in to QuickBooks as Admin, or looks after the PC and this server."""
    DEVELOPER = "developer"
    """Who looks after the application that enqueues the jobs, or after this program."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, why, and what to do."""

    what: str
    cause: str | None
    remedy: str | None
    who: Who
    code: str | None
    quickbooks_said: str | None
    """QuickBooks' own words."""


_WORDS: tuple[tuple[str, Who], ...] = (
    ("nothing to do", Who.NOBODY),
    ("please report", Who.DEVELOPER),
    ("the bookkeeper", Who.BOOKKEEPER),
    ("the administrator", Who.ADMINISTRATOR),
    ("an administrator", Who.ADMINISTRATOR),
    ("whoever enters the data", Who.BOOKKEEPER),
    ("the application", Who.DEVELOPER),
    ("the template", Who.DEVELOPER),
    ("at the pc", Who.ADMINISTRATOR),
)
"""How remedies name people; the first name in a text counts."""


def explanation(job: Job) -> Explanation | None:
    """What is wrong with a job; None if nothing is."""
    if job.error is None:
        return None
    cause, remedy = job.cause, job.remedy
    told_cause, told_remedy = _table(job.error_code)
    if job.status is Status.HELD:
        remedy = _asked(job)
    return Explanation(
        job.error,
        cause or told_cause,
        remedy or told_remedy,
        _who(job, remedy or told_remedy),
        job.error_code,
        job.quickbooks_message,
    )


def who_acts(remedy: str | None) -> Who | None:
    """Whom a remedy's text names first; None if it names nobody."""
    text = (remedy or "").lower()
    found = sorted((place, who) for words, who in _WORDS if (place := text.find(words)) >= 0)
    return found[0][1] if found else None


def _who(job: Job, remedy: str | None) -> Who:
    if job.status is Status.HELD:
        return Who.BOOKKEEPER
    if job.status in (Status.IN_DOUBT, Status.RETRYING):
        return Who.NOBODY
    if (named := who_acts(remedy)) is not None:
        return named
    return Who.BOOKKEEPER if job.status is Status.BLOCKED else Who.ADMINISTRATOR


def _table(code: str | None) -> tuple[str | None, str | None]:
    """What the tables say about a statusCode or HRESULT."""
    if code is None:
        return None, None
    if code.isascii() and code.isdecimal():
        status = status_fact(int(code[:9]))
        return status.cause, status.remedy
    if code.lower().startswith("0x"):
        hresult = hresult_fact(code)
        return hresult.meaning, hresult.remedy
    return None, None


def _asked(job: Job) -> str | None:
    """A held job's remedy is a command to type; on a page the answers are buttons."""
    command = job.remedy is not None and job.remedy.startswith("qbwc ")
    return "Look at it in QuickBooks, then choose one of the answers." if command else job.remedy
