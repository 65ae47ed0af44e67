"""A running shop and a Chromium for each core. Never Playwright's own browsers: the machine's is tested."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.running import RunningShop
from tests.browser.watching import Visits

CHROMIUM = os.environ.get("CHROME_PATH", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """The shop that all browser tests of a core share; its books must be right after all of them."""
    shop = RunningShop(tmp_path_factory.mktemp("live"))
    yield shop
    breaches = shop.breaches()
    shop.stop()
    assert breaches == []


@pytest.fixture(scope="session")
def browser():
    assert Path(CHROMIUM).exists(), "Chromium is missing: apt-get install chromium, or set CHROME_PATH."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, live):
    """open_page("/path", "phone", js=True, cookies=None): a page; what a visitor must not meet fails the test."""
    visits = Visits(browser, live)
    yield visits.open
    visits.close()
