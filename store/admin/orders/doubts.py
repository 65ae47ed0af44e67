"""What speaks against an order's payment, as its page shows it, and what of it holds the parcel back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.admin.orders.cues import spell
from store.fulfilment.models import FulfilmentBlock
from store.fulfilment.parcels import HELD, HeldBy
from store.money import Money
from store.orders.lifecycle import UNSENT, FulfilmentState
from store.orders.standing import is_inquiry, is_under_way
from store.payments.disputes.models import Dispute, FraudWarning

_DISPUTE = {
    "warning_needs_response": ("Needs an answer", "bad"),
    "warning_under_review": ("With the bank", "part"),
    "warning_closed": ("Settled", "done"),
    "needs_response": ("Needs an answer", "bad"),
    "under_review": ("With the bank", "part"),
    "appeal_needs_response": ("Needs an answer", "bad"),
    "appeal_under_review": ("With the bank", "part"),
    "prevented": ("Prevented", "done"),
    "won": ("Won", "done"),
    "lost": ("Lost", "bad"),
}
_TITLES = {
    HeldBy.REVIEW: "Review",
    HeldBy.EARLY_FRAUD_WARNING: "Warning of fraud",
    HeldBy.DASHBOARD_REFUND: "Refund made at Stripe",
}
_TODO = {
    HeldBy.DISPUTE: "Answer it in Stripe’s dashboard, with what was sent and when it arrived.",
    HeldBy.REVIEW: "Approve or refund the payment in Stripe’s dashboard.",
    HeldBy.EARLY_FRAUD_WARNING: "Ask the buyer. A refund now can spare a dispute later.",
    HeldBy.DASHBOARD_REFUND: "Say under Refunds which units it was for, or that it was for none.",
}


@dataclass(frozen=True, slots=True)
class Lifting:
    """Who has let the order go in spite of it, and when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that speaks, or spoke, against the payment."""

    title: str
    state: tuple[str, str]
    """A word, and the badge it stands in."""
    object_id: str
    amount: Money | None = None
    withdrawn: Money | None = None
    reason: str | None = None
    reply_by: datetime | None = None
    todo: str | None = None
    block_id: int | None = None
    """Of what holds the order back because of it."""
    lifting: Lifting | None = None


def view_doubts(
    disputes: Sequence[Dispute],
    warnings: Sequence[FraudWarning],
    blocks: Sequence[FulfilmentBlock],
    emails: Mapping[int, str],
) -> list[Doubt]:
    """All of an order, the newest first, what holds it back before all else."""
    seen = [_of_dispute(row, blocks, emails) for row in disputes]
    seen += [_of_warning(row, blocks, emails) for row in warnings]
    named = {one.object_id for one in seen}
    seen += [_of_refund(block, emails) for block in blocks if block.object_id not in named]
    seen.reverse()
    return sorted(seen, key=lambda one: one.block_id is None)


def held_by(blocks: Sequence[FulfilmentBlock]) -> set[HeldBy]:
    return {HeldBy(block.reason) for block in blocks if block.closed_at is None}


def held_back(blocks: Sequence[FulfilmentBlock], progress: FulfilmentState) -> list[str]:
    """A sentence for each reason why nothing may leave, as long as anything could."""
    return [HELD[reason] for reason in sorted(held_by(blocks))] if progress in UNSENT else []


def member_ids(blocks: Sequence[FulfilmentBlock]) -> set[int]:
    """Who of the members has lifted something."""
    names = [block.closed_by or "" for block in blocks]
    return {int(name.removeprefix("member:")) for name in names if name.startswith("member:")}


def _of_dispute(row: Dispute, blocks: Sequence[FulfilmentBlock], emails: Mapping[int, str]) -> Doubt:
    under_way = is_under_way(row.status)
    block_id, lifting = _holding(row.stripe_id, blocks, emails)
    return Doubt(
        title="Bank’s question" if is_inquiry(row.status) else "Dispute",
        state=_DISPUTE.get(row.status) or (spell(row.status).capitalize(), "bad"),
        object_id=row.stripe_id,
        amount=Money(row.amount, row.currency),
        withdrawn=Money(row.withdrawn, row.currency) if row.withdrawn else None,
        reason=spell(row.reason).capitalize() or None,
        reply_by=row.reply_by if under_way else None,
        todo=_TODO[HeldBy.DISPUTE] if under_way else None,
        block_id=block_id,
        lifting=lifting,
    )


def _of_warning(row: FraudWarning, blocks: Sequence[FulfilmentBlock], emails: Mapping[int, str]) -> Doubt:
    reason = HeldBy(row.kind.value)
    block_id, lifting = _holding(row.stripe_id, blocks, emails)
    return Doubt(
        title=_TITLES[reason],
        state=("Open", "bad") if row.open else ("Closed", "off"),
        object_id=row.stripe_id,
        reason=spell(row.reason).capitalize() or None,
        todo=_TODO[reason] if row.open else None,
        block_id=block_id,
        lifting=lifting,
    )


def _of_refund(block: FulfilmentBlock, emails: Mapping[int, str]) -> Doubt:
    block_id, lifting = _holding(block.object_id, [block], emails)
    state = ("Open", "bad") if block_id else ("Settled", "off")
    title, todo = _TITLES[HeldBy.DASHBOARD_REFUND], _TODO[HeldBy.DASHBOARD_REFUND] if block_id else None
    return Doubt(title, state, block.object_id, todo=todo, block_id=block_id, lifting=lifting)


def _holding(
    object_id: str, blocks: Sequence[FulfilmentBlock], emails: Mapping[int, str]
) -> tuple[int | None, Lifting | None]:
    """The block that stands because of it; or else who has lifted the last one."""
    own = [block for block in blocks if block.object_id == object_id]
    if not own:
        return None, None
    last = own[-1]
    if last.closed_at is None:
        return last.id, None
    kind, _, number = (last.closed_by or "").partition(":")
    if kind != "member":
        return None, None
    return None, Lifting(emails.get(int(number), "A former member"), last.closed_at)
