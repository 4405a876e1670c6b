"""One Chromium for all browser tests, and the preview of the page's parts to look at with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import preview
from tests.support import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, started once; every test opens its own pages. Where it is missing, the test is skipped."""
    if reason := chromium.why_no_chromium():
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def parts() -> Iterator[str]:
    """Base URL of the preview."""
    with preview.served() as base:
        yield base
