"""Jobs as they come from outside, checked whole before anything is queued.

A job is an object with the keys of FIELDS. Every problem of every job is reported at once, with line, path and rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import ValidationError

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs.canonical import canonical_json, content_hash
from qbwc_server.jobs.file_shape import is_spreadsheet, other_shape, spreadsheet
from qbwc_server.jobs.json_lines import numbered_lines, read_object
from qbwc_server.jobs.kinds import KINDS, REGISTERED, Kind
from qbwc_server.jobs.kinds import kind as kind_named
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.place import Place
from qbwc_server.jobs.ref import LONGEST_EXTERNAL_ID
from qbwc_server.jobs.references import mentioned
from qbwc_server.jobs.refusals import Broken, broken_rules, nearest, one_line_problem, problems, shown, unknown_fields
from qbwc_server.jobs.refused import HalfRead, Refused, words_of

FIELDS = ("kind", "operation", "external_id", "payload", "priority")
LOWEST_PRIORITY, HIGHEST_PRIORITY = -1000, 1000
_LATER = ("mod", "update", "upsert", "void", "delete", "query")
"""Operations that QuickBooks has and no kind offers yet."""
_REQUIRED = "is required."


@dataclass(frozen=True, slots=True)
class NewJob:
    """One job that may be queued."""

    kind: str
    operation: str
    external_id: str
    """The caller's own id of the record, 1 to 255 characters."""
    payload: Payload
    priority: int
    """-1000 to 1000; higher goes first."""
    place: Place
    """Where in the file or call it stood."""
    content_hash: str
    """SHA-256 in hexadecimal of kind, operation and payload_json."""
    payload_json: str
    """Canonical JSON of the fields that were given, ASCII."""

    @property
    def line(self) -> int | None:
        """Line of the file it stood in, from 1."""
        return self.place.line


@dataclass(frozen=True, slots=True)
class HandIn:
    """What was handed in together: the jobs that may be queued, and what is wrong with the others."""

    jobs: tuple[NewJob, ...]
    refused: Refused

    def accepted(self) -> list[NewJob]:
        """The jobs if none was refused. Raises PayloadRefused with all problems of all jobs."""
        if self.refused.problems:
            raise PayloadRefused(*self.refused.problems)
        return list(self.jobs)


def survey_lines(text: str | bytes) -> HandIn:
    """The jobs of a file of JSON lines (UTF-8), good and bad; blank lines are skipped.

    Raises PayloadRefused only for a file that is no JSON lines at all, or empty.
    """
    if is_spreadsheet(text):
        raise PayloadRefused(spreadsheet())
    numbered = list(numbered_lines(text))
    if not numbered:
        raise PayloadRefused("there are no jobs in the file.")
    if (shape := other_shape([line for _, line in numbered])) is not None:
        raise PayloadRefused(shape)
    pile = _Pile()
    for number, line in numbered:
        try:
            given = read_object(line, number)
        except PayloadRefused as refused:
            pile.unreadable(line, refused)
        else:
            pile.add(given, Place(line=number))
    return pile.hand_in()


def survey_dicts(jobs: Iterable[Mapping[str, object]]) -> HandIn:
    """The same checks for a call from Python. Numbers are Decimal, int or text, dates `date` or text.

    With more than one job every path begins with ``jobs[1].``.
    """
    given = list(jobs)
    pile = _Pile()
    for index, one in enumerate(given):
        pile.add(one, Place(index=index if len(given) > 1 else None))
    return pile.hand_in()


def read_lines(text: str | bytes) -> list[NewJob]:
    """The jobs of a file in which none is wrong. Raises PayloadRefused with all problems of all lines."""
    return survey_lines(text).accepted()


def read_dicts(jobs: Iterable[Mapping[str, object]]) -> list[NewJob]:
    """The jobs of a call in which none is wrong. Raises PayloadRefused with all problems of all jobs."""
    return survey_dicts(jobs).accepted()


def stored_payload(kind: str, payload_json: str) -> Payload:
    """A payload back from the database, by the name of its kind and its canonical JSON.

    Raises PayloadRefused if it does not fit the kind, which only a change of the program or of the database explains.
    """
    stored = json.loads(payload_json, parse_float=Decimal, parse_int=Decimal)
    try:
        return kind_named(kind).model.model_validate(stored)
    except ValidationError as error:
        raise PayloadRefused(*problems(broken_rules(error))) from None


class _Pile:
    """What was read so far of one hand-in."""

    def __init__(self) -> None:
        self._jobs: list[NewJob] = []
        self._problems: list[Problem] = []
        self._half_read: list[HalfRead] = []
        self._unreadable: list[str | bytes] = []

    def add(self, given: object, place: Place) -> None:
        if not isinstance(given, Mapping):
            message = f"must be an object, this is {shown(given)}."
            self._problems.append(Problem(message, path=place.prefix.rstrip("."), line=place.line))
            return
        reading = _Reading(given)
        job = reading.job(place)
        if isinstance(job, NewJob):
            self._jobs.append(job)
        else:
            self._problems += problems(reading.broken, line=place.line, prefix=place.prefix)
            self._half_read.append(job)

    def unreadable(self, line: str | bytes, refused: PayloadRefused) -> None:
        self._problems += refused.problems
        self._unreadable.append(line)

    def hand_in(self) -> HandIn:
        words = words_of(self._unreadable)
        return HandIn(tuple(self._jobs), Refused(tuple(self._problems), tuple(self._half_read), words))


@dataclass(slots=True)
class _Reading:
    """One job while it is read: what was given and what is wrong with it so far."""

    given: Mapping[str, object]
    broken: list[Broken] = field(default_factory=list)

    def job(self, place: Place) -> NewJob | HalfRead:
        """The job, or what can be told of it if anything is wrong, which stands in `broken` then."""
        self.broken += unknown_fields(
            self.given, FIELDS, {}, f"A job has {', '.join(FIELDS)}; the rest goes into payload."
        )
        kind = self._kind()
        operation = self._operation(kind)
        external_id = self._external_id()
        priority = self._priority()
        payload = self._payload(kind)
        if kind is None or payload is None:
            return self._half_read(place, kind)
        payload_json = canonical_json(payload)
        digest = content_hash(kind.name, operation, payload_json)
        if self.broken:
            return self._half_read(place, kind, digest)
        return NewJob(kind.name, operation, external_id, payload, priority, place, digest, payload_json)

    def _half_read(self, place: Place, kind: Kind | None, digest: str = "") -> HalfRead:
        external_id = str(self.given.get("external_id") or "").strip()  # a number, or blanks, are what was wrong
        refers_to: dict[tuple[str, str], str] = {}
        for key, path in mentioned(kind.model, self.given.get("payload"), REGISTERED) if kind else ():
            refers_to.setdefault(key, path)
        return HalfRead(place, kind.family if kind else None, external_id, digest, refers_to)

    def _refuse(self, name: str, message: str, remedy: str = "") -> None:
        self.broken.append(Broken(message, remedy, (name,)))

    def _kind(self) -> Kind | None:
        name = self._text("kind")
        if not name or name in KINDS:
            return KINDS.get(name)
        remedy = nearest(name, KINDS) or f"Known kinds: {', '.join(KINDS)}."
        self._refuse("kind", f"{shown(name)} is not a kind of job.", remedy)
        return None

    def _operation(self, kind: Kind | None) -> str:
        operation = self._text("operation")
        offered = kind.operations if kind else ("add",)
        if operation and operation not in offered:
            if operation in _LATER:
                whom = f" for {kind.name}" if kind else ""
                self._refuse(
                    "operation", f"{shown(operation)} is not offered yet{whom}.", f"Use {' or '.join(offered)}."
                )
            else:
                remedy = nearest(operation, (*offered, *_LATER)) or f"Use {' or '.join(offered)}."
                self._refuse("operation", f"{shown(operation)} is not an operation.", remedy)
        return operation

    def _external_id(self) -> str:
        external_id = self._text("external_id")
        if external_id and (problem := one_line_problem(external_id, at_most=LONGEST_EXTERNAL_ID)):
            self._refuse("external_id", problem)
        return external_id

    def _priority(self) -> int:
        priority = self.given.get("priority", 0)
        if priority is None:
            return 0
        if isinstance(priority, int | Decimal) and not isinstance(priority, bool) and _is_priority(Decimal(priority)):
            return int(priority)
        rule = f"must be a whole number from {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}"
        self._refuse("priority", f"{rule}, this is {shown(priority)}.")
        return 0

    def _payload(self, kind: Kind | None) -> Payload | None:
        payload = self.given.get("payload")
        if payload is None:
            self._refuse("payload", _REQUIRED)
        elif not isinstance(payload, Mapping | Payload):
            self._refuse("payload", f"must be an object, this is {shown(payload)}.")
        elif kind is not None:
            try:
                return kind.model.model_validate(payload, context=REGISTERED)
            except ValidationError as error:
                self.broken += broken_rules(error)
        return None

    def _text(self, name: str) -> str:
        """The text under a key, empty if there is none, which is refused here."""
        value = self.given.get(name)
        if value is None or value == "":
            self._refuse(name, _REQUIRED)
        elif isinstance(value, str):
            return value
        else:
            quoted = isinstance(value, int | Decimal) and not isinstance(value, bool)
            self._refuse(name, "must be a text.", f'Write it in quotes: "{shown(value)}".' if quoted else "")
        return ""


def _is_priority(number: Decimal) -> bool:
    return number.is_finite() and LOWEST_PRIORITY <= number <= HIGHEST_PRIORITY and number == int(number)
