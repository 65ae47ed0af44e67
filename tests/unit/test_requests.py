"""What Stripe is asked for when a checkout is handed over, key by key (rules 1, 8, 11, 12, 14 and 15)."""

from datetime import UTC, datetime

import pytest

from store.orders.models import Checkout, CheckoutLine
from store.payments.requests import ALWAYS_EXCLUDED, DELAYED, session_request

EXPIRES = datetime(2026, 12, 4, 20, 0, tzinfo=UTC)
BUYER = {
    "currency": "usd",
    "email": "ana@example.com", "name": "Ana Ruiz", "line1": "12 Groove St", "line2": None, "city": "Brooklyn",
    "region": "NY", "postal_code": "11201", "country": "US", "phone": None,
}  # fmt: skip


def line(title="Tee", quantity=1, net=3400, label="", sku="TEE-M"):
    return CheckoutLine(title=title, quantity=quantity, net=net, variant_label=label, sku=sku)


def asked(*lines, scarce=False, shipping=550, tax=0, **changes):
    checkout = Checkout(
        id="ch3ck0ut", shipping_label="Delivery to US", shipping=shipping, tax=tax,
        lines=list(lines or [line()]), **BUYER | changes,
    )  # fmt: skip
    return session_request(checkout, "att3mpt", "st0re", "https://shop.example", EXPIRES, scarce=scarce)


def item(name, amount, currency="usd", **metadata):
    product = {"name": name, "metadata": metadata} if metadata else {"name": name}
    return {
        "quantity": 1,
        "price_data": {"currency": currency, "unit_amount": amount, "product_data": product},
    }


def test_all_that_goes_to_stripe():
    stamp = {"store": "st0re", "checkout": "ch3ck0ut", "attempt": "att3mpt"}
    assert asked() == {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": "ch3ck0ut",
        "metadata": stamp,
        "customer_email": "ana@example.com",
        "line_items": [item("Tee", 3400, sku="TEE-M", quantity="1"), item("Delivery to US", 550, part="delivery")],
        "payment_intent_data": {
            "metadata": stamp,
            "shipping": {
                "name": "Ana Ruiz",
                "address": {
                    "line1": "12 Groove St", "city": "Brooklyn", "state": "NY", "postal_code": "11201", "country": "US",
                },
            },
        },
        "adaptive_pricing": {"enabled": False},
        "excluded_payment_method_types": ["customer_balance"],
        "expires_at": 1796414400,
        "success_url": "https://shop.example/checkout/success?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/checkout/cancel",
    }  # fmt: skip


def test_several_of_a_kind_are_one_item_at_their_sum():
    assert asked(line(quantity=2, net=6800, label="M"), shipping=0)["line_items"] == [
        item("2 × Tee, M", 6800, sku="TEE-M", quantity="2")
    ]


def test_added_tax_is_an_item_of_its_own_and_what_costs_nothing_is_none():
    assert asked(line(), line("Sticker", net=0), shipping=0, tax=281)["line_items"] == [
        item("Tee", 3400, sku="TEE-M", quantity="1"),
        item("Tax", 281, part="tax"),
    ]


def test_even_the_smallest_sum_is_an_item():
    assert [one["price_data"]["unit_amount"] for one in asked(line(net=1), shipping=1, tax=1)["line_items"]] == [
        1,
        1,
        1,
    ]


def test_amounts_are_in_stripes_units():
    (krona,) = asked(line(net=4200), shipping=0, currency="isk")["line_items"]
    assert krona == item("Tee", 420000, "isk", sku="TEE-M", quantity="1")


def test_a_name_is_cut_where_stripe_would_refuse_it():
    titles = ["x" * 250, "x" * 251]
    names = [asked(line(title))["line_items"][0]["price_data"]["product_data"]["name"] for title in titles]
    assert names == ["x" * 250, "x" * 250]


def test_what_is_not_sent_by_post_has_no_address():
    assert "shipping" not in asked(country=None)["payment_intent_data"]


def test_a_second_line_and_a_phone_go_along_when_there_are_any():
    shipping = asked(line2="Apt 4", phone="+1 718 555 0100")["payment_intent_data"]["shipping"]
    assert (shipping["address"]["line2"], shipping["phone"]) == ("Apt 4", "+1 718 555 0100")


@pytest.mark.parametrize(("scarce", "excluded"), [(False, ALWAYS_EXCLUDED), (True, ALWAYS_EXCLUDED + DELAYED)])
def test_what_is_nearly_gone_is_not_paid_by_methods_that_take_days(scarce, excluded):
    assert asked(scarce=scarce)["excluded_payment_method_types"] == list(excluded)


def test_the_methods_whose_money_comes_days_later_bear_stripes_names():
    names = (
        "acss_debit au_becs_debit bacs_debit boleto konbini multibanco nz_bank_account oxxo pay_by_bank payto"
        " sepa_debit sofort us_bank_account"
    )
    assert " ".join(DELAYED) == names
