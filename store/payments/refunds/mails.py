"""The mails that tell buyers of their refunds, each sent by the job of its name."""

from __future__ import annotations

from dataclasses import dataclass

from store.db import Database
from store.jobs.models import Job
from store.mail.service import Mailer
from store.money import Money
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.numbers import private_link
from store.payments.models import Payment
from store.payments.refunds import repository
from store.payments.refunds.models import Refund
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """What of a line was paid back."""

    title: str
    number: str | None
    variant_label: str
    quantity: int
    amount: Money


@dataclass(frozen=True)
class RefundMails:
    """Handlers for jobs; each reads afresh what it tells."""

    db: Database
    mailer: Mailer
    settings: Settings

    def made(self, job: Job) -> None:
        """The money is on its way back."""
        self._send(job, "refund_made")

    def failed(self, job: Job) -> None:
        """It has come back to us: we owe it, and say so."""
        self._send(job, "refund_failed")

    def _send(self, job: Job, template: str) -> None:
        with self.db.reader() as reader:
            refund = repository.get_refund(reader, job.payload["refund_id"])
            payment = reader.get_one(Payment, refund.payment_id)
            order = orders.get_order(reader, payment.order_id) if payment.order_id else None
            checkout = orders.find_checkout(reader, payment.checkout_id) if payment.checkout_id else None
        buyer = order or checkout
        if buyer is None:
            return  # money of which only Stripe knows the buyer: it writes to them itself
        context = {
            "amount": Money(refund.amount, refund.currency),
            "number": order.number if order else None,
            "lines": view_lines(refund, order) if order else [],
            "shipping": Money(refund.shipping, refund.currency),
            "why": payment.unapplied_reason,
            "order_url": self._link(order) if order else None,
        }
        self.mailer.send(buyer.email, template, context, f"{template}.{job.id}")

    def _link(self, order: Order) -> str:
        return f"{self.settings.public_url}/o/{private_link(order.number, self.settings.secret_key)}"


def view_lines(refund: Refund, order: Order) -> list[RefundedLine]:
    """The lines of an order that a refund is for, with what each was paid back."""
    known = {line.id: line for line in order.lines}
    return [
        RefundedLine(
            known[line.order_line_id].title,
            known[line.order_line_id].number,
            known[line.order_line_id].variant_label,
            line.unsent + line.sent,
            Money(line.amount, refund.currency),
        )
        for line in refund.lines
    ]
