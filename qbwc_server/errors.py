"""Every refusal this program can give, each saying what was wrong, where, and what to do.

The text of an error is written for the person who has to act on it. It never holds a password, a
ticket or a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass

_ENDS = (".", "!", "?", ":", ";")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with something that came in from outside."""

    message: str
    """What is wrong, with the rule and its limit, in plain words."""
    path: str = ""
    """Where in the input: ``lines[0].rate``, ``bill_address.addr1``, ``QBWC_PORT``; empty if it has no place."""
    remedy: str = ""
    """What to do about it, if that is not obvious from the message."""
    line: int | None = None
    """Line of the file it stands in, counted from 1."""

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line is not None else []
        place += [self.path] if self.path else []
        text = ": ".join([*place, self.message])
        if not self.remedy:
            return text
        return f"{text}{'' if text.endswith(_ENDS) else '.'} {self.remedy}"


class QbwcError(Exception):
    """The root of all refusals. Holds at least one problem; its text is one line per problem."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigurationError(QbwcError):
    """A setting from the environment or .env is missing, unknown or out of range."""


class DatabaseAway(QbwcError):
    """The database cannot be reached or refuses to answer; the same call may succeed later."""


class DatabaseNotReady(QbwcError):
    """The database was not created or migrated by `qbwc init`."""


class UnknownCompany(QbwcError):
    """No company of that name is registered."""


class PasswordReplaced(QbwcError):
    """A Web Connector's password is not the one any more that was to be replaced."""


class CompanyRefused(QbwcError):
    """A company cannot be registered, changed or exported as asked."""


class UnknownJob(QbwcError):
    """No job has that number."""


class PayloadRefused(QbwcError):
    """One or more jobs cannot be accepted; every problem of the whole input is listed."""


class JobRefused(QbwcError):
    """What was asked of a job is not allowed in the state it is in."""


class RenderingFailed(QbwcError):
    """A template could not turn a job into qbXML, or what it made breaks the catalog's rules."""


class UnreadableXml(QbwcError):
    """A text that should be XML is not well-formed, has a DOCTYPE, or is not what was expected."""


class CatalogError(QbwcError):
    """A catalog file is wrong or an element is not in it: a defect of this program, not of input."""


class SimulationFailed(QbwcError):
    """The simulator could not start or finish its run."""


class UnknownPerson(QbwcError):
    """Nobody with that e-mail address may use the page."""


class PersonRefused(QbwcError):
    """Somebody who uses the page cannot be added or changed as asked."""


class PasswordRefused(QbwcError):
    """A password that somebody chose is too short, too long, or among the first that are guessed."""


class LoginRefused(QbwcError):
    """E-mail and password do not belong together; the same words whichever of them is wrong."""


class LoginLimited(QbwcError):
    """Too many wrong passwords; nothing is looked at until the wait is over."""

    def __init__(self, wait_seconds: int, *problems: Problem | str) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(*problems)


class LinkRefused(QbwcError):
    """A link for setting a password is used, too old, or was never given out."""


class BackupRefused(QbwcError):
    """A copy of the database cannot be made as asked."""


class DemoFailed(QbwcError):
    """The demonstration could not be carried out to its end."""
