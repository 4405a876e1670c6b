"""A reference from one record to another, and how it is read from a payload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from qbwc_server.jobs.refusals import Broken, blank_edges, nearest, one_line_problem, refusal, several, shown
from qbwc_server.jobs.texts import broken_text
from qbwc_server.qbxml import Element

LONGEST_EXTERNAL_ID = 255
LONGEST_ID = 36
"""Characters of a ListID or TxnID (IDTYPE)."""
_ID = re.compile(r"[0-9A-Fa-f]+-[0-9A-Fa-f]+")


def looks_like_an_id(text: str) -> bool:
    """Whether a text has the form of a ListID or TxnID."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def usable_id(external_id: str) -> bool:
    """Whether a text may be an external id."""
    return not one_line_problem(external_id, at_most=LONGEST_EXTERNAL_ID)


class Ref(BaseModel):
    """Which record is meant; exactly one of the four is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    external_id: str | None = None
    """The caller's own id, known from another job or a record of the same company."""
    list_id: str | None = None
    """QuickBooks' ListID, for members of lists."""
    txn_id: str | None = None
    """QuickBooks' TxnID, for transactions."""
    full_name: str | None = None
    """The name in QuickBooks, with its parents: ``Acme Hardware:Roof``; for members of lists."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in Ref.model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise refusal(f"needs exactly one of {', '.join(Ref.model_fields)}.")
        return self


@dataclass(frozen=True, slots=True)
class Family:
    """Marks the field of a reference: what its external id is unique within."""

    name: str
    """For example ``customer`` or ``item``."""
    kinds: tuple[str, ...] = ()
    """If given, the only kinds of that family that make sense here; an external id waits until there is one."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What can be added today: passed as pydantic's context when a payload comes in from outside.

    Without it (a payload read back from the database, a test of one model) every family is taken as known.
    """

    kinds: frozenset[str]
    families: frozenset[str]

    def offers(self, family: Family) -> bool:
        """Whether some kind can make the records that an external id of this field would mean."""
        return bool(self.kinds & set(family.kinds)) if family.kinds else family.name in self.families


@dataclass(frozen=True, slots=True)
class RefReader:
    """Reads the reference that stands in one field."""

    element: Element
    """The catalog's element: a Ref aggregate of ListID and FullName, or a TxnID."""
    family: Family | None
    """None where only QuickBooks' own id or name can be meant: accounts, terms and the like."""
    names: Element | None = field(default=None)
    """The FullName element; None for a reference to a transaction."""

    @property
    def is_transaction(self) -> bool:
        return self.names is None

    @property
    def forms(self) -> tuple[str, ...]:
        """The ways in which the record can be named, the usual one first."""
        ids = ("txn_id",) if self.is_transaction else ("list_id", "full_name")
        return ("external_id", *ids) if self.family is not None else ids

    def __call__(self, value: object, registered: Registered | None) -> Ref:
        """Raises pydantic's ValidationError."""
        if isinstance(value, Ref):
            value = value.model_dump(exclude_none=True)
        if isinstance(value, str) and not self.is_transaction:
            if broken := list(self._broken_name(value)):
                raise several(broken)
            return Ref(full_name=value)
        if not isinstance(value, Mapping):
            raise refusal(f"must be {self._wanted()}.", self._quoting(value))
        given = {key: text for key, text in value.items() if text is not None}
        broken = list(self._broken(given, registered))
        if broken:
            raise several(broken)
        return Ref(**given)

    def _broken(self, given: Mapping[object, object], registered: Registered | None) -> Iterable[Broken]:
        if strange := [key for key in given if key not in self.forms]:
            yield self._not_a_form(str(strange[0]))
            return
        if len(given) != 1:
            yield Broken(f"needs exactly one of {', '.join(self.forms)}.")
            return
        [(form, value)] = given.items()
        at = (str(form),)
        if not isinstance(value, str):
            yield Broken("must be a text.", self._quoting(value), at)
        elif form == "full_name":
            for one in self._broken_name(value):
                yield Broken(one.message, one.remedy, at)
        elif form == "external_id":
            if problem := one_line_problem(value, at_most=LONGEST_EXTERNAL_ID):
                yield Broken(problem, "", at)
            if self.family is not None and registered is not None and not registered.offers(self.family):
                yield self._no_kind_yet(self.family, at)
        elif len(value) > LONGEST_ID or not _ID.fullmatch(value):
            example = "80000013-1416570432" if form == "list_id" else "C5-1417118624"
            yield Broken(f"is not an id of QuickBooks' (at most {LONGEST_ID} characters, such as {example}).", "", at)

    def _not_a_form(self, key: str) -> Broken:
        at = (key,)
        if key == "external_id":
            others = " or ".join(self.forms)
            return Broken("cannot be used here: no kind of job makes such a record.", f"Use {others}.", at)
        if key in {"txn_id", "list_id", "full_name"}:
            what = "a transaction" if self.is_transaction else "a member of a list"
            return Broken(f"cannot be used here: {what} is meant.", f"Use {' or '.join(self.forms)}.", at)
        return Broken(f"is not a way to refer to a record: {', '.join(self.forms)}.", nearest(key, self.forms), at)

    def _no_kind_yet(self, family: Family, at: tuple[str, ...]) -> Broken:
        wanted = " or ".join(family.kinds) or family.name
        others = " or ".join(form for form in self.forms if form != "external_id")
        return Broken(f"cannot be used here yet: there is no kind of job for {wanted}.", f"Use {others}.", at)

    def _broken_name(self, name: str) -> Iterable[Broken]:
        if self.names is not None:
            yield from broken_text(name, self.names)
        if name.strip() and (problem := blank_edges(name)):
            yield Broken(problem, "QuickBooks has no such names.")

    def _wanted(self) -> str:
        forms = f"an object with one of {', '.join(self.forms)}"
        return forms if self.is_transaction else f"a name in QuickBooks or {forms}"

    def _quoting(self, value: object) -> str:
        if self.is_transaction and isinstance(value, str):
            return f'Write {{"{self.forms[0]}": {shown(value)}}}.'
        if isinstance(value, bool | Mapping | list | tuple):
            return ""
        return f'Write it in quotes: "{shown(value)}".'
