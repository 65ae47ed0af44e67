"""Holds a second on one hot variant: 32 buyers in two processes, beside the bare conditional UPDATE from as many.

Two of the shop's transactions stand beside it. A hold is the units taken for a checkout that is there already, and
written down. Placing is the whole first transaction of a checkout: it reads the bag, prices it, takes the units, counts
the checkout against its buyer, and writes down what was agreed and what Stripe will be asked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from store.clock import utc_now
from store.db import Database
from tests.benchmarks.load import Result, cpu_seconds, median

ROOT = Path(__file__).parents[2]
PROCESSES, BUYERS, EACH, ROUNDS = 2, 32, 10, 3


def holds(db: Database, url: str, roots: list[int]) -> dict[str, dict[str, Result]]:
    """For each of the two transactions its figures and the floor's."""
    first, second = _prepare(db, BUYERS * EACH * ROUNDS)
    told: dict[str, list[Result]] = {"place": [], "hold": [], "bare": []}
    for number in range(ROUNDS):
        for kind, rounds in told.items():
            variant = second if kind == "hold" else first
            rounds.append(_round(kind, url, variant, number * BUYERS * EACH, roots))
    floor = median(told["bare"])
    return {kind: {"shop": median(told[kind]), "floor": floor} for kind in ("hold", "place")}


def _prepare(db: Database, bags: int) -> tuple[int, int]:
    """Two variants, enough of them for everybody, and so many bags with one of the first; the second has no limit."""
    now = utc_now()
    moment = now.replace(tzinfo=None) if db.is_sqlite else now

    def work(session):
        first, second = (
            session.scalar(
                text("UPDATE stock_level SET on_hand = on_hand + :more WHERE variant_id ="
                     " (SELECT id FROM variant WHERE sku = :sku) RETURNING variant_id"),
                {"more": 2 * bags, "sku": sku},
            )
            for sku in ("NMX-043", "NMX-040")
        )  # fmt: skip
        rows = [{"id": f"hot-{number}", "variant": first, "now": moment} for number in range(bags)]
        session.execute(text("INSERT INTO cart (id, created_at, updated_at) VALUES (:id, :now, :now)"), rows)
        line = "INSERT INTO cart_line (cart_id, variant_id, quantity, price_seen, added_at)"
        session.execute(text(f"{line} VALUES (:id, :variant, 1, 3800, :now)"), rows)
        return first, second

    return db.run(work)


def _round(kind: str, url: str, variant: int, first: int, roots: list[int]) -> Result:
    share = BUYERS * EACH // PROCESSES
    spans = [(first + share * place, first + share * (place + 1)) for place in range(PROCESSES)]
    crowd = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.buyers", kind, url, str(variant), str(begin), str(end)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for begin, end in spans
    ]  # fmt: skip
    for child in crowd:
        assert child.stdout.readline() == "ready\n"
    watched = [child.pid for child in crowd] + roots
    before = cpu_seconds(watched)
    for child in crowd:
        child.stdin.write("\n")
        child.stdin.flush()
    took = max(float(child.stdout.readline()) for child in crowd)
    spent = cpu_seconds(watched) - before
    for child in crowd:
        child.communicate(timeout=20)
    count = BUYERS * EACH
    return Result(count / took, took / count * BUYERS * 1000, 0.0, spent * 1000 / count)
