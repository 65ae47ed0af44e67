"""How many unpaid checkouts one buyer may hold things with (rule 15), and that each is given back exactly once."""

import pytest

from tests.shop import US

HOME, ABROAD = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def capped(open_shop):
    shop = open_shop(rate_limits="on", live_checkouts_per_email=2, live_checkouts_per_network=4)
    shop.tee = shop.make_item(units=50)
    return shop


def place(shop, email=US["email"], network=HOME):
    client = shop.visitor()
    where = {"REMOTE_ADDR": network}
    client.post("/cart/lines", data={"variant": shop.tee, "quantity": 1}, environ_overrides=where)
    answer = client.post("/checkout", data=US | {"email": email}, environ_overrides=where)
    return client, answer.status_code


def refused_unchanged(shop, **who):
    before, held, asked = shop.counts(), shop.level(shop.tee), len(shop.requests())
    client, status = place(shop, **who)
    assert status == 429
    assert (shop.counts(), shop.level(shop.tee), len(shop.requests())) == (before, held, asked)
    return client


def counts(shop):
    return sorted(row[0] for row in shop.rows("SELECT count FROM live_checkout_count"))


def test_one_mailbox_holds_no_more_than_its_share_however_it_is_spelt(capped):
    assert place(capped, "ana@example.com", HOME)[1] == 303
    assert place(capped, "ana+merch@example.com", ABROAD)[1] == 303
    for spelling in ("ana@example.com", "ana+x@example.com", "ANA@EXAMPLE.COM", "Ana+2+3@Example.com"):
        refused_unchanged(capped, email=spelling, network="192.0.2.1")
    assert place(capped, "ben@example.com", "192.0.2.1")[1] == 303


def test_one_network_holds_no_more_than_its_share_under_any_number_of_names(capped):
    for name in ("ana", "ben", "cleo", "dov"):
        assert place(capped, f"{name}@example.com")[1] == 303
    refused_unchanged(capped, email="eve@example.com")
    assert place(capped, "eve@example.com", ABROAD)[1] == 303


def test_an_ipv6_customer_is_one_network(capped):
    for last in range(4):
        assert place(capped, f"n{last}@example.com", f"2001:db8:1:2::{last + 1}")[1] == 303
    refused_unchanged(capped, email="eve@example.com", network="2001:db8:1:2:ffff::9")
    assert place(capped, "eve@example.com", "2001:db8:1:3::1")[1] == 303


def test_what_is_cancelled_paid_or_run_out_no_longer_counts(capped):
    client, _ = place(capped)
    place(capped)
    refused_unchanged(capped)
    client.post("/checkout/cancel", environ_overrides={"REMOTE_ADDR": HOME})
    assert counts(capped) == [1, 1]

    capped.pay(capped.value("SELECT stripe_id FROM stripe_session WHERE state = 'open'"))
    for _ in range(2):
        capped.deliver()
    assert counts(capped) == [0, 0]

    place(capped)
    place(capped)
    refused_unchanged(capped)
    capped.clock.advance(minutes=31)
    capped.worker.drain()
    assert (counts(capped), capped.level(capped.tee)) == ([0, 0], (50, 1))
    assert place(capped)[1] == 303


def test_a_correction_in_the_same_bag_is_not_counted_twice(capped):
    client, _ = place(capped)
    for street in ("1 A St", "2 B St", "3 C St"):
        answer = client.post("/checkout", data=US | {"line1": street}, environ_overrides={"REMOTE_ADDR": HOME})
        assert answer.status_code == 303
    assert counts(capped) == [1, 1]


def test_nobodys_address_can_be_read_from_the_counts(capped):
    place(capped)
    for (owner,) in capped.rows("SELECT owner FROM live_checkout_count"):
        assert "ana" not in owner
        assert HOME not in owner


def test_one_account_holds_no_more_than_its_share_under_any_number_of_addresses(open_shop):
    shop = open_shop(rate_limits="on", live_checkouts_per_member=2)
    shop.tee, member_id = shop.make_item(units=50), shop.make_member("ana@example.com")
    ana, where = shop.signed_in(member_id), {"REMOTE_ADDR": HOME}

    def check_out(name):
        ana.post("/cart/lines", data={"variant": shop.tee, "quantity": 1}, environ_overrides=where)
        return ana.post("/checkout", data=US | {"email": f"{name}@example.com"}, environ_overrides=where)

    for name in ("one", "two"):
        shop.pay(check_out(name).location.rsplit("/", 1)[1], iban="AT611904300234573201")
        shop.deliver()
    before, held = shop.counts(), shop.level(shop.tee)
    assert check_out("three").status_code == 429
    assert (shop.counts(), shop.level(shop.tee)) == (before, held)
    assert counts(shop)[-1] == 2


def test_a_guests_checkout_that_comes_along_at_sign_in_counts_for_the_account_until_it_ends(capped):
    client, _ = place(capped)
    capped.make_member("ana@example.com", password="thirteen records")
    where = {"REMOTE_ADDR": HOME}
    client.post("/sign-in", data={"email": "ana@example.com", "password": "thirteen records"}, environ_overrides=where)
    assert counts(capped) == [1, 1, 1]
    client.post("/checkout/cancel", environ_overrides=where)
    capped.clock.advance(minutes=31)
    capped.worker.drain()
    assert counts(capped) == [0, 0, 0]
