"""People with accounts, as browser tests need them: made over HTTP, their cookies handed to a browser."""

from __future__ import annotations

import re
import time
from typing import Self

from passlib.totp import TOTP

from tests.browser.running import CARD, Guest, RunningShop
from tests.shop import wait_until

PASSWORD = "tangerine ladder quiet moon"
ANOTHER = "violet harbor seldom brick"
STEP_SECONDS = 30


def link_to(live: RunningShop, email: str, subject: str) -> str:
    """The address in a mail that is on its way, or has come; the newest with this in its subject."""

    def newest() -> str | None:
        texts = [mail.text for mail in live.mails_to(email) if subject in mail.subject]
        return texts[0] if texts else None

    return re.search(rf"{re.escape(live.url)}/\S+", wait_until(newest, 60))[0]


class App:
    """An authenticator app. A code is good once, and for a step before and after its own: they are used in turn."""

    def __init__(self, key: str) -> None:
        self.totp = TOTP(key=key.replace(" ", ""))
        self.last = 0

    def code(self) -> str:
        """The earliest code that has not been used and is still taken."""
        now = int(time.time()) // STEP_SECONDS
        step = max(now - 1, self.last + 1)
        if step > now + 1:
            time.sleep((step - 1) * STEP_SECONDS - time.time())
        elif step == now - 1 and time.time() % STEP_SECONDS > STEP_SECONDS - 5:
            step = now  # the older one might be too old by the time it arrives
        self.last = step
        return self.totp.generate(step * STEP_SECONDS).token


class Member(Guest):
    """Somebody who has joined and confirmed; `sign_in` gives the cookies of a session."""

    def __init__(self, shop: RunningShop) -> None:
        super().__init__(shop)
        self._post("/join", email=self.email, password=PASSWORD)
        self._post(link_to(shop, self.email, "Confirm your address").removeprefix(shop.url))

    def sign_in(self) -> Self:
        """In another browser than before."""
        self.jar.pop("session", None)
        self._post("/sign-in", email=self.email, password=PASSWORD)
        self.jar.pop("bag", None)  # it has come along
        return self

    def buy(self, *slugs: str) -> None:
        before = len(self.shop.orders_of(self.email))
        for slug in slugs:
            self.add(self.shop.variants(slug)[0])
        self.check_out()
        self.pay(**CARD)
        wait_until(lambda: len(self.shop.orders_of(self.email)) > before, 20)

    def _post(self, path: str, **form: str) -> None:
        answer = self._ask("POST", path, form)
        assert answer.status_code in (302, 303), (path, answer.status_code, answer.text)
