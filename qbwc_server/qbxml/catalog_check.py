"""Compares a message with what the catalog says about it."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from qbwc_server.errors import Problem
from qbwc_server.qbxml.elements import Choice, Element, FieldType, Particle, Version

OLDEST_SPOKEN = Version(11, 0)

_PRICE = re.compile(r"([+-]?[0-9]{1,10}(\.[0-9]{1,5})?)?")
_PRICE_WORDS = "a number with at most 10 digits before the point and 5 after it"
# The patterns of qbXML's types, with the words for a person. Empty text fits most: in a Mod it clears the field.
_PATTERNS: dict[FieldType, tuple[re.Pattern[str], str]] = {
    FieldType.AMOUNT: (
        re.compile(r"([+-]?[0-9]{1,13}(\.[0-9]{2})?)?"),
        "an amount with two decimals and at most 13 digits before the point",
    ),
    FieldType.PRICE: (_PRICE, _PRICE_WORDS),
    FieldType.QUANTITY: (_PRICE, _PRICE_WORDS),
    FieldType.PERCENT: (_PRICE, _PRICE_WORDS),
    FieldType.FLOAT: (re.compile(r"([+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40}))?"), "a number"),
    FieldType.INTEGER: (re.compile(r"[+-]?[0-9]{1,40}"), "a whole number"),
    FieldType.DATE: (re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?"), "a date such as 2026-03-01"),
    FieldType.DATETIME: (
        re.compile(
            r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
            r"(T[0-9]{1,2}(:[0-9]{1,2}(:[0-9]{1,2}([+-][0-9]{1,2}:[0-9]{1,2})?)?)?)?)?"
        ),
        "a time such as 2026-03-01T09:15:00",
    ),
    FieldType.BOOLEAN: (re.compile(r"(true|false|1|0)?"), "true or false"),
    FieldType.ID: (re.compile(r".{0,36}", re.DOTALL), "an ID of at most 36 characters"),
    FieldType.GUID: (
        re.compile(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"),
        "a GUID in braces, or 0",
    ),
}

# What the attributes of a query may say; the others hold any text.
ATTRIBUTE_VALUES: Mapping[str, tuple[str, ...]] = {
    "iterator": ("Start", "Continue", "Stop"),
    "metaData": ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"),
}


def conformity(root: Element, node: etree._Element) -> list[Problem]:
    """What is wrong with the message `node`; paths are relative to it, empty for the message itself."""
    problems: list[Problem] = []
    _check_attributes(root, node, "", problems)
    _check_content(root, node, "", problems)
    return problems


def oldest_version(root: Element, node: etree._Element) -> Version:
    """The lowest version that knows every element of `node`; elements not in the catalog do not count."""
    needed = max(root.since or OLDEST_SPOKEN, OLDEST_SPOKEN)
    for child in _child_elements(node):
        known = root.child(str(child.tag))
        if known is not None and (known.since is not None or len(child)):
            needed = max(needed, oldest_version(known, child))
    return needed


def _check_content(known: Element, node: etree._Element, path: str, problems: list[Problem]) -> None:
    if known.type is not None and not len(node):
        _check_value(known, node.text or "", path, problems)
        return
    children = _child_elements(node)
    if known.type is not None:
        if children:
            problems.append(Problem(f"{known.name} holds text and no elements.", path))
        else:
            _check_value(known, _text(node), path, problems)
        return
    if any(text and not text.isspace() for text in (node.text, *(child.tail for child in children))):
        problems.append(Problem(f"{known.name} holds elements and no text.", path))
    for child_known, child, child_path in _matched(known, children, path, problems):
        _check_attributes(child_known, child, child_path, problems)
        _check_content(child_known, child, child_path, problems)


def _check_attributes(known: Element, node: etree._Element, path: str, problems: list[Problem]) -> None:
    if not known.attributes and not node.attrib:
        return
    present = {str(name) for name in node.attrib}
    unknown = present - {name.rstrip("!") for name in known.attributes}
    missing = {name.rstrip("!") for name in known.attributes if name.endswith("!")} - present
    problems += [Problem(f"{known.name} has no attribute {name}.", path) for name in sorted(unknown)]
    problems += [Problem(f"{known.name} needs the attribute {name}.", path) for name in sorted(missing)]
    for name, values in ATTRIBUTE_VALUES.items():
        value = node.get(name)
        if value is not None and name not in unknown and value not in values:
            problems.append(Problem(f"{name} is {_quoted(value)}, none of {', '.join(values)}.", path))


def _check_value(known: Element, text: str, path: str, problems: list[Problem]) -> None:
    if known.type is FieldType.ENUM:
        if text not in known.values:
            problems.append(Problem(f"{_quoted(text)} is none of {', '.join(known.values)}.", path))
    elif known.type is FieldType.TEXT:
        if known.max_length is not None and len(text) > known.max_length:
            problems.append(Problem(f"It has {len(text)} characters; at most {known.max_length} are allowed.", path))
        if not known.multiline and not text.isprintable() and re.search(r"[\t\r\n]", text):
            problems.append(Problem("It has a line break or a tab, but this is a field of one line.", path))
    elif known.type is not None:
        pattern, words = _PATTERNS[known.type]
        if not pattern.fullmatch(text) or (known.type is FieldType.DATE and not _is_day(text)):
            problems.append(Problem(f"{_quoted(text)} is not {words}.", path))
        elif known.least is not None and int(text) < known.least:
            problems.append(Problem(f"{_quoted(text)} is less than {known.least}.", path))


_RIGHT: dict[tuple[int, tuple[str, ...]], tuple[Element, Sequence[Element]]] = {}
"""Orders of children that were right, by the identity of the element and their tags. The element is kept beside what is
known about each child, so that no other can take over its identity."""
_MOST_RIGHT = 2000
_LONGEST_RIGHT = 100


def _matched(
    known: Element, children: list[etree._Element], path: str, problems: list[Problem]
) -> Iterator[tuple[Element, etree._Element, str]]:
    """Each child that stands where it may, with what is known about it and its path.

    The lines of all invoices have the same few orders: one that was right is right again.
    """
    tags = tuple(str(child.tag) for child in children)
    _, found = _RIGHT.get((id(known), tags), (known, None))
    if found is None:
        before = len(problems)
        found = _Matcher(known, tags, path, problems).matched()
        if len(problems) == before and len(tags) <= _LONGEST_RIGHT and len(_RIGHT) < _MOST_RIGHT:
            _RIGHT[id(known), tags] = known, found
    totals = Counter(tags) if len(set(tags)) < len(tags) else {}
    seen: Counter[str] = Counter()
    for each, child in zip(found, children, strict=False):
        name = each.name
        if totals.get(name, 1) > 1:
            seen[name] += 1
            name = f"{name}[{seen[name]}]"
        yield each, child, f"{path}/{name}" if path else name


_END = ""
"""Stands behind the last tag; no element has this name."""


class _Matcher:
    """Walks along the children of one element; qbXML's content models never need looking back."""

    def __init__(self, known: Element, tags: Sequence[str], path: str, problems: list[Problem]) -> None:
        self.known = known
        self.tags = [*tags, _END]
        self.path = path
        self.problems = problems
        self.found: list[Element] = []

    def matched(self) -> list[Element]:
        """What is known about each child, from the first to the last one that stands where it may."""
        self.sequence(self.known.children)
        if self.tags[len(self.found)] != _END:
            self.report_misplaced()
        return self.found

    def sequence(self, particles: tuple[Particle, ...]) -> None:
        """Most particles of a sequence are absent and may be: they cost no more than this look at the next tag."""
        tags, found = self.tags, self.found
        for particle in particles:
            if particle.min_occurs or tags[len(found)] in particle.first:
                self.particle(particle)

    def particle(self, particle: Particle) -> None:
        times = 0
        while self.tags[len(self.found)] in particle.first and (
            particle.max_occurs is None or times < particle.max_occurs
        ):
            self.once(particle)
            times += 1
        if times < particle.min_occurs and not (times == 0 and particle.may_be_empty):
            self.report_missing(particle)

    def once(self, particle: Particle) -> None:
        if isinstance(particle, Element):
            self.found.append(particle)
        elif isinstance(particle, Choice):
            tag = self.tags[len(self.found)]
            self.particle(next(option for option in particle.options if tag in option.first))
        else:
            self.sequence(particle.items)

    def report_missing(self, particle: Particle) -> None:
        names = sorted(particle.first)
        if set(names).isdisjoint(self.tags[len(self.found) :]):  # else it is there, but misplaced: said once
            one_of = "One of " if len(names) > 1 else ""
            self.problems.append(Problem(f"{one_of}{', '.join(names)} is missing.", self.path))

    def report_misplaced(self) -> None:
        tag = self.tags[len(self.found)]
        place = self.place(tag)
        if self.known.child(tag) is None:
            self.problems.append(Problem(f"{self.known.name} has no element {tag}.", place))
        elif not self.found:
            self.problems.append(Problem(f"{tag} may not stand first in {self.known.name}.", place))
        else:
            before = self.found[-1].name
            again = " again" if before == tag else ""
            self.problems.append(Problem(f"{tag} may not stand{again} after {before} in {self.known.name}.", place))

    def place(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name


def _child_elements(node: etree._Element) -> list[etree._Element]:
    return list(node.iterchildren("*"))  # without processing instructions


def _text(node: etree._Element) -> str:
    return "".join(map(str, node.itertext()))


def _is_day(text: str) -> bool:
    if not text:
        return True
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 40 else f'"{text[:40]}…"'
