"""Your account: the password, where you are logged in, the time zone."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from zoneinfo import available_timezones

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qbwc_server import accounts
from qbwc_server.admin.access import for_everybody
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.browsers import browser_name
from qbwc_server.admin.context import actor, parts, person, visit
from qbwc_server.admin.entrance import enter
from qbwc_server.admin.fields import Errors, errors_of, repeated
from qbwc_server.errors import LoginLimited, LoginRefused, PasswordRefused, PersonRefused


@pages.get("/account")
def account() -> str:
    """The page."""
    return _page({})


@pages.post("/account/password")
@for_everybody
def change_password() -> ResponseReturnValue:
    """Another password, against the old one; every other session ends and this one gets a new name."""
    new = request.form.get("password", "")
    errors = repeated(new, request.form.get("again", "")) or _changed(request.form.get("old_password", ""), new)
    if errors:
        return make_response(_page(errors), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _back("password")


@pages.post("/account/time-zone")
@for_everybody
def change_time_zone() -> ResponseReturnValue:
    """The zone in which times are shown; none for the browser's."""
    try:
        with parts().db.write() as c:
            accounts.set_time_zone(c, person(), request.form.get("time_zone", ""))
    except PersonRefused as refusal:
        return make_response(_page(errors_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _back("zone")


@pages.post("/account/sessions/<int:number>/end")
@for_everybody
def end_session(number: int) -> ResponseReturnValue:
    """Logs one of one's own browsers out."""
    with parts().db.write() as c:
        ended = accounts.end_one(c, person(), number, by=actor())
    return _back("session" if ended else "")


@pages.post("/account/sessions/end-others")
@for_everybody
def end_other_sessions() -> ResponseReturnValue:
    """Logs all of one's browsers out but this one."""
    with parts().db.write() as c:
        accounts.end_all(c, person(), but=visit().session)
    return _back("session")


def _changed(old: str, new: str) -> Errors:
    """Changes the password; what was wrong with either."""
    try:
        whose = accounts.check_password(
            parts().db, parts().hasher, person().email, old, by=actor(), clock=parts().clock
        )
        with parts().db.write() as c:
            accounts.set_password(c, whose, new, parts().hasher, by=actor(), keep=visit().session)
    except LoginRefused:
        return {"old_password": "This is not your present password."}
    except LoginLimited as refusal:
        return {"old_password": str(refusal)}
    except PasswordRefused as refusal:
        return errors_of(refusal)
    enter(whose)
    return {}


def _back(done: str) -> ResponseReturnValue:
    return redirect(url_for("admin.account", done=done), HTTPStatus.SEE_OTHER)


_DONE = {
    "password": "Your password is changed. You are signed out everywhere else.",
    "zone": "Your time zone is changed.",
    "session": "Signed out there.",
}


def _page(errors: Errors) -> str:
    with parts().db.read() as c:
        sessions = accounts.sessions_of(c, person(), parts().clock.now())
    here = visit().session
    return render_template(
        "account.html",
        errors=errors,
        notice="" if errors else _DONE.get(request.args.get("done", ""), ""),
        sessions=[(each, browser_name(each.browser), here is not None and each.id == here.id) for each in sessions],
        zones=_zones(),
    )


@cache
def _zones() -> list[str]:
    """The zones that people know: a continent or an ocean and a place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
