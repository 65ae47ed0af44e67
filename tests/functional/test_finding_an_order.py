"""An order is found without an account, by number and address; nobody learns which of the two was wrong."""

import pytest

from store.orders.numbers import private_link
from tests.functional.ours import assert_page, everything
from tests.shop import US

NOTHING = "No order has this number and this address. Look at both again: they stand in the order mail."


@pytest.fixture
def number(shop):
    shop.buy(shop.make_item())
    return shop.value('SELECT number FROM "order"')


def look(client, number, email=US["email"]):
    return client.post("/orders/find", data={"number": number, "email": email})


def test_number_and_address_lead_to_the_order(shop, number):
    link = f"/o/{private_link(number, shop.settings.secret_key)}"
    bare = number.removeprefix("NM-")
    for spelled in (number, number.lower(), bare, f" {bare[:3]} {bare[3:]} ", f"nm{bare}"):
        answer = look(shop.visitor(), spelled, "Ana@Example.com")
        assert (answer.status_code, answer.location) == (303, link)
    assert_page(shop.visitor().get(link), 200, number)


def test_a_wrong_number_and_a_wrong_address_are_answered_alike_and_change_nothing(shop, number):
    before = everything(shop)
    guesses = [(number, "eve@example.com"), ("NM-222222", US["email"]), ("NM-222222", "eve@example.com")]
    pages = {look(shop.visitor(), *guess).text.replace(guess[0], "N").replace(guess[1], "E") for guess in guesses}
    assert len(pages) == 1
    answer = look(shop.visitor(), number, "eve@example.com")
    assert_page(answer, 422, NOTHING)
    assert US["name"] not in answer.text
    assert everything(shop) == before


def test_what_is_missing_is_asked_for_beside_its_field(shop):
    answer = shop.visitor().post("/orders/find", data={})
    assert_page(answer, 422, "The number is in the order mail, like NM-7K4Q2M.", "Which address did the receipt go to?")
    assert_page(look(shop.visitor(), "x" * 21), 422, "At most 20 characters, please.")
    assert_page(look(shop.visitor(), "NM-222222", "nobody"), 422, "Write the address like ana@example.com.")


def test_guessing_is_slowed_down(open_shop):
    shop = open_shop(rate_limits="on")
    client = shop.visitor()
    assert [look(client, "NM-222222").status_code for _ in range(11)] == [422] * 10 + [429]
    assert client.get("/orders/find").status_code == 200
