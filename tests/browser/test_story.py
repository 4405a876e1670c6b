"""From the link that the server prints to an invoice in the books, as somebody does it who was never here before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import site
from tests.browser.looking import watched
from tests.browser.site import ADA, PASSWORD, PC, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    """A server that nobody has opened yet."""
    with site.running(tmp_path) as running:
        yield running


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_printed_link_to_a_booked_invoice(browser: Browser, fresh: Site, *, scripts: bool) -> None:
    with watched(browser, base_url=fresh.base, java_script_enabled=scripts, accept_downloads=True) as page:
        _choose_a_password(page, fresh.first_link)
        pc = _connect(page, fresh, scripts=scripts)
        _see_it_turn_green(page, pc, scripts=scripts)
        customer, item, invoice, payment = _type_everything(page, scripts=scripts)

        assert pc.visit().added == 4

        for job in (customer, item, invoice, payment):
            page.goto(job)
            expect(page.locator("#job-state")).to_have_text("Done")
        page.goto(invoice)
        receipt = page.locator("section.receipt")
        expect(receipt).to_contain_text("Everything that was compared is equal.")
        expect(receipt.get_by_role("row", name=re.compile("^Total"))).to_contain_text("150.00")
        page.goto("/admin/jobs?status=done")
        expect(page.get_by_role("row")).to_have_count(5)
        assert pc.booked() == ["Birch & Daughters", "Labor", "1042", "CHK 9"]


def _choose_a_password(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("E-mail").fill(ADA)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("No company yet")).to_be_visible()


def _connect(page: Page, fresh: Site, *, scripts: bool) -> PC:
    page.get_by_role("link", name="Connect a company").click()
    page.get_by_label("Name of the company").fill("Birch & Daughters LLC")
    expect(page.get_by_label("Address of this server")).to_have_value(fresh.base)
    page.get_by_role("button", name="Add, and show how to connect it").click()
    password = _copied(page) if scripts else page.locator(".secret code").inner_text()
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(r"Download .*\.qwc")).first.click()
    qwc = started.value.path().read_bytes()
    return fresh.pc(password, qwc, "downloaded")


def _copied(page: Page) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Copy the password").click()
    expect(page.get_by_label("Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def _see_it_turn_green(page: Page, pc: PC, *, scripts: bool) -> None:
    """The page looks by itself; without scripts somebody opens it once more."""
    expect(page.get_by_text("Waiting for the first contact")).to_be_visible()
    assert pc.visit().ok
    if not scripts:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Companies").click()
        page.get_by_role("link", name="Birch & Daughters LLC").click()
    expect(page.get_by_text("QuickBooks has answered")).to_be_visible()


def _type_everything(page: Page, *, scripts: bool) -> tuple[str, str, str, str]:
    """Four jobs; the addresses of their pages."""
    page.goto("/admin/new/customer")
    page.get_by_label(re.compile("^Name")).fill("Birch & Daughters")
    customer = _queue(page, "customer")

    page.goto("/admin/new/item_service")
    page.get_by_label(re.compile("^Name")).fill("Labor")
    page.get_by_label(re.compile("^Price")).fill("60.00")
    page.get_by_label(re.compile("^Account")).first.fill("Consulting Income")
    item = _queue(page, "service item")

    page.goto("/admin/new/invoice")
    ours = page.locator("#f-customer_ref-list option").first.get_attribute("value") or ""
    page.get_by_label(re.compile("^Customer ?")).first.fill(ours)
    page.get_by_label(re.compile("^Number")).fill("1042")
    labor = page.locator("#lines-items option").first.get_attribute("value") or ""
    page.get_by_label("Item of line 1").fill(labor)
    page.get_by_label("Quantity of line 1").fill("2.5")
    page.get_by_label("Rate of line 1").fill("60")
    if scripts:
        expect(page.locator("[data-total]")).to_have_text("150.00")
    invoice = _queue(page, "invoice")

    page.goto("/admin/new/payment")
    page.get_by_label(re.compile("^Customer ?")).first.fill(ours)
    page.get_by_label(re.compile("^Amount received")).fill("150.00")
    page.get_by_label(re.compile("^Number")).fill("CHK 9")
    page.get_by_role("button", name="Show the open invoices").click()
    page.get_by_label("Pay on invoice 1042").fill("150.00")
    payment = _queue(page, "payment")
    return customer, item, invoice, payment


def _queue(page: Page, what: str) -> str:
    page.get_by_role("button", name=re.compile(f"^Queue the {what}", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/admin/jobs/\d+"))
    return page.url.partition("?")[0]
