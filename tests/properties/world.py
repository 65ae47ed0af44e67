"""A shop beside its Stripe, and the hands that work in it: what an example of the state machine plays in.

Time stands still but for STEP seconds with every deed, so that a run can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.payments.gateway import EVENT_TYPES
from tests.databases import PostgresqlFactory, SqliteFactory
from tests.properties.hand import Child, Hand
from tests.shop import SECRET, Shop

SHELF = ((3400, 2), (2000, 6), (900, 40))
"""Price and units of each item at the start: one scarce, one not, one plenty."""
STEP = 5
"""More than anything of Stripe's that follows at once takes."""


class Clock:
    """The shop's clock, which the sandbox's is set by."""

    def __init__(self, account) -> None:
        self.account = account
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)
        self.account.control("POST", "clock", {"now": self.moment.timestamp()})


@dataclass
class Buyer:
    """Somebody with a browser, known to the shop by a bag."""

    name: str
    bag: str | None = None
    form: dict[str, str] | None = None
    """The checkout's form as it was last sent."""


@dataclass
class Deed:
    """One thing that somebody does: a command for a hand, or something at Stripe. `then` learns from the answer."""

    story: str
    command: dict | None = None
    at_stripe: Callable[[], dict] | None = None
    trouble: str | None = None
    may: tuple[int, ...] = (200, 303)
    """What may be answered; anything may when there is trouble."""
    then: Callable[[dict], None] = lambda _answer: None


@dataclass
class Ground:
    """What all examples of a run share."""

    sandbox_url: str
    databases: SqliteFactory | PostgresqlFactory
    folder: Path
    children: list[Child] = field(default_factory=list)
    """Without any, everything is done in this process."""

    @property
    def is_sqlite(self) -> bool:
        return isinstance(self.databases, SqliteFactory)

    @contextmanager
    def world(self, say: Callable[[str], None]) -> Iterator[World]:
        url = self.databases.make()
        world = World(self, url, say)
        try:
            yield world
        finally:
            world.close()
            self.databases.drop(url)


class World:
    """What is true at Stripe is in `events`; what the shop has been told is in `told`."""

    def __init__(self, ground: Ground, url: str, say: Callable[[str], None]) -> None:
        self.ground, self.say = ground, say
        self.shop = Shop(url, ground.sandbox_url, ground.folder)
        self.account = self.shop.account
        self.stripe = self.account.v1
        self.clock = self.shop.clock = Clock(self.account)
        self.mails = ground.folder / f"mail-{self.account.key}"
        self.shop.open_zones()
        self.items = [self.shop.make_item(f"Item {n}", *what) for n, what in enumerate(SHELF)]
        self.shelved = {item: units for item, (_, units) in zip(self.items, SHELF, strict=True)}
        """Units that deeds of ours put on the shelf, less those that they took off."""
        self.buyers = [Buyer(name) for name in ("ana", "ben", "cem")]
        self.sessions: list[str] = []
        self.events: list[dict] = []
        self.told: set[str] = set()
        self.keys = 0
        self._begin()

    def _begin(self) -> None:
        settings = {
            "store_env": "test",
            "database_url": self.shop.settings.database_url,
            "storage_url": self.shop.settings.storage_url,
            "stripe_secret_key": self.account.key,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": self.ground.sandbox_url,
        }
        for child in self.ground.children:
            child.tell({"do": "open", "settings": settings, "mails": str(self.mails)})
        for child in self.ground.children:
            child.answer()
        self.hand = None if self.ground.children else Hand(settings, str(self.mails))

    def key(self) -> str:
        """A form's token, another each time."""
        self.keys += 1
        return f"{self.account.key}-{self.keys}"

    def run(self, *deeds: Deed) -> None:
        """Do these: at the same instant when there are hands for it, else one after the other."""
        self.clock.advance(seconds=STEP)
        answers = self._at_once(deeds) if self.hand is None else [self._alone(self.hand, deed) for deed in deeds]
        for deed, answer in zip(deeds, answers, strict=True):
            self.say(f"{deed.story}{f' ({deed.trouble})' if deed.trouble else ''}: {_shown(answer)}")
            too_busy = len(deeds) > 1 and answer["status"] == 503
            assert deed.trouble or too_busy or answer["status"] in deed.may, (deed.story, answer)
            deed.then(answer)
        self.learn()

    def _alone(self, hand: Hand, deed: Deed) -> dict:
        return deed.at_stripe() if deed.at_stripe else hand.do(self._command(deed))

    def _at_once(self, deeds: tuple[Deed, ...]) -> list[dict]:
        ours = [deed for deed in deeds if deed.command]
        children = self.ground.children[: len(ours)]
        with ThreadPoolExecutor(len(deeds)) as threads:
            at_stripe = [threads.submit(deed.at_stripe) if deed.at_stripe else None for deed in deeds]
            for child, deed in zip(children, ours, strict=True):
                child.tell(self._command(deed))
            answers = iter([child.answer() for child in children])
            return [call.result() if call else next(answers) for call in at_stripe]

    def _command(self, deed: Deed) -> dict:
        return deed.command | {"now": self.clock().isoformat(), "trouble": deed.trouble}

    def learn(self) -> None:
        """What has happened at Stripe since."""
        last = {"ending_before": self.events[-1]["id"]} if self.events else {}
        listed = self.stripe.events.list({"limit": 100, **last}).auto_paging_iter()
        new = [event.to_dict() for event in listed]
        self.events += new if last else new[::-1]  # with `ending_before` they come oldest first

    def ours(self) -> list[dict]:
        """The events that the shop has asked for."""
        return [event for event in self.events if event["type"] in EVENT_TYPES]

    def newest(self, kind: str) -> dict[str, dict]:
        """Stripe's objects of a kind by id, oldest first, as the last event about each has shown them."""
        told = (event["data"]["object"] for event in self.events)
        return {thing["id"]: thing for thing in told if thing["object"] == kind}

    def paid(self) -> dict[str, int]:
        """Amount by payment intent, of every session that Stripe calls paid."""
        sessions = self.newest("checkout.session").values()
        return {one["payment_intent"]: one["amount_total"] for one in sessions if one["payment_status"] == "paid"}

    def untold(self) -> list[dict]:
        return [event for event in self.ours() if event["id"] not in self.told]

    def close(self) -> None:
        if self.hand is not None:
            self.hand.end()
        self.shop.close()


def _shown(answer: dict) -> str:
    said = answer.get("location") or answer.get("text") or ""
    return f"{answer['status']} {'a page' if '<html' in said else said[:100]}".strip()
