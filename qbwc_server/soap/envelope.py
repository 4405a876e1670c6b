"""A SOAP envelope, read strictly enough that Spyne cannot lose anything of it, and as leniently as clients need.

Lenient: document and rpc/encoded style, parameters in any namespace or none, in any order, missing, empty or nil.
Strict: whatever Spyne would cut or drop without a word (facts/spyne.md section 4, T2, T3, T9, T10, T16) is refused.
"""

from __future__ import annotations

import re

from lxml import etree

from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import parse_xml
from qbwc_server.soap.replies import FaultCode, Refused

SOAP_NAMESPACE = "http://schemas.xmlsoap.org/soap/envelope/"
_ENVELOPE = f"{{{SOAP_NAMESPACE}}}Envelope"
_BODY = f"{{{SOAP_NAMESPACE}}}Body"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_INTEGERS = frozenset({"qbXMLMajorVers", "qbXMLMinorVers"})
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,9}\s*")
_DECLARED_ENCODING = re.compile(rb"""[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")


def read_envelope(body: bytes, charset: str | None) -> etree._Element:
    """The Envelope element, holding one operation whose parameters are plain text, each at most once, or nil.

    `charset` is the Python name of the charset that HTTP gave, None without one. Attributes are gone except a
    true xsi:nil; a version number that is no integer is gone too (QBWC must not fail over it).
    Raises Refused.
    """
    if not body.strip():
        raise Refused("The request has no body; a SOAP envelope was expected.")
    root = _parse(body, charset)
    operation = _operation(root)
    etree.strip_tags(root, etree.ProcessingInstruction)
    if "href" in operation.attrib:
        raise _reference()
    operation.attrib.clear()
    seen = set()
    for parameter in list(operation):
        name = etree.QName(parameter).localname
        if name in seen:
            raise Refused("The request gives a parameter twice.")
        seen.add(name)
        _make_plain(parameter)
        if name in _INTEGERS and not _INTEGER.fullmatch(parameter.text or ""):
            operation.remove(parameter)
    return root


def _parse(body: bytes, charset: str | None) -> etree._Element:
    try:
        # Decoding here would cost a copy of a large body; the usual one is UTF-8 by both accounts.
        if charset is None or (charset == "utf-8" and _declares_utf8_or_nothing(body)):
            return parse_xml(body)
        return parse_xml(body.decode(charset))
    except UnicodeDecodeError:
        raise Refused("The bytes of the request are not in the charset that its Content-Type names.") from None
    except UnreadableXml as unreadable:
        raise Refused(str(unreadable)) from None


def _declares_utf8_or_nothing(body: bytes) -> bool:
    declared = _DECLARED_ENCODING.match(body[:300])
    return declared is None or declared[1].lower() in {b"utf-8", b"utf8"}


def _operation(root: etree._Element) -> etree._Element:
    if root.tag != _ENVELOPE:
        if etree.QName(root).localname == "Envelope":
            raise Refused(
                "The envelope is not of SOAP 1.1, which the Web Connector speaks.", code=FaultCode.VERSION_MISMATCH
            )
        raise Refused("The request is XML, but no SOAP envelope.")
    bodies = root.findall(_BODY)
    if len(bodies) != 1:
        raise Refused("The SOAP envelope must have one Body.")
    operations = bodies[0].findall("*")
    if len(operations) != 1:
        raise Refused("The SOAP Body must hold one operation.")
    if etree.QName(operations[0]).namespace == SOAP_NAMESPACE:
        raise Refused("The SOAP Body must hold an operation, not a fault.")
    return operations[0]


def _make_plain(parameter: etree._Element) -> None:
    if "href" in parameter.attrib:
        raise _reference()
    if len(parameter):
        raise Refused("A parameter holds XML elements; its text must be escaped (&lt;).")
    nil = parameter.get(_NIL, "").strip() in {"true", "1"}
    parameter.attrib.clear()
    if nil:
        parameter.set(_NIL, "true")


def _reference() -> Refused:
    return Refused("The request refers to values by href, which is not supported.")
