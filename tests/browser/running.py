"""The whole shop as `make run` starts it, with ports, database and folders of its own, and guests that speak HTTP."""

from __future__ import annotations

import itertools
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import requests
from sqlalchemy import text
from sqlalchemy.orm import Session

from store.db import Database
from store.mail.kept import list_kept
from store.ops.verify import verify
from store.settings import SANDBOX_KEY
from store.stock import repository as stock
from tests.people import begin_session
from tests.shop import US, session_in, token, wait_until

ROOT = Path(__file__).parents[2]
CARD = {"card": "4242424242424242"}
IBAN = {"iban": "AT611904300234573201"}
START_SECONDS = 120
USUAL = ("night-bus-vol-2", "hand-signals", "flyer-tote")
"""What guests buy when a test does not care."""
T = TypeVar("T")
numbers = itertools.count(1)


class RunningShop:
    """`python -m store` in a process of its own; `made` keeps what several pages are shown from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = free_ports(2)
        self.url, self.sandbox_url = (f"http://127.0.0.1:{port}" for port in ports)
        database_url = f"sqlite:///{folder}/store.db"
        self.environment = os.environ | {
            "STORE_ENV": "test",
            "PORT": str(ports[0]),
            "SANDBOX_PORT": str(ports[1]),
            "DATABASE_URL": database_url,
            "STORAGE_URL": f"file://{folder}/media",
            "VAR_FOLDER": str(folder / "var"),
        }
        with (folder / "log").open("wb") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "store"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._is_ready, START_SECONDS)
        self.db = Database(database_url)
        self.made: dict[str, Any] = {}
        self._restock()
        ((self.last_of_demo,),) = self.rows("SELECT MAX(id) FROM product")

    def _restock(self) -> None:
        """What so many guests of so many tests buy must not be sold out for the last of them."""
        wanted = [self.variants(slug)[0] for slug in USUAL]
        now = datetime.now(UTC)

        def work(session: Session) -> None:
            for variant_id in wanted:
                stock.receive(session, variant_id, 1000, reason="tests", actor="demo", now=now)

        self.db.run(work)

    def put_away_all_but_the_demo(self) -> None:
        """What staff have published in other tests, which pages of the newest would show too."""
        query = "UPDATE product SET status = 'archived' WHERE id > :last AND status = 'active'"
        self.db.run(lambda session: session.execute(text(query), {"last": self.last_of_demo}))

    def _is_ready(self) -> bool:
        assert self.child.poll() is None, (self.folder / "log").read_text()
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        self.db.engine.dispose()
        self.child.terminate()
        self.child.wait(30)

    def flask(self, *arguments: str) -> str:
        """What a command prints that is typed on the shop's machine."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def printed(self) -> list[str]:
        """What whoever typed the command has read so far."""
        return (self.folder / "log").read_text(encoding="utf-8").splitlines()

    def rows(self, query: str, **values) -> list[tuple]:
        with self.db.reader() as reader:
            return [tuple(row) for row in reader.execute(text(query), values)]

    def variants(self, slug: str) -> list[int]:
        query = "SELECT variant.id FROM variant JOIN product ON product.id = product_id WHERE slug = :slug ORDER BY 1"
        return [row[0] for row in self.rows(query, slug=slug)]

    def available(self, variant_id: int) -> int:
        query = "SELECT on_hand - reserved FROM stock_level WHERE variant_id = :id"
        return self.rows(query, id=variant_id)[0][0]

    def orders_of(self, email: str) -> list[tuple[str, int]]:
        """(number, total) of each."""
        return self.rows('SELECT number, total FROM "order" WHERE email = :email', email=email)

    def wait_for_order(self, email: str) -> str:
        return wait_until(lambda: self.orders_of(email), 20)[0][0]

    def mails_to(self, email: str):
        return [mail for mail in list_kept(self.folder / "var" / "mail") if mail.to == email]

    def control(self, path: str, body: dict) -> dict:
        """One of the sandbox's own levers."""
        headers = {"Authorization": f"Bearer {SANDBOX_KEY}"}
        answer = requests.post(f"{self.sandbox_url}/_test/{path}", json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def breaches(self):
        return verify(self.db)

    def signed_in(self, email: str) -> list[dict]:
        """Cookies of a browser in which this member has just signed in, as signing in makes them."""
        ((member_id,),) = self.rows("SELECT id FROM member WHERE email = :email", email=email)
        cookie, _ = begin_session(self.db, member_id, datetime.now(UTC))
        return [{"name": "session", "value": cookie, "url": self.url}]

    # -- somebody's state, for tests that only look at a page ----------------------------------------------------

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Who or what `make` makes for pages that many tests look at."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def with_bag(self) -> Guest:
        guest = Guest(self)
        for slug in USUAL:
            guest.add(self.variants(slug)[0])
        return guest

    def at_payment(self) -> Guest:
        guest = self.with_bag()
        guest.check_out()
        return guest

    def after_paying(self, **how: str) -> Guest:
        guest = self.at_payment()
        guest.pay(**how or CARD)
        if not how:
            self.wait_for_order(guest.email)
        return guest


class Guest:
    """Somebody who shops without a browser; the cookies may be handed to one."""

    def __init__(self, shop: RunningShop) -> None:
        self.shop = shop
        self.email = new_email()
        self.jar: dict[str, str] = {}
        self.session_url = ""

    @property
    def cookies(self) -> list[dict]:
        return [{"name": name, "value": value, "url": self.shop.url} for name, value in self.jar.items()]

    @property
    def session_id(self) -> str:
        return session_in(self.session_url)

    @property
    def success_path(self) -> str:
        return f"/checkout/success?session_id={self.session_id}"

    @cached_property
    def order_path(self) -> str:
        """The private link, as the thank-you page has it."""
        page = self._ask("GET", self.success_path)
        return re.search(r'href="(/o/[^"]+)"', page.text)[1]

    def add(self, variant_id: int, quantity: int = 1) -> None:
        answer = self._ask("POST", "/cart/lines", {"variant": variant_id, "quantity": quantity})
        assert answer.status_code == 303, answer.text

    def check_out(self) -> None:
        answer = self._ask("POST", "/checkout", US | {"email": self.email, "form_token": token()})
        assert answer.status_code == 303, answer.text
        self.session_url = answer.headers["Location"]

    def change_their_mind(self) -> None:
        answer = self._ask("POST", "/checkout/cancel")
        assert answer.status_code == 200, answer.text

    def pay(self, **how: str) -> None:
        self.shop.control(f"pay/{self.session_id}", how)

    def _ask(self, method: str, path: str, form: dict | None = None) -> requests.Response:
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = requests.request(
            method,
            self.shop.url + path,
            data=form,
            headers=headers,
            cookies=self.jar,
            allow_redirects=False,
            timeout=30,
        )
        self.jar |= answer.cookies.get_dict()
        return answer


def new_email() -> str:
    return f"buyer{next(numbers)}@example.com"


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
