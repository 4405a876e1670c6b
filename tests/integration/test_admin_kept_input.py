"""Nothing that was typed is lost to a session that ended meanwhile."""

from __future__ import annotations

import pytest
from flask import render_template_string, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from qbwc_server.accounts import Role
from qbwc_server.admin import keeps_input
from tests.support.page import VIEWER, Browser, Page, hidden, parsed, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

TYPED = {"name": "Müller & <b>Sons</b>", "memo": "\nfirst\nsecond  ", "card_password": "s3cret-canary", "empty": ""}
PATH = "/admin/new/7?from=home"


class Desk:
    """A page with a form that keeps its input, and what was done by it."""

    def __init__(self, page: Page) -> None:
        self.done: list[tuple[int, dict[str, str]]] = []

        def show(values: MultiDict[str, str], notice: str = "", *, number: int) -> ResponseReturnValue:
            form = "<h1>New {{ number }}</h1> <p>{{ notice }}</p><form><input name=csrf_token value={{ csrf_token() }}>"
            form += "<input name=name value='{{ values.name }}'><textarea name=memo>\n{{ values.memo }}</textarea>"
            return render_template_string("<!DOCTYPE html>" + form, number=number, notice=notice, values=values)

        @page.admin.post("/new/<int:number>")
        @keeps_input(show)
        def create(number: int) -> str:
            self.done.append((number, request.form.to_dict()))
            return "done"


@pytest.fixture
def desk(page: Page) -> Desk:
    page.person()
    return Desk(page)


def sign_in_from(browser: Browser, form: TestResponse, password: str = "correct horse battery staple") -> TestResponse:
    """Fills in the login form that is shown, and sends it with all it carries."""
    carried = {name: hidden(form, name) for name in ("csrf_token", "next", "fields")}
    return browser.post("/admin/log-in", {"email": "ada@example.com", "password": password, **carried}, token=False)


def press_only_button(browser: Browser, shown: TestResponse) -> TestResponse:
    """Sends the one form in the content of a page with everything in it, as a browser does."""
    (form,) = parsed(shown).xpath("//main//form[@action]")
    fields = {}
    for each in form.xpath(".//input | .//textarea"):
        value = each.get("value") if each.tag == "input" else each.text_content().removeprefix("\n")
        fields[each.get("name")] = value or ""
    return browser.post(form.get("action"), fields, token=False)


def test_what_was_typed_travels_through_the_login_and_is_shown_again_before_anything_is_done(
    page: Page, desk: Desk
) -> None:
    browser = page.signed_in()
    page.clock.advance(hours=2)
    form = browser.post(PATH, TYPED)
    assert form.status_code == 401
    assert "what you typed is kept" in text_of(form)
    wrong = sign_in_from(browser, form, "a guess")
    assert "do not belong together" in text_of(wrong)
    resumed = sign_in_from(browser, wrong)
    assert resumed.status_code == 200
    assert "Nothing was sent yet" in text_of(resumed)
    filled = press_only_button(browser, resumed)
    assert filled.status_code == 200
    assert "New 7 You are signed in again." in text_of(filled)
    assert (hidden(filled, "name"), hidden(filled, "memo")) == (TYPED["name"], TYPED["memo"])
    assert "s3cret-canary" not in form.text + wrong.text + resumed.text + filled.text
    assert desk.done == []
    confirmed = {"csrf_token": hidden(filled, "csrf_token"), "name": hidden(filled, "name")}
    assert browser.post(PATH, confirmed, token=False).text == "done"
    assert [(number, fields["name"]) for number, fields in desk.done] == [(7, TYPED["name"])]


def test_a_form_that_is_too_old_is_shown_again_with_what_was_typed(page: Page, desk: Desk) -> None:
    browser = page.signed_in()
    old = browser.token()
    browser.sign_in()
    shown = browser.post(PATH, {**TYPED, "csrf_token": old}, token=False)
    assert shown.status_code == 400
    assert "New 7 This form was too old to be sent." in text_of(shown)
    assert hidden(shown, "name") == TYPED["name"]
    assert hidden(shown, "csrf_token") == browser.token()
    assert desk.done == []


def test_a_login_form_that_is_too_old_loses_nothing_either(page: Page, desk: Desk) -> None:
    browser = page.signed_in()
    page.clock.advance(hours=2)
    form = browser.post(PATH, TYPED)
    browser.sign_in()  # in another tab
    resumed = sign_in_from(browser, form)
    assert resumed.status_code == 400
    filled = press_only_button(browser, resumed)
    assert hidden(filled, "name") == TYPED["name"]
    assert desk.done == []


def test_another_site_can_neither_send_nor_carry_anything(page: Page, desk: Desk) -> None:
    browser = page.signed_in()
    page.clock.advance(hours=2)
    answer = browser.request("POST", PATH, data=TYPED, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Sons" not in answer.text
    assert desk.done == []


def test_input_is_shown_again_only_to_who_may_send_it(page: Page, desk: Desk) -> None:
    page.person(VIEWER, Role.VIEWER)
    browser = page.browser()
    form = browser.post(PATH, TYPED)
    carried = {name: hidden(form, name) for name in ("csrf_token", "next", "fields")}
    credentials = {"email": VIEWER, "password": "correct horse battery staple"}
    resumed = browser.post("/admin/log-in", {**credentials, **carried}, token=False)
    assert press_only_button(browser, resumed).status_code == 403
    assert desk.done == []


def test_carried_fields_go_only_to_a_form_that_keeps_its_input(page: Page, desk: Desk) -> None:
    fields = '[["role", "viewer"]]'
    for target in ("/admin/people/1/role", "https://evil.example/", "/admin/log-out", "/admin/people"):
        answer = page.browser().sign_in(next=target, fields=fields)
        assert answer.status_code == 303, target
        assert answer.location in {"/admin/", "/admin/people"}


def test_what_is_too_long_to_be_carried_is_said_to_be_lost(page: Page, desk: Desk) -> None:
    browser = page.signed_in()
    page.clock.advance(hours=2)
    form = browser.post(PATH, {**TYPED, "memo": "x" * 1_000_000})
    assert form.status_code == 401
    assert "too long to be kept" in text_of(form)
    assert sign_in_from(browser, form).location == "/admin/"


def test_a_viewer_of_news_by_script_gets_no_login_in_place_of_what_is_being_typed(page: Page, desk: Desk) -> None:
    answer = page.browser().get("/admin/", HX_Request="true")
    assert (answer.status_code, answer.text) == (401, "")
