"""What every answer of the page says to the browser: what it may load, who may frame it, what it may keep."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Response, request

from qbwc_server.admin.context import visit

STATIC = Path(__file__).parent / "static"
VERSION_ARGUMENT = "v"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
"""Nothing inline, nothing from elsewhere, in no frame."""

_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"
"""A year. Without includeSubDomains: the other hosts of the domain are not ours to decide about."""
_YEAR = "public, max-age=31536000, immutable"


def protect(response: Response) -> Response:
    """Sets the headers, on pages, redirects, errors and files alike."""
    response.headers.update(_ALWAYS)
    if visit().secure:
        response.headers["Strict-Transport-Security"] = _HSTS
    response.headers["Cache-Control"] = _keeping(response)
    return response


@cache
def file_version(name: str) -> str:
    """A short hash of a static file, so that browsers may keep it until it is another; "" if there is none."""
    file = STATIC / name
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def _keeping(response: Response) -> str:
    if request.endpoint != "admin.static":
        return "no-store"
    named = request.args.get(VERSION_ARGUMENT)
    wanted = (request.view_args or {}).get("filename", "")
    is_this = (
        response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED} and named and named == file_version(wanted)
    )
    return _YEAR if is_this else "no-cache"
