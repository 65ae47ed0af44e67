"""A repair in words: what it was about, and each thing before and after. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.actors import Actor
from store.admin.attention.subjects import Place, place
from store.admin.payments.presentation import REASONS, STAGES
from store.admin.refunds.presentation import STATES as REFUND_STATES
from store.money import Money, show
from store.payments.models import PaymentStage
from store.payments.reconciling.models import Repair
from store.payments.reconciling.repairs import RepairKind
from store.payments.refunds.rules import RefundState

KINDS = {
    RepairKind.EVENT: "Event that never came",
    RepairKind.SESSION: "Payment page",
    RepairKind.REFUND: "Refund",
    RepairKind.DISPUTE: "Dispute",
    RepairKind.WARNING: "Review or warning",
    RepairKind.UNKNOWN: "Unknown checkout",
}
"""By what it was found, as a filter says it."""
NOTHING = "–"
NAMES = {
    "checkout": "Checkout",
    "session": "Payment page",
    "payment": "Payment",
    "paid": "Paid",
    "unapplied": "No order because",
    "refunded": "Gone back",
    "withdrawn": "Taken by banks",
    "order": "Order",
    "order's payment": "Order is",
    "refund": "Refund",
    "dispute": "Dispute",
    "review": "Review",
    "early_fraud_warning": "Warning of fraud",
}
SUMS = ("paid", "refunded", "withdrawn")


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing, as it was and as it is."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RepairRow:
    found: str
    about: Place
    changes: list[Changed]
    at: datetime


def view_repair(repair: Repair, actor: Actor) -> RepairRow:
    names = [name for name in repair.after if name in repair.before]
    return RepairRow(
        found=KINDS[RepairKind(repair.kind)] if repair.kind in list(RepairKind) else repair.kind,
        about=place(repair.subject, {}, actor),
        changes=[_changed(name, repair.before, repair.after) for name in names],
        at=repair.at,
    )


def _changed(name: str, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Changed:
    kind = name if name in NAMES else name.partition(" ")[0]
    return Changed(NAMES.get(kind, name), _word(kind, before[name]), _word(kind, after[name]))


def _word(kind: str, value: str | None) -> str:
    """A value as it was stored, in the words of the other pages."""
    if value is None:
        return NOTHING
    if kind in SUMS:
        amount, _, currency = value.partition(" ")
        return show(Money(int(amount), currency))
    if kind == "payment" and value in list(PaymentStage):
        return STAGES[PaymentStage(value)][0]
    if kind == "refund" and value in list(RefundState):
        return REFUND_STATES[RefundState(value)][0]
    if kind == "unapplied":
        return REASONS.get(value, value)
    return value if kind == "order" else value.replace("_", " ").capitalize()
