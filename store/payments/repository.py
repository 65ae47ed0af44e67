"""The SQL of sessions, payments and the inbox."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, case, delete, false, func, null, or_, select, update
from sqlalchemy.orm import Session

from store.db import insert, lock
from store.errors import NotFound
from store.orders.lifecycle import HOLDING, CheckoutState
from store.orders.models import Checkout
from store.payments.facts import Event, SessionFact
from store.payments.models import ForeignCount, Payment, PaymentStage, SessionState, Shop, StripeSession, WebhookEvent
from store.stock.models import Hold, HoldState, StockLevel
from store.stock.repository import AVAILABLE

REPLAY_AFTER = timedelta(minutes=2)
LATELY = timedelta(minutes=10)
BANKS_TAKE = timedelta(hours=1)


def store_id(session: Session) -> str:
    """The random id that stamps our objects at Stripe; drawn once in a shop's life, and restored with its backups."""
    drawn = insert(session, Shop).values(id=1, store_id=secrets.token_urlsafe(12))
    session.execute(drawn.on_conflict_do_nothing(index_elements=["id"]))
    return session.execute(select(Shop.store_id)).scalar_one()


def find_store_id(session: Session) -> str | None:
    return session.scalar(select(Shop.store_id))


def list_due(session: Session, now: datetime, limit: int) -> Sequence[StripeSession]:
    """Attempts to ask Stripe about: of checkouts whose time is over, and those whose answer was lost (rule 9).

    First those not asked about lately, of them those that keep others from the last units, then the longest overdue.
    One that waits for its bank, or goes on after its checkout has ended (rule 18), is asked about once an hour.
    """
    open_or_slow = or_(
        Checkout.state == CheckoutState.OPEN,
        and_(
            Checkout.state == CheckoutState.AWAITING_PAYMENT,
            or_(StripeSession.asked_at.is_(None), StripeSession.asked_at <= now - BANKS_TAKE),
        ),
    )
    over = and_(open_or_slow, Checkout.hold_ends_at <= now)
    continued = and_(
        StripeSession.recovered_from.is_not(None),
        Checkout.state.not_in(HOLDING),
        or_(StripeSession.asked_at.is_(None), StripeSession.asked_at <= now - BANKS_TAKE),
    )
    nameless = and_(StripeSession.state == SessionState.CREATING, StripeSession.created_at <= now - REPLAY_AFTER)
    contended = (
        select(Hold.id)
        .join(StockLevel, StockLevel.variant_id == Hold.variant_id)
        .where(Hold.checkout_id == Checkout.id, Hold.state == HoldState.LIVE, AVAILABLE <= 0)
        .exists()
    )
    asked_lately = StripeSession.asked_at > now - LATELY
    query = (
        select(StripeSession)
        .join(Checkout, Checkout.id == StripeSession.checkout_id)
        .where(StripeSession.dead.is_(False), or_(over, nameless, continued))
        .order_by(
            case((asked_lately, 1), else_=0), case((contended, 0), else_=1), Checkout.hold_ends_at, StripeSession.id
        )
    )
    return session.scalars(query.limit(limit)).all()


def note_asked(session: Session, attempt_ids: Sequence[str], now: datetime) -> None:
    """Stripe was asked about these, and they may not have ended."""
    session.execute(update(StripeSession).where(StripeSession.id.in_(attempt_ids)).values(asked_at=now))


def list_attempts(session: Session, checkout_id: str) -> Sequence[StripeSession]:
    """All attempts of a checkout, newest first, as they are in the database now."""
    query = select(StripeSession).where(StripeSession.checkout_id == checkout_id)
    query = query.order_by(StripeSession.created_at.desc(), StripeSession.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


@dataclass(frozen=True, slots=True)
class Place:
    """Which rows a fact is about."""

    attempt_id: str
    checkout_id: str
    cart_id: str


def find_place(session: Session, fact: SessionFact) -> Place | None:
    """Whose session this is: by Stripe's id, else by the attempt it was stamped with (rule 10). An unlocked read.

    What a fact does not say finds nothing: compared with None, a column would find every attempt without an id here.
    """
    by_id = StripeSession.stripe_id == fact.session_id
    ways = [by_id]
    if fact.attempt_id is not None:
        ways.append(StripeSession.id == fact.attempt_id)
    if fact.recovered_from is not None:
        ways.append(StripeSession.stripe_id == fact.recovered_from)
    query = (
        select(StripeSession.id, StripeSession.checkout_id, Checkout.cart_id)
        .join(Checkout, Checkout.id == StripeSession.checkout_id)
        .where(or_(*ways))
    )
    # The known id goes before the stamp, and NULL (no id yet) sorts differently on the two databases.
    row = session.execute(query.order_by(func.coalesce(by_id, false()).desc()).limit(1)).one_or_none()
    return Place(*row) if row else None


def place_of(session: Session, attempt_id: str) -> Place:
    query = select(StripeSession.id, StripeSession.checkout_id, Checkout.cart_id).where(StripeSession.id == attempt_id)
    return Place(*session.execute(query.join(Checkout, Checkout.id == StripeSession.checkout_id)).one())


def find_attempt_by_stripe_id(session: Session, stripe_id: str) -> StripeSession | None:
    return session.scalar(select(StripeSession).where(StripeSession.stripe_id == stripe_id))


def adopt(session: Session, attempt_id: str, fact: SessionFact) -> None:
    """Write down Stripe's id of an attempt that has none yet."""
    nameless = update(StripeSession).where(StripeSession.id == attempt_id, StripeSession.stripe_id.is_(None))
    session.execute(nameless.values(stripe_id=fact.session_id))


def open_attempt(session: Session, attempt_id: str, url: str | None) -> None:
    """After creation: the attempt is open at `url`, unless later facts have already said more."""
    creating = update(StripeSession).where(StripeSession.id == attempt_id, StripeSession.state == SessionState.CREATING)
    session.execute(creating.values(state=SessionState.OPEN, url=url))


def lock_payment(session: Session, payment_intent: str, now: datetime) -> Payment:
    """The payment of a PaymentIntent, made if this is its first fact, and locked (rule 10)."""
    stub = insert(session, Payment).values(payment_intent=payment_intent, stage=PaymentStage.UNKNOWN, created_at=now)
    session.execute(stub.on_conflict_do_nothing(index_elements=["payment_intent"]))
    row = select(Payment).where(Payment.payment_intent == payment_intent).with_for_update()
    return session.scalars(row.execution_options(populate_existing=True)).one()


def get_payment(session: Session, payment_intent: str) -> Payment:
    payment = find_payment(session, payment_intent)
    if payment is None:
        raise NotFound("We know no such payment. Look for it at Stripe.")
    return payment


def find_payment(session: Session, payment_intent: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.payment_intent == payment_intent))


def has_unapplied(session: Session, checkout_id: str) -> bool:
    """Whether money has come for a checkout that has no order, and has not gone back."""
    came = select(Payment.id).where(
        Payment.checkout_id == checkout_id,
        Payment.stage == PaymentStage.PAID,
        Payment.order_id.is_(None),
        Payment.amount > Payment.refunded + Payment.withdrawn,
    )
    return session.scalar(came.limit(1)) is not None


def payment_of_id(session: Session, payment_id: int) -> Payment:
    return session.get_one(Payment, payment_id)


def find_payment_of_order(session: Session, order_id: int) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.order_id == order_id))


def lock_event(session: Session, event: Event, now: datetime) -> WebhookEvent:
    """The inbox row of an event, made if it is new, and locked: of twenty deliveries one works, the others wait."""
    row = insert(session, WebhookEvent).values(
        id=event.id,
        type=event.type,
        api_version=event.api_version,
        object_id=event.object_id,
        livemode=event.livemode,
        failures=0,
        body=event.body,
        happened_at=event.happened_at,
        received_at=now,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["id"]))
    found = lock(session, WebhookEvent, event.id)
    if found is None:
        raise AssertionError("an inbox row is never deleted while it is being handled")
    return found


def find_event(session: Session, event_id: str) -> WebhookEvent | None:
    return session.get(WebhookEvent, event_id)


def forget_event(session: Session, event_id: str, now: datetime) -> None:
    """A fact that turned out to be about somebody else's payment is counted and not kept (rule 1)."""
    gone = delete(WebhookEvent).where(WebhookEvent.id == event_id).returning(WebhookEvent.type)
    kind = session.scalar(gone)
    if kind is not None:
        count_foreign(session, kind, now)


def count_foreign(session: Session, kind: str, now: datetime) -> None:
    """One more event of this kind was not ours."""
    first = insert(session, ForeignCount).values(day=now.astimezone(UTC).date(), kind=kind, count=1)
    more = {"count": ForeignCount.count + 1}
    session.execute(first.on_conflict_do_update(index_elements=["day", "kind"], set_=more))


def forget_bodies(session: Session, before: datetime) -> None:
    """Bodies hold names and addresses; the row without them still says that the event was handled."""
    old = update(WebhookEvent).where(WebhookEvent.received_at < before, WebhookEvent.body.is_not(None))
    session.execute(old.values(body=null()))  # not JSON's null, which every night would find again
