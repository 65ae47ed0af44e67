"""What the till refuses, in which words, and that nothing is held or charged then."""

import re

from store.catalog.models import Kind
from tests.functional.ours import assert_page, bags, everything
from tests.shop import US


def place(client, **form):
    return client.post("/checkout", data={name: text for name, text in (US | form).items() if text is not None})


def test_a_price_that_has_changed_is_told_with_both_sums_and_holds_nothing(shop):
    tee = shop.make_item("Hoodie", price=7200)
    client = shop.visitor_with(tee)
    assert 'name="expected_total" value="7750"' in client.get("/checkout").text
    shop.set_price(tee, 7600)
    before = everything(shop)
    answer = place(client, expected_total="7750")
    assert_page(answer, 409, "Your total is now $81.50, not $77.50. Nothing is charged yet.")
    assert everything(shop) == before
    assert shop.requests("/v1/checkout/sessions") == []
    assert 'name="expected_total" value="8150"' in answer.text
    assert place(client, expected_total="8150").status_code == 303
    assert shop.value("SELECT total FROM checkout") == 8150


def test_a_price_that_fell_is_told_as_well(shop):
    tee = shop.make_item(price=3400)
    client = shop.visitor_with(tee)
    shop.set_price(tee, 1000)
    answer = place(client, expected_total="3950")
    assert_page(answer, 409, "Your total is now $15.50, not $39.50. Nothing is charged yet.")
    assert shop.counts()["checkout"] == 0


def test_a_country_we_do_not_ship_to_is_refused(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for country in ("DE", "XX", "us", "??", "١٢"):
        answer = place(client, country=country, postal_code="10115", region="NY")
        assert_page(answer, 422, "Choose one of the countries on the list.")
    assert everything(shop) == before


def test_every_field_that_is_missing_is_named_and_what_was_typed_is_kept(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    answer = client.post("/checkout", data={"name": "Ana Ruiz", "country": "GB", "postal_code": "12345"})
    assert_page(
        answer, 422, "We need an address for the receipt.", "Which street and number?", "Which city?", "Ana Ruiz",
        "A few things to mend before you pay",
    )  # fmt: skip
    assert re.search(r'<option value="GB"\s+selected', answer.text)
    assert_page(place(client, postal_code="1120"), 422, "ZIP codes have five digits. This one has four.")
    assert_page(place(client, region=None), 422, "Which state or province?")
    assert_page(place(client, expected_total="1.5"), 422)
    assert everything(shop) == before


def test_sums_that_are_posted_along_are_ignored(shop):
    client = shop.visitor_with(shop.make_item(price=3400))
    posted = (
        "price",
        "unit_amount",
        "total",
        "amount_total",
        "subtotal",
        "shipping",
        "tax",
        "discount",
        "paid",
        "state",
    )
    place(client, currency="jpy", **dict.fromkeys(posted, "1"))
    (row,) = shop.rows("SELECT subtotal, shipping, tax, discount, total, currency, state FROM checkout")
    assert row == (3400, 550, 0, 0, 3950, "usd", "open")
    (asked,) = shop.requests("/v1/checkout/sessions")
    amounts = re.findall(r"'unit_amount': '?(\d+)", str(asked))
    assert amounts == ["3400", "550"]
    assert "jpy" not in str(asked)


def test_an_empty_bag_goes_to_its_page_and_not_to_stripe(shop):
    for client in (shop.visitor(), shop.visitor_with(shop.make_item())):
        client.post("/cart/lines/1", data={"quantity": "0"})
        assert (client.get("/checkout").status_code, client.get("/checkout").location) == (303, "/cart")
        answer = place(client)
        assert (answer.status_code, answer.location) == (303, "/cart")
    assert shop.counts()["checkout"] == 0


def test_what_has_gone_meanwhile_is_named_and_nothing_is_held(shop):
    tee, cap = shop.make_item("Tee", units=5), shop.make_item("Cap", units=1)
    client = shop.visitor_with(tee, cap)
    shop.check_out(shop.visitor_with(cap), email="quicker@example.com")
    before = everything(shop)
    answer = place(client)
    assert_page(answer, 409, "Some of your bag is no longer there.", "Cap has sold out. Remove it to go on.")
    assert everything(shop) == before
    assert shop.level(tee) == (5, 0)


def test_what_was_taken_off_sale_is_not_sold(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    shop.write("UPDATE product SET status = 'archived'")
    before = everything(shop)
    assert_page(place(client), 409, "Tee is no longer for sale. Remove it to go on.")
    assert everything(shop) == before


def test_sums_no_card_can_pay_are_refused_in_words(shop):
    for price, sentence in (
        (0, "Free orders go to members. Sign in or join, then place it."),
        (49, "The smallest amount a card can pay is $0.50. Your total is $0.49."),
        (100_000_000, "A total of $1,000,000.00 cannot be paid at once. Please make two orders of it."),
    ):
        client = shop.visitor_with(shop.make_item("File", price=price, kind=Kind.DIGITAL))
        assert_page(place(client), 409, sentence)
    assert shop.counts()["checkout"] == 0
    assert shop.requests("/v1/checkout/sessions") == []


def test_the_largest_and_the_smallest_sum_are_taken(shop):
    for price, address in ((50, "a@example.com"), (99_999_999, "b@example.com")):
        assert (
            place(shop.visitor_with(shop.make_item(price=price, kind=Kind.DIGITAL)), email=address).status_code == 303
        )


def test_asking_for_the_delivery_of_another_country_holds_nothing(shop):
    client = shop.visitor_with(shop.make_item(price=3400))
    before = everything(shop)
    answer = client.post("/checkout", data={"action": "update", "country": "CA", "email": "half@"})
    assert_page(answer, 200, "$48.00", "half@")
    assert "to mend" not in answer.text
    assert everything(shop) == before


def test_what_needs_no_parcel_asks_for_no_address(shop):
    client = shop.visitor_with(shop.make_item("File", price=900, kind=Kind.DIGITAL))
    assert 'name="line1"' not in client.get("/checkout").text
    assert client.post("/checkout", data={"email": "ana@example.com"} | {"line1": "Nowhere 1"}).status_code == 303
    assert shop.rows("SELECT total, line1, country FROM checkout") == [(900, None, None)]


def test_the_bag_stays_whole_while_its_checkout_is_open(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee, quantity=2)
    shop.check_out(client)
    assert [row[1:] for row in bags(shop)] == [(tee, 2)]
