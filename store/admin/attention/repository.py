"""Whose the subjects of matters are that have no page of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from store.orders.models import Order
from store.payments.disputes.facts import WarningKind
from store.payments.disputes.models import Dispute, FraudWarning
from store.payments.models import Payment, StripeSession
from store.payments.refunds.models import Refund


def belongs_to(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """For `attempt:…`, `session:…`, `refund:…`, `dispute:…` and warnings the subject of the page that shows them."""
    names: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _, name = subject.partition(":")
        names.setdefault(kind, []).append(name)
    return {
        **_of_sessions(session, names.get("attempt", []), names.get("session", [])),
        **_of_refunds(session, names.get("refund", [])),
        **_of_doubts(session, ["dispute"], Dispute, names),
        **_of_doubts(session, [kind.value for kind in WarningKind], FraudWarning, names),
    }


def _of_sessions(session: Session, attempts: list[str], stripe_ids: list[str]) -> dict[str, str]:
    if not attempts and not stripe_ids:
        return {}
    query = select(StripeSession.id, StripeSession.stripe_id, StripeSession.checkout_id)
    query = query.where(or_(StripeSession.id.in_(attempts), StripeSession.stripe_id.in_(stripe_ids)))
    found: dict[str, str] = {}
    for attempt, stripe_id, checkout in session.execute(query):
        found |= {f"attempt:{attempt}": f"checkout:{checkout}", f"session:{stripe_id}": f"checkout:{checkout}"}
    return found


def _of_refunds(session: Session, ids: list[str]) -> dict[str, str]:
    numbers = [int(one) for one in ids if one.isascii() and one.isdigit()]
    if not numbers:
        return {}
    query = select(Refund.id, Payment.payment_intent, Order.number).join(Payment, Payment.id == Refund.payment_id)
    rows = session.execute(query.outerjoin(Order, Order.id == Payment.order_id).where(Refund.id.in_(numbers)))
    return {f"refund:{refund}": _shown_by(intent, number) for refund, intent, number in rows}


def _of_doubts(
    session: Session, kinds: Sequence[str], table: type[Dispute] | type[FraudWarning], names: Mapping[str, list[str]]
) -> dict[str, str]:
    """Disputes and warnings are named by Stripe's id."""
    wanted = [name for kind in kinds for name in names.get(kind, [])]
    if not wanted:
        return {}
    query = select(table.stripe_id, Payment.payment_intent, Order.number)
    query = query.join(Payment, Payment.id == table.payment_id).outerjoin(Order, Order.id == Payment.order_id)
    rows = session.execute(query.where(table.stripe_id.in_(wanted))).all()
    return {f"{kind}:{name}": _shown_by(intent, number) for name, intent, number in rows for kind in kinds}


def _shown_by(payment_intent: str, order_number: str | None) -> str:
    return f"order:{order_number}" if order_number else f"payment:{payment_intent}"
