"""`qbwc admin`."""

from __future__ import annotations

import re

import pytest

from qbwc_server.cli.admin import announce_link
from qbwc_server.config import Settings
from tests.support.command_line import CommandLine
from tests.support.doubles import ManualClock
from tests.support.page import ADMIN, OTHER_PASSWORD, PASSWORD, Page

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def qbwc(database_url: str) -> CommandLine:
    return CommandLine(QBWC_DATABASE_URL=database_url)


def test_add_asks_twice_and_shows_the_password_nowhere(qbwc: CommandLine, page: Page) -> None:
    result = qbwc("admin", "add", "Ada@Example.com", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert "ada@example.com may sign in as admin." in result.stderr
    page.clock.advance(days=1)
    assert _can_sign_in(page, PASSWORD)


def test_two_different_passwords_are_asked_for_again(qbwc: CommandLine) -> None:
    result = qbwc("admin", "add", ADMIN, stdin=f"{PASSWORD}\nanother\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "do not match" in result.output


def test_a_password_from_standard_input_is_taken_as_it_is(qbwc: CommandLine, page: Page) -> None:
    odd = "  blanks around, ünïcode  "
    qbwc.done("admin", "add", ADMIN, "--role", "admin", "--password-stdin", stdin=odd.encode() + b"\r\n")
    assert _can_sign_in(page, odd)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "ada", "--password-stdin"), "name@example.com"),
        (("add", "new@example.com", "--password-stdin"), "at least 8 characters"),
        (("add", ADMIN, "--password-stdin"), "is there already"),
        (("password", "nobody@example.com", "--password-stdin"), "nobody with the e-mail address"),
        (("role", ADMIN, "viewer"), "only admin"),
        (("disable", ADMIN), "only admin"),
        (("setup-link",), "there is an admin already"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    qbwc: CommandLine, page: Page, arguments: tuple[str, ...], told: str
) -> None:
    page.person()
    before = page.checksum()
    (line,) = qbwc.refused("admin", *arguments, stdin="short\n")
    assert told in line
    assert page.checksum() == before


def test_people_are_listed_changed_and_put_out(qbwc: CommandLine, page: Page) -> None:
    assert qbwc.done("admin", "list") == ""
    qbwc.done("admin", "add", ADMIN, "--password-stdin", stdin=PASSWORD)
    qbwc.done("admin", "add", "vic@example.com", "--role", "viewer", "--password-stdin", stdin=PASSWORD)
    assert [(each["email"], each["role"], each["state"]) for each in qbwc.objects("admin", "list")] == [
        (ADMIN, "admin", "active"),
        ("vic@example.com", "viewer", "active"),
    ]
    browser = page.signed_in("vic@example.com")
    assert qbwc.one("admin", "role", "vic@example.com", "admin")["role"] == "admin"
    assert not browser.is_signed_in()
    assert qbwc.one("admin", "disable", ADMIN)["state"] == "disabled"
    assert "disabled" in qbwc.done("admin", "list")
    assert qbwc.one("admin", "enable", ADMIN)["state"] == "active"
    qbwc.done("admin", "password", ADMIN, "--password-stdin", stdin=OTHER_PASSWORD)
    assert _can_sign_in(page, OTHER_PASSWORD)


def test_setup_link_prints_a_link_that_opens_the_page(qbwc: CommandLine, page: Page, clock: ManualClock) -> None:
    link = qbwc.done("admin", "setup-link").strip()
    assert re.fullmatch(r"http://localhost:8000/admin/set-up/[0-9a-f]{32}", link)
    assert page.browser().get(link.removeprefix("http://localhost:8000")).status_code == 200
    assert qbwc.one("admin", "setup-link")["link"] != link


def test_a_server_with_an_admin_announces_no_link(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(host="0.0.0.0", port=9000)
    announce_link(page.db, settings)
    assert re.search(r"^ +http://localhost:9000/admin/set-up/[0-9a-f]{32}$", capsys.readouterr().err, re.MULTILINE)
    page.person()
    announce_link(page.db, settings)
    assert capsys.readouterr().err == ""


def _can_sign_in(page: Page, password: str) -> bool:
    return page.browser().sign_in(password=password).status_code == 303
