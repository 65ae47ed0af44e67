"""What the search box proposes while somebody types: words to look for, products, collections."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product
from store.catalog.search.asking import Asked
from store.catalog.search.service import mended
from store.catalog.search.words import words
from store.money import Money, show_price
from store.storefront.cards import ON_SALE, Terms
from store.storefront.listing import first_matches

LOOKED_AT, MOST_PRODUCTS, MOST_WORDS, MOST_COLLECTIONS = 24, 5, 3, 2
SHORTEST = 2

_somewhere = (
    select(CollectionProduct.product_id)
    .join(Product, Product.id == CollectionProduct.product_id)
    .where(CollectionProduct.collection_id == Collection.id, ON_SALE)
    .correlate(Collection)
    .exists()
)
_COLLECTIONS = select(Collection.slug, Collection.title).where(_somewhere).order_by(Collection.position)


def suggest(session: Session, terms: Terms, asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Words, products and collections that go with what was typed; all of it from what is on sale now."""
    if len(asked.plain) < SHORTEST:
        return {"words": [], "products": [], "collections": []}
    asked, typed = _without_a_last_letter(asked), asked.plain
    rows = first_matches(session, terms, asked, LOOKED_AT)
    if not rows:
        for other in mended(session, asked):
            if rows := first_matches(session, terms, other, LOOKED_AT):
                typed = other.plain
                break
    products = [
        {
            "title": row.title,
            "number": row.number,
            "price": show_price(Money(row.lowest, terms.currency)),
            "url": f"/products/{row.slug}",
        }
        for row in rows[:MOST_PRODUCTS]
    ]
    return {
        "words": [{"text": text} for text in _words(typed, [row.title for row in rows])],
        "products": products,
        "collections": _collections(session, terms, typed),
    }


def _without_a_last_letter(asked: Asked) -> Asked:
    """The one letter of a word that is only begun says nothing yet."""
    *before, last = asked.terms
    return replace(asked, terms=tuple(before)) if before and len(last.typed[-1]) == 1 else asked


def _words(typed: str, titles: list[str]) -> list[str]:
    """What was typed with its last word made whole, as titles have it; the commonest first."""
    *before, last = typed.split()
    counted = Counter(word for title in titles for word in set(words(title)) if word.startswith(last))
    common = sorted(counted, key=lambda word: (-counted[word], word))
    return [" ".join([*before, word]) for word in common[:MOST_WORDS]]


def _collections(session: Session, terms: Terms, typed: str) -> list[dict[str, Any]]:
    found = [
        {"title": row.title, "url": f"/collections/{row.slug}"}
        for row in session.execute(_COLLECTIONS, terms.bound)
        if all(any(word.startswith(one) for word in words(row.title)) for one in typed.split())
    ]
    return found[:MOST_COLLECTIONS]
