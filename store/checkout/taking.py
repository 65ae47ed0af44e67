"""The first transaction of a checkout: price, compare, hold, freeze. All of it or nothing."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.cart import contents
from store.cart import repository as carts
from store.cart.contents import Bag
from store.catalog.models import Kind
from store.checkout.free import FOR_MEMBERS, give_away
from store.errors import Conflict, Invalid, PaymentUnavailable, TooMany
from store.mail.addresses import limit_key
from store.money import Money, show
from store.orders import limits
from store.orders import repository as orders
from store.orders.buyers import owner_key
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout, CheckoutLine
from store.payments.gateway import API_VERSION
from store.payments.models import StripeSession
from store.payments.reach import may_ask
from store.payments.reconciling.closing import find_closed_since
from store.payments.requests import session_request
from store.payments.service import moment_for_stripe
from store.payments.units import minimum, step, to_stripe
from store.pricing import repository as pricing
from store.pricing.quote import Quote, quote
from store.settings import Settings
from store.stock import repository as stock

NO_CAP = 10**9
AWAY = "No payment can be started just now: Stripe does not answer. Nothing is held or charged. Please try again soon."
CLOSED = (
    "The shop is catching up with what was sold before. Nothing is held or charged. Please try again in a few minutes."
)
MOST = 99_999_999
"""Stripe's largest amount, in its own units; a bag beyond it is refused here, in words."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, and where it goes; the address is empty when nothing is shipped. `network` is where they come from."""

    email: str
    network: str
    name: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """A bag handed in at the till. `request_key` was made with the form: the same form sent twice is one checkout."""

    cart_id: str
    buyer: Buyer
    request_key: str
    expected_total: int | None
    """What the buyer saw, in minor units; None from a program that did not look."""
    member_id: int | None = None


ADDRESS = ("name", "line1", "line2", "city", "region", "postal_code", "country", "phone")


def price(session: Session, bag: Bag, country: str | None, currency: str) -> Quote:
    """The bag's quote for a destination; raises Invalid when the shop does not ship there."""
    rate = None
    if bag.is_shipped and country:
        rate = pricing.find_rate(session, country, currency)
        if rate is None:
            raise Invalid("We do not ship there yet.", {"country": ["Choose one of the countries on the list."]})
    return quote(bag.wishes, rate, currency)


def take(session: Session, placing: Placing, store_id: str, settings: Settings, now: datetime) -> str | None:
    """Hold the bag for its buyer; the id of the checkout to go on with, new or already there.

    What costs nothing is an order at once.

    None when the bag has another offer open, which must be dead at Stripe before this one can be made.
    Raises Conflict, Invalid, TooMany, or PaymentUnavailable while Stripe is away or checkout is closed;
    and then nothing is held.
    """
    cart_id, buyer = placing.cart_id, placing.buyer
    carts.lock_cart(session, cart_id)
    earlier = orders.find_checkout_by_request(session, cart_id, placing.request_key)
    if earlier is not None:
        return earlier.id
    older = orders.find_open_checkout(session, cart_id)
    bag = contents.read(session, cart_id, settings.store_currency, now)
    _refuse_problems(bag)
    offer = price(session, bag, buyer.country, settings.store_currency)
    _refuse_sum(offer, placing.expected_total)
    if offer.total == 0 and placing.member_id is None:
        raise Conflict(FOR_MEMBERS)
    fingerprint = _fingerprint(offer, bag, buyer)
    if older is not None:
        return older.id if older.fingerprint == fingerprint else None
    if find_closed_since(session) is not None:
        raise PaymentUnavailable(CLOSED)
    if offer.total and not may_ask(session, now):
        raise PaymentUnavailable(AWAY)
    checkout = _freeze(bag, offer, buyer, settings, now)
    checkout.cart_id, checkout.member_id = cart_id, placing.member_id
    checkout.request_key, checkout.fingerprint = placing.request_key, fingerprint
    session.add(checkout)
    session.flush()  # holds and the attempt refer to it
    scarce = _hold(session, checkout, bag, settings, now)
    if checkout.total == 0:
        give_away(session, checkout, now)
    else:
        _add_attempt(session, checkout, store_id, settings, now, scarce=scarce)
    return checkout.id


def _refuse_problems(bag: Bag) -> None:
    if not bag.lines:
        raise Conflict("Nothing in your bag yet.")
    blocked = [line.problem for line in bag.lines if line.blocked and line.problem]
    if blocked:
        raise Conflict("Some of your bag is no longer there. Nothing is charged yet.", blocked)


def _refuse_sum(offer: Quote, expected_total: int | None) -> None:
    total = Money(offer.total, offer.currency)
    if 0 < offer.total < minimum(offer.currency):
        least = show(Money(minimum(offer.currency), offer.currency))
        raise Conflict(f"The smallest amount a card can pay is {least}. Your total is {show(total)}.")
    parts = [*(line.net for line in offer.lines), offer.shipping, offer.tax]
    if any(part % step(offer.currency) for part in parts):
        raise Conflict(f"Part of your total of {show(total)} cannot be paid by card to the last digit. Please tell us.")
    if to_stripe(offer.total, offer.currency) > MOST:
        raise Conflict(f"A total of {show(total)} cannot be paid at once. Please make two orders of it.")
    if expected_total is not None and expected_total != offer.total:
        then = show(Money(expected_total, offer.currency))
        raise Conflict(f"Your total is now {show(total)}, not {then}. Nothing is charged yet.")


def _fingerprint(offer: Quote, bag: Bag, buyer: Buyer) -> str:
    """A digest of all that is frozen: what, at which price, for whom, where to."""
    frozen = {
        "offer": asdict(offer),
        "names": [line.offer.name for line in bag.lines],
        "email": buyer.email,
        "address": [getattr(buyer, field) for field in ADDRESS],
    }
    return hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()


def _freeze(bag: Bag, offer: Quote, buyer: Buyer, settings: Settings, now: datetime) -> Checkout:
    shipped = bag.is_shipped
    lines = [
        CheckoutLine(
            position=position,
            variant_id=line.offer.variant_id,
            sku=line.offer.sku,
            title=line.offer.title,
            number=line.offer.number,
            variant_label=line.offer.label,
            quantity=quoted.quantity,
            unit_price=quoted.unit_price,
            net=quoted.net,
            limited=line.offer.limit_per_member is not None,
        )
        for position, (line, quoted) in enumerate(zip(bag.lines, offer.lines, strict=True))
    ]
    return Checkout(
        id=secrets.token_urlsafe(18),
        state=CheckoutState.OPEN,
        email=buyer.email,
        **{field: getattr(buyer, field) if shipped else None for field in ADDRESS},
        currency=offer.currency,
        subtotal=offer.subtotal,
        discount=offer.discount,
        shipping=offer.shipping,
        tax=offer.tax,
        tax_included=offer.tax_included,
        total=offer.total,
        shipping_label=offer.shipping_label,
        why=list(offer.why),
        email_key=owner_key("email", limit_key(buyer.email), settings.secret_key),
        network_key=owner_key("network", buyer.network, settings.secret_key),
        created_at=now,
        hold_ends_at=now + timedelta(minutes=settings.hold_minutes),
        lines=lines,
    )


def _hold(session: Session, checkout: Checkout, bag: Bag, settings: Settings, now: datetime) -> bool:
    """Hold every line's units and count the checkout against its buyer.

    Whether any of it is too scarce to wait days for its money: a ticket, or what is nearly gone (rule 15).
    """
    stocked = {line.offer.variant_id: line for line in bag.lines if line.offer.stocked}
    wanted = {variant_id: line.quantity for variant_id, line in stocked.items()}
    refused = stock.hold(session, checkout.id, checkout.cart_id, wanted, now)
    if refused:
        left = stock.available(session, refused)
        raise Conflict(
            "Somebody was quicker. Nothing is charged, and your bag is as it was.",
            [_gone(stocked[variant_id].offer.name, left[variant_id]) for variant_id in refused],
        )
    caps = {
        "email": settings.live_checkouts_per_email,
        "member": settings.live_checkouts_per_member,
        "network": settings.live_checkouts_per_network,
    }
    for owner in sorted(checkout.owners):
        cap = caps[owner.partition(":")[0]] if settings.limits_on else NO_CAP
        if not stock.count_live_checkout(session, owner, cap):
            raise TooMany("You have other payments open. Finish or cancel one of them, then try again.")
    _count_limited(session, checkout, bag)
    if any(line.offer.kind is Kind.TICKET for line in bag.lines):
        return True
    return any(count <= settings.low_stock for count in stock.available(session, list(wanted)).values())


def _count_limited(session: Session, checkout: Checkout, bag: Bag) -> None:
    """Of what is limited, nobody gets more than their share, over all their orders (rule 16)."""
    limited = [line for line in bag.lines if line.offer.limit_per_member is not None]
    most = {line.offer.product_id: line.offer.limit_per_member or 0 for line in limited}
    titles = {line.offer.product_id: line.offer.title for line in limited}
    wanted: Counter[int] = Counter()
    for line in limited:
        wanted[line.offer.product_id] += line.quantity
    refused = limits.take(session, checkout, wanted, most)
    if refused:
        raise Conflict(
            "Some of your bag is limited, and your earlier orders count. Nothing is charged yet.",
            [f"One person may have {most[product_id]} of {titles[product_id]}." for product_id in refused],
        )


def _gone(name: str, left: int) -> str:
    return f"{name} is sold out." if left == 0 else f"Only {left} left of {name}."


def _add_attempt(
    session: Session, checkout: Checkout, store_id: str, settings: Settings, now: datetime, *, scarce: bool
) -> None:
    attempt_id = secrets.token_urlsafe(12)
    expires_at = moment_for_stripe(now, timedelta(minutes=settings.hold_minutes))
    request = session_request(checkout, attempt_id, store_id, settings.public_url, expires_at, scarce=scarce)
    session.add(
        StripeSession(
            id=attempt_id,
            checkout_id=checkout.id,
            request=request,
            api_version=API_VERSION,
            created_at=now,
            expires_at=expires_at,
        )
    )
