"""Turns jobs into qbXML: one template for each request, each job rendered alone and then looked through.

A user may override any template or macro by a file of the same name in a folder of their own, so
templates run in a sandbox and nothing they make is trusted: it is parsed once and compared with the
catalog before it may enter a message set.
"""

from __future__ import annotations

import datetime
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, Undefined
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from qbwc_server.errors import Problem, RenderingFailed, UnreadableXml
from qbwc_server.qbxml import formats
from qbwc_server.qbxml.catalog import check, version_needed
from qbwc_server.qbxml.elements import Version
from qbwc_server.qbxml.parser import parse_xml

LONGEST_MESSAGE_SET_ID = 20
"""Characters. QuickBooks' own limit is 23; longer ones are its 9004."""

_MESSAGE_SET_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_MESSAGE_SET_ID}}}")
_TEMPLATE_NAME = re.compile(r"[A-Z][A-Za-z]{1,60}")
_FIELD = re.compile(r"""\{\{ (?:q\.)?\w+\("\w+", ([\w.]+)\) \}\}""")
_PRINTED_AS_IT_IS = frozenset({str, Markup, int})


class _OnlyFieldsThatAreThere(Extension):
    """Calls the macro of a field only where the field is there, which for an absent one makes nothing anyway.

    Most fields of a document are absent, and calling their macros took longer than all the rest of rendering.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _FIELD.sub(r"{% if \1 is not none %}\g<0>{% endif %}", source)


@dataclass(frozen=True)
class Rendered:
    """One request as it will be sent."""

    name: str
    """``InvoiceAddRq``."""
    text: str
    """The element as compact ASCII, without an XML declaration."""
    version: Version
    """The lowest qbXML version that knows all of it."""


class Renderer:
    """Renders requests from the installed templates, or from a user's where there is one of that name."""

    def __init__(self, overrides: Path | None = None) -> None:
        installed = PackageLoader("qbxml_templates", "")
        # Only what is not ours needs the sandbox, which takes as long again as the rendering itself.
        environment = Environment if overrides is None else ImmutableSandboxedEnvironment
        self._environment = environment(
            loader=installed if overrides is None else ChoiceLoader([FileSystemLoader(overrides), installed]),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalized,
            trim_blocks=True,
            lstrip_blocks=True,
            # A user may edit a template while the server runs, and a user's macro may print an absent value.
            auto_reload=overrides is not None,
            extensions=[] if overrides is not None else [_OnlyFieldsThatAreThere],
        )
        for filter_ in (
            formats.amount,
            formats.price,
            formats.quantity,
            formats.percent,
            formats.float_number,
            formats.date,
            formats.boolean,
        ):
            self._environment.filters[filter_.__name__] = filter_
        self._environment.globals["refuse"] = _refuse

    def request(self, template: str, *, request_id: str, guid: str | None = None, **values: object) -> Rendered:
        """Render one request, for example ``InvoiceAdd`` with a payload, as ``InvoiceAddRq``.

        Raises RenderingFailed, with paths into the request or the line of the template, if the template
        fails or what it makes is not exactly one such request with this requestID and ExternalGUID
        that the catalog allows and QuickBooks' character set can hold.
        """
        text = self._render(template, {"request_id": request_id, "guid": guid, **values})
        try:
            root = parse_xml(text)
        except UnreadableXml as error:
            raise RenderingFailed(*(Problem(p.message, f"{template}.xml") for p in error.problems)) from None
        etree.strip_tags(root, etree.ProcessingInstruction)
        _drop_indentation(root)
        problems = _broken_promises(root, template, request_id, guid) or [*check(root), *_broken_characters(root)]
        if problems:
            raise RenderingFailed(*problems)
        return Rendered(str(root.tag), etree.tostring(root, encoding="us-ascii").decode(), version_needed(root))

    def _render(self, template: str, values: dict[str, object]) -> str:
        if not _TEMPLATE_NAME.fullmatch(template):
            raise RenderingFailed(Problem(f"{template[:80]!r} is not the name of a template."))
        try:
            return self._environment.get_template(f"{template}.xml").render(values)
        except Exception as error:  # a user's template may raise anything, and only its own job may fail
            raise RenderingFailed(_template_problem(template, error)) from error


def message_set(
    requests: Sequence[Rendered | str],
    *,
    version: Version,
    new_id: str | None = None,
    old_id: str | None = None,
) -> str:
    """The whole document for one sendRequestXML, in ASCII; `requests` are rendered ones or their stored texts.

    Without requests it asks what became of a set (`new_id` equal to `old_id`) or makes QuickBooks
    forget one (`old_id` alone): `facts/qbxml.md` section 2.2. Raises RenderingFailed for an id of more
    than 20 characters or a request that needs a higher version.
    """
    problems = [
        Problem(f"{name} must be 1 to {LONGEST_MESSAGE_SET_ID} letters, digits, dots or dashes.", path=name)
        for name, value in (("newMessageSetID", new_id), ("oldMessageSetID", old_id))
        if value is not None and not _MESSAGE_SET_ID.fullmatch(value)
    ]
    problems += [
        Problem(f"It needs qbXML {request.version}, but {version} is spoken here.", path=request.name)
        for request in requests
        if isinstance(request, Rendered) and request.version > version
    ]
    if problems:
        raise RenderingFailed(*problems)
    new = f' newMessageSetID="{new_id}"' if new_id is not None else ""
    old = f' oldMessageSetID="{old_id}"' if old_id is not None else ""
    body = "".join(request.text if isinstance(request, Rendered) else request for request in requests)
    return formats.ascii_references(
        f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{version}"?>'
        f'<QBXML><QBXMLMsgsRq onError="continueOnError"{new}{old}>{body}</QBXMLMsgsRq></QBXML>'
    )


def _refuse(reason: str) -> None:
    """For a template whose values make no sense: the request is not rendered, for this reason."""
    raise ValueError(reason)


def _finalized(value: object) -> object:
    """What a template may print: texts, numbers, dates and truth values; everything else is a mistake in it."""
    if type(value) in _PRINTED_AS_IT_IS:
        return value
    if isinstance(value, Undefined):
        return str(value)  # raises, naming what is undefined
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return formats.boolean(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.date):
        return formats.date(value)
    if isinstance(value, str | int):
        return value
    raise ValueError("a value is missing" if value is None else f"a {type(value).__name__} cannot be printed")


def _template_problem(template: str, error: Exception) -> Problem:
    # Jinja2 puts the template's own lines into the traceback; those of the macros would not help whoever wrote it.
    name = f"{template}.xml"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(name)]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    place = name if line is None else f"{name} line {line}"
    return Problem(f"The template cannot be rendered: {str(error) or type(error).__name__}.", path=place)


def _broken_promises(root: etree._Element, template: str, request_id: str, guid: str | None) -> list[Problem]:
    """Whether it is the request that was asked for: what an answer is matched and recognised by."""
    if root.tag != f"{template}Rq":
        return [Problem(f"The template must make one {template}Rq, not {str(root.tag)[:60]}.", path=f"{template}.xml")]
    if root.get("requestID") != request_id:
        return [Problem(f"The template must set requestID to {request_id}.", path=f"{template}.xml")]
    if guid is not None and root.findtext(f"{template}/ExternalGUID") != guid:
        return [Problem(f"The template must send ExternalGUID as {guid}.", path=f"{template}/ExternalGUID")]
    return []


def _broken_characters(root: etree._Element) -> list[Problem]:
    """Characters that QuickBooks cannot hold; whether a field may have several lines was checked with the catalog."""
    problems = []
    for node in root.iter("*"):
        for position, character, why in formats.unsupported_characters(node.text or "", multiline=True):
            words = f"The character {character!a} at position {position} is {why}."
            problems.append(Problem(words, path=str(root.getroottree().getelementpath(node) or "")))
    return problems


def _drop_indentation(root: etree._Element) -> None:
    """Takes out the template's own line breaks, which stand between elements only."""
    for node in root.iter("*"):
        if len(node) and node.text is not None and node.text.isspace():
            node.text = None
        if node.tail is not None and node.tail.isspace():
            node.tail = None
