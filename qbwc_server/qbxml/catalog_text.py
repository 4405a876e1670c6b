"""Reads the text of a catalog file into elements. The format is described in `catalog.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from qbwc_server.errors import CatalogError, Problem
from qbwc_server.qbxml.elements import Choice, Element, FieldType, Group, Particle, Version

_HEAD = re.compile(r"([A-Za-z][A-Za-z0-9]*)(\?|\*|\+|\{([0-9]+),([0-9]+)\})?")
_OCCURRENCES: dict[str | None, tuple[int, int | None]] = {None: (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}

_TYPES = frozenset(FieldType)

Shared = Callable[[str], tuple[Particle, ...]]
"""Gives the children of a shared aggregate by its name; raises KeyError if there is none."""


def parse_elements(text: str, source: str, shared: Shared) -> Iterator[Element]:
    """The top-level elements of a catalog file, one by one. Raises CatalogError with the file and the line."""
    reader = _Reader(source, shared)
    for line in _tree(text, source):
        yield reader.element(line)


@dataclass
class _Line:
    number: int
    words: list[str]
    below: list[_Line] = field(default_factory=list)


def _tree(text: str, source: str) -> list[_Line]:
    """The lines nested by their indentation of two blanks a level; comments and empty lines are gone."""
    roots: list[_Line] = []
    open_lines: list[_Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        content = raw.partition("#")[0].rstrip()
        if not content:
            continue
        blanks = len(content) - len(content.lstrip(" "))
        level, odd = divmod(blanks, 2)
        if odd or level > len(open_lines) or "\t" in content:
            raise _error(source, number, "is not indented by two blanks a level")
        line = _Line(number, content.split())
        del open_lines[level:]
        (open_lines[-1].below if open_lines else roots).append(line)
        open_lines.append(line)
    return roots


@dataclass
class _Said:
    """What the words of one line have said so far."""

    words: Iterator[str]
    type: FieldType | None = None
    length: int | None = None
    values: tuple[str, ...] = ()
    multiline: bool = False
    least: int | None = None
    since: Version | None = None
    borrowed: tuple[Particle, ...] = ()
    attributes: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, source: str, shared: Shared) -> None:
        self.source = source
        self.shared = shared

    def particle(self, line: _Line) -> Particle:
        name, low, high = self.head(line)
        if name not in ("choice", "group"):
            return self.element(line)
        if len(line.words) > 1 or not line.below:
            raise self.error(line, f"a {name} has nothing but lines below it")
        below = tuple(self.particle(child) for child in line.below)
        return Choice(low, high, below) if name == "choice" else Group(low, high, below)

    def element(self, line: _Line) -> Element:
        name, low, high = self.head(line)
        said = _Said(iter(line.words[1:]))
        for word in said.words:
            self.hear(line, word, said)
        # An aggregate may borrow its beginning and add elements of its own after it.
        children = said.borrowed + tuple(self.particle(child) for child in line.below)
        if (said.type is None) == (not children) and not said.attributes:
            raise self.error(line, "needs either a type or children")
        return Element(
            name=name,
            type=said.type,
            max_length=said.length,
            min_occurs=low,
            max_occurs=high,
            since=said.since,
            children=children,
            values=said.values,
            multiline=said.multiline,
            least=said.least,
            attributes=tuple(said.attributes),
        )

    def hear(self, line: _Line, word: str, said: _Said) -> None:
        """Take in one word of an element's line, and the word after it where it needs one."""
        if word.startswith("@"):
            said.attributes.append(word[1:])
        elif word == "since":
            said.since = self.version(line, said.words)
        elif word in ("text", "lines"):
            said.type, said.multiline = FieldType.TEXT, word == "lines"
        elif word.isdigit() and said.type is FieldType.TEXT:
            said.length = int(word)
        elif word == "enum":
            said.type, said.values = FieldType.ENUM, tuple(self.argument(line, said.words).split("|"))
        elif word == "from" and said.type is FieldType.INTEGER:
            said.least = self.number(line, said.words)
        elif word == "as":
            said.borrowed = self.aggregate(line, self.argument(line, said.words))
        elif word.partition(":")[0] == "ref":
            said.borrowed = self.reference(line, word)
        elif word in _TYPES:
            said.type = FieldType(word)
        else:
            raise self.error(line, f"does not know the word {word!r}")

    def head(self, line: _Line) -> tuple[str, int, int | None]:
        match = _HEAD.fullmatch(line.words[0])
        if match is None:
            raise self.error(line, f"does not begin with a name and its number: {line.words[0]!r}")
        if match[3] is not None:
            return match[1], int(match[3]), int(match[4])
        low, high = _OCCURRENCES[match[2]]
        return match[1], low, high

    def reference(self, line: _Line, word: str) -> tuple[Particle, ...]:
        limit = word.partition(":")[2]
        if limit and not limit.isdigit():
            raise self.error(line, f"has a reference without a length: {word!r}")
        list_id = Element("ListID", FieldType.ID, min_occurs=0)
        return list_id, Element("FullName", FieldType.TEXT, int(limit) if limit else None, min_occurs=0)

    def aggregate(self, line: _Line, name: str) -> tuple[Particle, ...]:
        try:
            return self.shared(name)
        except KeyError:
            raise self.error(line, f"refers to {name!r}, which is not above it and not shared") from None

    def number(self, line: _Line, words: Iterator[str]) -> int:
        word = self.argument(line, words)
        if not word.isdecimal():
            raise self.error(line, f"has no whole number after 'from': {word!r}")
        return int(word)

    def version(self, line: _Line, words: Iterator[str]) -> Version:
        try:
            return Version.parse(self.argument(line, words))
        except ValueError as error:
            raise self.error(line, str(error)) from None

    def argument(self, line: _Line, words: Iterator[str]) -> str:
        try:
            return next(words)
        except StopIteration:
            raise self.error(line, "ends too early") from None

    def error(self, line: _Line, message: str) -> CatalogError:
        return _error(self.source, line.number, message)


def _error(source: str, number: int, message: str) -> CatalogError:
    return CatalogError(Problem(f"The line {message}.", path=source, line=number))
