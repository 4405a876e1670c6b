"""Companies: the list, adding one, and its settings."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qbwc_server import companies as registry
from qbwc_server import desk
from qbwc_server.admin import company_rows as rows
from qbwc_server.admin.access import admins_only, keeps_input
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.company import just_connected, told
from qbwc_server.admin.connecting import policy_fields
from qbwc_server.admin.context import actor, parts, visit
from qbwc_server.admin.fields import Errors, errors_of
from qbwc_server.admin.links import jobs_url
from qbwc_server.companies import Company
from qbwc_server.errors import CompanyRefused, UnknownCompany
from qbwc_server.logs import shown

_log = logging.getLogger(__name__)
_MINUTES = "15"

_OTHERS = (
    "Somebody else changed these settings meanwhile. Nothing was saved. Yours stand below: look at theirs in another "
    "window, then save again."
)


@pages.get("/companies")
def companies() -> str:
    """All of them, or those with a text in their name, by name."""
    text = request.args.get("text", "")[:100]
    with parts().db.read() as c:
        cards = desk.overview(c, parts().clock.now()).cards
    part = rows.part(rows.named(cards, text), request.args.get("page", 1, type=int))
    return render_template(
        "companies.html",
        part=part,
        companies=[rows.row(card, jobs_url) for card in part.cards],
        text=text,
        there=len(cards),
    )


@pages.get("/companies/new")
@admins_only
def new_company() -> str:
    """The form to add one."""
    return _new_page({"url": _address_here(), "every": _MINUTES}, {})


def show_new(values: Mapping[str, str], notice: str = "", **_url: object) -> str:
    """The same, filled."""
    return _new_page(values, {}, notice)


@pages.post("/companies/new")
@keeps_input(show_new)
def add_company() -> ResponseReturnValue:
    """Registers a company and goes on with how to connect it; its password stands in this one answer."""
    given = request.form
    try:
        with parts().db.write() as c:
            credentials = registry.add(
                c,
                name=given.get("name", ""),
                base_url=given.get("url", ""),
                company_file=given.get("file", ""),
                run_every_minutes=_minutes(given.get("every", "")),
                clock=parts().clock,
                chance=parts().chance,
            )
            number = registry.get(c, credentials.name).id
            _refuse_what_the_web_connector_refuses(given.get("url", ""))
    except CompanyRefused as refusal:
        return make_response(_new_page(given, errors_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY)
    _log.info("company added: %s by %s", shown(credentials.name), actor())
    return just_connected(number, credentials, is_new=True)


@pages.get("/companies/<int:number>/settings")
@admins_only
def company_settings(number: int) -> str:
    """What was given when it was added, and its policies."""
    return _settings_page(_company(number), None, {})


def show_settings(values: Mapping[str, str], notice: str = "", *, number: int) -> str:
    """The same, as it was typed."""
    return _settings_page(_company(number), values, {}, notice, seen=values.get("seen", ""))


@pages.post("/companies/<int:number>/settings")
@keeps_input(show_settings)
def change_company(number: int) -> ResponseReturnValue:
    """Changes all of it."""
    given, fields = request.form, policy_fields()
    chosen = [f"{each.name}={given[each.name]}" for each in fields if each.name in given]
    try:
        with parts().db.write() as c:
            before = registry.lock(c, told(c, number).id)
            if given.get("seen", "") != _mark(before):
                return make_response(_settings_page(before, given, {}, _OTHERS), HTTPStatus.CONFLICT)
            after = registry.change(
                c,
                before.name,
                base_url=given.get("url", ""),
                company_file=given.get("file", ""),
                run_every_minutes=_minutes(given.get("every", "")),
                policies=chosen,
            )
            _refuse_what_the_web_connector_refuses(after.base_url)
    except CompanyRefused as refusal:
        page = _settings_page(_company(number), given, errors_of(refusal), seen=given.get("seen", ""))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    _log.info("company changed: %s by %s", shown(after.name), actor())
    stale = (before.base_url, before.run_every_minutes) != (after.base_url, after.run_every_minutes)
    done = "settings-load" if stale else "settings"
    return redirect(url_for("admin.company", number=number, done=done), HTTPStatus.SEE_OTHER)


def _company(number: int) -> Company:
    with parts().db.read() as c:
        return told(c, number)


def _new_page(values: Mapping[str, str], errors: Errors, notice: str = "") -> str:
    return render_template(
        "company_new.html", values=values, errors=errors, notice=notice, there=_there(values.get("name", ""))
    )


def _there(name: str) -> Company | None:
    """The company of that name, for whoever adds it a second time."""
    if not name.strip():
        return None
    try:
        with parts().db.read() as c:
            return registry.get(c, name)
    except UnknownCompany:
        return None


def _settings_page(
    company: Company, typed: Mapping[str, str] | None, errors: Errors, notice: str = "", *, seen: str = ""
) -> str:
    return render_template(
        "company_settings.html",
        company=company,
        values=_registered(company) if typed is None else typed,
        errors=errors,
        notice=notice,
        policies=policy_fields(),
        seen=seen or _mark(company),
    )


def _registered(company: Company) -> dict[str, str]:
    """The settings as the form shows them."""
    return {
        "url": company.base_url,
        "file": company.company_file,
        "every": str(company.run_every_minutes),
        **company.policies,
    }


def _mark(company: Company) -> str:
    """What a form says about the settings that it began with, to tell whether somebody was faster."""
    return hashlib.sha256(repr(sorted(_registered(company).items())).encode()).hexdigest()[:16]


def _refuse_what_the_web_connector_refuses(base: str) -> None:
    """Raises CompanyRefused, at the field, for an address with which no .qwc could be loaded."""
    if problems := registry.qbwc_refusals(registry.checked_base(base)):
        raise CompanyRefused(*problems)


def _address_here() -> str:
    """The address of this server as this browser sees it, where the Web Connector would take it."""
    return registry.suggested_base(f"{'https' if visit().secure else 'http'}://{request.host}")


def _minutes(text: str) -> int:
    """The number that was typed; 0, which is refused with the right words, for anything else."""
    try:
        return int(text)
    except ValueError:
        return 0
