"""Programs as tests of the API need them: JSON out and in, with a token or without, and what holds of every answer."""

from __future__ import annotations

import json
from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from marshmallow import fields

from store.actors import SYSTEM, Permission
from store.cart.schemas import DestinationIn, LineIn, QuantityIn
from store.checkout.schemas import CheckoutIn
from store.members.tokens import Wanted, create
from store.web.api import API
from store.web.api.calls import Calls
from store.web.api.fields import In, Int, Out
from store.web.api.problems import MEDIA_TYPE
from tests.functional.ours import everything
from tests.shop import US, Shop

ADDRESS = {field: text for field, text in US.items() if field != "email"}
BUYER = {"email": US["email"], "shipping_address": ADDRESS}
JSON = "application/json"
NOT_SENT = object()
ALWAYS = {"type", "title", "status", "detail"}
"""What every problem has."""


class Program:
    """Somebody's script: no cookies, no browser's headers. Paths are those below /api/v1."""

    def __init__(self, shop: Shop, token: str | None = None, network: str = "127.0.0.1") -> None:
        self.shop, self.network = shop, network
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: Any = NOT_SENT, *, key: str | None = None, **given: Any):
        """`body` becomes JSON, bytes are sent as they are; `given` is what Flask's client takes, such as headers."""
        headers = self.headers | ({"Idempotency-Key": key} if key is not None else {}) | given.pop("headers", {})
        if body is not NOT_SENT:
            given["data"] = body if isinstance(body, bytes) else json.dumps(body)
            given.setdefault("content_type", JSON)
        client = FlaskClient(self.shop.app, self.shop.app.response_class, use_cookies=False)
        given |= {"method": method, "headers": headers, "environ_overrides": {"REMOTE_ADDR": self.network}}
        answer = Context().run(client.open, f"{API}{path}", **given)
        assert_of_the_api(answer)
        return answer

    def get(self, path: str, **given: Any):
        return self.ask("GET", path, **given)

    def post(self, path: str, body: Any = NOT_SENT, **given: Any):
        return self.ask("POST", path, body, **given)

    def put(self, path: str, body: Any = NOT_SENT, **given: Any):
        return self.ask("PUT", path, body, **given)

    def patch(self, path: str, body: Any = NOT_SENT, **given: Any):
        return self.ask("PATCH", path, body, **given)

    def delete(self, path: str, **given: Any):
        return self.ask("DELETE", path, **given)

    def cart_with(self, *variants: int | str, quantity: int = 1) -> str:
        """The path of a new cart with so many of each."""
        cart = f"/carts/{self.post('/carts').json['id']}"
        for variant in variants:
            answer = self.post(f"{cart}/lines", {"variant": variant, "quantity": quantity})
            assert answer.status_code == 201, answer.text
        return cart


class Till:
    """A program with a line in its cart, and all that can be said to the cart: method, path, body, schema."""

    def __init__(self, shop: Shop) -> None:
        self.program, self.shop = Program(shop), shop
        self.tee = shop.make_item()
        self.cart = self.program.cart_with(self.tee)
        self.line = f"{self.cart}/lines/{shop.value('SELECT MAX(id) FROM cart_line')}"
        self.calls = {
            "lines": ("POST", f"{self.cart}/lines", {"variant": self.tee, "quantity": 1}, LineIn),
            "line": ("PATCH", self.line, {"quantity": 2}, QuantityIn),
            "destination": ("PUT", f"{self.cart}/destination", {"country": "US"}, DestinationIn),
            "checkout": ("POST", f"{self.cart}/checkout", BUYER, CheckoutIn),
        }

    def send(self, call, body, **given):
        method, path, _, _ = self.calls[call]
        return self.program.ask(method, path, body, **{"key": "k" if call == "checkout" else None, **given})

    def all_of_it(self):
        carts = self.shop.rows("SELECT id, member_id, country, region, postal_code, updated_at FROM cart")
        return everything(self.shop), carts, self.shop.rows("SELECT * FROM cart_line"), self.shop.requests()


def assert_of_the_api(answer) -> None:
    """What holds whatever was asked: no cookie, no other site's page may read it, and refusals are problems."""
    assert "Set-Cookie" not in answer.headers
    assert [name for name, _ in answer.headers if name.lower().startswith("access-control-")] == []
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        told = answer.json
        assert answer.content_type == MEDIA_TYPE, answer.text
        assert ALWAYS <= set(told) <= ALWAYS | {"errors", "problems"}
        assert (told["status"], answer.headers["Cache-Control"]) == (answer.status_code, "no-store")
        assert told["type"].startswith("/api/docs#")


def assert_problem(answer, status: int, kind: str, *faults: str) -> None:
    """It was refused so, for these fields and no others."""
    assert (answer.status_code, answer.json["type"]) == (status, f"/api/docs#{kind}"), answer.text
    assert sorted(answer.json.get("errors", {})) == sorted(faults), answer.text


def make_token(shop: Shop, email: str, *scopes: str, days: int | None = None) -> str:
    return create(shop.db, SYSTEM, Wanted(email, frozenset(scopes), days=days), shop.clock())


class NumberIn(In):
    number = Int(1, 9, required=True)


class NumberOut(Out):
    number = fields.Integer(required=True)


def add_probe(shop: Shop) -> list[int]:
    """Calls that need a right and nothing else: before the app is first asked. What was done with them, in order."""
    calls, done = Calls("probe", __name__, "Rights."), []

    @calls.get("/probe", answers=NumberOut, scope="orders:read")
    def look():
        return {"number": len(done)}

    @calls.post("/probe", takes=NumberIn, answers=NumberOut, needs=(Permission.STOCK_WRITE,))
    def do(body):
        done.append(body["number"])
        return {"number": len(done)}

    shop.app.register_blueprint(calls, url_prefix=API)
    return done
