"""What is sent to Stripe, value by value, and what is never sent (rules 1, 11, 12, 14 and 15)."""

import re

import pytest

from store.catalog.models import Kind
from store.payments.requests import DELAYED
from tests.shop import US

ALLOWED = {
    "mode", "ui_mode", "client_reference_id", "metadata", "customer_email", "line_items", "payment_intent_data",
    "adaptive_pricing", "excluded_payment_method_types", "expires_at", "success_url", "cancel_url",
}  # fmt: skip


def sent(shop):
    """The parameters of the one session that was asked for."""
    (call,) = [call for call in shop.requests() if call["method"] == "POST"]
    return call["params"]


def lines(shop):
    """(name, quantity, amount, currency) of each line on the wire."""
    items = sent(shop)["line_items"]
    return [
        (
            item["price_data"]["product_data"]["name"],
            item["quantity"],
            item["price_data"]["unit_amount"],
            item["price_data"]["currency"],
        )
        for _, item in sorted(items.items(), key=lambda pair: int(pair[0]))
    ]


def excluded(shop):
    return set(sent(shop)["excluded_payment_method_types"].values())


# -- rule 11 --


def test_each_line_is_sent_once_at_its_sum_and_delivery_is_a_line_of_its_own(shop):
    tee, mat = shop.make_item("Tee", price=3400, units=20), shop.make_item("Slipmat", price=1805, units=20)
    client = shop.visitor_with(tee, quantity=3)
    client.post("/cart/lines", data={"variant": mat, "quantity": 1})
    session = shop.check_out(client)
    assert lines(shop) == [
        ("3 × Tee", "1", "10200", "usd"),
        ("Slipmat", "1", "1805", "usd"),
        ("Delivery to US", "1", "850", "usd"),
    ]
    assert shop.account.v1.checkout.sessions.retrieve(session).amount_total == 12855
    assert shop.value("SELECT total FROM checkout") == 12855


def test_lines_of_nothing_are_left_out(shop):
    free, song = (
        shop.make_item("Sticker file", price=0, kind=Kind.DIGITAL),
        shop.make_item(price=900, kind=Kind.DIGITAL),
    )
    shop.check_out(shop.visitor_with(free, song))
    assert lines(shop) == [("Tee", "1", "900", "usd")]


def test_a_bag_takes_no_more_lines_than_stripe_does(shop):
    songs = [shop.make_item(price=100, kind=Kind.DIGITAL) for _ in range(91)]
    client = shop.visitor_with(*songs[:90])
    refusal = client.post("/cart/lines", data={"variant": songs[90], "quantity": 1})
    assert (refusal.status_code, "A bag holds 90 different items." in refusal.text) == (409, True)
    shop.check_out(client)
    assert len(lines(shop)) == 90


# -- rules 1 and 12 --


def test_only_random_ids_of_ours_go_to_stripe_on_session_and_intent_alike(shop):
    shop.check_out(shop.visitor_with(shop.make_item()))
    params = sent(shop)
    (attempt, checkout), store = (
        shop.rows("SELECT id, checkout_id FROM stripe_session")[0],
        shop.payments.ours().store_id,
    )
    stamp = {"store": store, "checkout": checkout, "attempt": attempt}
    assert params["metadata"] == stamp
    assert params["payment_intent_data"]["metadata"] == stamp
    assert params["client_reference_id"] == checkout
    assert all(re.fullmatch(r"[\w-]{16,24}", mark) and not mark.isdigit() for mark in stamp.values())
    (call,) = [call for call in shop.requests() if call["method"] == "POST"]
    assert call["headers"]["Idempotency-Key"] == f"checkout:{checkout}:{attempt}"
    assert call["headers"]["Stripe-Version"] == "2026-10-28.endive"


def test_nothing_is_sent_that_would_let_the_deal_change_on_stripes_page(shop):
    shop.check_out(shop.visitor_with(shop.make_item()))
    params = sent(shop)
    assert set(params) == ALLOWED
    assert params["adaptive_pricing"] == {"enabled": "false"}
    assert params["mode"] == "payment"
    assert params["customer_email"] == US["email"]
    assert params["payment_intent_data"]["shipping"] == {
        "name": "Ana Ruiz",
        "address": {
            "line1": "12 Groove St", "city": "Brooklyn", "state": "NY", "postal_code": "11201", "country": "US",
        },
    }  # fmt: skip
    for item in params["line_items"].values():
        assert set(item) == {"quantity", "price_data"}
        assert set(item["price_data"]) == {"currency", "unit_amount", "product_data"}


def test_what_needs_no_parcel_sends_no_address(shop):
    shop.check_out(shop.visitor_with(shop.make_item(price=900, kind=Kind.DIGITAL)))
    assert set(sent(shop)["payment_intent_data"]) == {"metadata"}


def test_a_name_longer_than_stripe_takes_is_cut(shop):
    shop.check_out(shop.visitor_with(shop.make_item("Tee " * 100)))
    assert len(lines(shop)[0][0]) == 250


# -- rule 14: the values on the wire --


@pytest.mark.parametrize(
    ("currency", "price", "line", "delivery"),
    [
        ("jpy", 3400, "6800", "650"),
        ("kwd", 12340, "24680", "650"),
        ("isk", 4900, "980000", "65000"),
        ("ugx", 125000, "25000000", "65000"),
        ("mga", 150000, "300000", "650"),
        ("eur", 3400, "6800", "650"),
    ],
)
def test_amounts_go_out_in_stripes_units_and_come_back_in_ours(open_shop, currency, price, line, delivery):
    shop = open_shop(store_currency=currency)
    shop.buy(shop.make_item(price=price), quantity=2)
    assert lines(shop) == [("2 × Tee", "1", line, currency), ("Delivery to US", "1", delivery, currency)]
    assert shop.rows('SELECT total, currency FROM "order"') == [(2 * price + 650, currency)]
    assert shop.rows("SELECT amount, currency FROM payment") == [(2 * price + 650, currency)]


def refused_in_words(shop, words, *variants, quantity=1):
    """Refused before anything is held or asked."""
    client = shop.visitor_with(*variants, quantity=quantity)
    before, asked = shop.counts(), len(shop.requests())
    answer = client.post("/checkout", data=US)
    assert (answer.status_code, words in answer.text) == (409, True), answer.text
    assert (shop.counts(), len(shop.requests())) == (before, asked)


@pytest.mark.parametrize("prices", [[3405], [3405, 3405]])
def test_a_dinar_price_that_stripe_cannot_take_is_refused_in_words(open_shop, prices):
    shop = open_shop(store_currency="kwd")
    refused_in_words(shop, "cannot be paid by card", *[shop.make_item(price=price) for price in prices])


def test_a_total_above_stripes_largest_is_refused_in_words_whatever_its_units(open_shop):
    shop = open_shop(store_currency="isk")
    refused_in_words(shop, "cannot be paid at once", shop.make_item(price=700_000), quantity=2)


@pytest.mark.parametrize(
    ("currency", "price", "least"), [("usd", 49, "$0.50"), ("jpy", 49, "¥50"), ("gbp", 29, "£0.30")]
)
def test_a_total_below_the_currencys_least_is_refused_in_words(open_shop, currency, price, least):
    shop = open_shop(store_currency=currency)
    refused_in_words(
        shop, f"The smallest amount a card can pay is {least}.", shop.make_item(price=price, kind=Kind.DIGITAL)
    )


def test_a_total_of_nothing_never_goes_to_stripe(shop):
    refused_in_words(shop, "Free orders go to members.", shop.make_item(price=0, kind=Kind.DIGITAL))


# -- rule 15: who may pay days later --


def test_bank_transfer_is_never_offered_and_delayed_methods_are_while_there_is_plenty(shop):
    shop.check_out(shop.visitor_with(shop.make_item(units=10)))
    assert excluded(shop) == {"customer_balance"}


@pytest.mark.parametrize(("units", "left"), [(7, 6), (6, 5)])
def test_of_what_is_nearly_gone_nothing_is_sold_by_a_delayed_method(shop, units, left):
    tee = shop.make_item(units=units)
    shop.check_out(shop.visitor_with(tee, shop.make_item(units=50)))
    assert shop.level(tee) == (units, 1)
    delayed = set(DELAYED) if left <= shop.settings.low_stock else set()
    assert excluded(shop) == {"customer_balance"} | delayed


def test_tickets_are_never_sold_by_a_delayed_method_however_many_there_are(shop):
    shop.check_out(shop.visitor_with(shop.make_item(units=500, kind=Kind.TICKET)))
    assert excluded(shop) == {"customer_balance"} | set(DELAYED)
