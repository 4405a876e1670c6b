"""What stands before every view: is somebody logged in, may they, and did our own page send this?

The order matters. Another site's request is refused first and learns nothing; then comes the login, then the role, then
the form's token. A view that nobody thought about is behind all of it (`access`).
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden

from qbwc_server import accounts
from qbwc_server.accounts import Role, Session
from qbwc_server.admin import kept
from qbwc_server.admin.access import Access, access_of
from qbwc_server.admin.context import Visit, actor, parts, visit
from qbwc_server.admin.cookie import read_cookie, token_is_right
from qbwc_server.admin.targets import endpoint_at
from qbwc_server.admin.visitors import SAFE_METHODS, address_of, from_our_own_page, is_secure
from qbwc_server.clock import token
from qbwc_server.logs import shown

_log = logging.getLogger(__name__)

TOO_OLD = "This form was too old to be sent. Nothing was done; please look it through and send it again."
SIGNED_IN_AGAIN = "You are signed in again. Nothing was done yet; please look it through and send it."
KEPT = "Your session was over. Nothing was done, but what you typed is kept: sign in, and you find it again."
TOO_LONG = (
    "Your session was over. Nothing was done, and what you typed is too long to be kept. Go back in your browser and "
    "copy it before you sign in."
)
NOT_KEPT = "Your session was over. Nothing was done. Sign in and try again."


def guard() -> ResponseReturnValue | None:
    """Runs before every request; None lets it through to its view."""
    secure = is_secure(request, parts().proxies)
    here = g.visit = Visit(
        address=address_of(request, parts().proxies),
        secure=secure,
        request_id=token(parts().chance, 64),
        cookie=read_cookie(request, secure=secure),
    )
    if request.endpoint == "admin.static":
        return None
    access = access_of(request.endpoint)
    here.session = _session(access)
    if request.routing_exception is not None:
        return None  # there is no view; the error page says so
    if request.method not in SAFE_METHODS and not from_our_own_page(request, secure=secure):
        raise _refused(Forbidden(), "sent by another site")
    if access.public:
        return _token(access)
    if here.session is None:
        return _log_in_first(access)
    if not _may(access, here.session.person.role):
        raise _refused(Forbidden(), "not allowed for this role")
    return _token(access)


def log_in_page(
    *, target: str, email: str = "", fields: str = "", notice: str = "", problem: str = "", status: int = HTTPStatus.OK
) -> Response:
    """The login form; `fields` are those that are kept, packed."""
    page = render_template("log_in.html", target=target, email=email, fields=fields, notice=notice, problem=problem)
    return make_response(page, status)


def closed_page() -> Response:
    """What stands in place of everything while there is no admin."""
    return make_response(render_template("closed.html"), HTTPStatus.FORBIDDEN)


def _session(access: Access) -> Session | None:
    cookie, now = visit().cookie, parts().clock.now()
    if cookie is None:
        return None
    with parts().db.read() as c:
        session = accounts.find(c, cookie, now)
    if session is not None and not access.background and accounts.is_due(session, now):
        with parts().db.write() as c:
            accounts.notice(c, session, now)
    return session


def _may(access: Access, role: Role) -> bool:
    changes = request.method not in SAFE_METHODS
    return role is Role.ADMIN or not (access.admins_only or (changes and not access.for_everybody))


def _token(access: Access) -> ResponseReturnValue | None:
    if request.method in SAFE_METHODS:
        return None
    right = token_is_right(request)
    if access.show is None:
        if right:
            return None
        raise _refused(BadRequest(), "without the form's token")
    if right and kept.AGAIN_FIELD not in request.form:
        return None
    values = kept.worth_keeping(request.form)
    shown_again = make_response(access.show(values, SIGNED_IN_AGAIN if right else TOO_OLD, **(request.view_args or {})))
    if not right:
        shown_again.status_code = HTTPStatus.BAD_REQUEST
    return shown_again


def _log_in_first(access: Access) -> ResponseReturnValue:
    with parts().db.read() as c:
        if not accounts.has_admin(c):
            return closed_page()
    here = request.full_path.removesuffix("?") if request.query_string else request.path
    here = request.script_root + here
    if request.method in SAFE_METHODS:
        if "HX-Request" in request.headers:  # a script that looks for news: it must not replace what is being typed
            return make_response("", HTTPStatus.UNAUTHORIZED)
        return redirect(url_for("admin.log_in", next=here), HTTPStatus.SEE_OTHER)
    fields = kept.pack(request.form) if access.show is not None else ""
    if not fields and endpoint_at(here, "GET") is None:
        here = ""
    notice = KEPT if fields else TOO_LONG if access.show is not None else NOT_KEPT
    return log_in_page(target=here, fields=fields, notice=notice, status=HTTPStatus.UNAUTHORIZED)


def _refused(error: BadRequest | Forbidden, why: str) -> BadRequest | Forbidden:
    """Logs it. The rule, not the path: a path may hold the secret of a link."""
    rule = request.url_rule.rule if request.url_rule is not None else ""
    _log.warning("refused, %s: %s %s by %s", why, request.method, shown(rule, 200), actor())
    return error
