"""The SQL of the index. Full text is the databases' own: FTS5 on SQLite, tsvector with GIN on PostgreSQL.

`matches` is the one place where they differ for those who ask; `_put_text` for those who write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Subquery, TextClause, bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from store import db
from store.catalog.models import (
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    Status,
    Variant,
    VariantPrice,
    VariantValue,
)
from store.catalog.search.asking import Asked, for_fts5, for_tsquery
from store.catalog.search.documents import Document, Facts, VariantFacts
from store.catalog.search.models import SearchEntry, SearchPrice, SearchWord

MOST = 2000
"""Matches that are looked at, of each rank the newest: what bounds the time of any search."""
MOST_NEAR = 4000
RANKED = {"title": "A", "line": "B", "body": "C", "shelf": "D"}
"""What is indexed, with the weight it has on PostgreSQL."""
TITLE, LINE, BODY, SHELF = 4, 3, 2, 1

# Ranks by where all of the words stand. Of each rank only the newest: reading on in the order of ids stops there.
_RANKS = {"in_title": TITLE, "in_line": LINE, "in_body": BODY, "anywhere": SHELF}


def _ranked(arm: str) -> TextClause:
    """The SELECT of one rank, for all of them."""
    arms = " UNION ALL ".join(
        f"SELECT * FROM ({arm.format(tier=tier, name=name)}) AS {name}" for name, tier in _RANKS.items()
    )
    best = f"SELECT id, max(tier) AS tier FROM ({arms}) AS found GROUP BY id ORDER BY 2 DESC, 1 DESC LIMIT {MOST}"
    return text(best)


_FTS5 = _ranked(
    "SELECT rowid AS id, {tier} AS tier FROM search_text WHERE search_text MATCH :{name}"
    f" ORDER BY rowid DESC LIMIT {MOST}"
)
_TSVECTOR = _ranked(
    "SELECT product_id AS id, {tier} AS tier FROM search_text WHERE words @@ to_tsquery('search_english', :{name})"
    f" ORDER BY product_id DESC LIMIT {MOST}"
)


@cache
def matches(*, on_sqlite: bool) -> Subquery:
    """(id, tier) of what fits the parameters that `bound` gives, the best first, the newest of equals."""
    return (_FTS5 if on_sqlite else _TSVECTOR).columns(id=Product.id.type, tier=Integer).subquery("matched")


def bound(asked: Asked, *, on_sqlite: bool) -> dict[str, object]:
    """The parameters of `matches`."""
    if on_sqlite:
        whole = for_fts5(asked)
        columns = {
            "in_title": "title : ",
            "in_line": "{title line} : ",
            "in_body": "{title line body} : ",
            "anywhere": "",
        }
        return {name: f"{of}({whole})" for name, of in columns.items()}
    weights = {"in_title": "A", "in_line": "AB", "in_body": "ABC", "anywhere": ""}
    return {name: for_tsquery(asked, of) for name, of in weights.items()}


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_WORDS: BindParameter[Any] = bindparam("words", expanding=True)
_KNOWN = select(SearchWord.word, SearchWord.products).where(SearchWord.word.in_(_WORDS))
_NEAR = (
    select(SearchWord.word, SearchWord.products)
    .where(SearchWord.word >= bindparam("first"), SearchWord.word < bindparam("last"))
    .where(func.length(SearchWord.word).between(bindparam("shortest"), bindparam("longest")))
    .order_by(SearchWord.products.desc(), SearchWord.word)
    .limit(MOST_NEAR)
)


def known_words(session: Session, words: Several[str]) -> dict[str, int]:
    """Those of these words that products have, with how many."""
    return {row.word: row.products for row in session.execute(_KNOWN, {"words": list(words)})} if words else {}


def words_like(session: Session, word: str, reach: int) -> dict[str, int]:
    """Words that begin with the same letter and are about as long, the commonest of them."""
    given = {
        "first": word[0],
        "last": chr(ord(word[0]) + 1),
        "shortest": len(word) - reach,
        "longest": len(word) + reach,
    }
    return {row.word: row.products for row in session.execute(_NEAR, given)}


def active_ids(session: Session, after: int, count: int) -> list[int]:
    """The next products that are to be indexed."""
    query = select(Product.id).where(Product.status == Status.ACTIVE, Product.id > after)
    return list(session.scalars(query.order_by(Product.id).limit(count)))


def stale_ids(session: Session, count: int) -> list[int]:
    """Products that are active and not indexed, or indexed and not active."""
    missing = (
        select(Product.id)
        .outerjoin(SearchEntry, SearchEntry.product_id == Product.id)
        .where((Product.status == Status.ACTIVE) == SearchEntry.product_id.is_(None))
    )
    return list(session.scalars(missing.order_by(Product.id).limit(count)))


def lock_products(session: Session, product_ids: Sequence[int]) -> None:
    """Whoever changes one of these waits until it is indexed, or has been waited for: what is indexed is the latest."""
    session.execute(select(Product.id).where(Product.id.in_(product_ids)).order_by(Product.id).with_for_update())


def facts(session: Session, product_ids: Sequence[int]) -> list[Facts]:
    """What those of these products say that are active."""
    columns = (Product.id, Product.number, Product.title, Product.line, Product.description, Product.details)
    query = select(*columns).where(Product.id.in_(product_ids), Product.status == Status.ACTIVE)
    found = {row.id: Facts(*row) for row in session.execute(query.order_by(Product.id))}
    shelves = (
        select(CollectionProduct.product_id, Collection.title)
        .join(Collection, Collection.id == CollectionProduct.collection_id)
        .where(CollectionProduct.product_id.in_(found))
    )
    for row in session.execute(shelves.order_by(Collection.position)):
        found[row.product_id].shelves.append(row.title)
    for row in session.execute(_variants(found)):
        its = found[row.product_id].variants
        variant = its.setdefault(row.position, VariantFacts(row.position, row.sku))
        if row.currency is not None:
            variant.prices[row.currency] = row.amount
    for row in session.execute(_values(found)):
        found[row.product_id].variants[row.position].values.append((row.name, row.label))
    return list(found.values())


def _variants(product_ids: Iterable[int]) -> Any:  # noqa: ANN401 - a Select of five columns
    return (
        select(Variant.product_id, Variant.position, Variant.sku, VariantPrice.currency, VariantPrice.amount)
        .outerjoin(VariantPrice, VariantPrice.variant_id == Variant.id)
        .where(Variant.product_id.in_(product_ids))
        .order_by(Variant.product_id, Variant.position)
    )


def _values(product_ids: Iterable[int]) -> Any:  # noqa: ANN401 - a Select of four columns
    return (
        select(Variant.product_id, Variant.position, Option.name, OptionValue.label)
        .select_from(Variant)
        .join(VariantValue, VariantValue.variant_id == Variant.id)
        .join(OptionValue, OptionValue.id == VariantValue.value_id)
        .join(Option, Option.id == OptionValue.option_id)
        .where(Variant.product_id.in_(product_ids))
        .order_by(Variant.product_id, Variant.position, Option.position)
    )


def replace(session: Session, product_ids: Sequence[int], documents: Sequence[Document]) -> None:
    """Let the index hold of these products these documents and nothing else."""
    before = session.scalars(select(SearchEntry.vocabulary).where(SearchEntry.product_id.in_(product_ids))).all()
    for model in (SearchPrice, SearchEntry):
        session.execute(delete(model).where(model.product_id.in_(product_ids)))
    _put_text(session, product_ids, documents)
    if documents:
        entries = [{"product_id": one.id, "vocabulary": one.vocabulary} for one in documents]
        session.execute(insert(SearchEntry), entries)
    prices = [
        {"currency": currency, "product_id": one.id, "lowest": lowest, "cells": cells}
        for one in documents
        for currency, (lowest, cells) in one.prices.items()
    ]
    if prices:
        session.execute(insert(SearchPrice), prices)
    counted = Counter(word for one in documents for word in one.vocabulary.split())
    counted.subtract(word for vocabulary in before for word in vocabulary.split())
    _count_words(session, {word: more for word, more in counted.items() if more})


def _put_text(session: Session, product_ids: Sequence[int], documents: Sequence[Document]) -> None:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    key = "rowid" if on_sqlite else "product_id"
    gone = text(f"DELETE FROM search_text WHERE {key} IN :ids").bindparams(_IDS)
    session.execute(gone, {"ids": list(product_ids)})
    rows = [
        {"id": one.id, "title": one.title, "line": one.line, "body": one.body, "shelf": one.shelf} for one in documents
    ]
    if not rows:
        return
    if on_sqlite:
        session.execute(
            text(f"INSERT INTO search_text (rowid, {', '.join(RANKED)}) VALUES (:id, :{', :'.join(RANKED)})"), rows
        )
        return
    ranked = " || ".join(
        f"setweight(to_tsvector('search_english', :{column}), '{weight}')" for column, weight in RANKED.items()
    )
    session.execute(text(f"INSERT INTO search_text (product_id, words) VALUES (:id, {ranked})"), rows)


def _count_words(session: Session, changes: dict[str, int]) -> None:
    """Words in one order: two that save at once must not each wait for the other."""
    if not changes:
        return
    more = db.insert(session, SearchWord)
    counted = more.on_conflict_do_update(
        index_elements=["word"], set_={"products": SearchWord.products + more.excluded.products}
    )
    session.execute(counted, [{"word": word, "products": changes[word]} for word in sorted(changes)])
    if fewer := sorted(word for word, change in changes.items() if change < 0):
        session.execute(delete(SearchWord).where(SearchWord.word.in_(fewer), SearchWord.products <= 0))
