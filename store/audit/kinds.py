"""The kinds of matters that wait for a person: what each is called, what to do about it, and how soon. Pure.

Whoever raises a new kind writes it down here, or a test fails: a matter that nobody can act on helps nobody.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from store.actors import Permission


class Urgency(enum.IntEnum):
    """How soon; matters with a date to reply by come before all others."""

    NOW = 0
    """Somebody's money or parcel waits."""
    TODAY = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """`settles` says when a matter of this kind closes by itself; without it only a person closes one."""

    label: str
    todo: str
    urgency: Urgency = Urgency.TODAY
    settles: str | None = None
    permissions: tuple[Permission, ...] = (Permission.ORDERS_WRITE,)
    """Any one of these may close it."""


MONEY = (Permission.REFUNDS_WRITE, Permission.ORDERS_WRITE)
ACCEPTED = "It closes by itself when the payment is accepted or has been refunded."

KINDS: dict[str, Kind] = {
    "unapplied_duplicate": Kind(
        "Paid twice",
        "Refund the second payment. The order has the first.",
        Urgency.NOW,
        ACCEPTED,
        MONEY,
    ),
    "unapplied_cancelled": Kind(
        "Paid after it was canceled",
        "Refund it; or, if the buyer wants the order after all, accept the payment.",
        Urgency.NOW,
        ACCEPTED,
        MONEY,
    ),
    "unapplied_stock_gone": Kind(
        "Paid, and the things are gone",
        "Find the things and accept the payment, or refund it.",
        Urgency.NOW,
        ACCEPTED,
        MONEY,
    ),
    "unapplied_mismatch": Kind(
        "Paid otherwise than agreed",
        "Compare what came with what was agreed. Accept the payment, or refund it.",
        Urgency.NOW,
        ACCEPTED,
        MONEY,
    ),
    "unapplied_unknown": Kind(
        "Paid for a checkout we do not know",
        "See at Stripe what was bought. Refund it, or send the things and say so here.",
        Urgency.NOW,
        ACCEPTED,
        MONEY,
    ),
    "session_mismatch": Kind(
        "Stripe's page differs from our checkout",
        "Compare the two. If no money has come for it, release the checkout.",
        Urgency.NOW,
        "It closes by itself when the checkout is released or its payment is accepted.",
    ),
    "session_contradiction": Kind(
        "Stripe contradicts itself",
        "Look at the session at Stripe: it was said to be complete and to be expired.",
    ),
    "session_refused": Kind(
        "Stripe refused a checkout",
        "Read Stripe's reason. Until it is mended other buyers may meet it too.",
        Urgency.NOW,
    ),
    "session_unreadable": Kind(
        "Stripe does not tell about a session",
        "Mend the reason that Stripe gives, such as a key that was replaced. If that cannot be, release the checkout.",
        Urgency.TODAY,
        "It closes by itself when Stripe tells, or when the checkout is released.",
    ),
    "payment_overdue": Kind(
        "Payment on its way for two weeks",
        "Ask Stripe what keeps it. The things stay held until it is decided.",
        Urgency.TODAY,
        "It closes by itself when the payment has come or has failed.",
    ),
    "limit_exceeded": Kind(
        "More to one person than the limit",
        "The payment came late and was accepted. Send the order all the same, or refund some of it.",
    ),
    "clock_skew": Kind(
        "The shop's clock is wrong",
        "Set this machine's clock, and have it keep itself right (NTP). Far off, Stripe's events are refused.",
        Urgency.NOW,
        "It closes by itself within an hour of the clock being right.",
    ),
    "event_failed": Kind(
        "An event could not be handled",
        "Read what went wrong, have it mended, then try the event again.",
        Urgency.NOW,
        "It closes by itself when the event has been handled.",
    ),
    "event_unread": Kind(
        "An event came in another version",
        "Look at its object at Stripe, and set the endpoint to our API version with flask stripe setup.",
    ),
    "stock_short": Kind(
        "Fewer on the shelf than promised",
        "Find them, order more, or write to the buyers it hits.",
        Urgency.NOW,
        "It closes by itself when the shelf covers what is promised.",
    ),
    "job_dead": Kind(
        "A job was given up",
        "Read its last error, have it mended, then try the job again.",
        Urgency.TODAY,
        "It closes by itself when the job has been done.",
    ),
    "refund_unsent": Kind(
        "A refund waits for Stripe",
        "See whether Stripe can be reached. The refund is sent as soon as it answers.",
        Urgency.TODAY,
        "It closes by itself when Stripe has taken the refund or refused it.",
        MONEY,
    ),
    "refund_rejected": Kind(
        "Stripe refused a refund",
        "Read why. Nothing was sent back: try again, or pay the buyer in another way.",
        Urgency.NOW,
        permissions=MONEY,
    ),
    "refund_failed": Kind(
        "A refund could not be paid out",
        "Send it once more, or pay the buyer in another way: the money is owed to them.",
        Urgency.NOW,
        "It closes by itself when the money sent once more has arrived.",
        MONEY,
    ),
    "refund_contradiction": Kind(
        "Stripe contradicts itself about a refund",
        "Look at the refund at Stripe: it was said to have failed and to be canceled.",
        permissions=MONEY,
    ),
    "refund_unexplained": Kind(
        "Refund made at Stripe",
        "Say which units it is for, or that it is for none. Until then nothing of the order leaves.",
        Urgency.NOW,
        "It closes by itself when the refund has been explained.",
        MONEY,
    ),
    "refunded_too_much": Kind(
        "More went back than was paid",
        "Compare the payment's refunds and disputes at Stripe, and say here what became of the difference.",
        Urgency.NOW,
        permissions=MONEY,
    ),
    "dispute": Kind(
        "Dispute",
        "Answer the bank at Stripe by its date, with what was sent and when it arrived. Until it ends nothing leaves.",
        Urgency.NOW,
        "It closes by itself when the dispute has ended.",
        MONEY,
    ),
    "review": Kind(
        "Payment under review",
        "Decide the review at Stripe. Until then nothing of the order leaves.",
        Urgency.NOW,
        "It closes by itself when the review has ended.",
        MONEY,
    ),
    "early_fraud_warning": Kind(
        "Warning of fraud",
        "Ask the buyer, or refund the payment. Until then nothing of the order leaves.",
        Urgency.NOW,
        "It closes by itself when the bank no longer waits for anything.",
        MONEY,
    ),
    "books_broken": Kind(
        "The books are not right",
        "Run flask verify, which names the rows. Sell nothing that they name before you know why.",
        Urgency.NOW,
        "It closes by itself within an hour of the books being right.",
        (Permission.REPORTS_READ, *MONEY),
    ),
    "books_differ": Kind(
        "Our books differ from Stripe’s",
        "Look at it at Stripe. What is here and not there was written by somebody: find out who, and how.",
        Urgency.NOW,
        permissions=(Permission.REPORTS_READ, *MONEY),
    ),
    "balance_unexplained": Kind(
        "Unknown movement at Stripe",
        "Look at it in Stripe's dashboard: it stands on the account Unexplained of the ledger.",
        permissions=(Permission.REPORTS_READ, *MONEY),
    ),
    "balance_unreadable": Kind(
        "A movement in sums the shop cannot keep",
        "Find the movement in Stripe's dashboard, and have it booked by hand.",
        permissions=MONEY,
    ),
    "balance_missing": Kind(
        "A movement that Stripe does not know",
        "Look at the payments of that day in Stripe's dashboard, and whether the key belongs to another account.",
        permissions=MONEY,
    ),
    "balance_refused": Kind(
        "Stripe does not show its balance",
        "Give the shop's key at Stripe the right to read the balance and payouts.",
        Urgency.TODAY,
        "It closes by itself when the balance has been read.",
        MONEY,
    ),
}


def kind_of(name: str) -> Kind:
    """What is known of a kind; one that an older version of the shop has raised is called by its name."""
    known = KINDS.get(name)
    return known or Kind(name.replace("_", " ").replace(".", " ").capitalize(), "Read it, and do what it asks for.")


def urgent(urgency: Urgency) -> list[str]:
    """The kinds of this urgency, for an order by it."""
    return [name for name, kind in KINDS.items() if kind.urgency is urgency]
