"""The parts of the page in a real browser: readable, reachable, within their bounds, and quiet under the policy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from qbwc_server.admin.entry import Row
from tests.browser import looking

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page 1024 pixels wide; what its console says is an error of the test."""
    with looking.watched(browser, timezone_id="Asia/Tokyo") as page:
        yield page


def test_axe_finds_nothing_in_any_part_in_either_scheme(page: Page, parts: str) -> None:
    page.goto(f"{parts}/components")
    assert looking.findings(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    assert looking.findings(page, looking.DIFFERENT_IN_THE_DARK_ON_A_PHONE) == []
    assert looking.too_wide(page) == []


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
