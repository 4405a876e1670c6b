"""A page that is watched while somebody uses it: what the browser complains of is an error of the test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

DIFFERENT_IN_THE_DARK_ON_A_PHONE = ("color-contrast", "scrollable-region-focusable", "link-in-text-block")
"""The rules of axe whose answer the stylesheet can change; the others look at the same document again."""
WIDTHS = (390, 1024, 1920)
_A_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d\b")
"""What a browser says of a page that tells what was wrong; a file of ours must be there."""
_PATIENCE_MS = 8_000
_FOREIGN = "script:not([src^='/admin/static/']), iframe, object, embed, base, [onload], [onerror], [onclick], [style]"


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a browser that was never here; it must not complain, open a dialog, or run into the policy."""
    context = browser.new_context(**{"viewport": {"width": 1024, "height": 800}, "reduced_motion": "reduce", **options})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        is_refusal = _A_REFUSAL.match(message.text) and "/admin/static/" not in message.location["url"]
        if message.type in {"error", "warning"} and not is_refusal:
            said.append(message.text)

    def dismiss(dialog: Dialog) -> None:
        said.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", dismiss)
    try:
        yield page
    finally:
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


def too_wide(page: Page) -> list[int]:
    """The widths of a window in which the page has to be scrolled sideways."""
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        shown = page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)"
        )
        if shown > width:
            wide.append(width)
    return wide


def foreign(page: Page) -> list[str]:
    """What in the page runs, frames or styles something that is none of our files."""
    found: list[str] = page.locator(_FOREIGN).evaluate_all("found => found.map(each => each.outerHTML.slice(0, 200))")
    return found
