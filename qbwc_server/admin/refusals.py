"""The page's errors as pages: what happened and what to do, in plain words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from qbwc_server.admin.context import visit
from qbwc_server.errors import (
    DatabaseAway,
    DatabaseNotReady,
    LinkRefused,
    QbwcError,
    UnknownCompany,
    UnknownJob,
    UnknownPerson,
)
from qbwc_server.logs import log_error

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    what: str
    remedy: str


_WORDS = {
    400: _Words(
        "The form could not be taken",
        "It was open for too long, you signed in anew meanwhile, or your browser does not keep cookies of this site. "
        "Nothing was done.",
        "Go back, load the page again, and send the form once more. If it happens again, allow cookies for this site.",
    ),
    403: _Words(
        "You may not do this",
        "It is for admins only, or the request did not come from this page. Nothing was done.",
        "Ask an admin to do it, or to change your role. If you are an admin, open this page by its usual address.",
    ),
    404: _Words(
        "There is nothing here",
        "The address is not right, or what it led to is gone.",
        "Start from the first page.",
    ),
    405: _Words(
        "This address is not for opening",
        "It belongs to a button on another page. Nothing was done.",
        "Go back to that page and press the button there.",
    ),
    413: _Words(
        "This is too much at once",
        "The page takes at most 2 MB in one go. Nothing was done.",
        "Send it in several parts, or use the command line: qbwc enqueue has no such limit.",
    ),
    500: _Words(
        "Something went wrong in the server",
        "This is a fault of the program, not yours. What you wanted may or may not have been done.",
        "Look whether it was done, then try again. If it happens again, give the number below to whoever runs the "
        "server.",
    ),
    503: _Words(
        "The database cannot be reached",
        "Nothing can be shown or changed just now. The Web Connector waits and comes back by itself; nothing is lost.",
        "Try again in a minute. If it stays like this, whoever runs the server looks after the database; its log says "
        "more, under the number below.",
    ),
}
_NOT_READY = _Words(
    "The database does not belong to this version",
    "The program was updated and its database was not, or the other way round.",
    "Whoever runs the server stops it, runs qbwc init, and starts it again.",
)


def register(app: Flask) -> None:
    """Every error of this application is answered by a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(QbwcError, _ours)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    words = _WORDS.get(status) or _WORDS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    answer = _page(status, words)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:  # which methods there are, for programs
        answer.allow.update(getattr(error, "valid_methods", None) or ())
    return answer


def _ours(error: QbwcError) -> Response:
    if isinstance(error, DatabaseAway):
        log_error(_log, f"the page cannot reach the database, request {visit().request_id}", error)
        return _page(HTTPStatus.SERVICE_UNAVAILABLE, _WORDS[503])
    if isinstance(error, DatabaseNotReady):
        return _page(HTTPStatus.SERVICE_UNAVAILABLE, _NOT_READY)
    gone = isinstance(error, UnknownPerson | UnknownJob | UnknownCompany | LinkRefused)
    status = HTTPStatus.NOT_FOUND if gone else HTTPStatus.BAD_REQUEST
    problem = error.problems[0]
    return _page(status, _Words("This did not work", str(problem.message), problem.remedy))


def _unexpected(error: Exception) -> Response:
    """A defect of ours: the details go to the log, never to the browser."""
    rule = request.url_rule.rule if request.url_rule is not None else ""
    log_error(_log, f"unexpected error in {request.method} {rule}, request {visit().request_id}", error)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, _WORDS[500])


def _page(status: int, words: _Words) -> Response:
    page = render_template(
        "error.html",
        title=words.title,
        what=words.what,
        remedy=words.remedy,
        request_id=visit().request_id if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
    )
    return make_response(page, status)
