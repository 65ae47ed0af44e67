"""A lower price may name the one before for 30 days, on cards and on the product's page, and then no longer."""

import re
from datetime import timedelta

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Status
from store.stock import repository as stock


def reduce(shop, was=4800, price=3200):
    """A cap that was on sale at the higher price for a week, until now."""
    now = shop.clock()

    def work(session):
        plan = Blueprint(
            slug="cap", number="033", title="Booth Cap", line="A cap.", status=Status.ACTIVE, price=price, was=was,
            published_at=now - timedelta(days=7),
        )  # fmt: skip
        variant = build_product(session, plan, now).variants[0].id
        stock.receive(session, variant, 5, reason="test", actor="test", now=now)
        return variant

    return shop.db.run(work)


def told(shop):
    """The struck price on the listing's card and on the product's page."""
    pages = (shop.visitor().get(path).text for path in ("/products", "/products/cap"))
    return [re.findall(r"was <s>([^<]+)</s>", page) for page in pages]


def test_a_was_price_is_told_for_29_whole_days_and_from_the_30th_on_no_longer(shop):
    reduce(shop)
    assert told(shop) == [["$48"], ["$48"]]
    shop.clock.advance(days=29)  # less than 30, to the end of that day
    assert told(shop) == [["$48"], ["$48"]]
    shop.clock.advance(days=1)
    assert told(shop) == [[], []]
    shop.clock.advance(days=1)
    assert told(shop) == [[], []]
    assert "$32" in shop.visitor().get("/products/cap").text


def test_what_is_told_stays_the_same_all_day_long(shop):
    """Pages are kept for as long as nothing changes, and a day is the shortest thing that does by itself."""
    reduce(shop)
    zone = shop.settings.zone
    shop.clock.advance(days=28)
    for _ in range(4):
        begin, first = shop.clock().astimezone(zone).date(), told(shop)
        while shop.clock().astimezone(zone).date() == begin:
            assert told(shop) == first
            shop.clock.advance(hours=5)
    assert told(shop) == [[], []]


def test_a_was_price_nobody_was_asked_for_is_told_nowhere(shop):
    cap = reduce(shop)
    shop.write("UPDATE variant_price SET compare_at = 9900 WHERE variant_id = :id", id=cap)
    assert told(shop) == [[], []]


def test_a_was_price_from_before_it_was_on_sale_is_told_nowhere(shop):
    reduce(shop)
    shop.write("UPDATE product SET published_at = :now", now=shop.clock().isoformat(" ", "microseconds")[:26])
    assert told(shop) == [[], []]
