"""What a session says was bought, where no checkout is known here."""

import pytest

from store.clock import from_epoch
from store.payments.bought import BoughtLine, read_bought

NOW = from_epoch(1_796_400_000)
SESSION = {
    "id": "cs_1", "object": "checkout.session", "status": "complete", "payment_status": "paid",
    "created": 1_796_300_000, "expires_at": 1_796_302_100, "currency": "usd", "amount_total": 7731, "livemode": False,
    "customer_email": "ben@example.com", "customer_details": {"email": "other@example.com", "name": "On The Card"},
    "metadata": {"store": "st0re", "checkout": "ch3ck0ut", "attempt": "att3mpt"},
    "payment_intent": {
        "id": "pi_1", "status": "succeeded",
        "shipping": {
            "name": "Ben Lee", "phone": "+1555", "address": {
                "line1": "12 Groove St", "line2": "", "city": "Brooklyn", "state": "NY", "postal_code": "11201",
                "country": "US",
            },
        },
    },
}  # fmt: skip


def item(description, amount, **metadata):
    return {"description": description, "amount_total": amount, "price": {"product": {"metadata": metadata}}}


TEES = item("2 × Tee, Black / M", 6800, sku="TEE-M", quantity="2")
DELIVERY = item("Delivery to US", 650, part="delivery")
TAX = item("Tax", 281, part="tax")


def test_lines_delivery_tax_buyer_and_address_are_read():
    bought = read_bought(SESSION, [TEES, DELIVERY, TAX], NOW)
    assert bought.lines == [BoughtLine("TEE-M", "Tee, Black / M", 2, 6800)]
    assert (bought.delivery, bought.delivery_label, bought.tax, bought.total) == (650, "Delivery to US", 281, 7731)
    assert bought.email == "ben@example.com"
    assert bought.buyer == {
        "name": "Ben Lee", "phone": "+1555", "line1": "12 Groove St", "line2": None, "city": "Brooklyn",
        "region": "NY", "postal_code": "11201", "country": "US",
    }  # fmt: skip
    assert bought.place == "11201, Brooklyn, NY, US"
    assert bought.named == ["2 × TEE-M", "Delivery to US"]
    assert (bought.created_at, bought.fact.attempt_id) == (from_epoch(1_796_300_000), "att3mpt")


def test_what_goes_nowhere_has_no_place_and_the_name_of_the_card():
    bought = read_bought(SESSION | {"payment_intent": "pi_1"}, [TEES], NOW)
    assert (bought.place, bought.buyer["name"], bought.buyer["country"]) == ("", "On The Card", None)


@pytest.mark.parametrize(
    "metadata", [{}, {"sku": "TEE-M"}, {"sku": "TEE-M", "quantity": "0"}, {"sku": "T", "quantity": "x"}]
)
def test_a_line_that_does_not_say_what_it_is_is_named_and_not_counted(metadata):
    bought = read_bought(SESSION, [item("A thing", 6800, **metadata)], NOW)
    assert (bought.lines, bought.others, bought.total) == ([], ["A thing"], 0)


def test_of_a_line_whose_product_was_not_told_only_the_words_are_known():
    bought = read_bought(SESSION, [{"description": "A thing", "amount_total": 1, "price": {"product": "prod_1"}}], NOW)
    assert bought.named == ["A thing"]
