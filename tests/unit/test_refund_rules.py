"""Rule 29: what units, delivery, tax and amounts come to, to the cent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Conflict, Invalid
from store.payments.refunds.rules import (
    Refundable,
    Standing,
    Sum,
    UnitsBack,
    Wish,
    price,
    refuse_units,
    share,
)


def line(net=3400, quantity=1, **counted):
    counters = dict.fromkeys(("shipped", "cancelled", "refunding", "returned", "refunded", "sent_refunded"), 0)
    return Refundable(net, quantity, **counters | counted)


def standing(goods=0, shipping=0, tax=0, **more):
    known = {
        "captured": goods + shipping + tax, "counted": 0, "withdrawn": 0, "shipping_refunded": 0, "tax_refunded": 0,
        "goods_refunded": 0, "currency": "usd",
    }  # fmt: skip
    return Standing(goods=goods, shipping=shipping, tax=tax, **known | more)


def test_units_go_back_on_sale_unless_somebody_says_otherwise():
    assert UnitsBack(1).restock is True


NETS = [0, 1, 2, 3, 5, 7, 99, 100, 333, 1000, 3333, 9999, 10_001, 123_457]


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("quantity", range(1, 13))
def test_units_paid_back_one_by_one_add_up_to_the_line_to_the_cent(net, quantity):
    steps = [line(net, quantity, refunded=done).worth(1) for done in range(quantity)]
    assert sum(steps) == net
    assert max(steps) - min(steps) <= 2
    assert min(steps) >= 0


@given(net=st.integers(0, 10**9), quantity=st.integers(1, 99), data=st.data())
def test_units_paid_back_in_any_portions_add_up_to_the_line(net, quantity, data):
    done, paid = 0, 0
    while done < quantity:
        units = data.draw(st.integers(1, quantity - done))
        paid += line(net, quantity, refunded=done).worth(units)
        done += units
        assert paid == share(net, quantity, done)
    assert paid == net


def test_half_a_cent_goes_to_the_even_one():
    assert [share(5, 2, 1), share(15, 2, 1), share(25, 10, 1), share(35, 10, 1)] == [2, 8, 2, 4]


@settings(max_examples=200)
@given(data=st.data())
def test_the_tax_of_partial_refunds_in_any_order_is_all_of_it_in_the_end(data):
    nets = data.draw(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 6)), min_size=1, max_size=4))
    shipping, tax = data.draw(st.integers(0, 5000)), data.draw(st.integers(0, 10**6))
    goods = sum(net for net, _ in nets)
    pieces = [("line", place) for place, (_, quantity) in enumerate(nets) for _ in range(quantity)]
    pieces += [("shipping", part) for part in (shipping // 2, shipping - shipping // 2) if part]
    done = [0] * len(nets)
    paid = {"goods": 0, "shipping": 0, "tax": 0, "all": 0}
    for kind, what in data.draw(st.permutations(pieces)):
        known = {place: line(net, quantity, refunded=done[place]) for place, (net, quantity) in enumerate(nets)}
        now = standing(
            goods, shipping, tax, counted=paid["all"], shipping_refunded=paid["shipping"],
            tax_refunded=paid["tax"], goods_refunded=paid["goods"],
        )  # fmt: skip
        wish = Wish({what: UnitsBack(unsent=1)}) if kind == "line" else Wish(shipping=what)
        try:
            sum_ = price(wish, known, now)
        except Invalid:  # this unit is worth nothing by itself
            done[what] += 1
            continue
        assert sum_.amount == sum(sum_.lines.values()) + sum_.shipping + sum_.tax
        done = [count + (kind == "line" and place == what) for place, count in enumerate(done)]
        paid["goods"] += sum(sum_.lines.values())
        paid["shipping"] += sum_.shipping
        paid["tax"] += sum_.tax
        paid["all"] += sum_.amount
    assert paid == {"goods": goods, "shipping": shipping, "tax": tax, "all": goods + shipping + tax}


def test_added_tax_goes_back_in_its_share():
    """8.875 % on 100.00 of goods and 10.00 of delivery: 9.76 of tax."""
    known, now = {1: line(10_000, 3)}, standing(10_000, 1000, 976)
    assert price(Wish({1: UnitsBack(unsent=1)}), known, now) == Sum({1: 3333}, 0, 296, 3629)
    assert price(Wish(shipping=1000), known, now) == Sum({}, 1000, 89, 1089)
    assert price(Wish({1: UnitsBack(unsent=3)}, shipping=1000), known, now) == Sum({1: 10_000}, 1000, 976, 11_976)


def test_a_discounted_line_pays_back_what_was_paid_for_it():
    """Three at 10.00 with 1.00 off, which the line's net tells: 9.67, 9.66, 9.67."""
    steps = []
    for done in range(3):
        now = standing(2900, counted=sum(steps), goods_refunded=sum(steps))
        steps.append(price(Wish({1: UnitsBack(unsent=1)}), {1: line(2900, 3, refunded=done)}, now).amount)
    assert steps == [967, 966, 967]


def test_an_amount_touches_no_unit_and_no_tax():
    now = standing(10_000, 1000, 976)
    assert price(Wish(amount=500), {1: line(10_000, 3)}, now) == Sum({}, 0, 0, 500)
    assert price(Wish(amount=11_976), {1: line(10_000, 3)}, now).amount == 11_976


def test_an_amount_brings_no_tax_along_although_some_is_still_due():
    now = standing(10_000, 1000, 976, goods_refunded=5000, counted=5000)
    assert price(Wish(amount=500), {}, now) == Sum({}, 0, 0, 500)


def test_a_form_whose_lines_all_say_none_is_a_refund_by_amount():
    nothing = {1: UnitsBack(), 9: UnitsBack()}
    assert price(Wish(nothing, amount=500), {1: line()}, standing(3400)) == Sum({}, 0, 0, 500)


def test_tax_that_went_back_too_early_is_not_taken_from_the_buyer():
    now = standing(10_000, 1000, 976, tax_refunded=976, counted=976)
    assert price(Wish({1: UnitsBack(unsent=1)}), {1: line(10_000, 3)}, now) == Sum({1: 3333}, 0, 0, 3333)


def test_an_order_that_cost_nothing_but_tax_has_no_share_of_it_to_give():
    with pytest.raises(Invalid, match="Nothing to refund yet"):
        price(Wish({1: UnitsBack(unsent=1)}), {1: line(0)}, standing(0, 0, 100))


def test_delivery_goes_back_once():
    now = standing(3400, 550, shipping_refunded=200, counted=200)
    assert price(Wish(shipping=350), {}, now) == Sum({}, 350, 0, 350)
    assert refusal(Conflict, Wish(shipping=351), {}, now) == "Only $3.50 of the delivery is left to refund."


def refusal(error, wish, lines, now):
    with pytest.raises(error) as refused:
        price(wish, lines, now)
    return str(refused.value)


NOW = standing(3400, 550)
LINES = {1: line(3400, 2, shipped=1)}


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(), "Nothing to refund yet. Say which units, how much of the delivery, or an amount."),
        (Wish({1: UnitsBack()}), "Nothing to refund yet. Say which units, how much of the delivery, or an amount."),
        (Wish({1: UnitsBack(1)}, amount=5), "Refund either units and delivery, or an amount."),
        (Wish(shipping=100, amount=5), "Refund either units and delivery, or an amount."),
        (Wish(amount=-1), "A refund cannot be less than nothing."),
        (Wish(shipping=-1), "A refund cannot be less than nothing."),
        (Wish({1: UnitsBack(unsent=-1)}), "A refund cannot be less than nothing."),
        (Wish({1: UnitsBack(unsent=2, sent=-1)}), "A refund cannot be less than nothing."),
    ],
)
def test_what_makes_no_sense_is_refused(wish, sentence):
    assert refusal(Invalid, wish, LINES, NOW) == sentence


def test_units_and_an_amount_at_once_are_told_apart_beside_the_amount():
    with pytest.raises(Invalid) as refused:
        price(Wish({1: UnitsBack(1)}, amount=5), LINES, NOW)
    assert refused.value.fields == {"amount": ["Leave this empty, or the units."]}


TOO_MANY = "More units than are left to refund. Somebody may have shipped or refunded meanwhile."


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish({1: UnitsBack(unsent=2)}), TOO_MANY),
        (Wish({1: UnitsBack(sent=2)}), TOO_MANY),
        (Wish({2: UnitsBack(1)}), "The refund names something that is not of this order. Open the order again."),
        (Wish(shipping=551), "Only $5.50 of the delivery is left to refund."),
        (Wish(amount=3951), "That would be $39.51, and only $39.50 is left."),
    ],
)
def test_what_is_not_left_is_refused(wish, sentence):
    assert refusal(Conflict, wish, LINES, NOW) == sentence


@pytest.mark.parametrize(
    ("known", "unsent", "sent"),
    [
        (line(quantity=5), 5, 0),
        (line(quantity=5, shipped=2), 3, 2),
        (line(quantity=5, shipped=2, cancelled=1, refunded=1), 2, 2),
        (line(quantity=5, shipped=2, refunding=2, refunded=2), 1, 2),
        (line(quantity=5, shipped=2, refunded=1, sent_refunded=1), 3, 1),
        (line(quantity=2, shipped=2, refunded=2, sent_refunded=2), 0, 0),
        (line(quantity=2, shipped=2, refunded=1), 0, 1),
        (line(quantity=2, cancelled=1, refunded=2), 0, 0),
    ],
)
def test_what_is_left_of_a_line(known, unsent, sent):
    assert (known.unsent_left, known.sent_left) == (unsent, sent)
    for wanted, fits in (
        (UnitsBack(unsent, 0), True),
        (UnitsBack(unsent + 1, 0), False),
        (UnitsBack(0, sent + 1), False),
    ):
        if fits:
            refuse_units({1: wanted}, {1: known})
        else:
            with pytest.raises(Conflict):
                refuse_units({1: wanted}, {1: known})


def test_sent_and_unsent_together_never_exceed_the_line():
    """A unit whose refund came back stays canceled and can be refunded anew, by amount only."""
    known = line(quantity=2, shipped=1, refunded=1)
    assert (known.unsent_left, known.sent_left) == (1, 1)
    with pytest.raises(Conflict):
        refuse_units({1: UnitsBack(1, 1)}, {1: known})


@pytest.mark.parametrize(
    ("taken", "left"), [({}, 3950), ({"counted": 1000}, 2950), ({"withdrawn": 3950}, 0), ({"counted": 5000}, 0)]
)
def test_what_refunds_and_banks_have_taken_is_not_left(taken, left):
    now = standing(3400, 550, **taken)
    assert now.left == left
    if left < 3400:
        assert "is left." in refusal(Conflict, Wish({1: UnitsBack(1)}), {1: line()}, now)
