"""Tables of checkouts and orders. Amounts are minor units of the row's currency; a total is always
subtotal - discount + shipping + tax, to the unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import relationship

from store.db import Amount, Base, Id, Mapped, Ref, check, choice, mapped_column
from store.orders.lifecycle import CheckoutState, FulfilmentState, PaymentState, checkout_step, fulfilment_step

SUMS_UP = "total = subtotal - discount + shipping + tax"
NOT_NEGATIVE = "subtotal >= 0 AND discount >= 0 AND shipping >= 0 AND tax >= 0 AND total >= 0"


class Buyer:
    """Who pays and where it goes. Street and phone are purged some time after delivery."""

    email: Mapped[str]
    name: Mapped[str | None]
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]
    phone: Mapped[str | None]


class Totals:
    """What is to be paid, and of what it consists."""

    currency: Mapped[str]
    subtotal: Mapped[Amount]
    discount: Mapped[Amount]
    shipping: Mapped[Amount]
    tax: Mapped[Amount]
    """Added on top; what prices already contain is `tax_included`."""
    tax_included: Mapped[Amount]
    total: Mapped[Amount]
    shipping_label: Mapped[str]


class Snapshot:
    """A line as it was sold: whatever becomes of the product, this stays."""

    position: Mapped[int]
    sku: Mapped[str]
    title: Mapped[str]
    number: Mapped[str | None]
    variant_label: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Amount]
    net: Mapped[Amount]
    """quantity * unit_price less this line's share of the discounts."""


class Checkout(Buyer, Totals, Base):
    """A frozen offer with the things held for it. Its id is random: at Stripe, in keys and links, it stands for it."""

    __tablename__ = "checkout"
    __table_args__ = (
        UniqueConstraint("cart_id", "request_key"),
        Index(
            "uq_checkout_one_open_per_cart",
            "cart_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_checkout_state_hold_ends_at", "state", "hold_ends_at"),
        Index("uq_checkout_release_key", "release_key", unique=True),
        check("sums_up", SUMS_UP),
        check("not_negative", NOT_NEGATIVE),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    cart_id: Mapped[str] = mapped_column(ForeignKey("cart.id"))
    member_id: Mapped[int | None] = mapped_column(Ref)
    state: Mapped[CheckoutState] = mapped_column(choice(CheckoutState, "state"), default=CheckoutState.OPEN)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    request_key: Mapped[str]
    """Made when the form was rendered: the same form sent twice is one checkout."""
    fingerprint: Mapped[str]
    """Digest of all that was frozen; another form with the same one continues this checkout."""
    why: Mapped[list[str]] = mapped_column(JSON)
    """The quote's reasons, one sentence each."""
    email_key: Mapped[str]
    """The address as limits count it; see `orders/buyers.py`."""
    network_key: Mapped[str]
    bag_taken_at: Mapped[datetime | None]
    """When its lines were taken out of the bag: at the moment Stripe's page was completed."""
    created_at: Mapped[datetime]
    hold_ends_at: Mapped[datetime]
    """When the sweeper starts asking Stripe to end it; never by itself the end of a hold."""
    closed_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    """Who of the staff ended it although Stripe would not say whether it can still be paid (rule 34)."""
    release_key: Mapped[str | None]
    """The token of the form that did it: the same form sent twice ends it once."""
    lines: Mapped[list[CheckoutLine]] = relationship(order_by="CheckoutLine.position", cascade="all, delete-orphan")

    @property
    def owners(self) -> list[str]:
        """Whom it counts against while it is unpaid (rule 15)."""
        return [*self.persons, self.network_key]

    @property
    def persons(self) -> list[str]:
        """Who has what it holds, as limits count: by address, and by account when there is one."""
        return [self.email_key, *([f"member:{self.member_id}"] if self.member_id is not None else [])]

    def move_to(self, state: CheckoutState, now: datetime) -> None:
        """Change the state, if the lifecycle allows it; raises ForbiddenStep."""
        self.state = checkout_step(self.state, state)
        if state not in (CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT, CheckoutState.QUARANTINED):
            self.closed_at = now


class CheckoutLine(Snapshot, Base):
    __tablename__ = "checkout_line"
    __table_args__ = (
        UniqueConstraint("checkout_id", "position"),
        UniqueConstraint("checkout_id", "variant_id"),
        check("quantity_positive", "quantity > 0"),
        check("net_within_price", "net >= 0 AND net <= quantity * unit_price"),
    )

    id: Mapped[Id]
    checkout_id: Mapped[str] = mapped_column(ForeignKey("checkout.id"))
    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"))
    limited: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its units count against their product's limit for each person."""


class Order(Buyer, Totals, Base):
    """Something paid for. Made from a checkout in the transaction that learns of the payment, once."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("checkout_id"),
        UniqueConstraint("number"),
        Index("ix_order_placed_at_id", "placed_at", "id"),
        Index("ix_order_fulfilment", "fulfilment_state", "placed_at", "id"),
        Index("ix_order_email_key", "email_key"),
        Index("ix_order_member_id", "member_id"),
        check("sums_up", SUMS_UP),
        check("not_negative", NOT_NEGATIVE),
    )

    id: Mapped[Id]
    number: Mapped[str]
    """Shown to people, random and short: it says nothing about how many there are."""
    checkout_id: Mapped[str] = mapped_column(ForeignKey("checkout.id"))
    member_id: Mapped[int | None] = mapped_column(Ref)
    """None until its buyer joins and proves the address."""
    email_key: Mapped[str]
    payment_state: Mapped[PaymentState] = mapped_column(
        choice(PaymentState, "payment_state"), default=PaymentState.PAID
    )
    fulfilment_state: Mapped[FulfilmentState] = mapped_column(
        choice(FulfilmentState, "fulfilment_state"), default=FulfilmentState.UNFULFILLED
    )
    placed_at: Mapped[datetime]
    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position", cascade="all, delete-orphan")
    events: Mapped[list[OrderEvent]] = relationship(order_by="OrderEvent.id", cascade="all, delete-orphan")

    def move_to(self, state: FulfilmentState) -> None:
        """Change how far its parcels are, if the lifecycle allows it; raises ForbiddenStep."""
        self.fulfilment_state = fulfilment_step(self.fulfilment_state, state)


class OrderLine(Snapshot, Base):
    """A line of an order with its units: what became of each (rule 29)."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        check("quantity_positive", "quantity > 0"),
        check(
            "units_counted",
            "shipped >= 0 AND cancelled >= 0 AND refunding >= 0 AND returned >= 0 AND refunded >= 0"
            " AND shipped + cancelled + refunding <= quantity AND returned <= shipped AND refunded <= quantity",
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(Ref, ForeignKey("order.id"))
    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"), index=True)
    shipped: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    refunding: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)


class OrderEvent(Base):
    """One cue of an order's timeline."""

    __tablename__ = "order_event"
    __table_args__ = (
        Index("ix_order_event_order_id_id", "order_id", "id"),
        Index("uq_order_event_request_key", "request_key", unique=True),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(Ref, ForeignKey("order.id"))
    kind: Mapped[str]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_key: Mapped[str | None]
    """Of what staff write: the same form sent twice is one event."""
    at: Mapped[datetime]


class LimitUse(Base):
    """How many units of a limited product one person holds or has bought (rule 16; `orders/limits.py`)."""

    __tablename__ = "limit_use"
    __table_args__ = (check("not_negative", "count >= 0"),)

    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"), primary_key=True, autoincrement=False)
    person: Mapped[str] = mapped_column(primary_key=True)
    """`member:…`, or `email:…` hashed."""
    count: Mapped[int]
