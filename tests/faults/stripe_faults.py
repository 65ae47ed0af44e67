"""How tests say in a line what Stripe is to do wrong, reach the shop as Stripe does, and compare the two afterwards.

faults.call("create", "cut_after", nth=1)
faults.delivery("checkout.session.completed", "drop", nth=2)
faults.clear()
"""

from __future__ import annotations

import threading
from collections import Counter

from werkzeug.serving import WSGIRequestHandler, make_server

from store.payments.gateway import EVENT_TYPES
from tests.shop import Shop

CALLS = {
    "create": "POST /v1/checkout/sessions",
    "expire": "POST /v1/checkout/sessions/*/expire",
    "retrieve": "GET /v1/checkout/sessions/*",
    "list": "GET /v1/checkout/sessions",
    "any": "* /**",
}
"""The shop's calls by short names; any other is written as the sandbox writes it."""


def plan(account, **wanted) -> dict:
    """Order faults of one account: `seed`, `api`, `deliveries`."""
    answer = account.control("POST", "faults", wanted)
    assert answer.ok, answer.text
    return answer.json()


def log(account) -> list[dict]:
    """What has struck so far, in order."""
    return account.control("GET", "faults").json()["log"]


class Faults:
    """The faults of one shop's account at Stripe; each line adds to those before it, and counting begins anew."""

    def __init__(self, account, seed: int = 0) -> None:
        self.account = account
        self.seed = seed
        self.rules: dict[str, list[dict]] = {"api": [], "deliveries": []}

    def call(self, on: str, do: str, **when) -> None:
        self._add("api", CALLS.get(on, on), do, when)

    def delivery(self, on: str, do: str, **when) -> None:
        self._add("deliveries", on, do, when)

    def clear(self) -> None:
        self.rules = {"api": [], "deliveries": []}
        plan(self.account)

    def struck(self) -> list[str]:
        return [entry["do"] for entry in log(self.account)]

    def _add(self, place: str, on: str, do: str, when: dict) -> None:
        self.rules[place].append({"do": do, "on": on} | when)
        plan(self.account, seed=self.seed, **self.rules)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        pass


class Door:
    """The shop's webhook on a port of its own: what the sandbox posts there comes over HTTP, several at a time.

    Nothing is sent by itself; `knock` has everything sent that is due.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.server = make_server("127.0.0.1", 0, shop.app, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"
        shop.account.control("POST", "deliveries", {"mode": "off"})
        self.endpoint = shop.account.add_endpoint(self.url, EVENT_TYPES)
        shop.payments.gateway.webhook_secrets += (self.endpoint.secret,)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def knock(self) -> Counter:
        """How often the shop gave each answer."""
        tried = self.shop.account.control("POST", "deliveries/drain").json()["data"]
        return Counter(attempt["status"] for attempt in tried)

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def sessions_at_stripe(shop: Shop) -> list:
    """All of them, oldest first."""
    return list(shop.account.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter())[::-1]


def assert_right_with_stripe(shop: Shop) -> None:
    """Every cent Stripe has taken for us is known here once; every open page there is held here; the books are right.

    Money that has no order stands open before staff, which is one of the invariants.
    """
    store_id = shop.payments.ours().store_id
    ours = [session for session in sessions_at_stripe(shop) if session.metadata.to_dict().get("store") == store_id]
    taken = {session.payment_intent: session.amount_total for session in ours if session.payment_status == "paid"}
    assert dict(shop.rows("SELECT payment_intent, amount FROM payment WHERE stage = 'paid'")) == taken
    orders = shop.rows('SELECT payment_intent, total FROM payment JOIN "order" ON "order".id = payment.order_id')
    assert [taken[intent] for intent, _ in orders] == [total for _, total in orders]
    assert len({intent for intent, _ in orders}) == shop.counts()["order"]
    open_there = {session.id for session in ours if session.status == "open"}
    open_here = {
        row[0]
        for row in shop.rows(
            "SELECT stripe_id FROM stripe_session JOIN checkout ON checkout.id = stripe_session.checkout_id"
            " WHERE checkout.state = 'open' AND NOT dead AND stripe_id IS NOT NULL"
        )
    }
    assert open_here <= open_there
    assert shop.breaches() == []


def receipts(shop: Shop) -> int:
    """Mails that confirm an order, once everything in the outbox is sent."""
    shop.worker.drain()
    return shop.value("SELECT COUNT(*) FROM job WHERE kind = 'order_confirmation' AND state = 'done'")
