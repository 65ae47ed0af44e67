"""What may be sent of an order, and what it has become when a parcel has left. Pure (rule 29)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from store.orders.lifecycle import SENDABLE, UNSENT, FulfilmentState, PaymentState


@dataclass(frozen=True, slots=True)
class Units:
    """What has become of the units of a line."""

    quantity: int
    shipped: int = 0
    cancelled: int = 0
    refunding: int = 0

    @property
    def left(self) -> int:
        """How many may go into a parcel; what is being refunded may not."""
        return self.quantity - self.shipped - self.cancelled - self.refunding

    @property
    def open(self) -> int:
        """How many have neither left nor been canceled."""
        return self.quantity - self.shipped - self.cancelled

    def after(self, sent: int) -> Units:
        """As they are when `sent` more have left."""
        return replace(self, shipped=self.shipped + sent)


def fulfilment_of(lines: Iterable[Units], *, is_packed: bool) -> FulfilmentState:
    """How far an order is, from its units alone; only that it was packed must be told."""
    counted = list(lines)
    if not any(line.shipped for line in counted):
        if not any(line.open for line in counted):
            return FulfilmentState.CANCELLED
        return FulfilmentState.PACKED if is_packed else FulfilmentState.UNFULFILLED
    return FulfilmentState.PART if any(line.open for line in counted) else FulfilmentState.SHIPPED


def progress_after(known: FulfilmentState, lines: Iterable[Units], *, returned: int) -> FulfilmentState:
    """How far an order is once some of its units were canceled or came back; `returned` counts all that ever did."""
    counted = list(lines)
    becomes = fulfilment_of(counted, is_packed=known is FulfilmentState.PACKED)
    if becomes is FulfilmentState.SHIPPED and returned == sum(line.shipped for line in counted):
        return FulfilmentState.RETURNED
    return becomes if known in UNSENT else known


class HeldBy(enum.StrEnum):
    """Why nothing of an order may leave, whatever its money is: each reason stands until it is gone (rule 28)."""

    DISPUTE = "dispute"
    REVIEW = "review"
    EARLY_FRAUD_WARNING = "early_fraud_warning"
    DASHBOARD_REFUND = "dashboard_refund"


def why_not_sent(
    money: PaymentState, progress: FulfilmentState, *, has_address: bool, held_by: Iterable[HeldBy] = ()
) -> str | None:
    """Why nothing of an order may leave now, as a sentence; None when it may."""
    if money not in SENDABLE:
        return _MONEY[money]
    if progress in _DONE:
        return _DONE[progress]
    if held := sorted(set(held_by)):
        return HELD[held[0]]
    return None if has_address else "This order has no address, so nothing of it goes by post."


HELD = {
    HeldBy.DISPUTE: "The buyer’s bank questions the payment of this order. Nothing leaves until that is settled.",
    HeldBy.REVIEW: "The payment of this order is under review at Stripe. Nothing leaves until it is decided there.",
    HeldBy.EARLY_FRAUD_WARNING: "The card’s network warns that the payment of this order may be fraud."
    " Nothing leaves until staff have decided.",
    HeldBy.DASHBOARD_REFUND: "Money of this order was refunded at Stripe. Nothing leaves until staff have said"
    " which items it was for.",
}
_MONEY = {
    PaymentState.REFUNDED: "This order was refunded, so nothing of it is sent.",
    PaymentState.CHARGED_BACK: "The bank has taken the payment of this order back, so nothing of it is sent.",
}
_DONE = {
    FulfilmentState.SHIPPED: "All of this order has been shipped already. Look at its timeline for the parcel.",
    FulfilmentState.DELIVERED: "All of this order has arrived already. Look at its timeline for the parcel.",
    FulfilmentState.CANCELLED: "This order was canceled, so nothing of it is sent.",
    FulfilmentState.RETURNED: "This order came back. What goes out again needs an order of its own.",
}


def why_not_this_parcel(wanted: Mapping[int, int], lines: Mapping[int, Units]) -> str | None:
    """Why these units of these lines cannot be one parcel, as a sentence; None when they can."""
    if not any(wanted.values()):
        return "The parcel is empty. Say how many of which line go into it."
    if wanted.keys() - lines.keys() or any(count < 0 for count in wanted.values()):
        return "The parcel holds something that is not of this order. Open the order again and choose from its lines."
    if any(count > lines[line].left for line, count in wanted.items()):
        return TOO_MANY
    return None


TOO_MANY = "The parcel holds more than is left to ship. Somebody may have shipped meanwhile; look at what is left."
