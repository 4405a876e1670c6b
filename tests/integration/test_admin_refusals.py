"""What the page says when something goes wrong, and what the log says of it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from qbwc_server import accounts, logs
from qbwc_server.accounts import Actor, Role
from qbwc_server.db import Database, tables
from tests.support.page import ADMIN, OTHER_PASSWORD, PASSWORD, VIEWER, Page, hidden, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server writes to its log."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Formatter())
    logging.root.addHandler(handler)
    yield written
    logging.root.removeHandler(handler)


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/admin/nothing", 404, "There is nothing here"),
        ("GET", "/admin/people/1/role", 405, "This address is not for opening"),
        ("GET", "/admin/set-up/" + "0" * 32, 404, "This link was used already"),
        ("POST", "/admin/people/add", 400, "The form could not be taken"),
    ],
)
def test_an_error_is_a_page_that_says_what_to_do(page: Page, method: str, path: str, status: int, title: str) -> None:
    page.person()
    browser = page.signed_in()
    answer = browser.get(path) if method == "GET" else browser.post(path, token=False)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    assert title in text_of(answer)
    assert "To the first page" in text_of(answer)


def test_too_large_a_form_is_refused_on_this_page_alone(page: Page) -> None:
    page.person()
    answer = page.signed_in().post("/admin/people/add", {"email": "x" * (2 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "at most 2 MB" in text_of(answer)
    soap = page.browser().request("POST", "/qbwc", data={"x": "x" * (3 * 1024 * 1024)})
    assert "Content-Security-Policy" not in soap.headers or "script-src" not in soap.headers["Content-Security-Policy"]
    assert soap.status_code != 413


def test_with_the_database_away_the_page_says_so_and_comes_back_with_it(page: Page, database_url: str) -> None:
    page.person()
    browser = page.signed_in()
    away = Page("postgresql://user:s3cret@127.0.0.1:1/none", page.clock)
    try:
        for path in ("/admin/", "/admin/log-in", "/admin/people"):
            there = away.browser()
            there.client.set_cookie("__Host-qbwc", browser.cookie, domain="sync.example.com")
            answer = there.get(path)
            assert answer.status_code == 503
            assert "The database cannot be reached" in text_of(answer)
            assert "s3cret" not in answer.text
    finally:
        away.close()
    assert browser.is_signed_in()


def test_a_database_that_was_never_made_is_told_in_the_words_for_it(page: Page, tmp_path: object) -> None:
    bare = Page(f"sqlite:///{tmp_path}/bare.db", page.clock)
    try:
        answer = bare.browser().get("/admin/")
        assert answer.status_code == 503
        assert "qbwc init" in text_of(answer)
    finally:
        bare.close()


def test_a_fault_of_ours_shows_a_number_that_stands_in_the_log(page: Page, log: io.StringIO) -> None:
    @page.admin.get("/broken/<secret>")
    def broken(secret: str) -> str:
        raise ValueError(f"could not convert {secret}")

    page.person()
    answer = page.signed_in().get("/admin/broken/s3cret-canary")
    assert answer.status_code == 500
    found = re.search(r"Number: ([0-9a-f]{16})", text_of(answer))
    assert found is not None
    assert f"unexpected error in GET /broken/<secret>, request {found[1]}" in log.getvalue()
    assert "s3cret-canary" not in answer.text + log.getvalue()


def test_every_event_that_matters_is_logged_with_who_and_from_where(page: Page, log: io.StringIO) -> None:
    page.person()
    vic = page.person(VIEWER, Role.VIEWER)
    ada, viewer = page.signed_in(), page.signed_in(VIEWER, address="198.51.100.9")
    viewer.post("/admin/people/add", {"email": "x@example.com", "role": "admin"})
    ada.request("POST", "/admin/log-out", headers={"Origin": "https://evil.example"})
    ada.post("/admin/people/add", {"email": "new@example.com", "role": "viewer"})
    ada.post(f"/admin/people/{vic.id}/role", {"role": "admin"})
    ada.post(f"/admin/people/{vic.id}/disable")
    ada.post(f"/admin/people/{vic.id}/enable")
    ada.post("/admin/account/password", {"old_password": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD})
    ada.post("/admin/log-out")
    for _ in range(6):
        page.browser().sign_in(password="a guess")
    page.browser().sign_in("nobody@example.com", "a guess")
    told = [
        re.sub(r"request [0-9a-f]{16}", "request ID", line.split(": ", 1)[1]) for line in log.getvalue().splitlines()
    ]
    by_ada = "ada@example.com, from 192.0.2.7, request ID"
    for line in (
        f"login ok: {by_ada}",
        "login ok: vic@example.com, from 198.51.100.9, request ID",
        "refused, not allowed for this role: POST /people/add by vic@example.com, from 198.51.100.9, request ID",
        f"refused, sent by another site: POST /log-out by {by_ada}",
        f"person added: new@example.com as viewer by {by_ada}",
        f"role changed: vic@example.com is admin now, by {by_ada}",
        f"person disabled: vic@example.com by {by_ada}",
        f"person enabled: vic@example.com by {by_ada}",
        f"password changed: ada@example.com by {by_ada}",
        f"logout: {by_ada}",
        f"login failed: {by_ada}",
        "login failed: an unknown e-mail address, from 192.0.2.7, request ID",
        "login limited for 30 seconds: from 192.0.2.7, request ID",
    ):
        assert line in told, line
    assert all(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z ", line) for line in log.getvalue().splitlines())


def test_no_secret_reaches_the_log_or_a_page_and_no_line_is_forged(page: Page, log: io.StringIO) -> None:
    with page.db.write() as c:
        link = accounts.first_admin_link(c, clock=page.clock, chance=page.admin.extensions["qbwc_parts"].chance)
    logging.getLogger("qbwc_server").setLevel(logging.DEBUG)
    browser = page.browser(agent="Agent\u2028x <script>alert(1)</script>")
    pages = [browser.get(f"/admin/set-up/{link}")]
    fields = {"email": ADMIN, "password": PASSWORD, "csrf_token": hidden(pages[0], "csrf_token")}
    pages.append(browser.post(f"/admin/set-up/{link}", {**fields, "again": "x"}, token=False))
    browser.post(f"/admin/set-up/{link}", {**fields, "again": PASSWORD}, token=False)
    tokens = [browser.cookie, browser.token()]
    pages += [browser.sign_in(password="s3cret-guess"), browser.get("/admin/account"), browser.get("/admin/people")]
    page.browser().sign_in("s3cret-typed-into-the-wrong-field", "x")
    page.browser().sign_in("x@y.z\r\n2026-01-01T00:00:00Z INFO forged", "x")
    page.browser().post("/admin/log-in", {"email": "forged\r\nline"}, token=False)
    page.browser("192.0.2.7\r\nforged").get("/admin/log-in")
    with page.db.read() as c:
        kept = [row[0] for row in c.execute(sa.select(tables.admin_user.c.password_hash))]
    written = log.getvalue()
    for secret in (PASSWORD, link, "s3cret", *tokens, *kept):
        assert secret not in written
        assert secret in tokens or all(secret not in each.text for each in pages[2:])
    assert "forged" not in written
    assert not [line for line in written.splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", line)]
    assert all("<script>alert" not in each.text for each in pages)


def test_a_copy_of_the_database_opens_no_session_and_no_link(page: Page) -> None:
    person = page.person()
    browser = page.signed_in()
    with page.db.write() as c:
        secret = accounts.personal_link(c, person, clock=page.clock, chance=page.admin.extensions["qbwc_parts"].chance)
    everything = _everything(page.db)
    for each in (PASSWORD, browser.cookie, secret):
        assert each not in everything


def test_an_actor_without_a_request_is_told_shortly(database_kind: str) -> None:
    assert str(Actor("command line")) == "command line"


def _everything(db: Database) -> str:
    with db.read() as c:
        return repr([tuple(row) for table in tables.metadata.sorted_tables for row in c.execute(sa.select(table))])
