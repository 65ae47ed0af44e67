"""The shop as tests use it: a real app on a real database, beside the real sandbox, with a clock that can be moved."""

from __future__ import annotations

import dataclasses
import itertools
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import stripe
from flask import Flask
from sqlalchemy import text

from store.app import create_app, make_worker
from store.catalog.build import Blueprint, build_product
from store.catalog.models import Kind, ProductPicture, Status, Variant
from store.mail.kept import list_kept
from store.media.models import Picture, Rendition
from store.ops.verify import verify
from store.pricing.models import ShippingCountry, ShippingRate, ShippingZone
from store.settings import load
from store.stock import repository as stock
from tests import once
from tests.aftermath import Aftermath
from tests.people import People, Visitor
from tests.sandbox.conftest import Account

SECRET = "whsec_of_the_tests"
US = {
    "email": "ana@example.com",
    "name": "Ana Ruiz",
    "line1": "12 Groove St",
    "city": "Brooklyn",
    "region": "NY",
    "postal_code": "11201",
    "country": "US",
}
RECONCILES = ("reconcile", "compare")
"""Not done by a test's worker unless it asks for them: they would put right what the test has left untold."""
ZONES = {"US": (550, 100), "CA": (1400, 200), "GB": (1900, 300)}


class Time:
    """The shop's clock, which the sandbox follows."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.offset = timedelta()
        self.stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped or datetime.now(UTC) + self.offset

    def stop(self) -> datetime:
        """Let no time go by in this shop, where a test asks for the second."""
        self.stopped = self()
        return self.stopped

    def advance(self, **by: float) -> None:
        self.offset += timedelta(**by)
        self.account.advance(timedelta(**by).total_seconds())


class Shop(People, Aftermath):
    """One shop. `numbers` makes catalogue numbers, so that every product is another."""

    def __init__(
        self, database_url: str, sandbox_url: str, folder: Path, account: Account | None = None, **settings: object
    ) -> None:
        """A shop that comes up again is given the account at Stripe that it had."""
        self.account = account or Account(sandbox_url)
        self.clock = Time(self.account)
        usual = {
            "store_env": "test",
            "database_url": database_url,
            "storage_url": f"file:{folder}/media",
            "stripe_secret_key": self.account.key,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": sandbox_url,
        }
        self.settings = load({}, **usual | settings)
        self.app: Flask = create_app(self.settings, self.clock)
        once.share(self.app)
        self.app.test_client_class = Visitor
        self.app.extensions["mailer"] = dataclasses.replace(self.app.extensions["mailer"], folder=folder / "mail")
        self.db = self.app.extensions["db"]
        self.payments = self.app.extensions["payments"]
        self.checkouts = self.app.extensions["checkouts"]
        self.worker = make_worker(self.app)
        self.worker.schedule = tuple(one for one in self.worker.schedule if one.kind not in RECONCILES)
        self.numbers = itertools.count(100)
        self.folder = folder

    # -- things in the shop -------------------------------------------------------------------------------------

    def open_zones(self) -> None:
        """Delivery as in the demo: US 5.50 + 1, Canada 14 + 2, UK 19 + 3."""

        def work(session):
            for position, (code, (first, additional)) in enumerate(ZONES.items()):
                zone = ShippingZone(name=code, position=position)
                session.add(zone)
                session.flush()
                session.add(ShippingCountry(code=code, zone_id=zone.id))
                session.add(
                    ShippingRate(
                        zone_id=zone.id, currency=self.settings.store_currency, name=f"Delivery to {code}",
                        first=first, additional=additional,
                    )
                )  # fmt: skip

        self.db.run(work)

    def make_item(self, title="Tee", price=3400, units=10, kind=Kind.PHYSICAL, status=Status.ACTIVE, published=True):
        """A product with one variant; the variant's id."""
        number = str(next(self.numbers))
        now = self.clock()

        def work(session):
            product = build_product(
                session,
                Blueprint(
                    slug=f"item-{number}",
                    number=number,
                    title=title,
                    line="A thing.",
                    kind=kind,
                    status=status,
                    price=price,
                    currency=self.settings.store_currency,
                    published_at=now - timedelta(hours=1) if published else None,
                ),
                now,
            )
            variant = product.variants[0]
            if variant.stocked:
                stock.receive(session, variant.id, units, reason="test", actor="test", now=now)
            return variant.id

        return self.db.run(work)

    def show_picture(self, variant_id: int) -> str:
        """Hang a picture on a variant's product; the key of its file."""
        key = "a" * 64 + "/480.jpeg"
        self.app.extensions["storage"].put(key, b"bytes")

        def work(session):
            picture = Picture(digest="a" * 64, source_key=key, width=480, height=480, created_at=self.clock())
            picture.renditions = [Rendition(format="jpeg", width=480, height=480, key=key, bytes=5)]
            session.add(picture)
            session.flush()
            product_id = session.get(Variant, variant_id).product_id
            session.add(ProductPicture(product_id=product_id, picture_id=picture.id, position=0, alt="A tee."))

        self.db.run(work)
        return key

    def set_price(self, variant_id: int, amount: int) -> None:
        self.write("UPDATE variant_price SET amount = :amount WHERE variant_id = :id", amount=amount, id=variant_id)

    def write(self, statement: str, **values) -> None:
        self.db.run(lambda session: session.execute(text(statement), values))

    def rows(self, query: str, **values) -> list[tuple]:
        with self.db.reader() as reader:
            return [tuple(row) for row in reader.execute(text(query), values)]

    def value(self, query: str, **values):
        return self.rows(query, **values)[0][0]

    def level(self, variant_id: int) -> tuple[int, int]:
        """(on_hand, reserved)."""
        return self.rows("SELECT on_hand, reserved FROM stock_level WHERE variant_id = :id", id=variant_id)[0]

    def state_of(self, checkout_id: str) -> str:
        return self.value("SELECT state FROM checkout WHERE id = :id", id=checkout_id)

    def counts(self) -> dict[str, int]:
        """How many rows each table has that a purchase writes to."""
        tables = ("checkout", "hold", "stripe_session", "payment", '"order"', "journal_entry", "job")
        return {table.strip('"'): self.value(f"SELECT COUNT(*) FROM {table}") for table in tables}

    # -- what people do -----------------------------------------------------------------------------------------

    def visitor(self) -> Visitor:
        return self.app.test_client()

    def visitor_with(self, *variant_ids: int, quantity: int = 1) -> Visitor:
        """Somebody with these in the bag."""
        client = self.visitor()
        for variant_id in variant_ids:
            answer = client.post("/cart/lines", data={"variant": variant_id, "quantity": quantity})
            assert answer.status_code == 303, answer.text
        return client

    def check_out(self, client: Visitor, **form) -> str:
        """Place the bag; the id of the session at Stripe that the visitor is sent to."""
        answer = client.post("/checkout", data=US | form)
        assert answer.status_code == 303, answer.text
        return session_in(answer.location)

    def pay(self, session_id: str, **how) -> dict:
        return self.tell_stripe(f"pay/{session_id}", **(how or {"card": "4242424242424242"}))

    def buy(self, *variant_ids: int, quantity: int = 1) -> Visitor:
        """Bag, checkout, payment, webhook."""
        client = self.visitor_with(*variant_ids, quantity=quantity)
        self.pay(self.check_out(client))
        self.deliver()
        return client

    # -- what Stripe does ---------------------------------------------------------------------------------------

    def events(self) -> list[dict]:
        """All events so far, oldest first, as they would be delivered."""
        listed = self.account.v1.events.list({"limit": 100}).auto_paging_iter()
        return [event.to_dict() for event in listed][::-1]

    def deliver(self, *types: str) -> list[tuple[int, str]]:
        """Post every event (of these types) to the webhook, as Stripe signs them; the answers."""
        return [self.post_event(event) for event in self.events() if not types or event["type"] in types]

    def post_event(self, event: dict, secret: str = SECRET, at: float | None = None) -> tuple[int, str]:
        return self.post_body(json.dumps(event), secret, at)

    def post_body(self, body: str, secret: str = SECRET, at: float | None = None) -> tuple[int, str]:
        moment = int(self.clock().timestamp() if at is None else at)
        header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=moment)
        answer = self.app.test_client().post(
            "/webhooks/stripe", data=body, headers={"Stripe-Signature": header, "Sec-Fetch-Site": "none"}
        )
        return answer.status_code, answer.text

    def requests(self, path: str = "") -> list[dict]:
        """The calls the shop has made to Stripe."""
        logged = self.account.control("GET", "requests").json()["data"]
        return [call for call in logged if path in call["path"]]

    # -- afterwards ---------------------------------------------------------------------------------------------

    def mails(self):
        return list_kept(self.folder / "mail")

    def attention(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT kind FROM attention WHERE closed_at IS NULL ORDER BY id")]

    def breaches(self):
        return verify(self.db)

    def close(self) -> None:
        self.db.engine.dispose()


def session_in(url: str) -> str:
    return url.rsplit("/", 1)[1]


def token() -> str:
    return secrets.token_urlsafe(18)


def wait_until(holds, seconds: float = 10):
    """Poll until `holds()` is true; its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := holds():
            return value
        time.sleep(0.05)
    raise AssertionError("it never came true")
