"""The WSDL, a file of ours: Spyne's own makes poor .NET proxies (T13) and keeps the first caller's address (T12)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PLACEHOLDER = "http://localhost:8000/qbwc"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


def wsdl(address: str) -> bytes:
    """The WSDL of the service at `address`, UTF-8."""
    before, after = _parts()
    return (before + escape(address, {'"': "&quot;"}) + after).encode("utf-8")


def service_address(environ: WSGIEnvironment) -> str:
    """The address under which this very request reached the service, without a slash at the end.

    A Host header that is none is not repeated: the server's own name takes its place.
    """
    scheme = "https" if environ.get("wsgi.url_scheme") == "https" else "http"
    host = environ.get("HTTP_HOST", "")
    if not _HOST.fullmatch(host):
        host = f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    path = quote(environ.get("SCRIPT_NAME", ""), encoding="latin-1")  # WSGI's bytes in disguise
    return f"{scheme}://{host}{path}"


@cache
def _parts() -> tuple[str, str]:
    text = files(__package__).joinpath("qbwc.wsdl").read_text(encoding="utf-8")
    before, after = text.split(_PLACEHOLDER)
    return before, after
