"""A job's own part of the texts that were exchanged with QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from lxml import etree

from qbwc_server.db import tables
from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import parse_lenient

_set, _item, _text = tables.message_set, tables.message_set_item, tables.message_set_text


@dataclass(frozen=True, slots=True)
class XmlParts:
    """What went out and came back for one job in one set; empty if nothing did, or if old texts were purged."""

    request: str
    answer: str


def xml_parts(c: sa.Connection, job_id: int, key: str) -> XmlParts | None:
    """The job's parts of the set of that key, indented; None if it did not travel in it."""
    row = c.execute(
        sa.select(_item.c.position, _text.c.request, _text.c.response)
        .join(_set, _set.c.id == _item.c.message_set_id)
        .outerjoin(_text, _text.c.message_set_id == _set.c.id)
        .where(_item.c.job_id == job_id, _set.c.key == key)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    request_id = f"{key}.{row.position}"
    return XmlParts(own_part(row.request or "", request_id), own_part(row.response or "", request_id))


def own_element(text: str, request_id: str) -> etree._Element | None:
    """The request or answer with this requestID in a message set; None if it cannot be found there."""
    try:
        return next((each for each in parse_lenient(text).iter() if each.get("requestID") == request_id), None)
    except UnreadableXml:
        return None


def own_part(text: str, request_id: str) -> str:
    """The same as indented text; the whole text if it is not in it."""
    found = own_element(text, request_id) if text else None
    if found is None:
        return text
    found.tail = None
    etree.indent(found)
    return etree.tostring(found, encoding="unicode")
