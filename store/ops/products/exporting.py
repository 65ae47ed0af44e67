"""All products as Shopify's product CSV, a batch at a time, as they stood at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from store.catalog import repository
from store.catalog.models import Product, Status
from store.db import Database
from store.ops.products.columns import HEADINGS
from store.ops.products.drafting import draft_of, levels_of, widest
from store.ops.products.rows import rows_of
from store.web.spreadsheet import csv_lines

BATCH = 100
Progress = Callable[[int], None]


def export_lines(
    db: Database, currency: str, public_url: str, now: datetime, progress: Progress = lambda _done: None
) -> Iterator[str]:
    """The lines of the file, in the order in which the products were made; `progress` is told of every batch."""
    with db.snapshot() as session:
        yield from csv_lines(HEADINGS, _rows(session, currency, public_url, now, progress))


def _rows(session: Session, currency: str, public_url: str, now: datetime, progress: Progress) -> Iterator[list[str]]:
    ids = [0]
    while ids := repository.ids_after(session, ids[-1], BATCH):
        products = repository.whole_products(session, ids)
        levels = levels_of(session, products)
        sources = {one: f"{public_url}/media/{key}" for one, key in widest(session, products).items()}
        for product in products:
            draft = draft_of(product, currency, levels, sources, published=_is_shown(product, now))
            yield from rows_of(draft, currency)
        progress(len(products))
        session.expunge_all()


def _is_shown(product: Product, now: datetime) -> bool:
    appeared = product.published_at is not None and product.published_at <= now
    is_over = product.withdrawn_at is not None and product.withdrawn_at <= now
    return product.status is Status.ACTIVE and appeared and not is_over
