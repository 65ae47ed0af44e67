"""What people, banks and Stripe may do, each made from plain numbers, so that Hypothesis can choose and shrink them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import TypeVar

import stripe

from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS
from tests.properties.world import Buyer, Deed, World
from tests.shop import SECRET, US

T = TypeVar("T")
WAYS = {
    "card": {"card": "4242424242424242"},
    "declined card": {"card": "4000000000000002"},
    "card the bank approves": {"card": "4000002500003155", "bank": "approve"},
    "card the bank refuses": {"card": "4000002500003155", "bank": "fail"},
    "debit that comes": {"iban": DEBIT_THAT_WORKS},
    "debit that fails": {"iban": DEBIT_THAT_FAILS},
}
DISGUISES = ("as it is", "under another id", "in an old version")


def pick(things: Sequence[T], number: int) -> T:
    return things[number % len(things)]


# -- buyers --


def fill(world: World, buyer: Buyer, item: int, quantity: int) -> Deed:
    form = {"variant": str(pick(world.items, item)), "quantity": str(quantity)}
    story = f"{buyer.name} puts {quantity} × item {item % len(world.items)} in the bag"
    return _asks(world, buyer, story, "POST", "/cart/lines", form, may=(303, 409, 422))


def place(world: World, buyer: Buyer, street: int = 0, trouble: str | None = None) -> Deed:
    """Another `street` is another offer, at the same price."""
    buyer.form = US | {
        "email": f"{buyer.name}@example.com",
        "line1": f"{street} Groove St",
        "form_token": world.key(),
    }
    return _places(world, buyer, f"{buyer.name} checks out to street {street}", trouble)


def place_again(world: World, buyer: Buyer, trouble: str | None = None) -> Deed:
    """The same form, clicked twice."""
    return _places(world, buyer, f"{buyer.name} sends the same form again", trouble)


def _places(world: World, buyer: Buyer, story: str, trouble: str | None) -> Deed:
    deed = _asks(world, buyer, story, "POST", "/checkout", buyer.form, trouble, may=(303, 409, 422, 503))
    deed.then = _both(deed.then, lambda answer: _know_session(world, answer))
    return deed


def resume(world: World, buyer: Buyer, trouble: str | None = None) -> Deed:
    deed = _asks(
        world, buyer, f"{buyer.name} goes back to pay", "GET", "/checkout/resume", None, trouble, may=(303, 404)
    )
    deed.then = _both(deed.then, lambda answer: _know_session(world, answer))
    return deed


def cancel(world: World, buyer: Buyer, trouble: str | None = None) -> Deed:
    story = f"{buyer.name} cancels"
    return _asks(world, buyer, story, "POST", "/checkout/cancel", None, trouble, may=(200, 404))


def come_back(world: World, buyer: Buyer, session: int, trouble: str | None = None) -> Deed:
    """From Stripe's page, to ours; a page of somebody else's says nothing."""
    session_id = pick(world.sessions, session)
    path = f"/checkout/success?session_id={session_id}"
    return _asks(world, buyer, f"{buyer.name} comes back from {session_id[-6:]}", "GET", path, None, trouble)


def _asks(world, buyer, story, method, path, form, trouble=None, may=(200, 303)) -> Deed:
    command = {"do": "ask", "method": method, "path": path, "bag": buyer.bag, "form": form}

    def keep(answer: dict) -> None:
        buyer.bag = answer.get("bag") or buyer.bag

    return Deed(story, command, trouble=trouble, may=may, then=keep)


def _know_session(world: World, answer: dict) -> None:
    """The buyer has seen its address; after trouble somebody may come to know one that no answer named."""
    if "/c/pay/" in (answer.get("location") or ""):
        found = [answer["location"].rsplit("/", 1)[1]]
    elif answer["status"] in (0, 503):
        found = [session.id for session in world.stripe.checkout.sessions.list({"limit": 100}).data][::-1]
    else:
        found = []
    world.sessions += [session for session in found if session not in world.sessions]


def _both(first, second):
    return lambda answer: (first(answer), second(answer))


# -- at Stripe --


def refund_in_dashboard(world: World, payment: int, part: int) -> Deed:
    """A third of it, two thirds, or all that is left."""
    paid = world.paid()
    intent = pick(list(paid), payment)
    body = {"amount": paid[intent] * part // 3} if part < 3 else {}
    return _control(world, f"{intent[-6:]} is refunded in the dashboard, {part}/3", f"refund/{intent}", body)


def refund_outcome(world: World, refund: int, outcome: str) -> Deed:
    chosen = pick(list(world.newest("refund")), refund)
    return _control(world, f"refund {chosen[-6:]}: {outcome}", f"refunds/{chosen}", {"outcome": outcome})


def balance(world: World, *, enough: bool) -> Deed:
    return _control(world, f"Stripe holds enough for refunds: {enough}", "balance", {"enough": enough})


def pay_out(world: World) -> Deed:
    return _control(world, "what is available goes to the bank", "payout", {})


def pay(world: World, session: int, way: str) -> Deed:
    session_id = pick(world.sessions, session)
    return _control(world, f"{session_id[-6:]} is paid by {way}", f"pay/{session_id}", WAYS[way])


def waiting(world: World) -> list[str]:
    """Payment intents that a bank was ever asked about."""
    return [event["data"]["object"]["id"] for event in world.events if event["type"] == "payment_intent.processing"]


def answer_of_bank(world: World, intent: int, outcome: str) -> Deed:
    chosen = pick(waiting(world), intent)
    return _control(world, f"the bank lets {chosen[-6:]} {outcome}", f"bank/{chosen}", {"outcome": outcome})


def _control(world: World, story: str, path: str, body: dict) -> Deed:
    def act() -> dict:
        answer = world.account.control("POST", path, body)
        return {"status": answer.status_code, "text": "" if answer.ok else answer.json()["error"]["message"]}

    return Deed(story, at_stripe=act, may=(200, 400, 402))


def dispute(world: World, payment: int, kind: str) -> Deed:
    intent = pick(list(world.paid()), payment)
    return _control(world, f"the bank makes a {kind} of {intent[-6:]}", f"disputes/{intent}", {"kind": kind})


def dispute_turns(world: World, dispute: int, outcome: str) -> Deed:
    chosen = pick(list(world.newest("dispute")), dispute)
    path, body = ("escalate", {}) if outcome == "escalated" else ("close", {"outcome": outcome})
    return _control(world, f"dispute {chosen[-6:]}: {outcome}", f"disputes/{chosen}/{path}", body)


def doubt(world: World, payment: int, kind: str) -> Deed:
    intent = pick(list(world.paid()), payment)
    return _control(world, f"somebody doubts {intent[-6:]}: {kind}", f"{kind}/{intent}", {})


def review_ends(world: World, review: int, reason: str) -> Deed:
    chosen = pick(list(world.newest("review")), review)
    return _control(world, f"review {chosen[-6:]}: {reason}", f"reviews/{chosen}/close", {"reason": reason})


def tell(world: World, event: dict, disguise: str = "as it is", trouble: str | None = None) -> Deed:
    """Deliver an event, now and with a signature of its own, as Stripe does at each attempt."""
    other = {
        "as it is": {},
        "under another id": {"id": f"evt_{secrets.token_hex(12)}"},
        "in an old version": {"id": f"evt_{secrets.token_hex(12)}", "api_version": "2024-06-20"},
    }[disguise]
    body = json.dumps(event | other)
    moment = int(world.clock().timestamp())
    signature = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp=moment)
    thing = event["data"]["object"]

    def note(answer: dict) -> None:
        if answer["status"] == 200 and disguise != "in an old version":
            world.told.add(event["id"])

    story = f"Stripe tells {event['type']} of {thing['id'][-6:]} {disguise}"
    command = {"do": "webhook", "body": body, "signature": signature}
    return Deed(story, command, trouble=trouble, may=(200,), then=note)


# -- the shop --


def work(trouble: str | None = None) -> Deed:
    return Deed("the worker does what is due", {"do": "work"}, trouble=trouble, may=(200,))


def reconcile(trouble: str | None = None) -> Deed:
    """By hand, as `flask stripe reconcile` does."""
    return Deed("what nobody told is read at Stripe", {"do": "reconcile"}, trouble=trouble, may=(200,))


def accept(world: World, payment: int, trouble: str | None = None) -> Deed:
    """Staff make an order of money that has none, should that be possible."""
    intent = pick(list(world.paid()), payment)
    command = {"do": "accept", "intent": intent, "key": world.key()}
    return Deed(f"staff accept {intent[-6:]}", command, trouble=trouble, may=(200, 404, 409))


def move(world: World, verb: str, item: int, units: int, trouble: str | None = None) -> Deed:
    """Staff receive, adjust by, or count `units` more than the shelf should hold."""
    variant = pick(world.items, item)
    on_hand = world.shop.level(variant)[0]
    numbers = [max(on_hand + units, 0), on_hand] if verb == "count" else [units]
    command = {"do": "move", "verb": verb, "variant": variant, "numbers": numbers, "key": world.key()}

    def keep(answer: dict) -> None:
        moved = world.shop.rows("SELECT quantity FROM stock_movement WHERE request_key = :key", key=command["key"])
        world.shelved[variant] += sum(row[0] for row in moved)

    story = f"staff {verb} {numbers[0]} of item {item % len(world.items)}"
    return Deed(story, command, trouble=trouble, may=(200, 409, 422), then=keep)


def ship(world: World, order: int, units: int, trouble: str | None = None) -> Deed:
    """A parcel with `units` of each line, or as many as it ever had."""
    number, lines = _order(world, order)
    wanted = {str(line): min(units, quantity) for line, quantity, _ in lines}
    command = {"do": "ship", "number": number, "wanted": wanted, "key": world.key()}
    return Deed(f"staff ship {units} of each line of {number}", command, trouble=trouble, may=(200, 409))


def refund(world: World, order: int, units: int, shipping: int, restock: bool, trouble: str | None = None) -> Deed:
    """`units` of each line, first of those that have not left, and perhaps the delivery."""
    number, lines = _order(world, order)
    wanted = {}
    for line, quantity, shipped in lines:
        unsent = min(units, quantity - shipped)
        wanted[str(line)] = [unsent, min(units, quantity) - unsent, restock]
    command = {"do": "refund", "number": number, "lines": wanted, "shipping": shipping, "amount": 0}
    story = f"staff refund {units} of each line of {number} and {shipping} of its delivery"
    return _staff_refund(world, story, command, trouble)


def refund_amount(world: World, order: int, amount: int, trouble: str | None = None) -> Deed:
    number, _ = _order(world, order)
    command = {"do": "refund", "number": number, "lines": {}, "shipping": 0, "amount": amount}
    return _staff_refund(world, f"staff refund {amount} of {number}", command, trouble)


def refund_unapplied(world: World, payment: int, trouble: str | None = None) -> Deed:
    intent = pick(list(world.paid()), payment)
    command = {"do": "refund_unapplied", "intent": intent}
    return _staff_refund(world, f"staff refund {intent[-6:]}, which has no order", command, trouble)


def repay(world: World, refund: int, trouble: str | None = None) -> Deed:
    ids = [row[0] for row in world.shop.rows("SELECT id FROM refund ORDER BY id")]
    command = {"do": "repay", "refund": pick(ids, refund)}
    return _staff_refund(world, "staff send a refund once more", command, trouble)


def again(world: World, deed: Deed) -> Deed:
    """The same form, clicked twice."""
    return Deed(f"again: {deed.story}", deed.command, may=deed.may)


def _staff_refund(world: World, story: str, command: dict, trouble: str | None) -> Deed:
    return Deed(story, command | {"key": world.key()}, trouble=trouble, may=(200, 404, 409, 422))


def _order(world: World, order: int) -> tuple[str, list[tuple[int, int, int]]]:
    """Its number; id, quantity and units sent of its lines."""
    number = pick([row[0] for row in world.shop.rows('SELECT number FROM "order" ORDER BY id')], order)
    lines = world.shop.rows(
        'SELECT line.id, line.quantity, line.shipped FROM order_line line JOIN "order" ON "order".id = line.order_id'
        ' WHERE "order".number = :number ORDER BY position',
        number=number,
    )
    return number, lines
