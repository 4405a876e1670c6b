"""What the catalog says about an element: its place, how often it may stand there and what it may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, order=True)
class Version:
    """A qbXML version. Versions compare as numbers: 9.0 is older than 13.0."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read ``13.0``; ValueError for anything else (old Canadian editions write ``CA2.0``)."""
        match = re.fullmatch(r"([0-9]{1,3})\.([0-9]{1,3})", text.strip())
        if match is None:
            raise ValueError(f"not a qbXML version: {text[:20]!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class FieldType(StrEnum):
    """The formats of a field's text (`facts/qbxml.md` section 6)."""

    TEXT = "text"
    AMOUNT = "amount"
    PRICE = "price"
    QUANTITY = "quantity"
    PERCENT = "percent"
    FLOAT = "float"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    ID = "id"
    GUID = "guid"
    ENUM = "enum"


@dataclass(frozen=True)
class Element:
    """One element in its place in a message. Either it has a type, or it has children."""

    name: str
    type: FieldType | None = None
    max_length: int | None = None
    """Characters; None where there is no limit or the type's pattern sets it."""
    min_occurs: int = 1
    max_occurs: int | None = 1
    """None: any number."""
    since: Version | None = None
    """The first qbXML version that knows it, where that is above 11.0."""
    children: tuple[Particle, ...] = ()
    values: tuple[str, ...] = ()
    """What an enum may hold."""
    multiline: bool = False
    """Whether its text may hold line breaks and tabs."""
    least: int | None = None
    """The lowest whole number it may hold; None where there is no limit."""
    attributes: tuple[str, ...] = ()
    """Names of the attributes it may have, followed by ``!`` where they are required."""

    @cached_property
    def first(self) -> frozenset[str]:
        """Names of the elements this may begin with: its own."""
        return frozenset((self.name,))

    @property
    def may_be_empty(self) -> bool:
        return self.min_occurs == 0

    @cached_property
    def by_name(self) -> dict[str, Element]:
        """The direct children by name, also those inside choices and groups, in document order."""
        return {child.name: child for child in self.elements()}

    def elements(self) -> Iterator[Element]:
        """The direct children in document order, also those inside choices and groups."""
        return _elements(self.children)

    def child(self, name: str) -> Element | None:
        """The direct child of that name, also inside choices and groups; None if there is none."""
        return self.by_name.get(name)


@dataclass(frozen=True)
class Choice:
    """A place where one of several options stands."""

    min_occurs: int
    max_occurs: int | None
    options: tuple[Particle, ...]

    @cached_property
    def first(self) -> frozenset[str]:
        return frozenset(name for option in self.options for name in option.first)

    @property
    def may_be_empty(self) -> bool:
        return self.min_occurs == 0 or any(option.may_be_empty for option in self.options)


@dataclass(frozen=True)
class Group:
    """Elements that stand together in order, as one option of a choice."""

    min_occurs: int
    max_occurs: int | None
    items: tuple[Particle, ...]

    @cached_property
    def first(self) -> frozenset[str]:
        names: set[str] = set()
        for item in self.items:
            names |= item.first
            if not item.may_be_empty:
                break
        return frozenset(names)

    @property
    def may_be_empty(self) -> bool:
        return self.min_occurs == 0 or all(item.may_be_empty for item in self.items)


Particle = Element | Choice | Group


def _elements(particles: tuple[Particle, ...]) -> Iterator[Element]:
    for particle in particles:
        if isinstance(particle, Element):
            yield particle
        else:
            yield from _elements(particle.options if isinstance(particle, Choice) else particle.items)
