"""The one hardened XML parser of the program: SOAP envelopes, qbXML, HCP and .qwc files all come through here.

A document type declaration is refused before the parser sees it, so there are no entities to expand
and nothing to fetch; the size of the whole is the web server's matter (`huge_tree` is on because a page of
invoices may be large). Each step takes time in proportion to the document, whatever is in it. lxml's `recover`
is never used: it drops what it does not understand, and a dropped element in an answer would be a lost TxnID.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from qbwc_server.errors import Problem, UnreadableXml

_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
# Codecs that a Windows program may declare. Others (UTF-7, punycode, escapes) only serve to hide something.
_ALLOWED_CODECS = re.compile(r"utf-8|utf-16(-le|-be)?|ascii|iso8859-\d{1,2}|cp125\d")

_HARDENED: Mapping[str, Any] = {
    "encoding": "utf-8",  # whatever the document claims: it was decoded before it came here
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": True,
    "remove_comments": True,
}
_BLOCK = 64 * 1024
"""Bytes that are read at once where elements are emptied as they pass."""
_BLANKS = re.compile(rb"[ \t\r\n]*+")
LONGEST_PROLOG = 64 * 1024
"""Bytes of UTF-8 before the root element, leading blanks included. A real prolog has about a hundred."""
# What XML 1.0 does not allow at all: control characters but TAB, LF and CR, lone surrogates, U+FFFE and U+FFFF.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]++)|([0-9]++));")

_PLAIN_WORDS = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: "it does not begin with an element",
    etree.ErrorTypes.ERR_DOCUMENT_END: "there is more text after the end of the root element",
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH: "an element is closed by the tag of another one",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: "it ends before all elements are closed",
    etree.ErrorTypes.ERR_GT_REQUIRED: "a tag is not finished with >",
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: "it uses an entity that XML does not know",
    etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING: "an & is not written as &amp;",
    etree.ErrorTypes.ERR_NAME_REQUIRED: "a < or & is not written as &lt; or &amp;",
    etree.ErrorTypes.ERR_INVALID_CHAR: "it holds a character that XML does not allow",
    etree.ErrorTypes.ERR_INVALID_CHARREF: "it holds a reference to a character that XML does not allow",
    etree.ErrorTypes.ERR_INVALID_ENCODING: "its bytes are not in the encoding it claims",
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: "the XML declaration is not at the very beginning",
    etree.ErrorTypes.ERR_ATTRIBUTE_REDEFINED: "an element has the same attribute twice",
    etree.ErrorTypes.ERR_ATTRIBUTE_NOT_STARTED: "the value of an attribute is not in quotes",
    etree.ErrorTypes.ERR_LT_IN_ATTRIBUTE: "a < in an attribute is not written as &lt;",
    etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE: "it uses a namespace prefix that is not declared",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Elements of which nothing is read later: in a long document each is emptied as soon as its end has passed, so
    that no more than a few of them are in memory at once. The whole document is still checked."""

    tags: Sequence[str]
    is_spent: Callable[[etree._Element], bool]
    """Of an element with one of these tags, which has its parents but may not change them."""


def parse_xml(text: str | bytes, spent: Spent | None = None) -> etree._Element:
    """The root element of a document; processing instructions before it are its preceding siblings, comments are gone.

    A str may carry any encoding declaration, a byte order mark or leading blanks; bytes are read in
    their declared encoding, UTF-8 without one. Raises UnreadableXml, whose text never quotes the document.
    """
    if isinstance(text, str):
        try:
            return _parse(text.encode("utf-8"), spent)
        except UnicodeEncodeError:
            raise _unreadable("it holds half of a surrogate pair, which is no character") from None
    encoding = _encoding(text)
    if encoding == "utf-8":
        return _parse(text, spent)
    try:
        return _parse(text.decode(encoding).encode("utf-8"), spent)
    except UnicodeError:
        raise _unreadable("its bytes are not in the encoding it claims") from None


def parse_lenient(text: str | bytes, spent: Spent | None = None) -> etree._Element:
    """Like `parse_xml`, for what QuickBooks wrote: tolerates what its data is known to hold.

    Characters illegal in XML 1.0 are dropped, raw or as references (`&#x19;`); bytes that are not in
    their encoding are read as Windows-1252. A clean document is never touched.
    """
    try:
        return parse_xml(text, spent)
    except UnreadableXml as strict:
        scrubbed = _scrubbed(text if isinstance(text, str) else _decoded_leniently(text))
        if scrubbed == text:
            raise strict from None
        return parse_xml(scrubbed, spent)


def _parse(document: bytes, spent: Spent | None) -> etree._Element:
    start = _start(document)
    _check_prolog(document, start)
    try:
        if spent is None or len(document) <= _BLOCK:
            # A parser of its own for each call: a shared one would make threads wait for each other.
            root = etree.fromstring(document[start:], etree.XMLParser(**_HARDENED))
        else:
            root = _emptied(document, start, spent)
    except etree.XMLSyntaxError as error:
        raise _from_lxml(error) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    return root


def _emptied(document: bytes, start: int, spent: Spent) -> etree._Element:
    parser: Any = etree.XMLPullParser(("end",), tag=spent.tags, **_HARDENED)  # the stubs know too little of it
    for at in range(start, len(document), _BLOCK):
        parser.feed(document[at : at + _BLOCK])
        for _, element in parser.read_events():
            if spent.is_spent(element):
                element.clear(keep_tail=True)  # the parser may still be writing into the tail
    root: etree._Element = parser.close()
    return root


def _start(document: bytes) -> int:
    """Where the document begins behind blanks and one byte order mark, which the parser would not take after blanks."""
    at = _after_blanks(document, 0)
    if not document.startswith(codecs.BOM_UTF8, at):
        return at
    at = _after_blanks(document, at + len(codecs.BOM_UTF8))
    if document.startswith(codecs.BOM_UTF8, at):  # the parser would take this one and find what stands behind it
        raise _unreadable("it has more than one byte order mark")
    return at


def _check_prolog(document: bytes, start: int) -> None:
    """Walks over the prolog, the only place where XML allows a DOCTYPE, in one pass without backtracking."""
    at = start
    while True:
        at = _after_blanks(document, at)
        if document.startswith(b"<?", at):
            close, behind = b"?>", at + 2
        elif document.startswith(b"<!--", at):
            close, behind = b"-->", at + 4
        elif document.startswith(b"<!", at):
            raise _doctype()
        else:
            break
        end = document.find(close, behind, LONGEST_PROLOG)
        if end < 0:
            at = len(document)  # too long, or never closed: then the parser says so
            break
        at = end + len(close)
    if at > LONGEST_PROLOG:
        raise _unreadable(f"what stands before its first element is longer than {LONGEST_PROLOG} bytes")


def _after_blanks(document: bytes, at: int) -> int:
    blanks = _BLANKS.match(document, at)
    return blanks.end() if blanks else at


def _encoding(text: bytes) -> str:
    """The Python name of the encoding that the bytes announce by a byte order mark or their declaration."""
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = text[:1000].removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED_ENCODING.match(head, _after_blanks(head, 0))
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared[1].decode("ascii")).name
    except LookupError:
        name = ""
    if not _ALLOWED_CODECS.fullmatch(name):
        raise _unreadable("it claims an encoding that is not accepted; use UTF-8")
    # Declared in bytes that could be read as ASCII, so it cannot be UTF-16.
    return "utf-8" if name.startswith("utf-16") else name


def _decoded_leniently(text: bytes) -> str:
    try:
        encoding = _encoding(text)
    except UnreadableXml:
        encoding = "utf-8"
    if encoding == "iso8859-1":
        encoding = "cp1252"  # what Windows programs mean by it
    try:
        return text.decode(encoding)
    except UnicodeError:
        return text.decode("cp1252", errors="replace")


def _scrubbed(text: str) -> str:
    return _REFERENCE.sub(_kept_reference, _ILLEGAL.sub("", text))


def _kept_reference(reference: re.Match[str]) -> str:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    significant = digits.lstrip("0") or "0"
    code = int(significant, base) if len(significant) <= 7 else 0
    return "" if code > 0x10FFFF or _ILLEGAL.match(chr(code)) else reference[0]


def _from_lxml(error: etree.XMLSyntaxError) -> UnreadableXml:
    # libxml2's own wording may quote the document (a password in a broken envelope), so only its code is used.
    # Not from its error_log either: that still holds the errors of other documents of this thread.
    coded: Any = error
    if coded.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT and error.msg.startswith("Excessive depth"):
        return _unreadable("its elements are nested too deeply", error.lineno)
    return _unreadable(_PLAIN_WORDS.get(coded.code, "it is not well-formed"), error.lineno)


def _doctype() -> UnreadableXml:
    return _unreadable("it has a document type declaration (DOCTYPE), which is never accepted here")


def _unreadable(reason: str, line: int | None = None) -> UnreadableXml:
    return UnreadableXml(Problem(f"The text cannot be read as XML: {reason}.", line=line))
