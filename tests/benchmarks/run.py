"""`make bench`: listing, product page, webhook and holds, each beside its floor in the same run.

Pages are measured with few products and with many: as shipped, from bytes, beside a Flask view that answers two
letters; and rendered each time, beside raw SQL and a page of as many bytes. `python -m tests.benchmarks.run pages` stops there.

The webhook's floor is Flask with one INSERT, and on PostgreSQL also its own statements, sent by pgbench (whose CPU is
then the database's alone). The floor of a hold is the bare UPDATE that decides it. Either database's commits are durable.

Absolute numbers of a shared machine mean little; the ratios do. CPU is that of the web server's processes and, on
PostgreSQL, of the database's; requests a second are bounded by the load's own client, which shares the cores.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import stripe
from sqlalchemy import text

from store.app import create_app
from store.checkout.taking import Buyer, Placing, take
from store.clock import utc_now
from store.migrations import commands
from store.ops.demo.load import load as load_demo
from store.settings import load as load_settings
from tests.benchmarks import hot, made, same_sql
from tests.benchmarks.load import Result, for_seconds, hit, median
from tests.databases import PostgresqlFactory, SqliteFactory

ROOT = Path(__file__).parents[2]
ROUNDS, SECONDS, CLIENTS, WEBHOOK_CLIENTS, EVENTS = 3, 3.0, 4, 8, 200
SECRET = "whsec_of_the_benchmark"
PAGES = {"listing": "/products", "product": "/products/pitch-control-tee"}
PRODUCTS = (1_000, 100_000)
SHOP, FLOOR, FRESH = 8391, 8392, 8393


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    kinds = {"sqlite": SqliteFactory(folder), "postgresql": PostgresqlFactory(folder / "pg", durable=True)}
    rows = []
    for kind, factory in kinds.items():
        roots = [] if kind == "sqlite" else [factory.admin.execute("SELECT pg_backend_pid()").fetchone()[0]]
        roots = _postmaster(roots)
        rows += [row for count in PRODUCTS for row in Bench(kind, factory.make(), folder, roots).pages(count)]
        if sys.argv[1:] == ["pages"]:
            continue
        bench = Bench(kind, factory.make(), folder, roots)
        rows += bench.run()
        extensions = bench.app.extensions
        at_one = hot.holds(extensions["db"], bench.url, bench.database_roots)
        rows += [bench.row(what, at_one[kind]) for what, kind in (("hold", "hold"), ("bag placed", "place"))]
        if kind == "postgresql":
            webhook = next(row for row in rows if row["what"] == "webhook" and row["database"] == kind)
            rows.append(_beside_pgbench(factory, bench, webhook))
    kinds["postgresql"].stop()
    _print(rows)
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "bench.json").write_text(json.dumps(rows, indent=1))
    return 0


def _beside_pgbench(factory: PostgresqlFactory, bench: Bench, webhook: dict) -> dict[str, object]:
    """The webhook as measured, beside pgbench with the same statements on the same bags."""
    first = Bench("postgresql", factory.make(), bench.folder, [])
    events = first.sessions(EVENTS)
    first.app.extensions["db"].engine.dispose()
    second = factory.copy(first.url)
    transactions = same_sql.write_down(first.app, events)
    roots = bench.database_roots
    floor = same_sql.replay(second.replace("+psycopg", ""), transactions, WEBHOOK_CLIENTS, bench.folder, roots)
    shop = Result(**webhook["shop"])
    return bench.row("webhook, same SQL in pgbench", {"shop": shop, "floor": floor})


def _postmaster(backends: list[int]) -> list[int]:
    return [int(Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[1]) for pid in backends]


class Bench:
    """One kind of database: the shop and the floor on it, measured in turns."""

    def __init__(self, kind: str, url: str, folder: Path, database_roots: list[int]) -> None:
        self.kind, self.url, self.folder, self.database_roots = kind, url, folder, database_roots
        self.environment = {
            "STORE_ENV": "test",
            "DATABASE_URL": url,
            "STORAGE_URL": f"file:{folder}/media",
            "STRIPE_SECRET_KEY": "sk_test_bench",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        self.app = create_app(load_settings(self.environment))
        extensions = self.app.extensions
        commands.upgrade(extensions["db"])
        load_demo(extensions["db"], extensions["pictures"], extensions["settings"], extensions["clock"])
        self.children: list[subprocess.Popen[bytes]] = []

    def run(self) -> list[dict[str, object]]:
        with self._served() as (shop, floor, _fresh):
            return [self._webhook(shop, floor)]

    def pages(self, products: int) -> list[dict[str, object]]:
        made.fill(self.app.extensions["db"], products)
        with self._served() as roots:
            return [row for name in PAGES for row in self._page(name, f"{name}, {products} products", *roots)]

    @contextlib.contextmanager
    def _served(self) -> Iterator[tuple[int, int, int]]:
        """The shop as shipped, the floor, and the shop that renders each page anew."""
        try:
            shop = self._serve("wsgi:app", SHOP, self.environment, "/readyz")
            fresh = self._serve("wsgi:app", FRESH, self.environment | {"PAGE_CACHE_MEGABYTES": "0"}, "/readyz")
            sizes = {name: len(self._get(SHOP, path)) for name, path in PAGES.items()}
            self._prepare_floor()
            floor_environment = {
                "FLOOR_DATABASE": self.url, "FLOOR_BYTES": json.dumps(sizes), "FLOOR_SECRET": SECRET
            }  # fmt: skip
            yield shop, self._serve("tests.benchmarks.floor:app", FLOOR, floor_environment, "/constant"), fresh
        finally:
            for child in self.children:
                child.terminate()
            for child in self.children:
                child.wait(20)

    def _page(self, name: str, what: str, shop: int, floor: int, fresh: int) -> list[dict[str, object]]:
        results: dict[str, list[Result]] = {"shop": [], "fresh": [], "floor": [], "constant": []}
        for _ in range(ROUNDS):
            for who, port, root, path in (
                ("shop", SHOP, shop, PAGES[name]),
                ("fresh", FRESH, fresh, PAGES[name]),
                ("floor", FLOOR, floor, f"/{name}"),
                ("constant", FLOOR, floor, "/constant"),
            ):
                turns = for_seconds(SECONDS)
                asked = lambda _n, path=path, turns=turns: (("GET", path, None, {}) for _ in turns())  # noqa: E731
                results[who].append(hit(port, CLIENTS, asked, [root, *self.database_roots]))
        told = {who: median(rounds) for who, rounds in results.items()}
        return [
            self.row(f"{what}, as shipped", {"shop": told["shop"], "floor": told["constant"]}),
            self.row(f"{what}, fresh", {"shop": told["fresh"], "floor": told["floor"]}),
        ]

    def _webhook(self, shop: int, floor: int) -> dict[str, object]:
        results: dict[str, list[Result]] = {"shop": [], "floor": []}
        for _ in range(ROUNDS):
            ours = [self._signed(event) for event in self.sessions(EVENTS)]
            theirs = [self._signed({"id": secrets.token_hex(8), "data": "x" * 2500}) for _ in range(EVENTS)]
            for who, port, root, path, posts in (
                ("shop", SHOP, shop, "/webhooks/stripe", ours),
                ("floor", FLOOR, floor, "/webhook", theirs),
            ):
                dealt = lambda n, posts=posts, path=path: (("POST", path, *post) for post in posts[n::WEBHOOK_CLIENTS])  # noqa: E731
                results[who].append(hit(port, WEBHOOK_CLIENTS, dealt, [root, *self.database_roots]))
        return self.row("webhook", {who: median(rounds) for who, rounds in results.items()})

    def row(self, what: str, results: dict[str, Result]) -> dict[str, object]:
        row: dict[str, object] = {"what": what, "database": self.kind}
        row |= {who: dataclasses.asdict(result) for who, result in results.items()}
        row["cpu_of_floor"] = results["shop"].cpu / results["floor"].cpu
        row["rate_of_floor"] = results["shop"].rate / results["floor"].rate
        return row

    def sessions(self, count: int) -> list[dict[str, object]]:
        """So many placed checkouts, and the event by which Stripe says that each is paid."""
        extensions, now = self.app.extensions, utc_now()
        db, ours = extensions["db"], extensions["payments"].ours()
        with db.reader() as reader:
            variant = reader.scalar(text("SELECT id FROM variant WHERE sku = 'NMX-043'"))
        db.run(lambda session: session.execute(text("UPDATE stock_level SET on_hand = on_hand + 1000 "
                                                    "WHERE variant_id = :id"), {"id": variant}))  # fmt: skip
        events = []
        for _ in range(count):
            cart = secrets.token_hex(8)

            def place(session, cart=cart):
                session.execute(
                    text("INSERT INTO cart (id, created_at, updated_at) VALUES (:id, :now, :now)"),
                    {"id": cart, "now": now.replace(tzinfo=None)},
                )
                session.execute(text("INSERT INTO cart_line (cart_id, variant_id, quantity, price_seen, added_at) "
                                     "VALUES (:id, :variant, 1, 3800, :now)"), {"id": cart, "variant": variant, "now": now.replace(tzinfo=None)})  # fmt: skip
                buyer = Buyer(f"{cart}@example.com", cart, "A", "1 St", None, "B", "NY", "11201", "US", None)
                placing = Placing(cart, buyer, cart, None)
                checkout = take(session, placing, ours.store_id, extensions["settings"], now)
                request = session.scalar(
                    text("SELECT request FROM stripe_session WHERE checkout_id = :id"), {"id": checkout}
                )
                return json.loads(request) if isinstance(request, str) else request

            events.append(_completed(db.run(place)))
        return events

    def _signed(self, event: dict[str, object]) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp=int(time.time()))
        return body.encode(), {"Stripe-Signature": header, "Content-Type": "application/json"}

    def _prepare_floor(self) -> None:
        self.app.extensions["db"].run(
            lambda session: session.execute(
                text("CREATE TABLE IF NOT EXISTS floor_event (id TEXT PRIMARY KEY, body TEXT)")
            )
        )

    def _serve(self, target: str, port: int, environment: dict[str, str], path: str) -> int:
        granian = Path(sys.executable).with_name("granian")
        command = [
            str(granian),
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--workers",
            "2",
            "--blocking-threads",
            "4",
        ]
        child = subprocess.Popen(
            [*command, "--no-ws", "--log-level", "error", "--workers-kill-timeout", "5", target],
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        self.children.append(child)
        for _ in range(300):
            try:
                self._get(port, path)
                return child.pid
            except OSError:
                time.sleep(0.2)
        raise SystemExit(f"{target} did not start")

    def _get(self, port: int, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read()


def _completed(request: dict) -> dict[str, object]:
    amount = sum(item["price_data"]["unit_amount"] for item in request["line_items"])
    now = int(time.time())
    session = {
        "id": f"cs_test_{secrets.token_hex(16)}", "object": "checkout.session", "status": "complete",
        "payment_status": "paid", "payment_intent": f"pi_{secrets.token_hex(12)}", "amount_total": amount,
        "currency": "usd", "livemode": False, "metadata": request["metadata"], "url": None, "created": now,
        "customer_details": {"email": "buyer@example.com", "name": "x" * 1500},
    }  # fmt: skip
    return {
        "id": f"evt_{secrets.token_hex(12)}", "object": "event", "api_version": "2026-10-28.endive", "created": now,
        "livemode": False, "type": "checkout.session.completed", "data": {"object": session},
    }  # fmt: skip


def _print(rows: list[dict]) -> None:
    heads = (
        "what",
        "database",
        "rps",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "floor rps",
        "floor CPU",
        "CPU / floor",
        "rps / floor",
    )
    print(" | ".join(heads))
    for row in rows:
        shop, floor = row["shop"], row["floor"]
        cells = (row["what"], row["database"], f"{shop['rate']:.0f}", f"{shop['p50']:.1f}", f"{shop['p99']:.1f}" if shop["p99"] else "-",
                 f"{shop['cpu']:.2f}", f"{floor['rate']:.0f}", f"{floor['cpu']:.2f}", f"{row['cpu_of_floor']:.2f}", f"{row['rate_of_floor']:.2f}")  # fmt: skip
        print(" | ".join(cells))


if __name__ == "__main__":
    raise SystemExit(main())
