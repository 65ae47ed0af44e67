"""Everybody who may knock, before a shop in which each route has something real to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from werkzeug.routing import Rule

from store.actors import Role
from store.audit.repository import raise_attention
from store.jobs.repository import enqueue
from store.orders.numbers import private_link
from store.payments.balance_facts import BalanceFact
from store.payments.ledger.service import record
from store.payments.refunds.rules import Wish
from tests.integration.refunding import refund
from tests.people import Visitor
from tests.shop import Shop, token

ANA, BEA = "ana@example.com", "bea@example.com"
SHELF = "INSERT INTO collection (slug, title, description, position, featured) VALUES ('tees', 'Tees', '', 1, false)"


class World:
    """A product on a shelf, Ana's bag and paid order with a refund, a matter, a dead job; nobody else's anything."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.tee = shop.make_item("Tee")
        shop.write(
            "INSERT INTO collection (slug, title, description, position, featured) VALUES ('tees','Tees','',1,false)"
        )
        self.ana, self.bea = shop.make_member(ANA), shop.make_member(BEA)
        client = shop.signed_in(self.ana)
        assert client.post("/cart/lines", data={"variant": self.tee}).status_code == 303
        shop.pay(shop.check_out(client))
        shop.deliver()
        assert client.post("/cart/lines", data={"variant": self.tee}).status_code == 303
        self.number = shop.value('SELECT number FROM "order"')
        refund(shop, self.number, Wish(amount=100))
        now = shop.clock()
        shop.db.run(lambda session: raise_attention(session, "stock_short", f"variant:{self.tee}", "Too few.", now))
        shop.db.run(lambda session: enqueue(session, "mail", {}, now))
        shop.write("UPDATE job SET state = 'dead', finished_at = created_at WHERE kind = 'mail'")
        fee = ("txn_1", "stripe_fee", "usd", -1, 0, -1, None, None, None, None, None, shop.clock())
        shop.db.run(lambda session: record(session, BalanceFact(*fee), None, shop.clock()))
        shop.write(
            "INSERT INTO payout (stripe_id, status, currency, amount, automatic, arrives_at, created_at)"
            " VALUES ('po_1', 'pending', 'usd', 100, true, :now, :now)",
            now=shop.clock().isoformat(" ", "microseconds")[:26],
        )

    def values(self, rule: Rule) -> dict[str, object]:
        """Ana's, or the shop's, for each part of the address."""
        known = {
            "number": self.number,
            "order_number": self.number,
            "cart_id": self.shop.value("SELECT id FROM cart WHERE member_id = :id", id=self.ana),
            "sku": self.shop.value("SELECT sku FROM variant WHERE id = :id", id=self.tee),
            "link": private_link(self.number, self.shop.settings.secret_key),
            "member_id": self.ana,
            "session_id": self.shop.value("SELECT MAX(id) FROM member_session WHERE member_id = :id", id=self.ana),
            "line_id": self.shop.value("SELECT MAX(id) FROM cart_line"),
            "checkout_id": self.shop.value("SELECT id FROM checkout"),
            "payment_intent": self.shop.value("SELECT payment_intent FROM payment"),
            "refund_id": self.shop.value("SELECT id FROM refund"),
            "event_id": self.shop.value("SELECT MAX(id) FROM webhook_event WHERE outcome = 'applied'"),
            "job_id": self.shop.value("SELECT id FROM job WHERE kind = 'mail'"),
            "slug": "tees" if rule.rule.startswith("/collections") else "item-100",
            "filename": "css/store.css",
            "part": 1,
            "account": "sales",
            "payout": "po_1",
            "movement": "txn_1",
        }
        return {name: known.get(name, 1 if name.endswith("_id") else "nothing") for name in rule.arguments}


PRINCIPALS: dict[str, Callable[[World], Visitor]] = {
    "stranger": lambda world: world.shop.visitor(),
    "ana": lambda world: world.shop.signed_in(world.ana),
    "bea": lambda world: world.shop.signed_in(world.bea),
    **{role.value: lambda world, role=role: world.shop.staff(role) for role in Role},  # type: ignore[misc]
}


def routes(shop: Shop) -> Iterator[tuple[str, Rule]]:
    """Every address of a page with every method, in a fixed order: looking before changing, the longest first."""
    yield from _sorted(shop, lambda rule: not is_call(rule))


def calls(shop: Shop) -> Iterator[tuple[str, Rule]]:
    """The same of the API."""
    yield from _sorted(shop, is_call)


def is_call(rule: Rule) -> bool:
    return rule.endpoint.startswith("api_") and not rule.endpoint.startswith("api_docs.")


def _sorted(shop: Shop, which: Callable[[Rule], bool]) -> Iterator[tuple[str, Rule]]:
    rules = [
        (method, rule)
        for rule in shop.app.url_map.iter_rules()
        if which(rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    yield from sorted(rules, key=lambda one: (one[0] != "GET", -len(one[1].rule), one[1].rule, one[1].endpoint))


def ask(world: World, client: Visitor, method: str, rule: Rule, values: dict[str, object]) -> int:
    """The status of a request with nothing in it but a token of its own."""
    adapter = world.shop.app.url_map.bind("127.0.0.1")
    form = {"form_token": token()} if method == "POST" else None
    path = adapter.build(rule.endpoint, values, method)
    return client.open(path, method=method, data=form, buffered=True).status_code
