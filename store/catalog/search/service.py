"""Keeping the index with the catalogue, and finding what was meant by a word that nothing has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy.orm import Session

from store.catalog.search import repository
from store.catalog.search.asking import Asked, mend
from store.catalog.search.documents import document
from store.catalog.search.spelling import LONG, MOST_CHOICES, choices, one_off, reach
from store.catalog.search.synonyms import SINGLE_WORDS
from store.db import Database

BATCH = 200
MOST_MENDED = 4


def index(session: Session, product_ids: Sequence[int]) -> None:
    """Index these products as they are now, in the transaction that changes them."""
    session.flush()  # what is read back must have been written
    for start in range(0, len(product_ids), BATCH):
        ids = sorted(product_ids[start : start + BATCH])
        repository.lock_products(session, ids)
        repository.replace(session, ids, [document(facts) for facts in repository.facts(session, ids)])


def reindex(db: Database) -> int:
    """Index everything anew, a batch at a time, while the shop goes on; how many products are indexed."""
    catch_up(db)
    done, ids = 0, [0]
    while ids := db.run(partial(_next, after=ids[-1])):
        done += len(ids)
    return done


def catch_up(db: Database) -> int:
    """Index what is not, such as after a migration; how many products that were."""
    done = 0
    while ids := db.run(_stale):
        done += len(ids)
    return done


def _next(session: Session, after: int) -> list[int]:
    ids = repository.active_ids(session, after, BATCH)
    index(session, ids)
    return ids


def _stale(session: Session) -> list[int]:
    ids = repository.stale_ids(session, BATCH)
    index(session, ids)
    return ids


def mended(session: Session, asked: Asked) -> Iterator[Asked]:
    """The same with words that products have in the place of those that none has, likeliest first."""
    typed = [term.typed[0] for term in asked.terms if len(term.phrases) == 1 and reach(term.typed[0])][:MOST_MENDED]
    if not typed:
        return
    near = {word: one_off(word) for word in typed}
    known = repository.known_words(session, set(typed).union(*near.values()))
    meant: dict[str, list[str]] = {}
    for word in typed:
        if word in known:
            continue
        within = {other: known.get(other, 0) for other in near[word] if other in known or other in SINGLE_WORDS}
        if not within and len(word) >= LONG:
            within = repository.words_like(session, word, reach(word))
        if found := choices(word, within):
            meant[word] = found
    if meant:
        for choice in range(min(MOST_CHOICES, max(map(len, meant.values())))):
            yield mend(asked, {word: words[min(choice, len(words) - 1)] for word, words in meant.items()})
