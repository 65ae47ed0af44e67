"""Pages in Chromium, each in a context of its own, watched: what a visitor must never meet fails the test."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.browser.running import RunningShop

PHONE = {"is_mobile": True, "has_touch": True}
SIZES = {
    "tiny": {"viewport": {"width": 320, "height": 640}, **PHONE},
    "small": {"viewport": {"width": 375, "height": 667}, **PHONE},
    "phone": {"viewport": {"width": 390, "height": 844}, **PHONE},
    "desktop": {"viewport": {"width": 1360, "height": 900}},
}
# Chromium's own note about an answer that the test has asked for, such as a refused form.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


class Visits:
    """Opens pages; `close` raises what went wrong on any of them."""

    def __init__(self, browser: Browser, shop: RunningShop) -> None:
        self.browser, self.shop = browser, shop
        self.contexts: list[BrowserContext] = []
        self.trouble: list[str] = []

    def open(
        self,
        path: str,
        size: str = "phone",
        *,
        js: bool = True,
        cookies: list[dict] | None = None,
        scheme: str = "dark",
    ) -> Page:
        """A page of the shop (or a whole address), in a fresh context; `scheme` is what the device asks for."""
        context = self.browser.new_context(
            **SIZES[size], java_script_enabled=js, reduced_motion="reduce", color_scheme=scheme
        )
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.trouble.append(f"error: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("response", self._response)
        if cookies:
            context.add_cookies(cookies)
        page = context.new_page()
        page.goto(path if "://" in path else self.shop.url + path)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.trouble, self.trouble

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.match(message.text):
            self.trouble.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((f"{self.shop.url}/", f"{self.shop.sandbox_url}/", "data:")):
            self.trouble.append(f"request off the shop: {url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.trouble.append(f"{response.status} {response.url}")
