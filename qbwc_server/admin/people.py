"""People: who may use the page, for admins. Nobody types somebody else's password: a new person gets a link."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qbwc_server import accounts
from qbwc_server.accounts import Person, Role
from qbwc_server.admin.access import admins_only
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts, visit
from qbwc_server.admin.fields import Errors, errors_of
from qbwc_server.errors import PersonRefused


@pages.get("/people")
@admins_only
def people() -> str:
    """Everybody, and the form to add somebody."""
    return _page({})


@pages.post("/people/add")
def add_person() -> ResponseReturnValue:
    """Adds somebody and shows their link, this once."""
    try:
        with parts().db.write() as c:
            role = accounts.checked_role(request.form.get("role", ""))
            added = accounts.add(c, request.form.get("email", ""), role, by=actor(), clock=parts().clock)
            secret = accounts.personal_link(c, added, clock=parts().clock, chance=parts().chance)
    except PersonRefused as refusal:
        return _refused(refusal)
    return _link_page(added, secret)


@pages.post("/people/<int:number>/link")
def new_link(number: int) -> ResponseReturnValue:
    """A new link for somebody who lost the first one or their password; what they have works until they use it."""
    try:
        with parts().db.write() as c:
            whose = accounts.by_id(c, number)
            secret = accounts.personal_link(c, whose, clock=parts().clock, chance=parts().chance)
    except PersonRefused as refusal:
        return _refused(refusal)
    return _link_page(whose, secret)


@pages.post("/people/<int:number>/role")
def change_role(number: int) -> ResponseReturnValue:
    """Another role; the person has to log in again."""
    try:
        with parts().db.write() as c:
            role = accounts.checked_role(request.form.get("role", ""))
            accounts.change_role(c, accounts.by_id(c, number), role, by=actor())
    except PersonRefused as refusal:
        return _refused(refusal)
    return _back()


@pages.post("/people/<int:number>/disable")
def disable_person(number: int) -> ResponseReturnValue:
    """Out at once, and not in again."""
    try:
        with parts().db.write() as c:
            accounts.disable(c, accounts.by_id(c, number), by=actor(), clock=parts().clock)
    except PersonRefused as refusal:
        return _refused(refusal)
    return _back()


@pages.post("/people/<int:number>/enable")
def enable_person(number: int) -> ResponseReturnValue:
    """In again, with the password they had."""
    with parts().db.write() as c:
        accounts.enable(c, accounts.by_id(c, number), by=actor())
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("admin.people"), HTTPStatus.SEE_OTHER)


def _refused(refusal: PersonRefused) -> ResponseReturnValue:
    return make_response(_page(errors_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY)


def _link_page(person_: Person, secret: str) -> str:
    scheme = "https" if visit().secure else "http"
    link = f"{scheme}://{request.host}{url_for('admin.set_up', secret=secret)}"
    return render_template("link.html", whose=person_, link=link)


def _page(errors: Errors) -> str:
    with parts().db.read() as c:
        everybody = accounts.all_people(c)
    return render_template("people.html", people=everybody, roles=list(Role), errors=errors, values=request.form)
