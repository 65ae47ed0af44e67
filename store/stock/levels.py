"""What a delivery, a correction and a count do to a level, and whose units a shortage leaves without cover. Pure.

Whatever is refused is refused in words for whoever stands at the shelf. Rule 31 says what `short` means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from store.errors import Conflict, Invalid

MOST_AT_ONCE = 100_000
MOST_ON_SHELF = 1_000_000
"""Ten times what may come at once: a number beyond it was typed into the wrong field."""
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Level:
    """How many units lie on the shelf, and how many of them are promised to somebody."""

    on_hand: int
    reserved: int
    short: int = 0
    backorder_limit: int = 0

    @property
    def available(self) -> int:
        """How many can still be promised; below 0 while a count has found too few."""
        return self.on_hand + self.backorder_limit - self.reserved

    @property
    def missing(self) -> int:
        """How many are promised beyond what is there or may be ordered later."""
        return max(-self.available, 0)

    def settled(self) -> Level:
        """`short` never outlives the shortage: whatever else changes, it falls first and never grows."""
        return replace(self, short=min(self.short, self.missing))


@dataclass(frozen=True, slots=True)
class Promise:
    """Units that wait for somebody: for the order of this number, or (None) for a checkout that is not paid yet."""

    order: str | None
    quantity: int


def receive(level: Level, quantity: int) -> Level:
    """New units arrive. Raises Invalid."""
    _check_quantity(quantity)
    return _shelve(level, level.on_hand + quantity)


def adjust(level: Level, change: int) -> Level:
    """Somebody knows better by so many: found some more, or broke some. Raises Invalid or Conflict."""
    _check_quantity(abs(change))
    if level.on_hand + change < 0:
        raise Conflict(f"Only {level.on_hand} are on the shelf, so {-change} cannot be taken from it.")
    adjusted = _shelve(level, level.on_hand + change)
    if change < 0 and adjusted.available < 0:
        raise Conflict(
            f"{level.reserved} are promised to buyers and {level.on_hand} are on the shelf, so"
            f" {_at_most(level.available)} be taken from it. If there are fewer than that, count them."
        )
    return adjusted


def count(level: Level, found: int, expected_on_hand: int) -> Level:
    """Somebody has counted the shelf, and found so many where the page had said `expected_on_hand`.

    Fewer than are promised is stored all the same, for it is true; `short` then says how far. Raises Invalid, or
    Conflict when units have come or gone since the page was opened.
    """
    if not 0 <= found <= MOST_ON_SHELF:
        raise Invalid(*_refusal("found", f"A whole number from 0 to {MOST_ON_SHELF}, please."))
    if expected_on_hand != level.on_hand:
        raise Conflict(
            f"The page said {expected_on_hand} on hand, and by now there should be {level.on_hand}."
            " Please count once more."
        )
    counted = replace(level, on_hand=found)
    return replace(counted, short=counted.missing)


def uncovered(promises: Iterable[Promise], there: int) -> list[Promise]:
    """Which promises `there` units cannot all keep, when whoever was promised first is served first."""
    left, broken = there, []
    for promise in promises:
        left -= promise.quantity
        if left < 0:
            broken.append(promise)
    return broken


def named(broken: Sequence[Promise]) -> str:
    """Whose promises these are, in words: so many orders by their numbers, the rest and unpaid checkouts counted."""
    orders = [promise.order for promise in broken if promise.order]
    unpaid = len(broken) - len(orders)
    told = orders[:MOST_NAMED]
    if len(orders) > MOST_NAMED:
        told.append(f"{len(orders) - MOST_NAMED} more orders")
    if unpaid:
        told.append("1 unpaid checkout" if unpaid == 1 else f"{unpaid} unpaid checkouts")
    return ", ".join(told)


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Invalid(*_refusal("quantity", f"A whole number from 1 to {MOST_AT_ONCE}, please."))


def _shelve(level: Level, on_hand: int) -> Level:
    if on_hand > MOST_ON_SHELF:
        raise Invalid(*_refusal("quantity", f"That would be more than {MOST_ON_SHELF} on one shelf. Check the number."))
    return replace(level, on_hand=on_hand).settled()


def _refusal(field: str, sentence: str) -> tuple[str, dict[str, list[str]]]:
    return sentence, {field: [sentence]}


def _at_most(available: int) -> str:
    return f"at most {available} can" if available > 0 else "none can"
