"""Home: how it stands with each company, what waits for a person, and when the rest is through."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.accounts import Role
from tests.support.crowd import crowd
from tests.support.desk import customer
from tests.support.doubles import SeededChance
from tests.support.office import Office
from tests.support.page import VIEWER, Browser, Page, parsed, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def ada(page: Page) -> Browser:
    page.person()
    return page.signed_in()


def office(page: Page, name: str = "Acme") -> Office:
    """A company with its Web Connector and its QuickBooks."""
    return Office(page.db, page.clock, SeededChance(len(name)), ":memory:", name=name)


def rows(browser: Browser, path: str = "/admin/") -> dict[str, str]:
    """What stands in the line of each company, in the order of the page."""
    found = parsed(browser.get(path)).xpath("//table[caption='Companies']/tbody/tr")
    return {
        " ".join(row.xpath("string(td[@data-label='Company'])").split()): " ".join(row.text_content().split())
        for row in found
    }


def test_without_a_company_home_leads_an_admin_to_the_first_and_tells_a_viewer_to_wait(
    page: Page, ada: Browser
) -> None:
    assert parsed(ada.get("/admin/")).xpath("//main//a[@href='/admin/companies/new']")
    page.person(VIEWER, Role.VIEWER)
    seen = page.signed_in(VIEWER).get("/admin/")
    assert "An admin connects QuickBooks first" in text_of(seen)
    assert not parsed(seen).xpath("//main//a")


def test_one_company_alone_reads_as_its_own_page(page: Page, ada: Browser) -> None:
    pc = office(page)
    pc.enqueue(customer("C-1", name="Acme Hardware"))
    pc.visit()
    pc.enqueue(customer("C-2", name="Acme Hardware"), customer("C-3"))
    pc.visit()
    pc.enqueue(customer("C-4"))

    answer = ada.get("/admin/")
    text = text_of(answer)
    assert parsed(answer).xpath("string(//h1)").split() == ["Acme", "Connected"]
    assert "Acme Hardware Held" in text
    assert "One job waits. About" in text
    assert "Next expected2 Nov 2026" in text
    assert parsed(answer).xpath("//*[@data-live]/@hx-get") == ["/admin/news"]

    page.clock.advance(minutes=50)
    late = text_of(ada.get("/admin/news"))
    assert "The Web Connector is late" in late
    assert "The PC is off or asleep" in late
    assert "nobody knows when it comes again" in late


def test_a_company_that_needs_a_look_comes_first_with_the_likely_cause(page: Page, ada: Browser) -> None:
    asleep = office(page, "Zebra")
    asleep.visit()
    page.clock.advance(minutes=50)
    fine = office(page, "Bakery")
    fine.visit()
    office(page, "Not yet")
    with page.db.write() as c:
        companies.add(c, name="Acme", base_url="http://localhost:8000", clock=page.clock, chance=SeededChance(9))
        companies.pause(c, "Acme", "stocktaking")

    shown = rows(ada)
    assert list(shown) == ["Zebra", "Acme", "Not yet", "Bakery"]
    assert "Late" in shown["Zebra"]
    assert "The PC is off or asleep" in shown["Zebra"]
    assert "stocktaking." in shown["Acme"]
    assert shown["Bakery"].startswith("Bakery Connected")
    assert "4 companies. 1 is late, 1 is paused and 1 was not seen yet." in text_of(ada.get("/admin/"))


def test_a_thousand_companies_are_a_table_in_pages_read_by_a_few_queries(page: Page, ada: Browser) -> None:
    crowd(page.db, jobs=2000, companies=1000)
    asked: list[str] = []
    sa.event.listen(page.db.engine, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))

    first = ada.get("/admin/")
    assert len([sql for sql in asked if sql.lstrip().upper().startswith("SELECT")]) < 30
    assert len(parsed(first).xpath("//table[caption='Companies']/tbody/tr")) == 50
    assert "1 to 50 of 1,000" in text_of(first)
    last = rows(ada, "/admin/?page=20")
    assert len(last) == 50
    assert not set(last) & set(rows(ada))
    assert rows(ada, "/admin/?page=999999999999") == last
    assert list(rows(ada, "/admin/companies?text=pany%20999")) == ["Company 999"]


def test_news_of_home_do_not_keep_a_session_alive(page: Page, ada: Browser) -> None:
    office(page)
    asked = []
    for _ in range(7):
        page.clock.advance(minutes=10)
        asked.append(ada.get("/admin/news", HX_Request="true").status_code)
    assert (asked[0], asked[-1]) == (200, 401)
