"""One Chromium and one server for all browser tests, and the preview of the page's parts to look at with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import looking, preview, site
from tests.browser.site import ADA, BOB, PASSWORD, Site
from tests.support import chromium

SignedIn = Callable[..., AbstractContextManager[Page]]


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


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with two admins; every test has companies of its own in it."""
    with site.running(tmp_path_factory.mktemp("site")) as running:
        for email in (ADA, BOB):
            running.person(email)
        yield running


@pytest.fixture(scope="session")
def cookies(browser: Browser, shared_site: Site) -> dict[str, Any]:
    """What the browser of each admin keeps once they have signed in: nobody has to sign in for every test."""
    kept: dict[str, Any] = {}
    for email in (ADA, BOB):
        with looking.watched(browser, base_url=shared_site.base) as page:
            page.goto("/admin/log-in")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("button", name="Sign out").wait_for()
            kept[email] = page.context.storage_state()
    return kept


@pytest.fixture
def signed_in(browser: Browser, shared_site: Site, cookies: dict[str, Any]) -> SignedIn:
    """`with signed_in(ADA) as page:` a page of the shared server."""

    def opened(email: str = ADA, **options: Any) -> AbstractContextManager[Page]:
        return looking.watched(browser, base_url=shared_site.base, storage_state=cookies[email], **options)

    return opened


@pytest.fixture
def ada(signed_in: SignedIn) -> Iterator[Page]:
    """An admin at a page of the shared server."""
    with signed_in(ADA) as page:
        yield page
