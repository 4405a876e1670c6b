"""The body of a request: read up to its limit, taken off the line in any case, and known to be XML."""

from __future__ import annotations

import codecs
from http import HTTPStatus
from io import BytesIO
from typing import IO, TYPE_CHECKING

from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_content_length, get_input_stream

from qbwc_server.soap.replies import Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_BLOCK = 1024 * 1024
_DRAIN_FACTOR = 16
"""An over-long body is read to its end before it is refused, but not further than this many times the limit."""

_MEDIA_TYPES = frozenset({"text/xml", "application/xml"})
_CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"})


def read_body(environ: WSGIEnvironment, limit: int) -> bytes:
    """The whole body, at most `limit` bytes, with or without a Content-Length.

    Raises Refused for a longer one, after it was read off the connection: a .NET client that is still sending
    does not listen, and would report a broken connection instead of the reason (facts/spyne.md, T5).
    """
    stream = get_input_stream(environ)
    declared = get_content_length(environ)
    if declared is not None and declared > limit:
        _drain(stream, limit)
        raise _too_long(limit)
    buffer = BytesIO()
    while block := _read(stream):
        if buffer.tell() + len(block) > limit:
            buffer.close()
            _drain(stream, limit)
            raise _too_long(limit)
        buffer.write(block)
    if declared is not None and buffer.tell() < declared:
        raise Refused("The request ended before its announced length.", status=HTTPStatus.BAD_REQUEST)
    return buffer.getvalue()


def drain(environ: WSGIEnvironment, limit: int) -> None:
    """Takes a body that nobody wants off the connection, so that the answer finds a client that listens."""
    _drain(get_input_stream(environ), limit)


def xml_charset(environ: WSGIEnvironment) -> str | None:
    """The Python name of the charset of the Content-Type header, None if it names none.

    Raises Refused with status 415 if the header says that the body is not plain XML (facts/spyne.md, T11).
    """
    media_type, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    if media_type.lower() not in _MEDIA_TYPES:
        raise _unsupported("The request must have Content-Type: text/xml; charset=utf-8 (SOAP 1.1).")
    if environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in {"", "identity"}:
        raise _unsupported("The request must not be compressed.")
    charset = options.get("charset", "").strip().lower()
    if not charset:
        return None
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = ""
    if name not in _CHARSETS:
        raise _unsupported("The charset of the request is not accepted; use utf-8.")
    return name


def _drain(stream: IO[bytes], limit: int) -> None:
    left = _DRAIN_FACTOR * limit
    while left > 0 and (block := _read(stream)):
        left -= len(block)


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_BLOCK)
    except Exception:  # noqa: BLE001 - each web server has its own errors for a broken upload, and no common class
        raise Refused(
            "The request could not be read to its end: the connection broke off, or nothing came for too long.",
            status=HTTPStatus.BAD_REQUEST,
        ) from None


def _too_long(limit: int) -> Refused:
    return Refused(
        f"The request is longer than this server accepts ({limit} bytes). "
        "Its administrator can raise the limit with QBWC_MAX_BODY_BYTES."
    )


def _unsupported(text: str) -> Refused:
    return Refused(text, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
