"""Staff find an order by how far it is, and by whatever they remember of it."""

from datetime import UTC, datetime, timedelta

import pytest

from store.orders.models import Checkout, Order, OrderLine
from store.orders.search import View, count_orders, list_orders

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def add(shop):
    """Writes an order that nobody bought, straight into the tables; its number."""
    tee = shop.make_item("Tee")
    shop.visitor_with(tee)
    cart_id = shop.value("SELECT id FROM cart")

    def add(number, *, minutes=0, name="Ana Ruiz", email="ana@example.com", skus=("NMX-041-L",), **more):
        totals = dict.fromkeys(("subtotal", "discount", "shipping", "tax", "tax_included", "total"), 0)
        buyer = {"email": email, "name": name, "country": more.pop("country", "US"), "currency": "usd"}
        shared = totals | buyer | {"shipping_label": "Delivery"}

        def work(session):
            session.add(
                Checkout(
                    id=number, cart_id=cart_id, state="paid", request_key=number,
                    fingerprint="", why=[], email_key="", network_key="", created_at=NOON, hold_ends_at=NOON, **shared,
                )
            )  # fmt: skip
            session.flush()
            lines = [
                OrderLine(
                    position=position, sku=sku, title="Tee", variant_label="L", quantity=1, unit_price=0, net=0,
                    variant_id=tee,
                )
                for position, sku in enumerate(skus)
            ]  # fmt: skip
            session.add(
                Order(
                    number=number, checkout_id=number, email_key="", placed_at=NOON + timedelta(minutes=minutes),
                    lines=lines, **shared, **more,
                )
            )  # fmt: skip

        shop.db.run(work)
        return number

    yield add
    for table in ("order_line", '"order"', "checkout"):
        shop.write(f"DELETE FROM {table}")


def found(shop, view=View.ALL, text="", after=None):
    with shop.db.reader() as reader:
        return [order.number for order in list_orders(reader, view, text, after).orders]


def test_what_is_to_be_packed_comes_oldest_first_all_else_newest_first(shop, add):
    add("NM-OLD", minutes=1)
    add("NM-NEW", minutes=3, fulfilment_state="packed")
    add("NM-MID", minutes=2, fulfilment_state="part", payment_state="part_refunded")
    add("NM-SENT", minutes=4, fulfilment_state="shipped")
    add("NM-HERE", minutes=5, fulfilment_state="delivered")
    add("NM-BACK", minutes=6, fulfilment_state="returned")
    add("NM-LOST", minutes=7, payment_state="charged_back")
    add("NM-GONE", minutes=8, payment_state="refunded")
    add("NM-FILE", minutes=9, country=None)
    assert found(shop, View.TO_PACK) == ["NM-OLD", "NM-MID", "NM-NEW"]
    assert found(shop, View.SHIPPED) == ["NM-SENT"]
    assert found(shop, View.MONEY_BACK) == ["NM-GONE", "NM-LOST", "NM-MID"]
    assert found(shop, View.ALL)[:3] == ["NM-FILE", "NM-GONE", "NM-LOST"]
    with shop.db.reader() as reader:
        assert count_orders(reader) == {View.TO_PACK: 3, View.HELD: 0, View.SHIPPED: 1, View.MONEY_BACK: 3, View.ALL: 9}


@pytest.mark.parametrize("view", [View.TO_PACK, View.ALL])
def test_pages_of_fifty_meet_without_gap_or_double_even_within_one_instant(shop, add, view):
    numbers = [add(f"NM-{n:03}", minutes=n // 40) for n in range(120)]
    seen, after = [], None
    for expected in (50, 50, 20):
        with shop.db.reader() as reader:
            page = list_orders(reader, view, "", after)
        assert len(page.orders) == expected
        seen += [order.number for order in page.orders]
        after = page.after
    assert after is None
    assert seen == (numbers if view is View.TO_PACK else numbers[::-1])
    assert found(shop, view, after="NM-NOBODY") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("NM-7K4Q2M", ["NM-7K4Q2M"]),
        ("7k4q2m", ["NM-7K4Q2M"]),
        ("nm-7k4", ["NM-7K4Q2M"]),
        ("k4q2m", []),
        ("NM-", ["NM-ZZZZZZ", "NM-7K4Q2M"]),
        ("NM-7K4Q2M ruiz", ["NM-7K4Q2M"]),
        ("NM-%", []),
        ("NM", ["NM-ZZZZZZ", "NM-7K4Q2M"]),
        ("ruiz", ["NM-7K4Q2M"]),
        ("RUIZ ana", ["NM-7K4Q2M"]),
        ("ana lindqvist", []),
        ("ana 7k4", ["NM-7K4Q2M"]),
        ("@EXAMPLE.com", ["NM-ZZZZZZ", "NM-7K4Q2M"]),
        ("nmx-041-l", ["NM-7K4Q2M"]),
        ("slip", ["NM-ZZZZZZ"]),
        ("östen", ["NM-ZZZZZZ"]),
        ("ÖSTEN", ["NM-ZZZZZZ"]),
        ("Östen åkerlund", ["NM-ZZZZZZ"]),
        ("", ["NM-ZZZZZZ", "NM-7K4Q2M"]),
        ("   ", ["NM-ZZZZZZ", "NM-7K4Q2M"]),
        ("%", []),
        ("_", ["NM-ZZZZZZ"]),
        ("x_y", ["NM-ZZZZZZ"]),
        ("\\", []),
        ("'; DROP TABLE", []),
    ],
)
def test_each_word_is_looked_for_in_number_name_address_and_sku(shop, add, text, numbers):
    add("NM-7K4Q2M", minutes=1)
    add("NM-ZZZZZZ", minutes=2, name="Östen Åkerlund", email="x_y@example.com", skus=("NMX-018-SLIP", "NMX-002"))
    assert found(shop, text=text) == numbers


def test_a_search_stays_within_its_view_and_pages(shop, add):
    for n in range(60):
        add(f"NM-A{n:02}", minutes=n)
        add(f"NM-B{n:02}", minutes=n, name="Ben")
    add("NM-SENT", fulfilment_state="shipped")
    first = found(shop, View.TO_PACK, "ruiz")
    assert (first[0], first[-1], len(first)) == ("NM-A00", "NM-A49", 50)
    assert found(shop, View.TO_PACK, "ruiz", after=first[-1]) == [f"NM-A{n}" for n in range(50, 60)]


def test_a_thousand_wild_cards_are_only_a_long_word(shop, add):
    add("NM-7K4Q2M")
    assert found(shop, text="%" * 1000) == []
    assert found(shop, text="ana " * 1000) == ["NM-7K4Q2M"]
