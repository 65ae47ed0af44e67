import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.pricing.quote import Quote, QuoteLine, Rate, Wish, quote

TO_THE_US = Rate("Delivery to the US", first=550, additional=100)
wishes = st.lists(
    st.builds(
        Wish,
        variant_id=st.integers(1, 10**6),
        quantity=st.integers(1, 99),
        unit_price=st.integers(0, 10**7),
        shipped=st.booleans(),
    ),
    max_size=90,
)
rates = st.none() | st.builds(Rate, st.just("Delivery"), st.integers(0, 10**5), st.integers(0, 10**5))


def test_a_bag_is_priced_line_by_line_and_says_why():
    bag = [Wish(7, 2, 3400, shipped=True), Wish(9, 1, 800, shipped=True)]
    assert quote(bag, TO_THE_US, "usd") == Quote(
        currency="usd",
        lines=(QuoteLine(7, 2, 3400, 6800), QuoteLine(9, 1, 800, 800)),
        subtotal=7600,
        discount=0,
        shipping=750,
        shipping_label="Delivery to the US",
        tax=0,
        tax_included=0,
        why=("Delivery to the US, 3 items.",),
    )
    assert quote(bag, TO_THE_US, "usd").total == 8350


@pytest.mark.parametrize(("units", "shipping"), [(0, 0), (1, 550), (2, 650), (99, 10350)])
def test_delivery_is_so_much_for_the_first_item_and_so_much_for_each_more(units, shipping):
    assert TO_THE_US.price(units) == shipping


def test_one_item_is_not_called_items():
    assert quote([Wish(1, 1, 100, shipped=True)], TO_THE_US, "usd").why == ("Delivery to the US, 1 item.",)


def test_what_needs_no_parcel_pays_no_delivery():
    offer = quote([Wish(1, 3, 500, shipped=False)], TO_THE_US, "usd")
    assert (offer.shipping, offer.shipping_label, offer.why, offer.total) == (0, "", (), 1500)


def test_only_the_items_in_the_parcel_count_for_delivery():
    offer = quote([Wish(1, 3, 500, shipped=False), Wish(2, 1, 100, shipped=True)], TO_THE_US, "usd")
    assert (offer.shipping, offer.total) == (550, 2150)


def test_free_delivery_is_still_named():
    offer = quote([Wish(1, 1, 500, shipped=True)], Rate("Free in the US", 0, 0), "usd")
    assert (offer.shipping, offer.shipping_label) == (0, "Free in the US")


def test_nothing_costs_nothing():
    assert quote([], TO_THE_US, "usd").total == 0


@given(bag=wishes, rate=rates)
def test_a_total_is_its_parts_and_lines_are_the_subtotal(bag, rate):
    offer = quote(bag, rate, "usd")
    assert offer.total == offer.subtotal - offer.discount + offer.shipping + offer.tax
    assert sum(line.net for line in offer.lines) == offer.subtotal - offer.discount
    assert [(line.variant_id, line.quantity, line.unit_price) for line in offer.lines] == [
        (wish.variant_id, wish.quantity, wish.unit_price) for wish in bag
    ]
    assert offer.total >= 0
