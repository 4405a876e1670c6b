"""Companies on the page: adding one, connecting it, its password, its settings, and what a viewer may."""

from __future__ import annotations

import json
import logging
import re

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from qbwc_server import companies
from qbwc_server.accounts import Role
from qbwc_server.db import tables
from qbwc_server.simulator import read_qwc
from tests.support.desk import customer
from tests.support.doubles import SeededChance
from tests.support.office import Office
from tests.support.page import VIEWER, Browser, Page, hidden, parsed, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

NEW = {"name": "Carpenter & Sons", "url": "https://sync.example.com", "file": "", "every": "15"}
COMPANY = "/admin/companies/1"
OTHER_FILE = "{11111111-2222-3333-4444-555555555555}"


@pytest.fixture
def ada(page: Page) -> Browser:
    page.person()
    return page.signed_in()


def office(page: Page) -> Office:
    """A company named Acme with its Web Connector and its QuickBooks."""
    return Office(page.db, page.clock, SeededChance(), ":memory:")


def password_in(text: str) -> str:
    found = re.search(r'data-copy="([0-9a-f]{32})"', text)
    assert found is not None
    return found[1]


def everything_stored(page: Page) -> str:
    with page.db.read() as c:
        return repr([c.execute(sa.select(table)).all() for table in tables.metadata.sorted_tables])


def may_log_in(page: Page, username: str, password: str) -> bool:
    with page.db.read() as c:
        return companies.find_login(c, username, password) is not None


def username(page: Page, number: int = 1) -> str:
    with page.db.read() as c:
        return companies.by_id(c, number).username


def test_the_form_offers_the_address_under_which_the_server_is_seen(ada: Browser) -> None:
    assert hidden(ada.get("/admin/companies/new"), "url") == "https://sync.example.com"


def test_a_company_is_added_and_its_password_is_seen_once_and_kept_nowhere(
    page: Page, ada: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = ada.post("/admin/companies/new", NEW)

    password = password_in(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert may_log_in(page, username(page), password)
    for path in ("/admin/", "/admin/companies", COMPANY, f"{COMPANY}/news", f"{COMPANY}/settings", f"{COMPANY}/qwc"):
        later = ada.get(path)
        assert later.status_code == 200, path
        assert password not in later.text, path
    assert password not in everything_stored(page)
    assert password not in caplog.text
    assert "company added: Carpenter & Sons by ada@example.com" in caplog.text


def test_loading_that_answer_again_says_where_to_go_on_and_adds_nothing(page: Page, ada: Browser) -> None:
    password = password_in(ada.post("/admin/companies/new", NEW).text)
    again = ada.post("/admin/companies/new", NEW)

    assert again.status_code == 422
    assert "Nothing is lost but its password" in text_of(again).replace("nothing", "Nothing")
    assert parsed(again).xpath(f"//a[@href='{COMPANY}']")
    assert may_log_in(page, username(page), password)


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(page: Page, ada: Browser) -> None:
    wrong = {"name": " ", "url": "sync.example.com/x", "file": "Acme.qbw", "every": "often"}
    answer = ada.post("/admin/companies/new", wrong)

    assert answer.status_code == 422
    errors = {field: parsed(answer).xpath(f"string(//*[@id='f-{field}-error'])") for field in wrong}
    assert "1 to 64 characters" in errors["name"]
    assert "must begin with https://" in errors["url"].replace("Must", "must")
    assert "full Windows path" in errors["file"]
    assert "1 to 1440 minutes" in errors["every"]
    assert hidden(answer, "file") == "Acme.qbw"
    with page.db.read() as c:
        assert companies.all_companies(c) == []


def test_the_downloaded_file_is_the_command_line_s_and_the_web_connector_takes_it(page: Page, ada: Browser) -> None:
    ada.post("/admin/companies/new", NEW)
    answer = ada.get(f"{COMPANY}/qwc")

    with page.db.read() as c:
        company = companies.by_id(c, 1)
    assert answer.data == companies.qwc_file(company)
    assert read_qwc(answer.data).username == company.username
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="carpenter-sons.qwc"'


def test_an_address_that_the_web_connector_refuses_is_named_before_anybody_tries(ada: Browser) -> None:
    answer = ada.post("/admin/companies/new", NEW | {"url": "http://10.0.0.5:8000"})

    assert "QBWC1010" in text_of(answer)
    assert "QBWC1001" in text_of(answer)
    assert ada.get(COMPANY).status_code == 404, "nothing was added"


def test_a_new_password_replaces_the_old_one_and_a_form_that_is_sent_twice_makes_one(page: Page, ada: Browser) -> None:
    first = password_in(ada.post("/admin/companies/new", NEW).text)
    form = {"instead_of": hidden(ada.get(COMPANY), "instead_of")}
    second = password_in(ada.post(f"{COMPANY}/password", form).text)

    assert not may_log_in(page, username(page), first)
    assert may_log_in(page, username(page), second)

    again = ada.post(f"{COMPANY}/password", form)
    assert again.status_code == 303
    assert "shown then, once" in text_of(ada.get(again.location))
    assert may_log_in(page, username(page), second)


def test_the_page_turns_green_at_the_first_answer_of_quickbooks(page: Page, ada: Browser) -> None:
    pc = office(page)
    before = text_of(ada.get(f"{COMPANY}/news"))
    assert "Waiting for the first contact" in before
    assert parsed(ada.get(COMPANY)).xpath("string(//li[@aria-current='step']/h2)") == "1Make a QuickBooks user"

    pc.visit()

    after = text_of(ada.get(f"{COMPANY}/news"))
    assert "Connected QuickBooks has answered" in after
    with page.db.read() as c:
        company = companies.by_id(c, 1)
    assert company.seen_company_name
    for told in (company.seen_company_name, company.known_facts()["product"], "Modemulti-user"):
        assert str(told) in after
    assert company.last_result
    assert company.last_result in after


def test_what_is_special_about_the_file_is_said_in_plain_words(page: Page, ada: Browser) -> None:
    office(page).visit()
    with page.db.write() as c:
        known = json.loads(companies.by_id(c, 1).facts or "{}")
        special = known | {"sample_company": True, "accountants_copy": True, "qbxml_versions": ["11.0", "12.0"]}
        c.execute(sa.update(tables.company).values(facts=json.dumps(special), recovery="absent"))

    text = text_of(ada.get(COMPANY))
    assert "one of QuickBooks' sample companies" in text
    assert "An accountant works on a copy" in text
    assert "speaks qbXML 12.0 at most" in text
    assert "QuickBooks keeps no record of what it was sent" in text


def test_another_company_file_stops_the_page_and_is_accepted_by_the_button_that_named_it(
    page: Page, ada: Browser
) -> None:
    pc = office(page)
    pc.visit()
    with page.db.write() as c:
        other = companies.SeenFile(file_id=OTHER_FILE, company_name="Rock Castle")
        stop = companies.judge_file(companies.by_id(c, 1), other)
        c.execute(
            sa.update(tables.company).values(stop_reason=stop, seen_company_name="Rock Castle", seen_file_id=None)
        )
    shown = ada.get(COMPANY)
    text = text_of(shown)
    assert "Another company file is open" in text
    assert 'the company file that is open ("Rock Castle") carries' in text
    assert "qbwc company" not in text
    assert "Likely cause" in text
    assert hidden(ada.get("/admin/"), "seen") == hidden(shown, "seen")

    stale = ada.post(f"{COMPANY}/accept-file", {"seen": "Carpenter"})
    assert stale.status_code == 422
    assert "Another file is open meanwhile" in text_of(stale)
    done = ada.post(f"{COMPANY}/accept-file", {"seen": hidden(shown, "seen")})
    assert "is now the right one" in text_of(ada.get(done.location))
    with page.db.read() as c:
        assert companies.by_id(c, 1).stop_reason is None


def test_a_pause_needs_a_reason_which_everybody_sees_until_it_is_resumed(page: Page, ada: Browser) -> None:
    office(page)
    refused = ada.post(f"{COMPANY}/pause", {"reason": "  "})
    assert refused.status_code == 422
    assert "1 to 200 characters" in text_of(refused)

    ada.post(f"{COMPANY}/pause", {"reason": "stocktaking <b>until</b> Friday."})
    page.person(VIEWER, Role.VIEWER)
    seen = page.signed_in(VIEWER).get(COMPANY)
    assert "stocktaking <b>until</b> Friday." in text_of(seen)
    assert not parsed(seen).xpath("//main//b")

    again = ada.post(f"{COMPANY}/pause", {"reason": "something else"})
    assert "It is paused already" in text_of(again)
    stale = ada.post(f"{COMPANY}/resume", {"seen": "something else"})
    assert "for another reason than you saw here" in text_of(stale)
    done = ada.post(f"{COMPANY}/resume", {"seen": hidden(ada.get(COMPANY), "seen")})
    assert "Resumed" in text_of(ada.get(done.location))
    with page.db.read() as c:
        assert not companies.by_id(c, 1).is_paused


def test_settings_are_changed_and_another_address_asks_for_the_file_to_be_loaded_anew(page: Page, ada: Browser) -> None:
    ada.post("/admin/companies/new", NEW)
    given = {"url": NEW["url"], "file": r"C:\Books\Acme.qbw", "every": "15", "link_same_name": "yes"}
    saved = change_settings(ada, given)
    assert "The settings are saved." in text_of(ada.get(saved.location))
    with page.db.read() as c:
        company = companies.by_id(c, 1)
    assert (company.company_file, company.policies["link_same_name"]) == (given["file"], "yes")

    moved = change_settings(ada, given | {"url": "https://other.example.com"})
    assert "Load the new .qwc file" in text_of(ada.get(moved.location))
    wrong = change_settings(ada, given | {"link_same_name": "perhaps"})
    assert "'perhaps' is no value of it." in parsed(wrong).xpath("string(//*[@id='f-link_same_name-error'])")
    refused = change_settings(ada, given | {"url": "http://sync.example.com"})
    assert "QBWC1010" in parsed(refused).xpath("string(//*[@id='f-url-error'])")


def test_of_two_admins_at_the_settings_the_second_is_told_and_overwrites_nothing_unseen(
    page: Page, ada: Browser
) -> None:
    ada.post("/admin/companies/new", NEW)
    opened = hidden(ada.get(f"{COMPANY}/settings"), "seen")
    given = {"url": NEW["url"], "file": "", "every": "15"}
    change_settings(ada, given | {"every": "30"})

    late = ada.post(f"{COMPANY}/settings", given | {"seen": opened})

    assert late.status_code == 409
    assert "Somebody else changed these settings meanwhile." in text_of(late)
    with page.db.read() as c:
        assert companies.by_id(c, 1).run_every_minutes == 30
    ada.post(f"{COMPANY}/settings", given | {"seen": hidden(late, "seen")})
    with page.db.read() as c:
        assert companies.by_id(c, 1).run_every_minutes == 15


def change_settings(ada: Browser, given: dict[str, str]) -> TestResponse:
    return ada.post(f"{COMPANY}/settings", given | {"seen": hidden(ada.get(f"{COMPANY}/settings"), "seen")})


def test_a_viewer_sees_how_it_stands_and_gets_neither_file_nor_password_nor_forms(page: Page, ada: Browser) -> None:
    pc = office(page)
    pc.enqueue(customer("C-1"))
    page.person(VIEWER, Role.VIEWER)
    viewer = page.signed_in(VIEWER)
    before = page.checksum()

    seen = viewer.get(COMPANY)
    assert "One job waits." in text_of(seen)
    assert "You are a viewer: an admin downloads" in text_of(seen)
    assert not parsed(seen).xpath("//main//form | //main//a[contains(@href, 'qwc') or contains(@href, 'settings')]")
    assert not parsed(viewer.get("/admin/companies")).xpath("//a[@href='/admin/companies/new']")
    for path in (f"{COMPANY}/qwc", f"{COMPANY}/settings", "/admin/companies/new"):
        assert viewer.get(path).status_code == 403, path
    mark = hidden(ada.get(COMPANY), "instead_of")
    assert viewer.post(f"{COMPANY}/password", {"instead_of": mark}).status_code == 403
    assert page.checksum() == before


def test_a_company_that_is_not_there_is_no_fault_of_the_server(ada: Browser) -> None:
    for number in (7, 10**30):
        assert ada.get(f"/admin/companies/{number}").status_code == 404
        assert ada.post(f"/admin/companies/{number}/pause", {"reason": "x"}).status_code == 404


def test_news_of_a_page_end_with_the_session(page: Page, ada: Browser) -> None:
    office(page)
    ada.post("/admin/log-out")
    assert ada.get(f"{COMPANY}/news", HX_Request="true").status_code == 401


def test_a_company_named_like_a_device_of_windows_gets_a_file_that_windows_can_store(page: Page, ada: Browser) -> None:
    ada.post("/admin/companies/new", NEW | {"name": "CON"})

    assert ada.get(f"{COMPANY}/qwc").headers["Content-Disposition"] == 'attachment; filename="company-con.qwc"'
