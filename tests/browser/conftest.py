"""One Chromium for all browser tests, and the preview of the page's parts to look at with it.

The tests are skipped where Debian's Chromium is not installed; with `QBWC_CI=1` its absence is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import preview


def why_no_chromium() -> str:
    """Empty if there is a browser to test with, else the reason."""
    if Path(preview.CHROMIUM).is_file():
        return ""
    return f"no Chromium at {preview.CHROMIUM} (Debian: apt-get install chromium)"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, started once; every test opens pages of its own."""
    if reason := why_no_chromium():
        if os.environ.get("QBWC_CI") == "1":
            pytest.fail(f"QBWC_CI=1 wants every test to run, but there is {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=preview.CHROMIUM, args=preview.CHROMIUM_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def parts() -> Iterator[str]:
    """Base URL of the preview."""
    with preview.served() as base:
        yield base
