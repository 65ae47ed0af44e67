"""A member's orders: what was bought signed in, what a guest bought who joined later, and nobody else's."""

import html
import re
from urllib.parse import urlsplit

import pytest

from tests.functional.accounts import ANA, SECRET, come_in, confirm, join
from tests.functional.ours import assert_page

NUMBER = re.compile(r'href="/account/orders/(NM-\w+)"')


def numbers(client, path="/account/orders"):
    """As the list shows them, from the top."""
    return NUMBER.findall(client.get(path).text)


def number_of(shop, email=ANA):
    return shop.value('SELECT number FROM "order" WHERE email = :email', email=email)


def buy_as(shop, client, variant_id, **form):
    client.post("/cart/lines", data={"variant": variant_id})
    session = shop.check_out(client, **form)
    shop.pay(session)
    shop.deliver()
    return session


def test_what_a_member_buys_is_in_the_account(shop):
    shop.make_member(ANA, password=SECRET)
    client = come_in(shop)
    buy_as(shop, client, shop.make_item("Pitch Control Tee"), email="present@example.com")
    number = number_of(shop, "present@example.com")
    assert numbers(client) == [number]
    assert_page(client.get("/account/orders"), 200, "Pitch Control Tee", "$39.50")
    assert_page(client.get(f"/account/orders/{number}"), 200, number, "Pitch Control Tee")


def test_the_checkout_form_knows_a_members_address(shop):
    shop.make_member(ANA, password=SECRET)
    client = come_in(shop)
    client.post("/cart/lines", data={"variant": shop.make_item()})
    assert f'value="{ANA}"' in client.get("/checkout").text


def test_a_guest_who_joins_finds_the_order_once_the_address_is_confirmed(shop):
    tee = shop.make_item("Pitch Control Tee")
    shop.buy(tee)
    stranger = shop.visitor_with(tee)
    shop.pay(shop.check_out(stranger, email="somebody@example.com"))
    shop.deliver()
    client = join(shop, ANA)
    assert shop.rows('SELECT DISTINCT member_id FROM "order"') == [(None,)]
    confirm(shop, client, ANA)
    come_in(shop, client=client)
    assert numbers(client) == [number_of(shop)]
    assert_page(client.get(f"/account/orders/{number_of(shop)}"), 200, "Pitch Control Tee")
    assert shop.rows('SELECT member_id FROM "order" WHERE email = :email', email="somebody@example.com") == [(None,)]


def test_what_is_paid_as_a_guest_with_a_members_address_is_in_the_account(shop):
    shop.make_member(ANA, password=SECRET)
    shop.buy(shop.make_item())
    assert numbers(come_in(shop)) == [number_of(shop)]


def test_an_order_of_somebody_else_and_one_of_nobody_are_the_same_to_a_member(shop):
    shop.make_member(ANA, password=SECRET)
    shop.make_member("bea@example.com", password=SECRET)
    buy_as(shop, come_in(shop), shop.make_item())
    number, bea = number_of(shop), come_in(shop, email="bea@example.com")
    for wrong in (number, number.lower(), "NM-000000", "1", "x" * 300):
        answer = bea.get(f"/account/orders/{wrong}")
        assert_page(answer, 404, "You have no such order. Your orders are listed in your account.")
        assert ANA not in answer.text
    assert numbers(bea) == []
    assert_page(bea.get("/account/orders"), 200, "No orders yet.")


def test_a_long_list_is_paged_by_twenty_the_newest_first(shop):
    member = shop.make_member(ANA)
    client, tee = shop.signed_in(member), shop.make_item(units=100)
    for _ in range(41):
        client.post("/cart/lines", data={"variant": tee})
        shop.pay(shop.check_out(client))
        client.get(f"/checkout/success?session_id={newest_session(shop)}")
    expected = [row[0] for row in shop.rows('SELECT number FROM "order" ORDER BY id DESC')]
    pages, path = [], "/account/orders"
    while path:
        pages.append(numbers(client, path))
        older = re.search(r'href="(/account/orders\?after=\d+)"', client.get(path).text)
        path = older and older[1]
    assert [len(page) for page in pages] == [20, 20, 1]
    assert [number for page in pages for number in page] == expected
    for odd in ("", "x", "-1", "²", "9" * 18, "9" * 19):
        assert numbers(client, f"/account/orders?after={odd}") == pages[0], odd
    assert numbers(client, "/account/orders?after=0") == []


def newest_session(shop):
    return shop.value("SELECT stripe_id FROM stripe_session ORDER BY created_at DESC LIMIT 1")


def test_who_signs_in_while_paying_comes_back_to_the_thanks(shop):
    shop.make_member(ANA, password=SECRET)
    client = shop.visitor_with(shop.make_item("Pitch Control Tee"))
    session = shop.check_out(client, email="present@example.com")
    come_in(shop, client=client)
    shop.pay(session)  # and its webhook is late
    page = client.get(f"/checkout/success?session_id={session}")
    number = number_of(shop, "present@example.com")
    assert_page(page, 200, "Thank you", f"We have your order {number}.", "You paid", "$39.50")
    assert numbers(client) == [number]
    assert "Paid orders are confirmed by mail." in shop.visitor().get(f"/checkout/success?session_id={session}").text


@pytest.mark.parametrize("path", ["/account", "/account/orders", "/account/orders?after=3", "/account/sessions"])
def test_the_account_asks_strangers_to_sign_in_and_leads_back(shop, path):
    shop.make_member(ANA, password=SECRET)
    stranger = shop.visitor()
    answer = stranger.get(path)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/sign-in")
    form = stranger.get(answer.location).text
    onwards = html.unescape(re.search(r'name="next" value="([^"]*)"', form)[1])
    assert onwards == path
    sent = {"email": ANA, "password": SECRET, "next": onwards}
    assert stranger.post("/sign-in", data=sent | {"password": "something else entirely"}).status_code == 422
    signed_in = stranger.post("/sign-in", data=sent)
    assert (signed_in.status_code, signed_in.location) == (302, path)
    assert stranger.get(path).status_code == 200
