"""A checkout made again from its session at Stripe, where the shop's own record of it is lost (rule 35).

It comes back as one that has ended, with what it held given back; staff accept its money like any other that came too
late. Lines that cost nothing were never sent to Stripe, and are not in it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.cart.models import Cart
from store.catalog.models import Product, Variant
from store.errors import Conflict
from store.mail.addresses import limit_key
from store.orders import repository as orders
from store.orders.buyers import owner_key
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout, CheckoutLine
from store.payments.bought import Bought
from store.payments.gateway import API_VERSION
from store.payments.models import Payment, SessionState, StripeSession
from store.stock import repository as stock

WHY = "Made again from what Stripe knows of it: the shop's own record was lost."


def rebuild(session: Session, payment: Payment, bought: Bought, secret_key: str, now: datetime) -> Checkout:
    """The checkout that `payment`, which is locked, was meant for. Raises Conflict when it cannot be told."""
    fact = bought.fact
    if not fact.checkout_id or not fact.attempt_id or not bought.email or bought.total != payment.amount:
        raise Conflict("What Stripe knows of this payment does not add up to what was paid. Refund it.")
    if orders.find_checkout(session, fact.checkout_id) is not None:
        raise Conflict(f"Its session at Stripe names the checkout {fact.checkout_id}, which has others. Refund it.")
    sold = _variants(session, bought)
    checkout = _checkout(session, bought, sold, secret_key, now)
    held = {sold[line.sku].id: line.quantity for line in bought.lines if sold[line.sku].stocked}
    stock.note_released(session, checkout.id, held, bought.created_at, now)
    attempt = StripeSession(
        id=fact.attempt_id,
        checkout_id=checkout.id,
        state=SessionState.COMPLETE,
        request={},
        api_version=API_VERSION,
        stripe_id=fact.session_id,
        created_at=bought.created_at,
        expires_at=bought.expires_at,
        dead=False,
    )
    session.add(attempt)
    payment.checkout_id = checkout.id
    session.flush()
    return checkout


def _variants(session: Session, bought: Bought) -> dict[str, Variant]:
    wanted = [line.sku for line in bought.lines]
    found = {one.sku: one for one in session.scalars(select(Variant).where(Variant.sku.in_(wanted)))}
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise Conflict(
            f"No variant here has the stock number {', '.join(missing)}. Make it again in Products, or refund it."
        )
    if not wanted or len(set(wanted)) < len(wanted):
        raise Conflict("Stripe does not say which things this payment was for. Refund it.")
    return found


def _checkout(session: Session, bought: Bought, sold: dict[str, Variant], secret_key: str, now: datetime) -> Checkout:
    """As it was frozen, as far as Stripe knows: of each line its sum, so a price that does not divide is rounded up."""
    lines = [_line(session, position, bought, sold) for position in range(len(bought.lines))]
    subtotal = sum(line.quantity * line.unit_price for line in lines)
    cart = Cart(id=f"again-{bought.fact.attempt_id}", created_at=now, updated_at=now)
    session.add(cart)
    session.flush()
    checkout = Checkout(
        id=bought.fact.checkout_id,
        cart_id=cart.id,
        state=CheckoutState.EXPIRED,
        email=bought.email,
        **bought.buyer,
        currency=bought.fact.currency,
        subtotal=subtotal,
        discount=subtotal - sum(line.net for line in bought.lines),
        shipping=bought.delivery,
        tax=bought.tax,
        tax_included=0,
        total=bought.total,
        shipping_label=bought.delivery_label,
        request_key=f"again:{bought.fact.session_id}",
        fingerprint="",
        why=[WHY],
        email_key=owner_key("email", limit_key(bought.email), secret_key),
        network_key=owner_key("network", "", secret_key),
        bag_taken_at=now,
        created_at=bought.created_at,
        hold_ends_at=bought.expires_at,
        closed_at=now,
        lines=lines,
    )
    session.add(checkout)
    session.flush()
    return checkout


def _line(session: Session, position: int, bought: Bought, sold: dict[str, Variant]) -> CheckoutLine:
    line = bought.lines[position]
    variant = sold[line.sku]
    product = session.get_one(Product, variant.product_id)
    return CheckoutLine(
        position=position,
        variant_id=variant.id,
        sku=line.sku,
        title=line.title,
        number=product.number,
        variant_label="",
        quantity=line.quantity,
        unit_price=-(-line.net // line.quantity),
        net=line.net,
        limited=product.limit_per_member is not None,
    )
