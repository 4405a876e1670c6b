"""Intuit's schemas, read into our own classes so that they can be compared with the catalog.

The schemas are not ours to ship; they are read where they lie, in ../shared/qbxml-schema.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from lxml import etree

from qbwc_server.qbxml import Choice, Element, FieldType, Group, Particle, Version

XSD = "{http://www.w3.org/2001/XMLSchema}"
VERSIONS = ("130", "160")

_TYPES = {
    "STRTYPE": FieldType.TEXT,
    "AMTTYPE": FieldType.AMOUNT,
    "PRICETYPE": FieldType.PRICE,
    "QUANTYPE": FieldType.QUANTITY,
    "PERCENTTYPE": FieldType.PERCENT,
    "FLOATTYPE": FieldType.FLOAT,
    "INTTYPE": FieldType.INTEGER,
    "DATETYPE": FieldType.DATE,
    "DATETIMETYPE": FieldType.DATETIME,
    "BOOLTYPE": FieldType.BOOLEAN,
    "IDTYPE": FieldType.ID,
    "GUIDTYPE": FieldType.GUID,
    "ENUMTYPE": FieldType.ENUM,
}


@cache
def validator(folder: Path, version: str) -> etree.XMLSchema:
    """Judges whole documents as Intuit's schema of that version (``130``) does."""
    return etree.XMLSchema(etree.parse(folder / f"qbxmlops{version}.xsd"))


@cache
def schema(folder: Path, version: str) -> IntuitSchema:
    return IntuitSchema(folder, version)


class IntuitSchema:
    """The messages of one version."""

    def __init__(self, folder: Path, version: str) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._named: dict[str, etree._Element] = {}
        for part in ("types", "", "so", "ops"):
            for node in etree.parse(folder / f"qbxml{part}{version}.xsd").getroot().iter(f"{XSD}element"):
                if str(node.get("type")).endswith(("RqType", "RsType")):
                    self._elements[str(node.get("name"))] = node
            for node in etree.parse(folder / f"qbxml{part}{version}.xsd").getroot().iterchildren("*"):
                target = self._elements if node.tag == f"{XSD}element" else self._named
                target[str(node.get("name"))] = node

    def message(self, name: str) -> Element:
        """A message with everything below it, as the catalog would say it."""
        return self._element(self._elements[name])

    def attribute_values(self, name: str) -> dict[str, tuple[str, ...]]:
        """What the attributes of a message may hold, where that is limited."""
        type_name = self._elements[name].get("type")
        body = self._named[str(type_name)]
        return {
            str(node.get("name")): tuple(str(value.get("value")) for value in node.iter(f"{XSD}enumeration"))
            for node in body.iterchildren(f"{XSD}attribute")
            if node.find(f".//{XSD}enumeration") is not None
        }

    def _element(self, node: etree._Element) -> Element:
        low, high = _occurs(node)
        if reference := node.get("ref"):
            node = self._elements[reference]
        shell = Element(str(node.get("name")), min_occurs=low, max_occurs=high)
        type_name = node.get("type")
        body = self._named[type_name] if type_name else next(node.iterchildren(f"{XSD}complexType", f"{XSD}simpleType"))
        if type_name in _TYPES:
            return replace(shell, type=_TYPES[type_name])
        if (restriction := body.find(f".//{XSD}restriction")) is not None and body.find(f"{XSD}sequence") is None:
            length, least = (restriction.find(f"{XSD}{limit}") for limit in ("maxLength", "minInclusive"))
            return replace(
                shell,
                type=_TYPES.get(str(restriction.get("base"))),  # durations stand in nothing that we use
                least=None if least is None else int(str(least.get("value"))),
                max_length=None if length is None else int(str(length.get("value"))),
                values=tuple(str(value.get("value")) for value in restriction.iterchildren(f"{XSD}enumeration")),
            )
        if body.find(f"{XSD}simpleContent") is not None:
            return replace(shell, type=_TYPES[str(body.find(f".//{XSD}extension").get("base"))])  # type: ignore[union-attr]
        return replace(shell, children=tuple(self._particles(body)), attributes=_attributes(body))

    def _particles(self, node: etree._Element) -> list[Particle]:
        found: list[Particle] = []
        for child in node.iterchildren(f"{XSD}element", f"{XSD}group", f"{XSD}sequence", f"{XSD}choice"):
            low, high = _occurs(child)
            if child.tag == f"{XSD}element":
                found.append(self._element(child))
            elif child.tag == f"{XSD}choice":
                found.append(Choice(low, high, tuple(self._particles(child))))
            else:
                items = self._particles(self._named[str(child.get("ref"))] if child.get("ref") else child)
                flat = (low, high) == (1, 1) and node.tag != f"{XSD}choice"
                found += items if flat else [Group(low, high, tuple(items))]
        return found


def _occurs(node: etree._Element) -> tuple[int, int | None]:
    high = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), None if high == "unbounded" else int(high)


def _attributes(body: etree._Element) -> tuple[str, ...]:
    nodes = body.findall(f"{XSD}attribute")
    return tuple(str(node.get("name")) + ("!" if node.get("use") == "required" else "") for node in nodes)


class Annotations:
    """What Intuit notes at the elements of one message: since which version, and not in which editions."""

    def __init__(self, folder: Path, message: str) -> None:
        self.since: dict[str, Version] = {}
        self.not_in_us_desktop: set[str] = set()
        names: list[tuple[int, str]] = []
        for line in (folder / "order" / f"{message}.txt").read_text(encoding="utf-8").splitlines():
            level = len(line) - len(line.lstrip())
            name = line.split()[0]
            names = [(above, each) for above, each in names if above < level] + [(level, name)]
            path = "/".join(each for _, each in names if each != "--")
            notes = line.partition("#")[2]
            if since := re.search(r"\bv([0-9]+\.[0-9]+)", notes):
                self.since[path] = Version.parse(since[1])
            if re.search(r"not in (\w+\|)*QBD\b", notes):
                self.not_in_us_desktop.add(path)
