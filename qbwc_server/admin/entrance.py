"""Getting in and out: the link for the first admin or a new person, the login, the logout."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qbwc_server import accounts
from qbwc_server.accounts import Person
from qbwc_server.admin import kept
from qbwc_server.admin.access import access_of, for_everybody, keeps_input, public
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts, visit
from qbwc_server.admin.cookie import forget_cookie, use_cookie
from qbwc_server.admin.fields import Errors, errors_of, repeated
from qbwc_server.admin.guard import closed_page, log_in_page
from qbwc_server.admin.targets import endpoint_at, home, local_target
from qbwc_server.errors import LoginLimited, LoginRefused, PasswordRefused, PersonRefused


@pages.get("/log-in")
@public
def log_in() -> ResponseReturnValue:
    """The login form; whoever is logged in goes on at once."""
    target = request.args.get("next", "")
    if visit().session is not None:
        return redirect(local_target(target), HTTPStatus.SEE_OTHER)
    with parts().db.read() as c:
        if not accounts.has_admin(c):
            return closed_page()
    return log_in_page(target=target)


def _show_again(values: MultiDict[str, str], notice: str) -> Response:
    """The login form once more, with what it carries; the whole way was for nothing else."""
    if visit().session is not None and (fields := kept.unpack(values.get("fields", ""))):
        return _resume(values.get("next", ""), fields)
    return log_in_page(
        target=values.get("next", ""), email=values.get("email", ""), fields=values.get("fields", ""), notice=notice
    )


@pages.post("/log-in")
@public
@keeps_input(_show_again)
def log_in_with_password() -> ResponseReturnValue:
    """Checks e-mail address and password, and goes to where somebody wanted to go."""
    email, target, fields = (request.form.get(name, "") for name in ("email", "next", "fields"))
    try:
        person = accounts.check_password(
            parts().db,
            parts().hasher,
            email,
            request.form.get("password", ""),
            by=actor(),
            clock=parts().clock,
        )
    except LoginRefused as refusal:
        problem, status = str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY
    except LoginLimited as refusal:
        problem, status = str(refusal), HTTPStatus.TOO_MANY_REQUESTS
    else:
        enter(person)
        if (carried := kept.unpack(fields)) and _keeps_input(target):
            return _resume(target, carried)
        return redirect(local_target(target), HTTPStatus.SEE_OTHER)
    return log_in_page(target=target, email=email, fields=fields, problem=problem, status=status)


@pages.post("/log-out")
@for_everybody
def logout() -> Response:
    """Ends this session on the server and in the browser."""
    session = visit().session
    if session is not None:
        with parts().db.write() as c:
            accounts.end(c, session, by=actor())
    response = make_response(redirect(url_for("admin.log_in"), HTTPStatus.SEE_OTHER))
    forget_cookie(response)
    return response


@pages.get("/set-up/<secret>")
@public
def set_up(secret: str) -> str:
    """The form behind a link: a password, and for the first admin an e-mail address. Raises LinkRefused."""
    return _set_up_page(secret, {}, "")


@pages.post("/set-up/<secret>")
@public
def set_up_with_password(secret: str) -> ResponseReturnValue:
    """Sets the password, uses the link up, and logs in."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    errors = repeated(password, request.form.get("again", ""))
    if not errors:
        try:
            with parts().db.write() as c:
                person = accounts.use_link(
                    c, secret, password, parts().hasher, email=email, by=actor(), clock=parts().clock
                )
        except (PersonRefused, PasswordRefused) as refusal:
            errors = errors_of(refusal)
        else:
            enter(person)
            return redirect(home(), HTTPStatus.SEE_OTHER)
    return make_response(_set_up_page(secret, errors, email), HTTPStatus.UNPROCESSABLE_ENTITY)


def enter(person: Person) -> None:
    """Starts a session in place of the one there was, under a new name."""
    here = visit()
    with parts().db.write() as c:
        secret = accounts.start(
            c,
            person,
            browser=request.user_agent.string,
            by=actor(),
            clock=parts().clock,
            chance=parts().chance,
            instead_of=here.cookie,
        )
        here.session = accounts.find(c, secret, parts().clock.now())
    use_cookie(secret)


def _set_up_page(secret: str, errors: Errors, email: str) -> str:
    with parts().db.read() as c:
        link = accounts.find_link(c, secret, parts().clock.now())
    return render_template("set_up.html", secret=secret, link=link, errors=errors, email=email)


def _keeps_input(target: str) -> bool:
    endpoint = endpoint_at(target, "POST")
    return endpoint is not None and access_of(endpoint).show is not None


def _resume(target: str, fields: list[kept.Field]) -> Response:
    if not _keeps_input(target):
        return make_response(redirect(local_target(target), HTTPStatus.SEE_OTHER))
    return make_response(render_template("resume.html", target=target, fields=fields, again=kept.AGAIN_FIELD))
