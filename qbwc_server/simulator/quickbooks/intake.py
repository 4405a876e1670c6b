"""The door of the request processor: a text becomes a message set, or is thrown back whole with 0x80040400."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from qbwc_server import qbxml
from qbwc_server.errors import Problem, UnreadableXml
from qbwc_server.simulator.quickbooks.refusals import unparsable
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings, Recovery

_VERSION = re.compile(r"""version\s*=\s*["']([0-9]+\.[0-9]+)["']""")
_ATTRIBUTES = {"onError", "responseData", "newMessageSetID", "oldMessageSetID"}
_RECOVERY_ATTRIBUTES = {"newMessageSetID", "oldMessageSetID"}


@dataclass(frozen=True, slots=True)
class Request:
    """One *Rq of a message set."""

    name: str
    """``InvoiceAddRq``."""
    request_id: str | None
    node: etree._Element

    @property
    def response_name(self) -> str:
        """``InvoiceAddRs``."""
        return f"{self.name.removesuffix('Rq')}Rs"


@dataclass(frozen=True, slots=True)
class MessageSet:
    """A message set that fits the schema."""

    new_id: str | None
    old_id: str | None
    is_stopped_by_error: bool
    has_answer_data: bool
    """False for responseData="includeNone"."""
    requests: tuple[Request, ...]


def read_message_set(text: str, settings: QuickBooksSettings) -> MessageSet:
    """Checks everything that is checked before any request runs. Raises ProcessingError."""
    if not text.startswith("<?xml"):
        raise unparsable("the XML declaration is missing")
    if not text.isascii():
        place = next(position for position, character in enumerate(text) if not character.isascii())
        raise unparsable(f"a raw character above 127 at position {place}; a numeric reference is needed")
    try:
        root = qbxml.parse_xml(text)
    except UnreadableXml as error:
        raise unparsable(str(error)) from None
    if (found := next((each for each in settings.unreadable if each in text), None)) is not None:
        raise unparsable(f"this QuickBooks stumbles over {found!r}")
    version = _version(root, settings)
    body = _body(root)
    attributes = {str(name): str(value) for name, value in body.attrib.items()}
    _check_attributes(attributes, settings)
    for node in body.iterchildren("*"):
        _check_request(node, version)
    return MessageSet(
        new_id=attributes.get("newMessageSetID"),
        old_id=attributes.get("oldMessageSetID"),
        is_stopped_by_error=attributes["onError"] == "stopOnError",
        has_answer_data=attributes.get("responseData") != "includeNone",
        requests=tuple(Request(str(node.tag), node.get("requestID"), node) for node in body.iterchildren("*")),
    )


def _version(root: etree._Element, settings: QuickBooksSettings) -> qbxml.Version:
    instruction = root.getprevious()
    while instruction is not None:
        found = _VERSION.search(instruction.text or "") if getattr(instruction, "target", "") == "qbxml" else None
        if found is not None:
            if found[1] not in settings.qbxml_versions:
                raise unparsable(f"qbXML version {found[1]} is not supported")
            return qbxml.Version.parse(found[1])
        instruction = instruction.getprevious()
    raise unparsable("the instruction <?qbxml version?> is missing")


def _body(root: etree._Element) -> etree._Element:
    children = list(root.iterchildren("*"))
    if root.tag != "QBXML" or [child.tag for child in children] != ["QBXMLMsgsRq"]:
        raise unparsable("the document is not <QBXML> with one <QBXMLMsgsRq>")
    return children[0]


def _check_attributes(attributes: dict[str, str], settings: QuickBooksSettings) -> None:
    if unknown := attributes.keys() - _ATTRIBUTES:
        raise unparsable(f"QBXMLMsgsRq has no attribute {min(unknown)}")
    if attributes.get("onError") not in ("continueOnError", "stopOnError"):
        # rollbackOnError is in the schema, and QuickBooks does not support it.
        raise unparsable("onError must be continueOnError or stopOnError")
    if attributes.get("responseData", "includeAll") not in ("includeAll", "includeNone"):
        raise unparsable("responseData must be includeAll or includeNone")
    if settings.recovery is Recovery.REFUSED and attributes.keys() & _RECOVERY_ATTRIBUTES:
        raise unparsable("this QuickBooks does not take message set ids")


def _check_request(node: etree._Element, version: qbxml.Version) -> None:
    problems = qbxml.check(node)
    if problems:
        raise unparsable(f"{node.tag}: {_told(problems)}")
    needed = qbxml.version_needed(node)
    if needed > version and needed > qbxml.Version(11, 0):
        raise unparsable(f"{node.tag} holds an element of qbXML {needed}, the request says {version}")
    for element in node.iter("*"):
        if unsupported := qbxml.unsupported_characters(element.text or "", multiline=True):
            position, character, why = unsupported[0]
            raise unparsable(f"{element.tag} has U+{ord(character):04X} at position {position}: {why}")


def _told(problems: list[Problem]) -> str:
    return "; ".join(str(problem) for problem in problems)
