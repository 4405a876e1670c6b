"""qbXML without a database: the catalog of messages, rendering requests, reading answers, what codes mean."""

from qbwc_server.qbxml import catalog, formats
from qbwc_server.qbxml.catalog import check, element, message, message_names, version_needed
from qbwc_server.qbxml.elements import Choice, Element, FieldType, Group, Particle, Version
from qbwc_server.qbxml.formats import (
    amount,
    ascii_references,
    boolean,
    date,
    percent,
    price,
    quantity,
    unsupported_characters,
)
from qbwc_server.qbxml.hcp import HostCompanyPreferences, read_hcp
from qbwc_server.qbxml.hresults import HResultFact, hresult_fact
from qbwc_server.qbxml.parser import parse_lenient, parse_xml
from qbwc_server.qbxml.read import Answer, Reply, Ret, read_answer
from qbwc_server.qbxml.render import LONGEST_MESSAGE_SET_ID, Rendered, Renderer, message_set
from qbwc_server.qbxml.status import StatusClass, StatusFact, is_transient_text, missing_name, status_fact

__all__ = [
    "LONGEST_MESSAGE_SET_ID",
    "Answer",
    "Choice",
    "Element",
    "FieldType",
    "Group",
    "HResultFact",
    "HostCompanyPreferences",
    "Particle",
    "Rendered",
    "Renderer",
    "Reply",
    "Ret",
    "StatusClass",
    "StatusFact",
    "Version",
    "amount",
    "ascii_references",
    "boolean",
    "catalog",
    "check",
    "date",
    "element",
    "formats",
    "hresult_fact",
    "is_transient_text",
    "message",
    "message_names",
    "message_set",
    "missing_name",
    "parse_lenient",
    "parse_xml",
    "percent",
    "price",
    "quantity",
    "read_answer",
    "read_hcp",
    "status_fact",
    "unsupported_characters",
    "version_needed",
]
