"""The mails about checkouts and orders, each sent by the job of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.db import Database
from store.jobs.models import Job
from store.mail.service import Mailer
from store.money import Money
from store.orders import repository
from store.orders.numbers import private_link
from store.orders.presentation import view_checkout, view_order
from store.settings import Settings


@dataclass(frozen=True)
class OrderMails:
    """Handlers for jobs; each reads afresh what it tells."""

    db: Database
    mailer: Mailer
    settings: Settings

    def confirm(self, job: Job) -> None:
        """The receipt, with the private link; the payload says what was `paid` when it was not the total."""
        self._about_order(job, "order_confirmation")

    def canceled(self, job: Job) -> None:
        """Nothing more of it is sent, and as it cost nothing, nothing is paid back."""
        self._about_order(job, "order_canceled")

    def payment_on_its_way(self, job: Job) -> None:
        """The bank takes days: do not pay again."""
        self._about_checkout(job, "payment_on_its_way")

    def payment_failed(self, job: Job) -> None:
        """The bank said no after days: nothing was charged, and here is the way back."""
        self._about_checkout(job, "payment_failed")

    def _about_order(self, job: Job, template: str) -> None:
        with self.db.reader() as reader:
            order = repository.get_order(reader, job.payload["order_id"])
        link = f"{self.settings.public_url}/o/{private_link(order.number, self.settings.secret_key)}"
        paid = Money(job.payload.get("paid", order.total), order.currency)
        self._send(job, order.email, template, {"order": view_order(order), "order_url": link, "paid": paid})

    def _about_checkout(self, job: Job, template: str) -> None:
        with self.db.reader() as reader:
            checkout = repository.get_checkout(reader, job.payload["checkout_id"])
        context: dict[str, Any] = {
            "order": view_checkout(checkout),
            "bag_url": f"{self.settings.public_url}/checkout/again/{checkout.id}",
        }
        self._send(job, checkout.email, template, context)

    def _send(self, job: Job, to: str, template: str, context: dict[str, Any]) -> None:
        self.mailer.send(to, template, context, f"{template}.{job.id}")
