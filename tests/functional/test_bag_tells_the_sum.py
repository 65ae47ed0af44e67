"""The bag's page: the whole sum, buttons for one more and one fewer, and a way back for what was removed."""

import re
from datetime import UTC, datetime

import pytest

from store.catalog.models import Kind
from store.pricing.delivery_dates import expect
from store.web.words import arrival, weekday
from tests.functional.ours import assert_page, bags


def line_of(shop):
    return shop.value("SELECT MAX(id) FROM cart_line")


def sums(page):
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page.text, re.S)
    return {" ".join(re.sub(r"<.*?>", "", name).split()): amount.strip() for name, amount in rows}


def test_the_bag_tells_the_whole_sum_for_the_shops_own_country(shop):
    client = shop.visitor_with(shop.make_item(price=3400), shop.make_item(price=1200))
    assert sums(client.get("/cart")) == {"2 items": "$46.00", "Delivery to United States": "$6.50", "Total": "$52.50"}


@pytest.mark.parametrize(
    ("country", "told"),
    [("CA", ("Canada", "$14.00", "$48.00")), ("GB", ("United Kingdom", "$19.00", "$53.00"))]
    + [(odd, ("United States", "$5.50", "$39.50")) for odd in ("XX", "", "us", "<b>", "9" * 500)],
)
def test_another_country_is_chosen_without_a_script_and_what_we_do_not_ship_to_is_not(shop, country, told):
    page = shop.visitor_with(shop.make_item()).get("/cart", query_string={"country": country})
    name, delivery, total = told
    assert sums(page) == {"1 item": "$34.00", f"Delivery to {name}": delivery, "Total": total}


def test_the_country_goes_along_through_changes_and_to_the_till(shop):
    client = shop.visitor_with(shop.make_item(), quantity=2)
    answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "1", "country": "CA"})
    assert answer.location == "/cart?country=CA"
    page = client.get("/cart?country=CA").text
    assert 'href="/checkout?country=CA"' in page
    assert re.search(r'value="CA"\s+selected', client.get("/checkout?country=CA").text)


def test_what_needs_no_parcel_has_no_delivery(shop):
    page = shop.visitor_with(shop.make_item(kind=Kind.DIGITAL)).get("/cart")
    assert sums(page) == {"1 item": "$34.00", "Total": "$34.00"}
    assert "Ordered today" not in page.text


def test_the_bag_says_on_which_days_it_would_come(shop):
    page = shop.visitor_with(shop.make_item()).get("/cart").text
    today = shop.clock().astimezone(shop.settings.zone).date()
    dates = expect(today, 2, (3, 5))
    told = f"Ordered today, it leaves by {weekday(dates.packed_by)} and is there about {arrival(dates)}."
    assert told in " ".join(page.split())


@pytest.mark.parametrize(
    ("typed", "button", "then"),
    [
        ("2", "more", 3),
        ("2", "fewer", 1),
        ("5", "more", 6),
        ("1", "fewer", None),
        ("0", "fewer", None),
        ("99", "x", 99),
    ],
)
def test_a_button_counts_from_what_stands_beside_it(shop, typed, button, then):
    tee = shop.make_item(units=99)
    client = shop.visitor_with(tee, quantity=2)
    answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": typed, button: "1"})
    assert answer.status_code == 303
    assert [row[1:] for row in bags(shop)] == ([(tee, then)] if then else [])


def test_one_more_than_there_is_is_refused_and_nothing_changes(shop):
    tee = shop.make_item(units=2)
    client = shop.visitor_with(tee, quantity=2)
    answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "2", "more": "1"})
    assert_page(answer, 409, "Only 2 left of Tee. Your bag is as it was.")
    assert [row[1:] for row in bags(shop)] == [(tee, 2)]


def test_what_was_removed_is_put_back_as_many_as_they_were(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee, quantity=3)
    answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "0"})
    assert answer.location == f"/cart?removed={tee}&quantity=3"
    page = client.get(answer.location)
    assert_page(page, 200, "Removed: Tee.", "Undo")
    form = re.search(r'class="toast".*?</form>', page.text, re.S)[0]
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', form))
    assert fields == {"variant": str(tee), "quantity": "3"}
    assert client.post("/cart/lines", data=fields).status_code == 303
    assert [row[1:] for row in bags(shop)] == [(tee, 3)]
    assert "Removed" not in client.get(answer.location).text  # it is back: there is nothing to undo


@pytest.mark.parametrize(
    "query",
    [
        "removed=999999",
        "removed=x",
        "removed=²",
        "removed=-1",
        "removed=1&quantity=0",
        "removed=" + "9" * 60,
        "removed=",
    ],
)
def test_an_address_that_somebody_made_up_says_nothing(shop, query):
    shop.make_item()
    page = shop.visitor().get(f"/cart?{query}")
    assert_page(page, 200, "Nothing in your bag yet")
    assert "Removed" not in page.text


def test_an_empty_bag_shows_four_things_there_are(shop):
    for n in range(6):
        shop.make_item(f"Thing {n}")
    page = shop.visitor().get("/cart").text
    assert re.findall(r">(Thing \d)</a>", page) == ["Thing 5", "Thing 4", "Thing 3", "Thing 2"]


def test_the_drawer_is_changed_in_place_and_counts(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    answer = client.post(
        f"/cart/lines/{line_of(shop)}", data={"quantity": "1", "more": "1"}, headers={"X-Fragment": "bag"}
    )
    assert (answer.status_code, client.get_cookie("bag_count").value) == (200, "2")
    assert 'data-count="2"' in answer.text
    assert sums(answer) == {"2 items": "$68.00", "Delivery to United States change": "$6.50", "Total": "$74.50"}


def test_days_are_the_shops_own_and_not_those_of_greenwich(shop):
    """At 3 am on Thursday in Greenwich it is still Wednesday evening in New York."""
    shop.clock.offset = datetime(2026, 11, 26, 3, 0, tzinfo=UTC) - datetime.now(UTC)
    page = shop.visitor_with(shop.make_item()).get("/cart").text
    assert "it leaves by Friday 27 November" in " ".join(page.split())
