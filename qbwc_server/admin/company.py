"""One company: how it stands, how it is connected, and what an admin does about it.

A password stands in the answer to the POST that made it and nowhere else: not in an address, not in the session, not in
a log. The form carries the mark of the password that it replaces, so that loading that answer again makes no other one.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qbwc_server import companies, desk
from qbwc_server.admin import company_rows as rows
from qbwc_server.admin.access import admins_only, background
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.connecting import HELP, seen_file, shown_steps
from qbwc_server.admin.context import actor, parts
from qbwc_server.admin.fields import Errors, errors_of
from qbwc_server.admin.links import job_url, jobs_url
from qbwc_server.companies import Company, Credentials
from qbwc_server.errors import CompanyRefused, PasswordReplaced, UnknownCompany
from qbwc_server.logs import shown

_log = logging.getLogger(__name__)
_LARGEST_NUMBER = 2**31 - 1

_DONE = {
    "settings": "The settings are saved.",
    "settings-load": "The settings are saved. Load the new .qwc file into the Web Connector: it replaces the old one, "
    "and the password stays.",
    "paused": "Paused: nothing goes out until somebody resumes it.",
    "resumed": "Resumed: jobs go out again at the next visit of the Web Connector.",
    "accepted": "The file that was open is now the right one. Jobs go out again at the next visit.",
    "password": "This form was used already, and the password was shown then, once. Nothing was changed now. If it is "
    "lost, make a new one below.",
}
_OTHER_REASON = "By now it is not paused, or for another reason than you saw here. Nothing was changed; look again."
_PAUSED_ALREADY = "It is paused already, for the reason that stands here. Nothing was changed."
_OTHER_FILE = "Another file is open meanwhile than the one you saw here. Nothing was changed; look again."


@pages.get("/companies/<int:number>")
def company(number: int) -> str:
    """The page; while the company is not connected, it says how."""
    return _page(number, notice=_DONE.get(request.args.get("done", ""), ""))


@pages.get("/companies/<int:number>/news")
@background
def company_news(number: int) -> str:
    """What changes on it by itself."""
    return render_template("_company_live.html", **_standing(number))


@pages.get("/companies/<int:number>/qwc")
@admins_only
def company_qwc(number: int) -> Response:
    """The file for the Web Connector, as `qbwc company qwc` writes it."""
    with parts().db.read() as c:
        found = told(c, number)
    answer = make_response(companies.qwc_file(found))
    answer.content_type = "text/xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{companies.qwc_file_name(found)}"'
    return answer


@pages.post("/companies/<int:number>/password")
def new_company_password(number: int) -> ResponseReturnValue:
    """Another password, shown in this answer alone; the old one stops working at once."""
    try:
        with parts().db.write() as c:
            name = told(c, number).name
            mark = request.form.get("instead_of", "")
            credentials = companies.new_password(c, name, parts().chance, instead_of=mark)
    except PasswordReplaced:
        return _back(number, "password")
    _log.info("new Web Connector password: %s by %s", shown(name), actor())
    return just_connected(number, credentials)


@pages.post("/companies/<int:number>/pause")
def pause_company(number: int) -> ResponseReturnValue:
    """Lets nothing go out, with a reason that everybody sees."""
    try:
        reason = companies.checked_reason(request.form.get("reason", ""))
        with parts().db.write() as c:
            found = companies.lock(c, told(c, number).id)
            if found.is_paused:
                raise CompanyRefused(_PAUSED_ALREADY)
            companies.pause(c, found.name, reason)
    except CompanyRefused as refusal:
        return _refused(number, errors_of(refusal))
    _log.info("company paused: number %d by %s", number, actor())
    return _back(number, "paused")


@pages.post("/companies/<int:number>/resume")
def resume_company(number: int) -> ResponseReturnValue:
    """Lets jobs go out again, if it is paused for the reason that the button stood beside."""
    try:
        with parts().db.write() as c:
            found = companies.lock(c, told(c, number).id)
            if _words(request.form.get("seen", "")) != _words(found.pause_reason or ""):
                raise CompanyRefused(_OTHER_REASON)
            companies.resume(c, found.name)
    except CompanyRefused as refusal:
        return _refused(number, errors_of(refusal))
    _log.info("company resumed: number %d by %s", number, actor())
    return _back(number, "resumed")


@pages.post("/companies/<int:number>/accept-file")
def accept_company_file(number: int) -> ResponseReturnValue:
    """Takes the file that was open last, and that the button named, as the right one."""
    try:
        with parts().db.write() as c:
            found = companies.lock(c, told(c, number).id)
            if request.form.get("seen", "") != seen_file(found):
                raise CompanyRefused(_OTHER_FILE)
            companies.accept_file(c, found.name)
    except CompanyRefused as refusal:
        return _refused(number, errors_of(refusal))
    _log.info("company file accepted: number %d by %s", number, actor())
    return _back(number, "accepted")


def just_connected(number: int, credentials: Credentials, *, is_new: bool = False) -> str:
    """The page of a company with its new password, this once."""
    return _page(number, credentials=credentials, is_new=is_new)


def told(c: sa.Connection, number: int) -> Company:
    """The company of a number in an address. Raises UnknownCompany."""
    if number > _LARGEST_NUMBER:
        raise UnknownCompany(f"there is no company with number {number}.")
    return companies.by_id(c, number)


def _page(
    number: int,
    *,
    notice: str = "",
    errors: Errors | None = None,
    credentials: Credentials | None = None,
    is_new: bool = False,
) -> str:
    return render_template(
        "company.html",
        notice=notice,
        errors=errors or {},
        credentials=credentials,
        is_new=is_new,
        values=request.form,
        **_standing(number),
    )


def _standing(number: int) -> dict[str, Any]:
    now = parts().clock.now()
    with parts().db.read() as c:
        found = told(c, number)
        card, waiting = desk.card(c, found.name, now)
        estimate = desk.estimate(c, found.name, now)
        connection = desk.connection(c, found.name, now)
        mark = companies.password_mark(c, found.name)
    return {
        "company": found,
        "standing": rows.standing(card, waiting, estimate, jobs_url),
        "connection": connection,
        "steps": shown_steps(connection.steps),
        "help": HELP,
        "is_local": companies.is_local(found.base_url),
        "mark": mark,
        "file_name": companies.qwc_file_name(found),
        "job_url": job_url,
    }


def _back(number: int, done: str) -> ResponseReturnValue:
    return redirect(url_for("admin.company", number=number, done=done), HTTPStatus.SEE_OTHER)


def _words(text: str) -> str:
    """A text as a form gives it back: blanks and line breaks may have become others."""
    return " ".join(text.split())


def _refused(number: int, errors: Errors) -> ResponseReturnValue:
    return make_response(_page(number, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY)
