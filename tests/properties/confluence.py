"""One story, told in many orders to the same shop: the database is put back, the events come again otherwise."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial, prod

from sqlalchemy import inspect

from store.payments.gateway import EVENT_TYPES
from tests.integration.stories import again
from tests.shop import Shop

MIRRORED = (
    "checkout", "cart_line", "hold", "stock_level", "stripe_session", "payment", "order", "order_line",
    "refund", "refund_line", "dispute", "fraud_warning",
)  # fmt: skip
TOLD = {
    "ledger": "SELECT kind, source_type, account, amount, currency FROM posting JOIN journal_entry entry"
    " ON entry.id = entry_id",
    "held back": "SELECT order_id, reason, object_id FROM fulfilment_block WHERE closed_at IS NULL",
    "timeline": "SELECT kind, actor FROM order_event",
    "before staff": "SELECT kind FROM attention WHERE closed_at IS NULL",
    "mails": "SELECT kind FROM job WHERE unique_key IS NOT NULL AND kind IN ('order_confirmation',"
    " 'payment_failed', 'refund_made', 'refund_failed')",
}
"""What is owed, held and told in the end. On the way there things may differ: a block that was over before it was heard
of never opened, and a payment whose success was told first was never on its way."""
NOT_COMPARED = {"key", "request_key", "number", "url", "told_by"}
"""Drawn at random, or made by whoever came first."""


@dataclass(frozen=True)
class Copies:
    """Puts a shop's database back to how it was when this was made."""

    shop: Shop
    databases: object
    kept: str

    @classmethod
    def of(cls, shop: Shop, databases: object) -> Copies:
        shop.db.engine.dispose()  # the last connection of SQLite's to close writes the log back into the file
        return cls(shop, databases, databases.copy(shop.settings.database_url))

    def put_back(self) -> None:
        self.shop.db.engine.dispose()
        self.databases.put_back(self.kept, self.shop.settings.database_url)

    def forget(self) -> None:
        self.databases.drop(self.kept)


def lines_up(count: int, copies: int) -> int:
    """In how many orders `count` events can come, each `copies` times."""
    return factorial(count * copies) // prod([factorial(copies)] * count)


def orders(count: int, copies: int, countable: int, most: int, seed: int) -> Iterator[tuple[int, ...]]:
    """Every order of `count` events, each `copies` times; where these are more than `countable`, `most` of them."""
    if lines_up(count, copies) <= max(countable, most):
        yield from _every(Counter(dict.fromkeys(range(count), copies)), count * copies)
        return
    chance, line = random.Random(seed), [place for place in range(count) for _ in range(copies)]
    seen: set[tuple[int, ...]] = set()
    while len(seen) < most:
        chance.shuffle(line)
        if (order := tuple(line)) not in seen:
            seen.add(order)
            yield order


def _every(left: Counter, length: int) -> Iterator[tuple[int, ...]]:
    if length == 0:
        yield ()
    for place in sorted(+left):
        for rest in _every(left - Counter([place]), length - 1):
            yield (place, *rest)


@dataclass(frozen=True)
class Telling:
    """How one telling of a story differs from the others."""

    order: tuple[int, ...]
    renamed: bool
    """Whether the second copy of a fact comes as another event."""
    works_between: bool
    """Whether the worker is about between the events, or only after the last."""


def tellings(count: int, countable: int, most: int, seed: int) -> Iterator[Telling]:
    for number, order in enumerate(orders(count, 2, countable, most, seed)):
        yield Telling(order, renamed=number % 2 == 1, works_between=number % 3 == 2)


def tell(shop: Shop, events: list[dict], telling: Telling) -> None:
    told: set[int] = set()
    for place in telling.order:
        event = again(events[place]) if telling.renamed and place in told else events[place]
        told.add(place)
        status, answer = shop.post_event(event)
        assert status == 200, (event["type"], answer)
        if telling.works_between:
            work(shop)
    work(shop)


def work(shop: Shop) -> None:
    """What the events have asked for; nothing that only the clock would."""
    while shop.worker.run_one():
        pass


def state(shop: Shop) -> dict[str, list]:
    """All that mirrors Stripe or follows from it, without times and without numbers of ours."""
    mirrored = {table: _rows(shop, table) for table in MIRRORED}
    told = {name: sorted(map(str, shop.rows(query))) for name, query in TOLD.items()}
    return mirrored | told | {"breaches": shop.breaches()}


def _rows(shop: Shop, table: str) -> list[str]:
    columns = [
        column["name"]
        for column in inspect(shop.db.engine).get_columns(table)
        if not column["name"].endswith("_at") and column["name"] not in NOT_COMPARED
        and (column["name"] in ("variant_id", "stripe_id") or not f"_{column['name']}".endswith("_id"))
    ]  # fmt: skip
    chosen = ", ".join(f'"{column}"' for column in columns)
    return sorted(map(str, shop.rows(f'SELECT {chosen} FROM "{table}"')))


def differences(one: dict[str, list], other: dict[str, list]) -> dict[str, tuple]:
    return {what: (one[what], other[what]) for what in one if one[what] != other[what]}


def told_to_us(events: list[dict]) -> list[dict]:
    return [event for event in events if event["type"] in EVENT_TYPES]
