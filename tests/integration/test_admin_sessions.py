"""Signing in and out with a browser: cookies, sessions, the account page, links, people."""

from __future__ import annotations

import re

import pytest

from qbwc_server import accounts
from qbwc_server.accounts import Role
from tests.support.page import ADMIN, HOST, OTHER_PASSWORD, PASSWORD, VIEWER, Page, hidden, text_of

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NEW = {"old_password": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}


@SQLITE
@pytest.mark.parametrize(
    ("scheme", "cookie"),
    [
        ("https", r"__Host-qbwc=[0-9a-f]{32}; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ("http", r"qbwc=[0-9a-f]{32}; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_the_cookie_is_as_strict_as_the_connection_allows(page: Page, scheme: str, cookie: str) -> None:
    page.scheme = scheme
    page.person()
    answer = page.browser().sign_in()
    (sent,) = answer.headers.getlist("Set-Cookie")
    assert re.fullmatch(cookie, sent)
    assert page.signed_in().is_signed_in()


@SQLITE
def test_behind_a_listed_proxy_the_cookie_is_that_of_https_and_anybody_else_is_not_believed(page: Page) -> None:
    page.scheme = "http"
    page.person()
    behind = page.browser("127.0.0.1").get("/admin/log-in", X_Forwarded_Proto="https")
    assert behind.headers["Set-Cookie"].startswith("__Host-qbwc=")
    spoofed = page.browser("192.0.2.7").get("/admin/log-in", X_Forwarded_Proto="https")
    assert spoofed.headers["Set-Cookie"].startswith("qbwc=")


@SQLITE
def test_a_cookie_from_before_the_login_or_from_an_earlier_one_is_worth_nothing(page: Page) -> None:
    page.person()
    browser = page.browser()
    browser.get("/admin/log-in")
    names = [browser.cookie]
    for _ in range(2):
        browser.sign_in()
        names.append(browser.cookie)
    assert len(set(names)) == 3
    for old in names[:2]:
        thief = page.browser()
        thief.client.set_cookie("__Host-qbwc", old, domain=HOST)
        assert thief.get("/admin/account").status_code == 303
    assert browser.is_signed_in()


@SQLITE
def test_signing_out_ends_the_session_on_the_server(page: Page) -> None:
    page.person()
    browser = page.signed_in()
    kept = browser.cookie
    answer = browser.post("/admin/log-out")
    assert (answer.status_code, answer.location) == (303, "/admin/log-in")
    assert browser.cookie == ""
    browser.client.set_cookie("__Host-qbwc", kept, domain=HOST)
    assert not browser.is_signed_in()


def test_a_new_password_signs_out_every_other_browser_and_renames_this_session(page: Page) -> None:
    page.person()
    here, elsewhere = page.signed_in(), page.signed_in()
    old = here.cookie
    assert here.post("/admin/account/password", NEW).location == "/admin/account?done=password"
    assert here.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert here.cookie != old
    thief = page.browser()
    thief.client.set_cookie("__Host-qbwc", old, domain=HOST)
    assert not thief.is_signed_in()
    assert page.browser().sign_in().status_code == 422
    assert page.signed_in(password=OTHER_PASSWORD).is_signed_in()


@SQLITE
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"old_password": "not this one"}, "This is not your present password."),
        ({"again": "something else"}, "This is not what you typed above."),
        ({"password": "short", "again": "short"}, "A password has at least 8 characters"),
        ({"password": "password1", "again": "password1"}, "anybody would try"),
        ({"password": "ada@example.com", "again": "ada@example.com"}, "a name that others know"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why_at_its_field(page: Page, fields: dict[str, str], told: str) -> None:
    page.person()
    browser, other = page.signed_in(), page.signed_in()
    answer = browser.post("/admin/account/password", {**NEW, **fields})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert OTHER_PASSWORD not in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert other.is_signed_in()
    assert page.browser().sign_in().status_code == 303


@SQLITE
def test_the_old_password_is_guessed_no_faster_on_the_account_page_than_at_the_login(page: Page) -> None:
    page.person()
    browser = page.signed_in()
    for _ in range(5):
        browser.post("/admin/account/password", {**NEW, "old_password": "a guess"})
    assert "Wait 30 seconds" in text_of(browser.post("/admin/account/password", NEW))
    assert page.browser().sign_in().status_code == 429


def test_two_servers_share_limit_and_sessions(page: Page) -> None:
    page.person()
    second = Page(page.url, page.clock)
    try:
        moved = second.browser()
        moved.client.set_cookie("__Host-qbwc", page.signed_in().cookie, domain=HOST)
        assert moved.is_signed_in()
        wrong = [(page, second)[turn % 2].browser().sign_in(password="a guess").status_code for turn in range(6)]
        assert wrong == [422] * 5 + [429]
    finally:
        second.close()


@SQLITE
def test_the_login_never_says_which_was_wrong_and_when_limited_how_long_to_wait(page: Page) -> None:
    page.person()
    vic = page.person(VIEWER, Role.VIEWER)
    with page.db.write() as c:
        accounts.disable(c, vic, by=accounts.Actor("a test"), clock=page.clock)
    told = {
        text_of(page.browser(f"192.0.2.{place}").sign_in(email, password)).replace(email, "")
        for place, (email, password) in enumerate(
            [(ADMIN, "a guess"), ("nobody@example.com", PASSWORD), (VIEWER, PASSWORD), (ADMIN, PASSWORD + " ")]
        )
    }
    assert len(told) == 1
    assert "E-mail address and password do not belong together." in told.pop()
    for _ in range(5):
        page.browser().sign_in("nobody@example.com", "a guess")
    limited = page.browser().sign_in("nobody@example.com", "a guess")
    assert "Wait 30 seconds, then try again." in text_of(limited)
    assert hidden(limited, "email") == "nobody@example.com"
    assert "a guess" not in limited.text


@SQLITE
def test_a_session_ends_by_itself(page: Page) -> None:
    page.person()
    idle, busy = page.signed_in(), page.signed_in()
    for _ in range(12):
        page.clock.advance(minutes=59)
        assert busy.is_signed_in()
    assert not idle.is_signed_in()
    page.clock.advance(minutes=12)
    assert not busy.is_signed_in()


@SQLITE
def test_the_account_page_lists_ones_sessions_and_ends_them(page: Page) -> None:
    page.person()
    page.person(VIEWER, Role.VIEWER)
    here, there = page.signed_in(), page.browser("198.51.100.9", "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0")
    there.sign_in()
    stranger = page.signed_in(VIEWER)
    shown = here.get("/admin/account")
    assert "Firefox on Linux 192.0.2.7 this one" in text_of(shown)
    assert "Chrome on Windows 198.51.100.9 Sign out" in text_of(shown)
    (action,) = re.findall(r"/admin/account/sessions/\d+/end", shown.text)
    assert stranger.post(action).status_code == 303
    assert there.is_signed_in(), "somebody else's session is not theirs to end"
    here.post(action)
    assert not there.is_signed_in()
    there.sign_in()
    here.post("/admin/account/sessions/end-others")
    assert (here.is_signed_in(), there.is_signed_in(), stranger.is_signed_in()) == (True, False, True)


@SQLITE
def test_times_are_in_the_zone_of_the_browser_until_somebody_chooses_one(page: Page) -> None:
    page.person()
    browser = page.signed_in()
    assert "2 Nov 2026, 09:00" in text_of(browser.get("/admin/account"))
    browser.client.set_cookie("zone", "America/New_York", domain=HOST)
    assert "2 Nov 2026, 04:00" in text_of(browser.get("/admin/account"))
    browser.post("/admin/account/time-zone", {"time_zone": "Asia/Tokyo"})
    assert "2 Nov 2026, 18:00" in text_of(browser.get("/admin/account"))
    assert browser.post("/admin/account/time-zone", {"time_zone": "Mars/Olympus"}).status_code == 422
    browser.post("/admin/account/time-zone", {"time_zone": ""})
    assert "2 Nov 2026, 04:00" in text_of(browser.get("/admin/account"))


def test_the_first_admin_sets_a_password_with_the_link_and_is_in(page: Page) -> None:
    with page.db.write() as c:
        secret = accounts.first_admin_link(c, clock=page.clock, chance=page.admin.extensions["qbwc_parts"].chance)
    browser, path = page.browser(), f"/admin/set-up/{secret}"
    token = hidden(browser.get(path), "csrf_token")

    def send(**fields: str) -> tuple[int, str]:
        answer = browser.post(path, {"csrf_token": token, **fields}, token=False)
        return answer.status_code, text_of(answer) if answer.status_code != 303 else answer.location

    assert "at least 8 characters" in send(email=ADMIN, password="short", again="short")[1]
    assert "not what you typed above" in send(email=ADMIN, password=PASSWORD, again="x")[1]
    assert "name@example.com" in send(email="ada", password=PASSWORD, again=PASSWORD)[1]
    assert send(email=ADMIN, password=PASSWORD, again=PASSWORD) == (303, "/admin/")
    assert browser.is_signed_in()
    gone = page.browser().get(path)
    assert gone.status_code == 404
    assert "used already" in text_of(gone)


@SQLITE
def test_an_admin_adds_people_with_a_link_and_takes_them_out_again(page: Page) -> None:
    page.person()
    ada = page.signed_in()
    answer = ada.post("/admin/people/add", {"email": "Vic@Example.com", "role": "viewer"})
    link = hidden_link(answer.text)
    assert link.startswith(f"https://{HOST}/admin/set-up/")
    assert "has not used the link yet" in text_of(ada.get("/admin/people"))
    vic = page.browser()
    path = link.removeprefix(f"https://{HOST}")
    token = hidden(vic.get(path), "csrf_token")
    vic.post(path, {"csrf_token": token, "password": PASSWORD, "again": PASSWORD}, token=False)
    assert vic.is_signed_in()
    assert vic.get("/admin/people").status_code == 403
    with page.db.read() as c:
        number = accounts.get(c, VIEWER).id
    ada.post(f"/admin/people/{number}/role", {"role": "admin"})
    assert not vic.is_signed_in(), "another role begins with another login"
    vic.sign_in(VIEWER)
    assert vic.get("/admin/people").status_code == 200
    ada.post(f"/admin/people/{number}/disable")
    assert not vic.is_signed_in()
    assert vic.sign_in(VIEWER).status_code == 422
    assert ada.post(f"/admin/people/{number}/link").status_code == 422
    ada.post(f"/admin/people/{number}/enable")
    assert vic.sign_in(VIEWER).status_code == 303


@SQLITE
def test_a_change_of_people_that_is_refused_says_why(page: Page) -> None:
    own = page.person()
    ada = page.signed_in()
    assert "is there already" in text_of(ada.post("/admin/people/add", {"email": ADMIN, "role": "admin"}))
    assert "name@example.com" in text_of(ada.post("/admin/people/add", {"email": "<script>", "role": "admin"}))
    assert "admin or viewer" in text_of(ada.post("/admin/people/add", {"email": "b@c.example", "role": "boss"}))
    assert "only admin" in text_of(ada.post(f"/admin/people/{own.id}/role", {"role": "viewer"}))
    assert "only admin" in text_of(ada.post(f"/admin/people/{own.id}/disable"))
    assert ada.post("/admin/people/999/disable").status_code == 404


ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/admin\\evil.example",
    "/admin/\\evil.example",
    "/\t/evil.example",
    "/admin/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/admin/account\r\nSet-Cookie: a=b",
    "/admin/account\nLocation: https://evil.example",
    "/admin/account%0d%0aX: y\r\n",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "https://sync.example.com@evil.example",
    "https://sync.example.com/admin/account",
    "/admin//evil.example",
    "/admin/../../evil.example",
    "/admin/%2e%2e//evil.example",
    "/admin/./account",
    "/support",
    "/qbwc",
    "/adminx",
    "/admin",
    "/admin/nothing/here",
    "/admin/log-in?next=//evil.example",
    "/admin/log-out",
    "/admin/account?x=\u202e",
    "/admin/account?" + "x" * 3000,
    "",
]


@SQLITE
def test_after_the_login_somebody_goes_on_on_this_page_and_nowhere_else(page: Page) -> None:
    page.person()
    browser = page.signed_in()
    token = browser.token()
    for target in ELSEWHERE:
        already = browser.client.get("/admin/log-in", query_string={"next": target}, base_url=f"https://{HOST}")
        assert (already.status_code, already.location) == (303, "/admin/"), target
        fields = {"email": ADMIN, "password": PASSWORD, "next": target, "csrf_token": token}
        answer = browser.post("/admin/log-in", fields, token=False)
        assert (answer.status_code, answer.location) == (303, "/admin/"), target
        token = browser.token()
    for target in ("/admin/account", "/admin/people?role=admin&x=%2F%2Fevil"):
        assert page.browser().sign_in(next=target).location == target


def hidden_link(text: str) -> str:
    found = re.search(r"<code>(https?://[^<]+)</code>", text)
    assert found is not None
    return found[1]
