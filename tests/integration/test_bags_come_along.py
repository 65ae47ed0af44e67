"""Whoever signs in takes their bag along, and nobody else's (rule 19)."""

import pytest
from itsdangerous import Signer

from tests.functional.accounts import ANA, SECRET, at_once, come_in, leave
from tests.integration.bags import all_lines, bag_of, cart_of, put


@pytest.fixture
def ana(shop):
    return shop.make_member(ANA, password=SECRET)


def test_of_each_item_the_larger_number_is_kept_and_nothing_is_doubled(shop, ana):
    both, more_here, only_there, only_here = (shop.make_item(units=50) for _ in range(4))
    elsewhere = come_in(shop)
    for variant, quantity in ((both, 2), (more_here, 1), (only_there, 3)):
        put(elsewhere, variant, quantity)
    guest = shop.visitor()
    for variant, quantity in ((both, 2), (more_here, 4), (only_here, 5)):
        put(guest, variant, quantity)
    come_in(shop, client=guest)
    merged = {both: 2, more_here: 4, only_there: 3, only_here: 5}
    assert bag_of(shop, ana) == merged
    assert len(all_lines(shop)) == 4
    assert guest.get_cookie("bag") is None
    assert guest.get_cookie("bag_count").value == "14"
    leave(guest)
    come_in(shop, client=guest)
    assert bag_of(shop, ana) == merged


def test_a_bag_holds_ninety_items_also_after_two_have_met(shop, ana):
    items = [shop.make_item(units=5) for _ in range(93)]
    lines = (
        "INSERT INTO cart_line (cart_id, variant_id, quantity, price_seen, added_at) VALUES (:bag, :item, 1, 1, :at)"
    )
    member, guest = come_in(shop), shop.visitor()
    put(member, items[0])
    put(guest, items[0], 2)
    put(guest, items[90])
    put(guest, items[91])
    for item in items[1:89]:
        shop.write(lines, bag=cart_of(shop, ana), item=item, at="2026-01-01 00:00:00+00")
    come_in(shop, client=guest)
    mine = bag_of(shop, ana)
    assert (len(mine), mine[items[0]], mine[items[90]], items[91] in mine) == (90, 2, 1, False)
    assert [row[1:] for row in all_lines(shop) if row[0] != cart_of(shop, ana)] == [(items[91], 1)]


def test_signing_out_and_in_again_finds_the_bag(shop, ana):
    tee = shop.make_item("Pitch Control Tee")
    client = come_in(shop)
    put(client, tee, 2)
    leave(client)
    assert "Nothing in your bag yet" in client.get("/cart").text
    assert client.get_cookie("bag_count") is None
    come_in(shop, client=client)
    assert "Pitch Control Tee" in client.get("/cart").text
    assert client.get_cookie("bag_count").value == "2"


def test_a_guest_without_a_bag_takes_nothing_along_and_gets_no_empty_one(shop, ana):
    come_in(shop)
    assert shop.rows("SELECT id FROM cart") == []


def test_two_tabs_that_add_to_the_bag_of_a_member_without_one_fill_one(shop):
    items = [shop.make_item(units=50) for _ in range(2)]
    for round_ in range(10):
        member = shop.make_member(f"ana{round_}@example.com")
        tabs = [shop.signed_in(member) for _ in items]
        at_once(*[lambda tab=tab, item=item: put(tab, item) for tab, item in zip(tabs, items, strict=True)])
        assert shop.value("SELECT COUNT(*) FROM cart WHERE member_id = :id", id=member) == 1
        assert bag_of(shop, member) == dict.fromkeys(items, 1)


# -- whose they are --


def test_no_old_cookie_opens_the_bag_of_a_member_who_signed_out(shop, ana):
    tee = shop.make_item("Pitch Control Tee")
    client = shop.visitor_with(tee)
    guests_cookie = client.get_cookie("bag").value
    come_in(shop, client=client)
    session_cookie = client.get_cookie("session").value
    leave(client)
    for name, value in (("bag", guests_cookie), ("session", session_cookie)):
        thief = shop.visitor()
        thief.set_cookie(name, value)
        assert "Nothing in your bag yet" in thief.get("/cart").text
        assert thief.get("/checkout").location == "/cart"
    assert bag_of(shop, ana) == {tee: 1}


def test_a_members_bag_in_a_guests_cookie_is_ignored(shop, ana):
    """Even were its id known and signed: a member's bag is opened by being that member."""
    tee, other = shop.make_item("Pitch Control Tee"), shop.make_item()
    client = come_in(shop)
    put(client, tee)
    session = shop.check_out(client)
    line, before = shop.value("SELECT id FROM cart_line"), (all_lines(shop), shop.counts())
    bea = shop.make_member("bea@example.com", password=SECRET)
    for thief in (shop.visitor(), come_in(shop, email="bea@example.com")):
        thief.set_cookie("bag", Signer(shop.settings.secret_key, salt="bag").sign(cart_of(shop, ana)).decode())
        assert "Nothing in your bag yet." in thief.get("/cart").text
        assert thief.post(f"/cart/lines/{line}", data={"quantity": 3}).status_code == 404
        assert thief.get("/checkout/resume").status_code == 404
        assert thief.post("/checkout/cancel").status_code == 404
        assert "Paid orders are confirmed by mail" in thief.get(f"/checkout/success?session_id={session}").text
        assert thief.post("/checkout").location == "/cart"
        if thief.token is None:  # a stranger, who now signs in with it
            come_in(shop, client=thief, email="bea@example.com")
        assert (all_lines(shop), shop.counts()) == before
    put(thief, other)
    assert (bag_of(shop, bea), bag_of(shop, ana)) == ({other: 1}, {tee: 1})


def test_a_stranger_who_adds_with_a_members_bag_in_the_cookie_begins_another(shop, ana):
    tee, other = shop.make_item(), shop.make_item()
    put(come_in(shop), tee)
    thief = shop.visitor()
    thief.set_cookie("bag", Signer(shop.settings.secret_key, salt="bag").sign(cart_of(shop, ana)).decode())
    put(thief, other)
    assert bag_of(shop, ana) == {tee: 1}
    assert len(all_lines(shop)) == 2
