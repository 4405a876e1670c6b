"""The catalog: our own statement of the qbXML messages that this program sends and reads.

One text file for each message in `catalog/`, found by its name (`catalog/InvoiceAddRq.txt`), written
by hand for what we use. Left out on purpose: what QuickBooks Desktop (US) does not know, card data,
opening balances, IncludeRetElement on writes. Everything that has a length, a type or an order in a
payload, a template or the simulator has it from here.

A line is an element; two blanks of indentation put it inside the element above::

    InvoiceAddRq @requestID          # the message itself, with its attributes (! where required)
      InvoiceAdd
        CustomerRef ref:209          # exactly once; a reference: ListID?, FullName? of 209 characters
        TxnDate? date                # at most once
        Memo? lines 4095             # text that may hold line breaks; `text 41` may not
        BillAddress? as Address      # the children stand in _shared.txt or _rets.txt under `Address`
        MaxReturned? integer from 1  # a whole number, not below 1
        LinkToTxnID* id              # any number; + is at least one, {0,50} is 0 to 50
        JobTitle? text 41 since 12.0 # known since qbXML 12.0; only versions above 11.0 are written
        choice*                      # one of the lines below it, here any number of times
          InvoiceLineAdd
            ...
          group                      # several elements together as one of the options
            ...

Types: text, lines, amount, price, quantity, percent, float, integer, date, datetime, boolean, id,
guid, enum A|B|C. Lengths are characters. An aggregate with `as` may add elements of its own below it.
Underscore files hold no message.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lxml import etree

from qbwc_server.errors import CatalogError, Problem
from qbwc_server.qbxml.catalog_check import conformity, oldest_version
from qbwc_server.qbxml.catalog_text import parse_elements
from qbwc_server.qbxml.elements import Choice, Element, FieldType, Group, Particle, Version

__all__ = [
    "Choice",
    "Element",
    "FieldType",
    "Group",
    "Particle",
    "Version",
    "check",
    "element",
    "message",
    "message_names",
    "version_needed",
]

_FOLDER = files("qbwc_server.qbxml") / "catalog"
_NAME = re.compile(r"[A-Z][A-Za-z]{1,60}(Rq|Rs)")


@cache
def message(name: str) -> Element:
    """The message of that name (``InvoiceAddRq``, ``InvoiceAddRs``). Raises CatalogError if we do not use it."""
    file = _FOLDER / f"{name}.txt"
    # The name may come out of a document: only what looks like a message is ever a file name.
    if not _NAME.fullmatch(name) or not file.is_file():
        raise CatalogError(Problem(f"{name[:80]} is not a message of the catalog.", path=name[:80]))
    elements = list(parse_elements(file.read_text(encoding="utf-8"), file.name, _shared().__getitem__))
    if [root.name for root in elements] != [name]:
        raise CatalogError(Problem(f"The file must hold exactly the message {name}.", path=file.name))
    return elements[0]


def element(path: str) -> Element:
    """The element at a path such as ``InvoiceAddRq/InvoiceAdd/RefNumber``, through choices and groups.

    Raises CatalogError if it is not in the catalog.
    """
    root, *names = path.split("/")
    found = message(root)
    for name in names:
        child = found.child(name)
        if child is None:
            raise CatalogError(Problem(f"{name} is not an element of {found.name} in the catalog.", path=path))
        found = child
    return found


def message_names() -> list[str]:
    """The names of all messages in the catalog, sorted."""
    return sorted(file.name.removesuffix(".txt") for file in _FOLDER.iterdir() if not file.name.startswith("_"))


def check(node: etree._Element) -> list[Problem]:
    """What is wrong with a whole ``<XxxRq>`` or ``<XxxRs>``: order, number, choice, type, length, value.

    Empty if nothing is. Paths are relative to the message: ``InvoiceAdd/InvoiceLineAdd[2]/Rate``,
    with an index from 1 where an element stands more than once.
    """
    try:
        root = message(str(node.tag))
    except CatalogError as error:
        return list(error.problems)
    return conformity(root, node)


def version_needed(node: etree._Element) -> Version:
    """The lowest qbXML version that knows every element of a whole request; at least 11.0.

    11.0 is the oldest this program speaks: answers carry ErrorRecovery since then.
    """
    return oldest_version(message(str(node.tag)), node)


@cache
def _shared() -> dict[str, tuple[Particle, ...]]:
    """The aggregates of `_shared.txt` and `_rets.txt` by name; each may use those above it."""
    found: dict[str, tuple[Particle, ...]] = {}
    for file in (_FOLDER / "_shared.txt", _FOLDER / "_rets.txt"):
        for aggregate in parse_elements(file.read_text(encoding="utf-8"), file.name, found.__getitem__):
            found[aggregate.name] = aggregate.children
    return found
