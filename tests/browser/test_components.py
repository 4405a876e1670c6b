"""The parts of the page in a real browser: readable, reachable, within their bounds, and quiet under the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from qbwc_server.admin.entry import Row
from tests.browser.preview import PAGES, WIDTHS

pytestmark = pytest.mark.browser

DIFFERENT_IN_THE_DARK_ON_A_PHONE = ("color-contrast", "scrollable-region-focusable", "link-in-text-block")
"""The rules of axe whose answer the stylesheet can change; the others look at the same document again."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page 1024 pixels wide; what its console says is an error of the test."""
    context = browser.new_context(viewport={"width": 1024, "height": 800}, timezone_id="Asia/Tokyo")
    page = context.new_page()
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def findings(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe holds against the page, whatever its weight; by all its rules, or by those."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['failureSummary']}"
        for each in violations
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_either_scheme_and_no_page_is_wider_than_its_window(
    page: Page, parts: str, name: str
) -> None:
    page.goto(f"{parts}/{name}")
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    assert findings(page, DIFFERENT_IN_THE_DARK_ON_A_PHONE) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('main').scrollWidth") <= width


def test_every_stop_of_the_keyboard_shows_where_it_is(page: Page, parts: str) -> None:
    page.goto(f"{parts}/components")
    page.locator(".brand a").focus()
    stops = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        at, outline = page.evaluate(
            "(() => { const at = document.activeElement, style = getComputedStyle(at);"
            " return [at.tagName + at.className + at.id + at.textContent.slice(0, 20),"
            " style.outlineStyle + style.outlineWidth]; })()"
        )
        if at.startswith("BODY"):
            break
        assert outline == "solid3px", at
        stops.add(at)
    assert len(stops) > 30


def test_hostile_names_are_text(page: Page, parts: str) -> None:
    page.goto(f"{parts}/components")

    expect(page.get_by_text("<script>alert('name')</script>", exact=True).first).to_be_visible()
    assert page.locator("main script, b").count() == 0


def test_totals_follow_what_is_typed_and_never_round_in_between(page: Page, parts: str) -> None:
    page.goto(f"{parts}/new")
    amounts, total, rest = page.locator("[data-amount]"), page.locator("[data-total]"), page.locator("[data-rest]")
    expect(amounts).to_have_text(["600.00", "4.25", "–", "–"])
    expect(total).to_have_text("–")

    page.get_by_label("Rate of line 3").fill("1,234.56789")
    page.get_by_label("Quantity of line 3").fill("-10000000")
    page.get_by_label("Rate of line 4").fill(".005")

    third = (Decimal("1234.56789") * -10_000_000).quantize(Decimal("0.01"))
    expect(amounts).to_have_text(["600.00", "4.25", f"{third:,}", "0.01"])
    expect(total).to_have_text(f"{third + Decimal('604.26'):,}")
    expect(rest).to_have_text("0.05")
    page.get_by_label("Pay on invoice 1029").fill("400")
    expect(rest).to_have_text("-99.70")


@pytest.mark.parametrize(
    ("quantity", "rate"),
    [
        ("0.1", "0.2"),
        ("3", "0.335"),
        ("1", "-0.505"),
        ("-2.5", "0.01"),
        ("", "-10"),
        ("1,250", ".00333"),
        ("5.", "7.1"),
    ],
)
def test_the_script_rounds_as_the_server_does(page: Page, parts: str, quantity: str, rate: str) -> None:
    page.goto(f"{parts}/new")
    page.get_by_label("Quantity of line 4").fill(quantity)
    page.get_by_label("Rate of line 4").fill(rate)
    amount = Row(3, quantity=quantity, rate=rate).amount
    expect(page.locator("[data-amount]").nth(3)).to_have_text(f"{amount:,.2f}")


def test_a_row_is_added_at_once_and_is_counted_and_what_is_typed_is_looked_up(page: Page, parts: str) -> None:
    page.goto(f"{parts}/new")
    page.get_by_role("button", name="One more line").click()
    page.get_by_label("Rate of line 5").fill("2")
    page.get_by_label("Rate of line 3").fill("0")
    expect(page.locator("[data-total]")).to_have_text("606.25")
    assert page.locator("[name=lines-4-item]").input_value() == ""
    page.get_by_label("Customer").press_sequentially("bir")
    expect(page.locator("#f-customer-list option")).to_have_count(1)


def test_one_tick_ticks_all_and_is_counted(page: Page, parts: str) -> None:
    page.goto(f"{parts}/jobs")
    everything, counted = page.get_by_label("Tick all on this page"), page.locator("[data-ticked]")
    page.get_by_label("Tick Invoice 1042").check()
    expect(counted).to_have_text("1 ticked")

    everything.check()

    expect(counted).to_have_text("25 ticked")
    assert page.locator("[name=ids]:checked").count() == 25


def test_an_id_is_copied_by_its_button(page: Page, parts: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{parts}/components")

    page.get_by_label("Copy the TxnID").click()

    expect(page.get_by_label("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "1F3A-1795310552"


def test_a_live_region_renews_itself_while_the_page_is_seen_and_keeps_the_focus(page: Page, parts: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{parts}/components")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.locator("#live a").focus()
    page.wait_for_timeout(1200)
    assert not [url for url in asked if url.endswith("/live")]

    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#live")).to_have_text("Renewed. Stay")
    expect(page.locator("#live a")).to_be_focused()


def test_the_viewers_time_zone_is_told_in_a_cookie(page: Page, parts: str) -> None:
    page.goto(f"{parts}/home")

    assert [cookie.get("value") for cookie in page.context.cookies() if cookie.get("name") == "zone"] == ["Asia/Tokyo"]


def test_without_scripts_everything_is_there_but_what_needs_them(browser: Browser, parts: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{parts}/new")

    assert page.get_by_role("navigation", name="Main").get_by_role("link").count() == 5
    assert page.get_by_role("button", name="One more line").is_visible()
    assert page.get_by_role("button", name="Queue the invoice").is_visible()
    assert not page.locator("[data-total]").is_visible()
    context.close()
