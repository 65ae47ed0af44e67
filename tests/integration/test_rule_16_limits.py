"""Rule 16: how many of a product one person may have, over all orders; counted and given back with the holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.stories import altered, told
from tests.shop import US, token


@pytest.fixture
def stickers(shop):
    """Two to a person."""
    variant_id = shop.make_item("Stickers", units=50)
    shop.write("UPDATE product SET limit_per_member = 2")
    return variant_id


def place(shop, client, variant_id, email=US["email"], quantity=1):
    client.post("/cart/lines", data={"variant": variant_id, "quantity": quantity})
    return client.post("/checkout", data=US | {"email": email, "form_token": token()})


def buy(shop, client, variant_id, **how):
    answer = place(shop, client, variant_id, **how)
    assert answer.status_code == 303, answer.text
    shop.pay(answer.location.rsplit("/", 1)[1])
    shop.deliver()


def refused(shop, client, variant_id, **how):
    before, held, counted = shop.counts(), shop.level(variant_id), counts(shop)
    answer = place(shop, client, variant_id, **how)
    assert answer.status_code == 409
    assert "One person may have 2 of Stickers." in answer.text
    assert (shop.counts(), shop.level(variant_id), counts(shop)) == (before, held, counted)


def counts(shop):
    return sorted(row[0] for row in shop.rows("SELECT count FROM limit_use"))


def test_no_bag_takes_more_than_the_limit(shop, stickers):
    client = shop.visitor()
    answer = client.post("/cart/lines", data={"variant": stickers, "quantity": 3})
    assert answer.status_code == 409
    assert "One person may have 2 of Stickers." in answer.text
    assert shop.rows("SELECT * FROM cart_line") == []


def test_earlier_orders_of_the_same_mailbox_count_however_it_is_spelt(shop, stickers):
    buy(shop, shop.visitor(), stickers)
    buy(shop, shop.visitor(), stickers, email="ANA+more@example.com")
    refused(shop, shop.visitor(), stickers, email="ana+2@example.com")
    buy(shop, shop.visitor(), stickers, email="ben@example.com")
    assert counts(shop) == [1, 2]


def test_a_member_counts_by_account_and_by_address(shop, stickers):
    ana = shop.member("ana@example.com")
    buy(shop, ana, stickers, email="ana@example.com")
    buy(shop, ana, stickers, email="present@example.com")
    refused(shop, ana, stickers, email="another@example.com")
    buy(shop, shop.visitor(), stickers, email="ana@example.com")
    refused(shop, shop.visitor(), stickers, email="ana@example.com")


def test_what_is_cancelled_or_runs_out_is_given_back(shop, stickers):
    client = shop.visitor()
    assert place(shop, client, stickers, quantity=2).status_code == 303
    assert counts(shop) == [2]
    refused(shop, shop.visitor(), stickers)
    client.post("/checkout/cancel")
    assert counts(shop) == [0]
    assert place(shop, shop.visitor(), stickers, quantity=2).status_code == 303
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    assert counts(shop) == [0]
    buy(shop, shop.visitor(), stickers, quantity=2)


def test_while_stripe_has_not_said_that_a_session_is_dead_its_units_count(shop, stickers):
    assert place(shop, shop.visitor(), stickers, quantity=2).status_code == 303
    shop.clock.advance(minutes=31)
    refused(shop, shop.visitor(), stickers)


def test_a_late_payment_may_exceed_the_limit_and_staff_are_told(shop, stickers):
    client = shop.visitor()
    session = place(shop, client, stickers, quantity=2).location.rsplit("/", 1)[1]
    paid = shop.pay(session)
    completed = told(shop, "checkout.session.completed")
    ended = altered(completed, status="expired", payment_status="unpaid", payment_intent=None)
    assert shop.post_event(ended | {"type": "checkout.session.expired"})[0] == 200
    assert counts(shop) == [0]
    buy(shop, shop.visitor(), stickers, quantity=1)
    assert shop.post_event(completed)[0] == 200
    assert (counts(shop), paid["payment_status"]) == ([3], "paid")
    assert "limit_exceeded" in shop.attention()
    refused(shop, shop.visitor(), stickers)


def test_of_one_person_in_three_windows_at_once_one_gets_the_share(shop, stickers):
    clients = [shop.visitor() for _ in range(3)]
    for client in clients:
        client.post("/cart/lines", data={"variant": stickers, "quantity": 2})
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda client: client.post("/checkout", data=US | {"form_token": token()}), clients))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert (counts(shop), shop.level(stickers)) == ([2], (50, 2))


def test_a_guests_checkout_that_comes_along_at_sign_in_counts_for_the_account(shop, stickers):
    client = shop.visitor()
    assert place(shop, client, stickers, email="one@example.com").status_code == 303
    shop.make_member("ana@example.com", password="thirteen records")
    client.post("/sign-in", data={"email": "ana@example.com", "password": "thirteen records"})
    assert counts(shop) == [1, 1]
    shop.deliver()
    client.get("/checkout/success")
    assert shop.breaches() == []


def test_a_limit_set_later_counts_from_then_on_and_one_lifted_gives_back_what_it_counted(shop):
    poster = shop.make_item("Poster")
    before = shop.visitor()
    assert place(shop, before, poster, quantity=3, email="early@example.com").status_code == 303
    shop.write("UPDATE product SET limit_per_member = 2")
    after = shop.visitor()
    assert place(shop, after, poster, quantity=2).status_code == 303
    shop.write("UPDATE product SET limit_per_member = NULL")
    before.post("/checkout/cancel")
    after.post("/checkout/cancel")
    assert (counts(shop), shop.level(poster)) == ([0], (10, 0))
