"""Placing a bag: two short transactions with Stripe between them, and never a lock across the call.

1. `take`: price everything from the database, compare with what the buyer saw, hold the stock, freeze the quote.
2. Stripe creates its session, under a key of our own.
3. Its id is written down, and the buyer is sent there.
A crash anywhere leaves a checkout that the sweeper settles with Stripe's own word.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.cart import repository as bags
from store.cart import service as carts
from store.cart.service import Holder
from store.checkout.taking import NO_CAP, Placing, take
from store.errors import Conflict, NotFound, PaymentUnavailable
from store.orders import limits
from store.orders import repository as orders
from store.orders.lifecycle import HOLDING, CheckoutState
from store.orders.models import Checkout
from store.payments import repository as payments_repository
from store.payments.gateway import Refused
from store.payments.models import SessionState, StripeSession
from store.payments.service import FAILS_VALIDATION, Payments
from store.settings import Settings
from store.stock import repository as stock

log = logging.getLogger(__name__)

NO_WORD = "Stripe cannot say how your payment stands. Please try again."
STEPS = 3
"""Taking, ending an older checkout of the same bag, taking again; more means that two tabs are fighting."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the buyer goes next: `url` at Stripe, or, when nothing is left to pay, the checkout's own page."""

    checkout_id: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """How a checkout stands as its buyer comes back; `is_sure` is false when Stripe could not be asked about it."""

    checkout: Checkout
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a guest's bag at sign-in: whether it is the member's now, and how many units theirs holds."""

    moved: bool
    count: int


@dataclass(frozen=True)
class Checkouts:
    """The use cases of a checkout. The bag's id is the buyer's right to it."""

    payments: Payments
    settings: Settings

    def place(self, placing: Placing) -> Placed:
        """Hold what is in the bag and have Stripe take the money for it; what costs nothing is an order at once.

        The same `request_key` again, or the same bag, buyer and prices, continues the checkout there is.
        Raises Conflict (sold out, price changed, nothing in the bag), Invalid, TooMany, PaymentUnavailable.
        """
        ours, before = self.payments.ours(), None
        for _ in range(STEPS):
            now = self.payments.clock()
            taken = self.payments.db.run(
                lambda session, now=now: take(session, placing, ours.store_id, self.settings, now),  # type: ignore[misc]
                repeatable=True,
            )
            if taken is not None:
                placed = self._hand_over(taken, now)
                if placed.url or taken == before or not self._has_ended(taken):
                    return placed
                before = taken  # Stripe had ended it unheard: take the bag afresh, unless this very form made it
                continue
            paid_after_all = self._end_open(placing.cart_id)
            if paid_after_all is not None:
                return Placed(paid_after_all, None)
        raise Conflict("Your bag is being checked out in another tab. Finish there, or try again in a moment.")

    def resume(self, cart_id: str) -> Placed:
        """Back to the payment page of the bag's open checkout. Raises NotFound when it has none."""
        return self._hand_over(self._unfinished(cart_id).id)

    def cancel(self, cart_id: str) -> CheckoutState:
        """The buyer does not want to pay: give everything back, once Stripe has ended its session.

        While a payment is on its way it is only asked for: the state stays awaiting_payment until Stripe knows.
        Raises PaymentUnavailable, with nothing changed, when Stripe cannot say.
        """
        checkout = self._unfinished(cart_id)
        if checkout.state is CheckoutState.OPEN:
            self._close(checkout.id)
        # Awaited already, or since a moment ago, when its page turned out to be completed: then it is a wish (rule 19).
        self.payments.db.run(lambda session: orders.ask_to_cancel(session, checkout.id), repeatable=True)
        with self.payments.db.reader() as reader:
            return orders.get_checkout(reader, checkout.id).state

    def bring_along(self, guest_id: str | None, member_id: int) -> Brought:
        """Move a guest's bag, with the checkout under way, to the member who has signed in.

        A bag has one open checkout: when both have one, the guest's is ended at Stripe first (rule 19). When Stripe
        cannot say, all is as it was, and the next sign-in tries again.
        """
        db, now = self.payments.db, self.payments.clock()
        try:
            if guest_id is not None and self._both_pay(guest_id, member_id):
                self._end_open(guest_id)
            db.run(lambda session: _bring_along(session, guest_id, member_id, now))
            moved = True
        except (PaymentUnavailable, BothPay):
            log.warning("the bag of a guest stays where it is: Stripe cannot say how its checkout stands")
            moved = False
        with db.reader() as reader:
            own_id = bags.find_cart_of(reader, member_id)
            return Brought(moved, bags.count_units(reader, own_id) if own_id else 0)

    def _both_pay(self, guest_id: str, member_id: int) -> bool:
        with self.payments.db.reader() as reader:
            return both_pay(reader, guest_id, bags.find_cart_of(reader, member_id))

    def put_back(self, holder: Holder, checkout_id: str) -> tuple[str, int]:
        """Put the lines of a failed checkout into the bag again, as many as are left; the bag's id and its units.

        The checkout's id is the right to it. Raises NotFound when it has not failed, Conflict when nothing is left.
        """
        with self.payments.db.reader() as reader:
            failed = orders.get_checkout(reader, checkout_id)
        if failed.state not in (CheckoutState.EXPIRED, CheckoutState.CANCELLED):
            raise NotFound("This checkout has not failed. Look for the newest mail about it.")
        wanted = {line.variant_id: line.quantity for line in failed.lines}
        return carts.put_back(self.payments.db, holder, wanted, self.settings.store_currency, self.payments.clock())

    def settle_return(self, cart_id: str | None, stripe_id: str) -> Returned:
        """The buyer is back from Stripe's page, perhaps before its webhook: ask Stripe, settle, and say how it stands.

        Raises NotFound when the session is none of this bag's.
        """
        with self.payments.db.reader() as reader:
            attempt = payments_repository.find_attempt_by_stripe_id(reader, stripe_id)
            checkout = orders.find_checkout(reader, attempt.checkout_id) if attempt else None
        if checkout is None or cart_id is None or checkout.cart_id != cart_id:
            raise NotFound("Paid orders are confirmed by mail.")
        is_sure = True
        if checkout.state in (CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT):
            try:
                self.payments.settle_session(stripe_id)
            except (PaymentUnavailable, Refused):
                log.warning("Stripe does not answer about session %s; the webhook will", stripe_id)
                is_sure = False
        with self.payments.db.reader() as reader:
            return Returned(orders.get_checkout(reader, checkout.id), is_sure)

    def _hand_over(self, checkout_id: str, taken_at: datetime | None = None) -> Placed:
        """To Stripe's page, made now if it was not yet; `taken_at` tells an attempt never sent from one to replay."""
        with self.payments.db.reader() as reader:
            checkout = orders.get_checkout(reader, checkout_id)
            attempts = payments_repository.list_attempts(reader, checkout_id)
        if checkout.state is not CheckoutState.OPEN:
            return Placed(checkout_id, None)
        attempt = attempts[0]
        if attempt.state is SessionState.OPEN and attempt.stripe_id is not None:
            return self._back_to(attempt, attempt.stripe_id)
        return self._open(checkout, attempt, is_replay=attempt.created_at != taken_at)

    def _back_to(self, attempt: StripeSession, stripe_id: str) -> Placed:
        """An open page may have been paid or ended while nobody told us: Stripe is asked first."""
        try:
            fact = self.payments.gateway.fetch_session(stripe_id, self.payments.clock())
        except Refused as refusal:
            raise PaymentUnavailable(NO_WORD) from refusal
        if fact.status == "open":
            return Placed(attempt.checkout_id, attempt.url)
        self.payments.settle(fact)
        return Placed(attempt.checkout_id, None)

    def _open(self, checkout: Checkout, attempt: StripeSession, *, is_replay: bool) -> Placed:
        try:
            fact = self.payments.open_attempt(attempt)
        except Refused as refusal:
            if is_replay and refusal.status != FAILS_VALIDATION:
                raise PaymentUnavailable(NO_WORD) from refusal  # it may exist: nothing is given back (rule 34)
            # Not Stripe's sentence, which repeats what the buyer typed; staff find it in the attention row.
            log.error("Stripe refused the session of checkout %s: %s %s", checkout.id, refusal.status, refusal.code)
            self.payments.mark_never_created(attempt, refusal)
            raise PaymentUnavailable(
                "Payment cannot be started just now. Nothing is charged, and we have been told."
            ) from refusal
        as_agreed = (fact.amount_total, fact.currency, fact.livemode) == (
            checkout.total,
            checkout.currency,
            self.payments.gateway.livemode,
        )
        if not as_agreed:
            self._close(checkout.id)
            self.payments.settle(fact)
            raise PaymentUnavailable("Stripe's total differs from ours. Nothing is charged, and we have been told.")
        with self.payments.db.reader() as reader:
            still_open = orders.get_checkout(reader, checkout.id).state is CheckoutState.OPEN
        return Placed(checkout.id, fact.url if still_open else None)

    def _has_ended(self, checkout_id: str) -> bool:
        with self.payments.db.reader() as reader:
            return orders.get_checkout(reader, checkout_id).state in (CheckoutState.EXPIRED, CheckoutState.CANCELLED)

    def _unfinished(self, cart_id: str) -> Checkout:
        with self.payments.db.reader() as reader:
            checkout = orders.find_unfinished_checkout(reader, cart_id)
        if checkout is None:
            raise NotFound("There is no payment to go back to. Your bag is as it was.")
        return checkout

    def _end_open(self, cart_id: str) -> str | None:
        """Another form, price or address: the older offer must be dead at Stripe before a new one is made (rule 7).

        The older checkout's id when its page turns out to have been completed: that is then what its buyer must see.
        """
        with self.payments.db.reader() as reader:
            older = orders.find_open_checkout(reader, cart_id)
        if older is None:
            return None
        self._close(older.id)
        with self.payments.db.reader() as reader:
            completed = orders.get_checkout(reader, older.id).bag_taken_at is not None
        return older.id if completed else None

    def _close(self, checkout_id: str) -> None:
        with self.payments.db.reader() as reader:
            attempts = payments_repository.list_attempts(reader, checkout_id)
        for attempt in attempts:
            if not attempt.dead:
                try:
                    self.payments.close_attempt(attempt, CheckoutState.CANCELLED)
                except Refused as refusal:
                    raise PaymentUnavailable(NO_WORD) from refusal


class BothPay(Exception):
    """Both bags have a checkout open, since a moment ago."""


def both_pay(session: Session, guest_id: str, own_id: str | None) -> bool:
    ids = [guest_id, own_id]
    return all(cart_id is not None and orders.find_open_checkout(session, cart_id) is not None for cart_id in ids)


def _bring_along(session: Session, guest_id: str | None, member_id: int, now: datetime) -> None:
    if guest_id is not None and bags.is_guests(session, guest_id):
        mine = carts.bring_along(session, guest_id, member_id, now)
        if both_pay(session, guest_id, mine.id):
            raise BothPay
        moved = orders.move_checkouts(session, guest_id, mine.id, member_id)
        stock.move_holds(session, [checkout.id for checkout in moved], mine.id)
        for checkout in moved:
            if checkout.state in HOLDING:
                stock.count_live_checkout(session, f"member:{member_id}", NO_CAP)
            limits.count_for_member(session, checkout)
