"""The page's one cookie, and the token that every form carries.

The cookie is 128 random bits. Before the login it names nothing; at the login it is replaced by a session's token. On
https it is called `__Host-qbwc`, which a browser takes only over https and for this host alone. Over plain http, which
is for `localhost` and for a network that is trusted, such a name is not allowed, so there it is `qbwc`; whoever can
listen there can take it. SameSite is Lax, not Strict: a link in a mail must not show the login to somebody who is
logged in, and nothing is changed by GET.

A form's token is a keyed hash of the cookie: only a page of ours could have known it, it changes when the cookie
does, and nothing has to be kept for people who only look at the login.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from flask import Request, Response

from qbwc_server.admin.context import parts, visit
from qbwc_server.clock import token

TOKEN_FIELD = "csrf_token"  # noqa: S105  its name, not its value
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105  the same

_COOKIE = re.compile(r"[0-9a-f]{32}")


def cookie_name(*, secure: bool) -> str:
    """Its name over https, and over plain http."""
    return "__Host-qbwc" if secure else "qbwc"


def read_cookie(request: Request, *, secure: bool) -> str | None:
    """The cookie, unless somebody else made it up."""
    value = request.cookies.get(cookie_name(secure=secure), "")
    return value if _COOKIE.fullmatch(value) else None


def write_cookie(response: Response) -> None:
    """Sends the cookie if it is new; it lives as long as the browser, the session behind it no longer than 12 hours."""
    here = visit()
    if here.new_cookie and here.cookie:
        response.set_cookie(
            cookie_name(secure=here.secure), here.cookie, path="/", secure=here.secure, httponly=True, samesite="Lax"
        )


def forget_cookie(response: Response) -> None:
    """Takes the cookie back, at logout."""
    here = visit()
    here.cookie, here.new_cookie = None, False
    response.delete_cookie(cookie_name(secure=here.secure), path="/", secure=here.secure, httponly=True, samesite="Lax")


def use_cookie(value: str) -> None:
    """From now on the browser is known by this."""
    here = visit()
    here.cookie, here.new_cookie = value, True


def csrf_token() -> str:
    """The token for the forms of this page; `{{ csrf_token() }}` in templates."""
    here = visit()
    if here.cookie is None:
        use_cookie(token(parts().chance, 128))
    return _keyed(here.cookie or "")


def token_is_right(request: Request) -> bool:
    """Whether the request carries the token, as a field or, from a script of ours, as a header."""
    given = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD, "")
    cookie = visit().cookie
    return cookie is not None and hmac.compare_digest(_keyed(cookie).encode(), given.encode("utf-8", "replace"))


def _keyed(cookie: str) -> str:
    return hmac.new(cookie.encode(), b"a form of the page", hashlib.sha256).hexdigest()
