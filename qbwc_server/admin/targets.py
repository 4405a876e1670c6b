"""Where to go after the login: somewhere on this page, or home."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

LONGEST = 2000
_PLAIN = re.compile(r"[!-~]+")
"""Visible ASCII alone: a browser takes tabs and line ends out of an address, and what is left may lead elsewhere."""


def home() -> str:
    """The first page."""
    return url_for("admin.home")


def local_target(text: str, method: str = "GET") -> str:
    """`text` if it is the address of a view of this page for this method, else the first page.

    It has to begin with our own path, so that "//elsewhere", "https:elsewhere" and a backslash in front never pass.
    """
    return text if endpoint_at(text, method) is not None else home()


def endpoint_at(text: str, method: str) -> str | None:
    """The endpoint behind a local address, None if there is none or it is no place to go to after the login."""
    root = request.script_root + "/"
    if len(text) > LONGEST or not _PLAIN.fullmatch(text) or "\\" in text or not text.startswith(root):
        return None
    path = urlsplit(text).path
    if "//" in path or any(part in {".", ".."} for part in path.lower().replace("%2e", ".").split("/")):
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        endpoint, _ = adapter.match(path[len(request.script_root) :], method=method)
    except HTTPException:
        return None
    return None if endpoint in {"admin.log_in", "admin.logout", "admin.static"} else str(endpoint)
