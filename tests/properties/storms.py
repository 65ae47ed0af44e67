"""Several things at the same instant, each drawn by its kind and two numbers."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.properties import deeds
from tests.properties.deeds import DISGUISES, WAYS, pick
from tests.properties.world import Deed, World

SOME = st.integers(0, 40)
"""Which of whatever there is: counted round."""


def storm_of(world: World, kind: str, one: int, other: int) -> Deed | None:
    """One of the things that happen at the same instant; None when there is nothing it could be about."""
    buyer = pick(world.buyers, one)
    if kind == "tell" and (events := world.untold() or world.ours()):
        return deeds.tell(world, pick(events, one))
    if kind == "tell again" and (events := world.ours()):
        return deeds.tell(world, pick(events, one), pick(DISGUISES, other))
    if kind == "pay" and world.sessions:
        return deeds.pay(world, one, pick(list(WAYS), other))
    if kind == "come back" and world.sessions:
        return deeds.come_back(world, buyer, other)
    if kind == "again" and buyer.form:
        return deeds.place_again(world, buyer)
    if kind == "ship" and world.shop.counts()["order"]:
        return deeds.ship(world, one, 1 + other % 3)
    if kind == "refund" and world.shop.counts()["order"]:
        return deeds.refund(world, one, 1 + other % 3, 0, other % 2 == 0)
    if kind == "refund there" and world.paid():
        return deeds.refund_in_dashboard(world, one, 1 + other % 3)
    if kind == "count":
        return deeds.move(world, "count", one, other % 5 - 3)
    plain = {"place": lambda: deeds.place(world, buyer, other % 2), "cancel": lambda: deeds.cancel(world, buyer)}
    return (plain | {"work": deeds.work})[kind]() if kind in ("place", "cancel", "work") else None


KINDS = (
    "place",
    "again",
    "cancel",
    "come back",
    "pay",
    "tell",
    "tell again",
    "work",
    "ship",
    "count",
    "refund",
    "refund there",
)
STORMS = st.lists(st.tuples(st.sampled_from(KINDS), SOME, SOME), min_size=2, max_size=4)
