from datetime import UTC, datetime, timedelta

import pytest

from store.orders.lifecycle import FulfilmentState, PaymentState
from store.orders.models import Order, OrderEvent, OrderLine
from store.orders.presentation import view_order

PLACED = datetime(2026, 12, 4, 21, 10, tzinfo=UTC)


def line(position, quantity, shipped=0, cancelled=0, returned=0):
    return OrderLine(
        id=position, position=position, sku=f"NMX-{position}", title="Tee", number="041", variant_label="L",
        quantity=quantity, unit_price=3400, net=3400 * quantity, variant_id=position,
        shipped=shipped, cancelled=cancelled, returned=returned,
    )  # fmt: skip


def order(*lines, state="unfulfilled", money="paid", country="US", events=()):
    happened = [("placed", {}), ("paid", {}), *events]
    return Order(
        number="NM-7K4Q2M", email="ana@example.com", name="Ana Ruiz", line1="12 Groove St", city="Brooklyn",
        region="NY", postal_code="11201", country=country, currency="usd", subtotal=3400, discount=0, shipping=550,
        tax=0, total=3950, placed_at=PLACED, payment_state=PaymentState(money), fulfilment_state=FulfilmentState(state),
        lines=list(lines) or [line(1, 1)],
        events=[
            OrderEvent(kind=kind, actor="member:7", data=data, at=PLACED + timedelta(hours=hour))
            for hour, (kind, data) in enumerate(happened)
        ],
    )  # fmt: skip


def parcel(units, carrier="USPS", tracking="9400"):
    return ("shipped", {"shipment": 1, "carrier": carrier, "tracking": tracking, "units": units})


def cues(told):
    return [(cue.label, cue.state, cue.carrier) for cue in view_order(told).timeline]


PAID = [("Placed", "done", ""), ("Paid", "done", "")]


def test_a_paid_order_is_packed_next():
    assert cues(order()) == [*PAID, ("Packed", "now", ""), ("Shipped", "later", "")]


def test_a_packed_order_is_shipped_next():
    told = order(state="packed", events=[("packed", {})])
    assert cues(told) == [*PAID, ("Packed", "done", ""), ("Shipped", "now", "")]


def test_a_shipped_order_names_its_carrier_and_promises_nothing_more():
    told = order(state="shipped", events=[("packed", {}), parcel(1)])
    assert cues(told) == [*PAID, ("Packed", "done", ""), ("Shipped", "done", "USPS")]
    assert view_order(told).timeline[-1].tracking == "9400"


def test_of_an_order_in_parcels_each_has_its_cue_and_the_rest_is_next():
    told = order(line(1, 2, 2), line(2, 2, 1), state="part", events=[("packed", {}), parcel(2), parcel(1, "UPS")])
    assert cues(told)[3:] == [
        ("Parcel shipped", "done", "USPS"), ("Parcel shipped", "done", "UPS"), ("The rest", "now", "")
    ]  # fmt: skip


def test_what_was_canceled_makes_no_parcel_partial():
    told = order(line(1, 2, shipped=1, cancelled=1), state="shipped", events=[("packed", {}), parcel(1)])
    assert cues(told)[-1] == ("Shipped", "done", "USPS")


def test_a_parcel_that_arrived_is_told():
    told = order(state="delivered", events=[("packed", {}), parcel(1), ("delivered", {})])
    assert cues(told)[-1] == ("Delivered", "done", "")


@pytest.mark.parametrize(
    ("how", "last"),
    [
        ({"money": "refunded"}, "Paid"),
        ({"money": "disputed", "state": "packed", "events": [("packed", {})]}, "Shipped"),
        ({"money": "charged_back"}, "Paid"),
        ({"state": "cancelled"}, "Paid"),
        ({"country": None}, "Paid"),
    ],
)
def test_nothing_is_announced_that_will_not_come(how, last):
    assert [cue.label for cue in view_order(order(**how)).timeline][-1] == last


def test_what_staff_note_among_themselves_is_no_cue():
    told = order(events=[("note", {"text": "Rude on the phone."}), ("order_confirmation", {})])
    assert [cue.label for cue in view_order(told).timeline] == ["Placed", "Paid", "Packed", "Shipped"]
    assert "Rude" not in repr(view_order(told))


def test_while_an_order_is_in_parts_each_line_says_how_much_of_it_has_left():
    told = order(line(1, 2, 1), line(2, 1, 1), line(3, 1), line(4, 3), state="part", events=[("packed", {}), parcel(2)])
    assert [one.progress for one in view_order(told).lines] == [
        "1 of 2 shipped", "Shipped", "Not shipped yet", "0 of 3 shipped"
    ]  # fmt: skip
    assert [one.progress for one in view_order(order(line(1, 2, 2), state="shipped")).lines] == [""]
    assert [one.progress for one in view_order(order(line(1, 2))).lines] == [""]


@pytest.mark.parametrize(
    ("how", "label", "sentence"),
    [
        ({}, "Paid, waiting to be packed", "We pack it next, and write when it leaves."),
        ({"state": "packed"}, "Packed", "It is packed. We write when it leaves."),
        ({"state": "part"}, "Partly shipped", "The rest follows in another parcel. We write when it leaves."),
        ({"state": "shipped"}, "Shipped",
         "All of it has left. From the day it arrives you have 30 days to send it back."),
        ({"state": "delivered"}, "Delivered", "All of it has arrived. You have 30 days to send it back."),
        ({"state": "cancelled"}, "Canceled", "It was canceled, and nothing is sent."),
        ({"state": "returned"}, "Returned", "It came back to us."),
        ({"money": "part_refunded"}, "Partly refunded", "We pack it next, and write when it leaves."),
        ({"money": "refunded"}, "Refunded", "We have paid it back."),
        ({"money": "disputed"}, "Paid, waiting to be packed", "We write when it leaves."),
        ({"money": "disputed", "state": "shipped"}, "Shipped",
         "All of it has left. From the day it arrives you have 30 days to send it back."),
        ({"money": "charged_back"}, "Payment taken back",
         "Your bank has taken the payment back, so nothing more is sent."),
        ({"country": None}, "Paid", ""),
    ],
)  # fmt: skip
def test_in_each_state_its_buyer_is_told_what_is_true(how, label, sentence):
    seen = view_order(order(**how))
    assert (seen.state_label, seen.next_step) == (label, sentence)


def refund(number, amount):
    return ("refunded", {"refund": number, "amount": amount})


def test_what_went_back_is_told_with_its_sum_and_time_and_what_is_left():
    told = view_order(order(money="part_refunded", events=[refund(1, 1000), refund(2, 550)]))
    assert [(back.amount.amount, back.at) for back in told.refunds] == [
        (1000, PLACED + timedelta(hours=2)), (550, PLACED + timedelta(hours=3))
    ]  # fmt: skip
    assert (told.total.amount, told.kept.amount) == (3950, 2400)
    assert [cue.label for cue in told.timeline[2:4]] == ["Refunded $10.00", "Refunded $5.50"]


def test_a_refund_that_came_back_is_not_told_to_its_buyer():
    events = [refund(1, 1000), ("refund_failed", {"refund": 1, "amount": 1000}), refund(2, 1000)]
    told = view_order(order(money="part_refunded", events=events))
    assert [back.at for back in told.refunds] == [PLACED + timedelta(hours=4)]
    assert [cue.label for cue in told.timeline[2:]] == ["Refunded $10.00", "Packed", "Shipped"]
    assert told.kept.amount == 2950


@pytest.mark.parametrize(
    ("units", "state", "words"),
    [
        (line(1, 3), "unfulfilled", ""),
        (line(1, 3, cancelled=1), "unfulfilled", "1 canceled"),
        (line(1, 3, shipped=1, cancelled=1), "part", "1 of 3 shipped, 1 canceled"),
        (line(1, 3, shipped=3, returned=2), "shipped", "2 returned"),
        (line(1, 1, cancelled=1), "cancelled", "Canceled"),
        (line(1, 1, shipped=1, returned=1), "returned", "Returned"),
        (line(1, 1, shipped=1), "part", "Shipped"),
        (line(1, 1), "part", "Not shipped yet"),
    ],
)
def test_a_line_says_what_became_of_its_units(units, state, words):
    assert view_order(order(units, state=state)).lines[0].progress == words


def test_a_canceled_order_says_so_even_if_nothing_of_it_goes_by_post():
    told = view_order(
        order(line(1, 1, cancelled=1), state="cancelled", country=None, events=[("canceled", {"units": 1})])
    )
    assert (told.state_label, told.timeline[-1].label) == ("Canceled", "Canceled")
