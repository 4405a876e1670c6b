"""Every page with names that mean harm: text they stay, readable in both schemes, and within every window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Map

from qbwc_server import desk
from qbwc_server.app import create_app
from qbwc_server.config import Settings
from qbwc_server.jobs import Status
from tests.browser import looking
from tests.browser.conftest import SignedIn
from tests.browser.site import ADA, Office, Site, customer, invoice, payment, service

pytestmark = pytest.mark.browser

SCRIPT = "<script>alert(document.domain)</script>"
QUOTES = 'O\'Brien & "Sons" <b>Ltd</b>'
RIGHT_TO_LEFT = "שלום עליכם \u202egnorw\u202c"
LONG = "W" * 4000
COMPANY = '<script>alert(1)</script> "O\'Brien" שלום עליכם'
FOR_QUICKBOOKS = 'The string "<img src=x onerror=alert(1)>" ' + RIGHT_TO_LEFT + " " + LONG

PAGES = {
    "home": "/admin/",
    "companies": "/admin/companies?text=%3Cscript%3E",
    "new company": "/admin/companies/new",
    "company": "/admin/companies/{company}",
    "company settings": "/admin/companies/{company}/settings",
    "jobs": "/admin/jobs",
    "jobs found": "/admin/jobs?text=%3Cscript%3Ealert&status=done&company={name}",
    "jobs to change": "/admin/jobs/change?ids={failed}&ids={held}&ids={done}&deed=retry",
    "jobs changed": "/admin/jobs/changed?ids={failed}&deed=retry&changed=0&stayed=1&left={done}",
    "failed job": "/admin/jobs/{failed}",
    "held job": "/admin/jobs/{held}",
    "blocked job": "/admin/jobs/{blocked}",
    "booked customer": "/admin/jobs/{done}",
    "booked invoice": "/admin/jobs/{invoice}",
    "booked payment": "/admin/jobs/{payment}",
    "what was exchanged": "/admin/jobs/{invoice}/xml/{set}",
    "correct": "/admin/jobs/{failed}/correct",
    "new": "/admin/new",
    "new lines": "/admin/new/lines",
    "new customer": "/admin/new/customer",
    "new service": "/admin/new/item_service",
    "new non-inventory item": "/admin/new/item_non_inventory",
    "new inventory item": "/admin/new/item_inventory",
    "new invoice": "/admin/new/invoice?company={name}",
    "new payment": "/admin/new/payment?company={name}",
    "people": "/admin/people",
    "account": "/admin/account",
    "nothing there": "/admin/jobs/999999999",
}
OUTSIDE = ("admin.log_in", "admin.set_up")
"""Looked at by whoever is not in."""
NO_PAGES = {"admin.static", "admin.company_qwc", "admin.download_xml", "admin.new_choices"}
"""Files, and what a script puts into a page."""


@dataclass(frozen=True)
class Hostile:
    """A company whose every name is meant to break a page."""

    office: Office
    numbers: dict[str, object]

    def path(self, name: str) -> str:
        return PAGES[name].format(**self.numbers)


@pytest.fixture(scope="module")
def hostile(shared_site: Site) -> Hostile:
    office = shared_site.office(COMPANY)
    pc = office.pc
    (failed,) = office.enqueue(customer("<u>refused</u>", notes=f"{QUOTES} {LONG}"))
    pc.faults.fail_next(3070, FOR_QUICKBOOKS)
    pc.visit()
    with pc.at_the_keyboard() as person:
        person.type_customer(SCRIPT, Email="alert@example.com")
    done, _item = office.enqueue(customer(QUOTES, notes=LONG), service(SCRIPT[:31], desc=LONG))
    booked, paid = office.enqueue(
        invoice(SCRIPT[:11], QUOTES, SCRIPT[:31], memo=LONG, po_number="\"'<b>", expected_total="121.00"),
        payment('"><i>', QUOTES, "60.00", SCRIPT[:11]),
    )
    held, blocked = office.enqueue(customer(SCRIPT), invoice("1002", "<b>nobody</b>", SCRIPT[:31]))
    pc.visit()
    found = {"done": done, "invoice": booked, "payment": paid, "held": held, "blocked": blocked, "failed": failed}
    states = {name: office.job(number).status for name, number in found.items()}
    assert states == {
        "done": Status.DONE,
        "invoice": Status.DONE,
        "payment": Status.HELD,
        "held": Status.HELD,
        "blocked": Status.BLOCKED,
        "failed": Status.FAILED,
    }
    with shared_site.db.read() as c:
        keys = [entry.set_key for entry in desk.story(c, booked).timeline if entry.set_key]
    return Hostile(office, {**found, "company": office.company.id, "name": quote(COMPANY), "set": keys[0]})


@pytest.fixture(scope="module")
def page(browser: Browser, shared_site: Site, cookies: dict[str, object]) -> Iterator[Page]:
    """One page for all: an address after the other is opened in it, and none may leave a trace in its console."""
    with looking.watched(browser, base_url=shared_site.base, storage_state=cookies[ADA]) as page:
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_no_name_does_harm_and_everybody_can_read_the_page(page: Page, hostile: Hostile, name: str) -> None:
    page.goto(hostile.path(name))

    assert_pleasant(page)


def test_the_doors_too(browser: Browser, shared_site: Site) -> None:
    with looking.watched(browser, base_url=shared_site.base) as page:
        page.goto("/admin/log-in?next=/admin/jobs%3Ftext=%3Cscript%3E")
        assert_pleasant(page)
        page.goto("/admin/set-up/%3Cscript%3E")
        assert_pleasant(page)


def test_every_page_there_is_was_looked_at(hostile: Hostile) -> None:
    adapter = _url_map(hostile.office.site).bind("localhost", "/admin")
    paths = [hostile.path(name).partition("?")[0].removeprefix("/admin") for name in PAGES]
    looked_at = {adapter.match(path, "GET")[0] for path in paths} | set(OUTSIDE) | NO_PAGES

    there = {rule.endpoint for rule in adapter.map.iter_rules() if "GET" in (rule.methods or ())}

    assert {endpoint for endpoint in there - looked_at if not endpoint.endswith("_news")} == set()


def test_without_scripts_every_name_is_text_as_well(signed_in: SignedIn, hostile: Hostile) -> None:
    with signed_in(ADA, java_script_enabled=False) as page:
        page.goto(hostile.path("failed job"))
        expect(page.get_by_text("<u>refused</u>").first).to_be_visible()
        page.goto(hostile.path("held job"))
        expect(page.get_by_text(SCRIPT).first).to_be_visible()


def assert_pleasant(page: Page) -> None:
    """Nothing of a name runs or frames; axe is content in the light, and as to what changes in the dark on a phone."""
    page.set_viewport_size({"width": 1024, "height": 800})
    page.emulate_media(color_scheme="light")
    assert looking.foreign(page) == []
    assert page.locator("main :is(b, i, u, img):not(.icon *)").count() == 0
    assert looking.findings(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    assert looking.findings(page, looking.DIFFERENT_IN_THE_DARK_ON_A_PHONE) == []
    assert looking.too_wide(page) == []


def _url_map(site: Site) -> Map:
    app = create_app(Settings(database_url=f"sqlite:///{site.folder / 'qbwc.sqlite3'}"))
    app.extensions["qbwc_database"].close()
    found: Map = app.extensions["qbwc_admin"].url_map
    return found
