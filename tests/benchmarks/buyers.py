"""Buyers at one hot variant: they place their bags, only hold a unit, or do the bare UPDATE that decides it.

`python -m tests.benchmarks.buyers place|hold|bare URL VARIANT FIRST LAST` has 16 threads take one unit for each bag numbered
FIRST to LAST, from the moment that a line comes in; it answers with the seconds that took.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

THREADS = 16
UPDATE = """UPDATE stock_level SET reserved = reserved + 1
    WHERE variant_id = {id} AND 1 <= on_hand + backorder_limit - reserved"""
Take = Callable[[int], None]


def opened(url: str):
    from store.app import create_app
    from store.settings import load

    account = {"stripe_secret_key": "sk_test_bench", "stripe_webhook_secret": "whsec_of_the_benchmark"}
    return create_app(load({}, store_env="test", database_url=url, rate_limits="off", **account)).extensions


def place(url: str, _variant: int) -> Callable[[], Take]:
    from store.checkout.taking import Buyer, Placing, take
    from store.clock import utc_now

    shop = opened(url)
    db, settings, ours = shop["db"], shop["settings"], shop["payments"].ours()

    def place_bag(number: int) -> None:
        cart = f"hot-{number}"
        buyer = Buyer(f"{cart}@example.com", cart, "A", "1 St", None, "B", "NY", "11201", "US", None)
        placing = Placing(cart, buyer, cart, None)
        taken = db.run(lambda session: take(session, placing, ours.store_id, settings, utc_now()), repeatable=True)
        assert taken is not None

    return lambda: place_bag


def hold(url: str, variant: int) -> Callable[[], Take]:
    """Of checkouts that were placed before."""
    from sqlalchemy import text

    from store.clock import utc_now
    from store.stock import repository as stock

    db = opened(url)["db"]
    with db.reader() as reader:
        rows = reader.execute(text("SELECT cart_id, id FROM checkout WHERE cart_id LIKE 'hot-%'"))
        placed = dict(map(tuple, rows))

    def hold_one(number: int) -> None:
        cart = f"hot-{number}"
        assert db.run(lambda session: stock.hold(session, placed[cart], cart, {variant: 1}, utc_now())) == []

    return lambda: hold_one


def bare(url: str, variant: int) -> Callable[[], Take]:
    statement = UPDATE.format(id=variant)

    def connected() -> Take:
        if not url.startswith("sqlite"):
            connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
            return lambda _number: _one(connection.execute(statement).rowcount)
        file = url.removeprefix("sqlite:///")
        local = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        local.execute("PRAGMA synchronous=FULL")

        def update(_number: int) -> None:
            with _queue(file):  # without a queue of writers SQLite lets some of them starve
                _one(local.execute(statement).rowcount)

        return update

    return connected


@contextlib.contextmanager
def _queue(file: str) -> Iterator[None]:
    with Path(f"{file}.bare.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _one(count: int) -> None:
    assert count == 1


def main() -> None:
    kind, url, variant, first, last = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    prepare = {"place": place, "hold": hold, "bare": bare}[kind](url, variant)
    takes = [prepare() for _ in range(THREADS)]
    start = threading.Barrier(THREADS + 1)

    def buyer(nth: int) -> None:
        start.wait()
        for number in range(first + nth, last, THREADS):
            takes[nth](number)

    threads = [threading.Thread(target=buyer, args=(nth,)) for nth in range(THREADS)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.monotonic()
    start.wait()
    for thread in threads:
        thread.join()
    print(time.monotonic() - begun, flush=True)
    sys.stdin.readline()  # what the process has spent can be read until it ends


if __name__ == "__main__":
    main()
