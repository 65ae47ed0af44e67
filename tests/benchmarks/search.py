"""`python -m tests.benchmarks.search [products] [sqlite|postgresql …]`: how long a search takes in a shop of 100 000 products.

Texts are made of invented words drawn as in real ones (a few in many products, most in few), 34 a product; each product
has a color, two sizes, and stock. Times are of the read behind the page, without HTTP; the machine is shared, so
compare within a run.
"""

from __future__ import annotations

import itertools
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, text

from store.catalog.models import (
    Collection,
    CollectionProduct,
    Kind,
    Option,
    OptionValue,
    Product,
    Status,
    Variant,
    VariantPrice,
    VariantValue,
)
from store.catalog.search import asking
from store.catalog.search.service import reindex
from store.clock import utc_now
from store.db import Database
from store.stock.models import StockLevel
from store.storefront import filters, listing, paging, suggesting
from store.storefront.cards import Terms
from tests.databases import PostgresqlFactory, SqliteFactory

VOCABULARY, WORDS, BATCH, REPEATS = 20_000, 34, 5_000, 9
COLORS, SIZES = ("Black", "Bone", "Rust", "Forest"), ("M", "L")


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    kinds = sys.argv[2:] or ["sqlite", "postgresql"]
    folder = Path(tempfile.mkdtemp(prefix="search-bench-"))
    for kind in kinds:
        factory = SqliteFactory(folder) if kind == "sqlite" else PostgresqlFactory(folder / "pg")
        db = Database(factory.make())
        began = time.perf_counter()
        made = Made(count)
        made.write(db)
        written = time.perf_counter()
        indexed = reindex(db)
        print(
            f"{kind}: {count} products written in {written - began:.0f} s, {indexed} indexed in {time.perf_counter() - written:.0f} s"
        )
        if kind == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        measure(db, made)
        db.engine.dispose()
        if kind == "postgresql":
            factory.stop()
    return 0


class Made:
    """An invented catalogue."""

    def __init__(self, count: int) -> None:
        self.count = count
        dice = random.Random(7)
        letters = "bcdfglmnprstvz", "aeiou"
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(dice.choice(letters[place % 2]) for place in range(dice.randint(4, 9)))] = None
        self.words = list(words)
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
        self.dice = dice
        self.now = utc_now()

    def text(self, count: int) -> str:
        return " ".join(self.dice.choices(self.words, cum_weights=self.weights, k=count))

    def write(self, db: Database) -> None:
        db.run(
            lambda session: session.execute(
                insert(Collection),
                [
                    {
                        "id": one,
                        "slug": f"shelf-{one}",
                        "title": f"Shelf {one}",
                        "description": "",
                        "position": one,
                        "featured": False,
                        "version": 1,
                    }
                    for one in range(1, 21)
                ],
            )
        )
        for first in range(1, self.count + 1, BATCH):
            ids = range(first, min(first + BATCH, self.count + 1))
            db.run(lambda session, ids=ids: self.batch(session, ids))

    def batch(self, session, ids) -> None:
        rows = {
            model: []
            for model in (
                Product,
                CollectionProduct,
                Option,
                OptionValue,
                Variant,
                VariantValue,
                VariantPrice,
                StockLevel,
            )
        }
        for one in ids:
            at = self.now - timedelta(minutes=self.count - one + 1)
            rows[Product].append(
                {
                    "id": one,
                    "slug": f"p-{one}",
                    "number": f"{one:06}",
                    "title": self.text(4),
                    "line": self.text(8),
                    "description": self.text(WORDS - 12),
                    "details": [],
                    "size_chart": None,
                    "kind": Kind.PHYSICAL,
                    "status": Status.ACTIVE,
                    "published_at": at,
                    "created_at": at,
                    "updated_at": at,
                    "version": 1,
                }
            )
            rows[CollectionProduct].append({"collection_id": one % 20 + 1, "product_id": one, "position": one})
            rows[Option] += [
                {"id": 2 * one + place, "product_id": one, "name": name, "position": place}
                for place, name in enumerate(("Color", "Size"))
            ]
            rows[OptionValue] += [
                {"id": 3 * one, "option_id": 2 * one, "label": COLORS[one % 4], "position": 0},
                *(
                    {"id": 3 * one + 1 + place, "option_id": 2 * one + 1, "label": size, "position": place}
                    for place, size in enumerate(SIZES)
                ),
            ]
            price = self.dice.randint(5, 150) * 100
            for place, size in enumerate(SIZES):
                variant = 2 * one + place
                rows[Variant].append(
                    {
                        "id": variant,
                        "product_id": one,
                        "sku": f"NMX-{one}-{size}",
                        "label": size,
                        "position": place,
                        "weight_grams": 1,
                        "tax_class": "goods",
                        "stocked": True,
                    }
                )
                rows[VariantValue] += [
                    {"variant_id": variant, "value_id": 3 * one},
                    {"variant_id": variant, "value_id": 3 * one + 1 + place},
                ]
                rows[VariantPrice].append({"variant_id": variant, "currency": "usd", "amount": price})
                rows[StockLevel].append(
                    {
                        "variant_id": variant,
                        "on_hand": (one + place) % 5,
                        "reserved": 0,
                        "short": 0,
                        "backorder_limit": 0,
                    }
                )
        for model, its in rows.items():
            session.execute(insert(model), its)


def measure(db: Database, made: Made) -> None:
    terms = Terms("usd", made.now, 5)
    common, middle, rare = made.words[0], made.words[150], made.words[12_000]
    searches = {
        "a common word": common,
        "two common words": f"{common} {made.words[1]}",
        "a word of the middle": middle,
        "a rare word": rare,
        "three letters": common[:3],
        "a number": "NMX 004711",
        "a typo": made.words[40][:-1] + "x" + made.words[40][-1],
        "nothing like it": "qqqqqqqqqq",
    }
    every = random.Random(3).choices(made.words, cum_weights=made.weights, k=60)
    with db.reader() as reader:

        def page(q="", on=None, sort=None, after=None, within=None):
            asked = asking.read(q)
            wish = listing.Wish(
                asked, on or filters.Filters(), sort or (paging.MATCH if asked else paging.NEWEST), after, within
            )
            return listing.browse(reader, terms, wish)

        print(f"  {'any word (60 drawn as they occur)':44}{p50(page, [{'q': word} for word in every])}")
        for name, q in searches.items():
            print(f"  {name:44}{p50(page, [{'q': q}] * REPEATS)}  {page(q).total} found")
        print(
            f"  {'suggestions for three letters':44}{p50(lambda q: suggesting.suggest(reader, terms, asking.read(q)), [{'q': common[:3]}] * REPEATS)}"
        )
        black = filters.Filters(color="Black", in_stock=True)
        deep = {
            "newest": f"{paging.micros(made.now - timedelta(minutes=made.count * 0.9))}-{made.count // 10}",
            "price": f"13500-{made.count // 2}",
        }
        for name, how in {
            "everything": {},
            "everything, by price": {"sort": "price"},
            "at 90 %": {"after": deep["newest"]},
            "at 90 %, by price": {"sort": "price", "after": deep["price"]},
            "black and in stock": {"on": black},
            "black and in stock, by price, at 90 %": {"on": black, "sort": "price", "after": deep["price"]},
            "a collection": {"within": 3},
            "a collection, by price": {"within": 3, "sort": "price"},
            "a color that nothing has": {"on": filters.Filters(color="Plaid")},
            "a common word, black": {"q": common, "on": black},
        }.items():
            print(f"  {name:44}{p50(page, [how] * REPEATS)}")


def p50(work, calls) -> str:
    """The median of these calls in milliseconds, and of the processor's time in this process (on SQLite that is all)."""
    work(**calls[0])
    taken, worked = [], []
    for call in calls:
        began, busy = time.perf_counter(), time.process_time()
        work(**call)
        taken.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
    middle = len(calls) // 2
    return f"{sorted(taken)[middle] * 1000:8.1f} ms  {sorted(worked)[middle] * 1000:8.1f} ms cpu"


if __name__ == "__main__":
    raise SystemExit(main())
