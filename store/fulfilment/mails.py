"""The mail that says what has left, sent by the job of its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.db import Database
from store.fulfilment import repository
from store.fulfilment.carriers import tracking_url
from store.fulfilment.models import Shipment
from store.fulfilment.parcels import Units
from store.jobs.models import Job
from store.mail.service import Mailer
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.numbers import private_link
from store.orders.presentation import address_lines
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class SentLine:
    """What a parcel holds of one line."""

    title: str
    number: str | None
    variant_label: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel as its buyer is told of it."""

    carrier: str
    tracking: str
    tracking_url: str | None
    shipped_at: datetime
    lines: list[SentLine]
    is_whole: bool
    """Whether the order is this parcel and nothing else."""
    rest_follows: bool


@dataclass(frozen=True)
class ShipmentMails:
    """Handlers for jobs; each reads afresh what it tells."""

    db: Database
    mailer: Mailer
    settings: Settings

    def shipped(self, job: Job) -> None:
        """What has left, with whom, and whether more follows."""
        with self.db.reader() as reader:
            shipment = repository.get_shipment(reader, job.payload["shipment_id"])
            order = orders.get_order(reader, shipment.order_id)
        context = {
            "number": order.number,
            "parcel": view_parcel(order, shipment),
            "order": {"address": address_lines(order)},
            "order_url": f"{self.settings.public_url}/o/{private_link(order.number, self.settings.secret_key)}",
        }
        self.mailer.send(order.email, "order_shipped", context, f"order_shipped.{job.id}")


def view_parcel(order: Order, shipment: Shipment) -> ParcelView:
    sent = {line.order_line_id: line.quantity for line in shipment.lines}
    return ParcelView(
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        tracking_url=tracking_url(shipment.carrier, shipment.tracking),
        shipped_at=shipment.shipped_at,
        lines=[
            SentLine(line.title, line.number, line.variant_label, sent[line.id])
            for line in order.lines
            if line.id in sent
        ],
        is_whole=all(line.quantity - line.cancelled == sent.get(line.id, 0) for line in order.lines),
        rest_follows=any(Units(line.quantity, line.shipped, line.cancelled).open for line in order.lines),
    )
