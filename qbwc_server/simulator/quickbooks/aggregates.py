"""The content of an *Add or a *Ret as a small tree of names and texts, whatever order it came in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from lxml import etree

Item: TypeAlias = "str | Aggregate"


class Aggregate:
    """An element's children by name: each name has one or more texts or further aggregates.

    QuickBooks gives order a meaning only among elements of one name (the lines of an invoice); the order
    between names is put back from the catalog when an answer is written.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Item | Iterable[Item] | None] | None = None) -> None:
        self._items: dict[str, list[Item]] = {}
        for name, item in (items or {}).items():
            self.put(name, item)

    @classmethod
    def from_xml(cls, node: etree._Element) -> Aggregate:
        """The children of a request's element. Attributes (macros) are not kept: see `with_attributes`."""
        aggregate = cls()
        for child in node.iterchildren("*"):
            item = cls.from_xml(child) if len(child) else child.text or ""
            aggregate._items.setdefault(str(child.tag), []).append(item)
        return aggregate

    @classmethod
    def from_json(cls, text: str) -> Aggregate:
        """Back from what `to_json` wrote."""
        return cls._from_plain(json.loads(text))

    def to_json(self) -> str:
        """For the company file's rows."""
        return json.dumps(self.to_plain(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def with_attributes(cls, node: etree._Element) -> Aggregate:
        """The children of an element, and its own attributes as ``@iterator``."""
        aggregate = cls.from_xml(node)
        for name, value in node.attrib.items():
            aggregate.put(f"@{name!s}", str(value))
        return aggregate

    def put(self, name: str, item: Item | Iterable[Item] | None) -> None:
        """Replaces whatever has this name; None takes it out."""
        self._items.pop(name, None)
        if isinstance(item, str | Aggregate):
            self._items[name] = [item]
        elif item is not None and (items := list(item)):
            self._items[name] = items

    def names(self) -> Iterator[str]:
        """Every name there is, in the order it was put in."""
        return iter(self._items)

    def items(self, name: str) -> list[Item]:
        """All that has this name, in order; empty if there is none."""
        return list(self._items.get(name, ()))

    def one(self, name: str) -> Aggregate | None:
        """The first aggregate of this name, None if there is none."""
        return next(iter(self.many(name)), None)

    def many(self, name: str) -> list[Aggregate]:
        """All aggregates of this name, an empty element (no text, no children) being an empty aggregate."""
        return [item if isinstance(item, Aggregate) else Aggregate() for item in self._items.get(name, ())]

    def text(self, path: str) -> str | None:
        """The text at a path such as ``CustomerRef/ListID``: None if the element is absent, '' if it is empty."""
        name, _, rest = path.partition("/")
        items = self._items.get(name)
        if not items:
            return None
        if rest:
            return items[0].text(rest) if isinstance(items[0], Aggregate) else None
        return items[0] if isinstance(items[0], str) else None

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def copy(self) -> Aggregate:
        """A tree of its own whose names can be replaced without touching this one."""
        twin = Aggregate()
        twin._items = {name: list(items) for name, items in self._items.items()}
        return twin

    def to_plain(self) -> dict[str, list[object]]:
        """Lists and dicts for JSON."""
        return {
            name: [item.to_plain() if isinstance(item, Aggregate) else item for item in items]
            for name, items in self._items.items()
        }

    @classmethod
    def _from_plain(cls, plain: Mapping[str, list[object]]) -> Aggregate:
        aggregate = cls()
        for name, items in plain.items():
            aggregate._items[name] = [cls._from_plain(item) if isinstance(item, dict) else str(item) for item in items]
        return aggregate


def reference(list_id: str, full_name: str) -> Aggregate:
    """A resolved *Ref as QuickBooks answers it: ListID, then FullName."""
    return Aggregate({"ListID": list_id, "FullName": full_name})
