"""An order's page behind its private link."""

from __future__ import annotations

from flask import Blueprint, render_template

from store.catalog.pictures import of_variants
from store.errors import NotFound
from store.orders import repository
from store.orders.numbers import number_of
from store.orders.presentation import view_order
from store.web.current import reader, settings
from store.web.limits import limiter

blueprint = Blueprint("orders", __name__)


@blueprint.get("/o/<link>")
@limiter.limit("60 per minute")
def private(link: str) -> str:
    """Whoever has the link may see the order: it was mailed to its buyer, and cannot be guessed."""
    number = number_of(link, settings().secret_key)
    order = repository.find_order(reader(), number) if number else None
    if order is None:
        raise NotFound("This link opens no order. Look for the newest mail about it.")
    pictures = of_variants(reader(), [line.variant_id for line in order.lines])
    return render_template("orders/private.html", order=view_order(order, pictures))
