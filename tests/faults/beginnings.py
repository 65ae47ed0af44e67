"""Where a story begins: what has happened, undisturbed, before the process that is to die does anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store.actors import Role
from tests.faults.boundaries import answers_lost
from tests.integration.stories import DEBIT_THAT_WORKS
from tests.people import Visitor
from tests.shop import US, Shop

Notes = dict[str, Any]
UNITS = 10
FORM = "one-form-however-often-it-is-sent"


def buyer(shop: Shop, notes: Notes) -> Visitor:
    """The one whose bag it is."""
    client = shop.visitor()
    client.set_cookie("bag", notes["bag"])
    return client


def with_a_bag(shop: Shop, notes: Notes) -> None:
    shop.open_zones()
    notes["tee"] = shop.make_item(units=UNITS)
    client = shop.visitor_with(notes["tee"])
    notes["bag"] = client.get_cookie("bag").value


def placed(shop: Shop, notes: Notes) -> None:
    with_a_bag(shop, notes)
    notes["session"] = shop.check_out(buyer(shop, notes), form_token=FORM)


def placed_and_changed(shop: Shop, notes: Notes) -> None:
    placed(shop, notes)
    again = {"variant": notes["tee"], "quantity": 1}
    assert buyer(shop, notes).post("/cart/lines", data=again).status_code == 303


def paid(shop: Shop, notes: Notes) -> None:
    placed(shop, notes)
    shop.pay(notes["session"])
    shop.clock.advance(seconds=2)  # by then Stripe has moved the balance, so that each telling has the same events


def debited(iban: str) -> Callable[[Shop, Notes], None]:
    def before(shop: Shop, notes: Notes) -> None:
        placed(shop, notes)
        shop.pay(notes["session"], iban=iban)

    return before


def on_its_way(shop: Shop, notes: Notes) -> None:
    debited(DEBIT_THAT_WORKS)(shop, notes)
    shop.deliver()
    shop.worker.drain()


def overdue(before: Callable[[Shop, Notes], None]) -> Callable[[Shop, Notes], None]:
    """Its hold has ended, and its session at Stripe not yet."""

    def later(shop: Shop, notes: Notes) -> None:
        before(shop, notes)
        shop.clock.advance(minutes=30, seconds=30)

    return later


def answer_lost(*, sent: bool) -> Callable[[Shop, Notes], None]:
    def before(shop: Shop, notes: Notes) -> None:
        with_a_bag(shop, notes)
        with answers_lost(sent=sent):
            assert buyer(shop, notes).post("/checkout", data=US | {"form_token": FORM}).status_code == 503
        shop.clock.advance(minutes=6)

    return before


def ordered(shop: Shop, notes: Notes) -> None:
    paid(shop, notes)
    shop.deliver()
    shop.worker.drain()
    shop.make_member("pia@nastymixx.example", Role.PACKER, Role.STALL)


def refunded_in_the_dashboard(shop: Shop, notes: Notes) -> None:
    ordered(shop, notes)
    intent = shop.value("SELECT payment_intent FROM payment")
    shop.account.v1.refunds.create({"payment_intent": intent, "amount": 400})


def disputed(outcome: str) -> Callable[[Shop, Notes], None]:
    """The buyer's bank has taken the money back and has decided, all of it unheard."""

    def before(shop: Shop, notes: Notes) -> None:
        ordered(shop, notes)
        intent = shop.value("SELECT payment_intent FROM payment")
        opened = shop.account.control("POST", f"disputes/{intent}", {"kind": "chargeback"}).json()
        assert shop.account.control("POST", f"disputes/{opened['id']}/close", {"outcome": outcome}).ok
        shop.clock.advance(seconds=2)

    return before


def with_a_free_bag(shop: Shop, notes: Notes) -> None:
    shop.open_zones()
    shop.write("UPDATE shipping_rate SET first = 0, additional = 0")
    notes["tee"] = shop.make_item(price=0, units=UNITS)
    notes["member"] = shop.make_member("ana@example.com")
    line = {"variant": notes["tee"], "quantity": 1}
    assert shop.signed_in(notes["member"]).post("/cart/lines", data=line).status_code == 303
