"""Orders placed as a guest come to whoever has proven their address, and to nobody else."""

from tests.functional.accounts import ANA, BEN, come_in, confirm, join, joined, links
from tests.functional.ours import assert_page
from tests.shop import US


def buy_as(shop, email):
    """A guest buys a tee; the order's number."""
    guest = shop.visitor_with(shop.make_item())
    shop.pay(shop.check_out(guest, **US | {"email": email}))
    shop.deliver()
    return shop.value('SELECT number FROM "order" ORDER BY id DESC LIMIT 1')


def owners(shop):
    return dict(shop.rows('SELECT number, member_id FROM "order"'))


def test_nothing_is_claimed_before_the_address_is_proven(shop):
    number = buy_as(shop, ANA)
    client = join(shop)
    assert owners(shop) == {number: None}
    assert client.get("/account/orders").status_code == 303
    client.get(links(shop)[0])
    assert owners(shop) == {number: None}
    confirm(shop, client)
    assert owners(shop) == {number: 1}
    assert_page(come_in(shop).get("/account/orders"), 200, number)


def test_orders_from_before_and_after_come_along_however_the_address_was_spelt(shop):
    before = [buy_as(shop, spelling) for spelling in (ANA, "ANA@example.com", "Ana@EXAMPLE.COM")]
    strangers = [buy_as(shop, email) for email in (BEN, "ana@example.org", "ana+x@example.com", "xana@example.com")]
    joined(shop)
    after = [buy_as(shop, spelling) for spelling in (ANA, "aNa@example.com")]
    strangers.append(buy_as(shop, BEN))
    assert owners(shop) == dict.fromkeys(before + after, 1) | dict.fromkeys(strangers)
    page = come_in(shop).get("/account/orders")
    assert all(number in page.text for number in before + after)
    assert not any(number in page.text for number in strangers)


def test_a_new_address_brings_its_orders_once_it_is_proven_and_the_old_ones_stay(shop):
    joined(shop)
    old, waiting, strangers = buy_as(shop, ANA), buy_as(shop, "ana@new.example"), buy_as(shop, BEN)
    client = come_in(shop)
    client.post("/account/email", data={"email": "ana@new.example"})
    path = links(shop, "ana@new.example")[0]
    client.get(path)
    assert owners(shop) == {old: 1, waiting: None, strangers: None}
    assert client.post(path).location == "/sign-in?done=email"
    later_ = buy_as(shop, "ana@new.example")
    assert owners(shop) == {old: 1, waiting: 1, strangers: None, later_: 1}
    left_behind = buy_as(shop, ANA)  # the old address is nobody's now
    assert owners(shop)[left_behind] is None


def test_who_joins_later_with_an_address_that_a_member_gave_up_sees_none_of_their_orders(shop):
    joined(shop)
    number = buy_as(shop, ANA)
    client = come_in(shop)
    client.post("/account/email", data={"email": "ana@new.example"})
    client.post(links(shop, "ana@new.example")[0])
    joined(shop)
    newcomer = come_in(shop)
    assert owners(shop) == {number: 1}
    assert number not in newcomer.get("/account/orders").text
    assert newcomer.get(f"/account/orders/{number}").status_code == 404
