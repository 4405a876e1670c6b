"""What stands before every view of the page. Each test walks the URL map, so that it covers whatever is added."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from qbwc_server import companies
from qbwc_server.accounts import Role
from qbwc_server.errors import DatabaseAway
from tests.support.doubles import SeededChance
from tests.support.page import OTHER_PASSWORD, VIEWER, Browser, Page, doors, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

WITHOUT_LOGIN = {
    "admin.log_in",
    "admin.log_in_with_password",
    "admin.set_up",
    "admin.set_up_with_password",
    "admin.static",
}
"""Whoever adds one here says why it may be seen by everybody."""
OWN_THINGS = {
    "admin.logout",
    "admin.change_password",
    "admin.change_time_zone",
    "admin.end_session",
    "admin.end_other_sessions",
}
"""What a viewer may change, since it concerns nobody else."""
FOR_ADMINS = {
    "admin.people",
    "admin.new_company",
    "admin.company_settings",
    "admin.company_qwc",
    "admin.preview_change",
    "admin.jobs_changed",
    "admin.new",
    "admin.new_choices",
    "admin.new_lines",
    "admin.new_customer",
    "admin.new_item_service",
    "admin.new_item_non_inventory",
    "admin.new_item_inventory",
    "admin.new_invoice",
    "admin.new_payment",
    "admin.correct",
}
"""What a viewer does not even see."""
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(autouse=True)
def company(page: Page) -> None:
    """What the made-up numbers in addresses lead to, so that the walks go all the way."""
    with page.db.write() as c:
        companies.add(c, name="Acme", base_url="https://a.example", clock=page.clock, chance=SeededChance())


@pytest.fixture
def ada(page: Page) -> Browser:
    page.person()
    return page.signed_in()


def test_before_there_is_an_admin_nothing_is_open_but_a_sentence_that_says_how(page: Page) -> None:
    page.person(VIEWER, Role.VIEWER)
    browser, before = page.browser(), page.checksum()
    for door in doors(page, "GET", *CHANGING):
        answer = (browser.get if door.method == "GET" else browser.post)(door.path)
        if door.endpoint.startswith("admin.set_up") or door.endpoint == "admin.static":
            assert answer.status_code in {400, 404, 422}, door
        elif door.method == "GET":
            assert answer.status_code == 403, door
            assert "qbwc admin setup-link" in text_of(answer)
    assert not browser.is_signed_in()
    assert page.checksum() == before


def test_every_view_but_the_ways_in_needs_a_login(page: Page) -> None:
    page.person()
    browser, before = page.browser(), page.checksum()
    for door in doors(page, "GET", *CHANGING):
        if door.endpoint in WITHOUT_LOGIN:
            continue
        if door.method == "GET":
            answer = browser.get(door.path)
            assert answer.status_code == 303, door
            assert answer.location == f"/admin/log-in?next={door.path}", door
        else:
            answer = browser.request(door.method, door.path, headers={"Sec_Fetch_Site": "same-origin"})
            assert answer.status_code == 401, door
            assert "Nothing was done" in text_of(answer)
    assert page.checksum() == before


def test_no_get_or_head_changes_anything(page: Page, ada: Browser) -> None:
    before = page.checksum()
    for door in doors(page, "GET", "HEAD"):
        answer = ada.request(door.method, door.path)
        assert answer.status_code < 500, door
        assert page.checksum() == before, door


def test_every_change_needs_the_forms_token(page: Page, ada: Browser) -> None:
    before = page.checksum()
    for door in doors(page, *CHANGING):
        for token in ({}, {"csrf_token": "0" * 64}, {"csrf_token": "\u00e9"}):
            answer = ada.request(door.method, door.path, data=token, headers={"Sec_Fetch_Site": "same-origin"})
            assert answer.status_code == 400, door
    assert page.checksum() == before
    assert ada.is_signed_in()


@pytest.mark.parametrize(
    "source",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "", "Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "", "Origin": "null"},
        {"Sec_Fetch_Site": "", "Referer": "https://evil.example/"},
        {"Sec_Fetch_Site": ""},
    ],
)
def test_every_change_that_another_site_asks_for_is_refused(page: Page, ada: Browser, source: dict[str, str]) -> None:
    before, token = page.checksum(), ada.token()
    for door in doors(page, *CHANGING):
        answer = ada.request(door.method, door.path, data={"csrf_token": token}, headers=source)
        assert answer.status_code == 403, door
    assert page.checksum() == before


def test_a_token_counts_in_its_own_browser_only_and_may_come_as_a_header(page: Page, ada: Browser) -> None:
    other = page.signed_in()
    assert (
        other.request(
            "POST", "/admin/log-out", data={"csrf_token": ada.token()}, headers={"Sec_Fetch_Site": "same-origin"}
        ).status_code
        == 400
    )
    assert other.post("/admin/log-out", token=False, X_CSRF_Token=other.token()).status_code == 303


def test_a_viewer_changes_nothing_but_their_own_things(page: Page) -> None:
    page.person()
    page.person(VIEWER, Role.VIEWER)
    viewer = page.signed_in(VIEWER)
    before = page.checksum()
    for door in doors(page, *CHANGING):
        if door.endpoint in WITHOUT_LOGIN | OWN_THINGS:
            continue
        assert viewer.post(door.path).status_code == 403, door
    assert page.checksum() == before
    for door in doors(page, "GET"):
        if door.endpoint not in WITHOUT_LOGIN:
            assert (viewer.get(door.path).status_code == 403) is (door.endpoint in FOR_ADMINS), door
    new = {"old_password": "correct horse battery staple", "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert viewer.post("/admin/account/password", new).status_code == 303


def answers(page: Page, browser: Browser) -> list[tuple[str, Callable[[], object]]]:
    """Ways to each kind of answer."""
    return [
        *(
            (str(door), lambda door=door: browser.request(door.method, door.path))
            for door in doors(page, "GET", "HEAD")
        ),
        *((str(door), lambda door=door: browser.post(door.path, token=False)) for door in doors(page, *CHANGING)),
        ("404", lambda: browser.get("/admin/nothing/here")),
        ("405", lambda: browser.request("PUT", "/admin/people")),
        ("TRACE", lambda: browser.request("TRACE", "/admin/")),
        ("413", lambda: browser.post("/admin/log-in", {"x": "x" * (2 * 1024 * 1024)}, token=False)),
        ("500", lambda: browser.get("/admin/broken")),
        ("503", lambda: browser.get("/admin/away")),
        ("static", lambda: browser.get("/admin/static/page.js")),
        ("slash", lambda: browser.get("/admin")),
    ]


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_every_answer_carries_the_headers_that_protect_it(page: Page, scheme: str) -> None:
    page.scheme = scheme

    @page.admin.get("/broken")
    def broken() -> str:
        raise KeyError("secret")

    @page.admin.get("/away")
    def away() -> str:
        raise DatabaseAway("secret")

    page.person()
    seen = set()
    for browser in (page.browser(), page.signed_in()):
        for name, ask in answers(page, browser):
            answer = ask()
            seen.add(answer.status_code)  # type: ignore[attr-defined]
            headers = answer.headers  # type: ignore[attr-defined]
            policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == "'none'", name
            assert {policy[each] for each in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}, name
            assert not re.search(r"unsafe|\*|http", " ".join(policy.values())), name
            assert headers["X-Content-Type-Options"] == "nosniff", name
            assert headers["Referrer-Policy"] == "same-origin", name
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
            assert ("Strict-Transport-Security" in headers) is (scheme == "https"), name
            assert headers["Cache-Control"] == ("no-cache" if "static" in name else "no-store"), name
            assert not [each for each, _ in headers.items() if each.startswith("Access-Control")], name
            assert "Server" not in headers, name
            assert re.fullmatch(
                r"(text/html|text/xml|text/javascript|text/css); charset=utf-8", headers["Content-Type"]
            ), name
            assert "secret" not in answer.text, name  # type: ignore[attr-defined]
    assert seen >= {200, 303, 308, 400, 401, 404, 405, 413, 500, 503}


def test_no_page_allows_another_origin_to_read_it(page: Page, ada: Browser) -> None:
    for door in doors(page, "GET"):
        answer = ada.get(door.path, Origin="https://evil.example")
        assert not [name for name, _ in answer.headers.items() if name.lower().startswith("access-control")], door
    preflight = ada.request("OPTIONS", "/admin/people/add", headers={"Origin": "https://evil.example"})
    assert preflight.status_code == 405


def test_a_static_file_may_be_kept_under_the_name_of_its_version(page: Page, ada: Browser) -> None:
    found = re.search(r'"(/admin/static/[^"]+\?v=[0-9a-f]{12})"', ada.get("/admin/").text)
    assert found is not None
    assert ada.get(found[1]).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ada.get(found[1][:-1] + "x").headers["Cache-Control"] == "no-cache"
    assert ada.get("/admin/static/").status_code == 404
    assert ada.get("/admin/static/../templates/base.html").status_code == 404


def test_no_page_loads_or_runs_what_stands_in_it(page: Page, ada: Browser) -> None:
    for door in doors(page, "GET"):
        text = ada.get(door.path).text
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), door


def test_nothing_outside_the_page_has_changed(page: Page, ada: Browser) -> None:
    assert ada.get("/healthz").json == {"status": "ok"}
    assert ada.get("/").location == "/admin/"
    for path in ("/healthz", "/support", "/qbwc", "/nothing"):
        answer = page.browser().get(path)
        assert "script-src" not in answer.headers.get("Content-Security-Policy", "")
        assert "Set-Cookie" not in answer.headers
    assert page.browser().get("/nothing").json == {"error": "Not Found"}
    assert page.browser().get("/administrator").status_code == 404
