"""From the bag to Stripe's page: the same form twice, two tabs, a changed price, the way back (rules 2, 7 and 17)."""

import pytest

from tests.relay import answers
from tests.shop import US, session_in, token


@pytest.fixture
def tee(shop):
    return shop.make_item("Tee", price=3400, units=10)


def creations(shop):
    return [call for call in shop.requests() if (call["method"], call["path"]) == ("POST", "/v1/checkout/sessions")]


def at_stripe(shop, session):
    return shop.account.v1.checkout.sessions.retrieve(session).status


# -- rule 2: the same form --


def test_the_same_form_sent_twice_is_one_checkout_and_one_session(shop, tee):
    client, form_token = shop.visitor_with(tee), token()
    first = shop.check_out(client, form_token=form_token)
    assert shop.check_out(client, form_token=form_token) == first
    assert (shop.counts()["checkout"], shop.counts()["stripe_session"], len(creations(shop))) == (1, 1, 1)
    assert shop.level(tee) == (10, 1)


def test_the_same_form_after_paying_shows_the_order_and_makes_no_second(shop, tee):
    client, form_token = shop.visitor_with(tee), token()
    shop.pay(shop.check_out(client, form_token=form_token))
    shop.deliver()
    client.post("/cart/lines", data={"variant": tee, "quantity": 1})
    answer = client.post("/checkout", data=US | {"form_token": form_token})
    assert (answer.status_code, answer.location) == (
        303,
        "/checkout/success?checkout=" + shop.value("SELECT id FROM checkout"),
    )
    assert "Thank you" in client.get(answer.location).text
    assert (shop.counts()["checkout"], shop.level(tee)) == (1, (10, 1))


def test_a_token_of_somebody_elses_form_opens_nothing_of_theirs(shop, tee):
    form_token = token()
    hers = shop.check_out(shop.visitor_with(tee), form_token=form_token)
    his = shop.check_out(shop.visitor_with(tee), form_token=form_token, email="ben@example.com")
    assert (hers != his, shop.counts()["checkout"], shop.level(tee)) == (True, 2, (10, 2))


# -- rule 7: two tabs --


def test_two_tabs_with_the_same_words_share_one_session(shop, tee):
    client = shop.visitor_with(tee)
    assert shop.check_out(client, form_token=token()) == shop.check_out(client, form_token=token())
    assert (shop.counts()["checkout"], len(creations(shop)), shop.level(tee)) == (1, 1, (10, 1))


def test_an_address_corrected_at_the_same_price_replaces_the_session(shop, tee):
    client = shop.visitor_with(tee)
    wrong = shop.check_out(client)
    right = shop.check_out(client, line1="14 Groove St")
    assert wrong != right
    assert (at_stripe(shop, wrong), at_stripe(shop, right)) == ("expired", "open")
    assert shop.rows("SELECT line1, state FROM checkout ORDER BY line1") == [
        ("12 Groove St", "cancelled"),
        ("14 Groove St", "open"),
    ]
    assert shop.level(tee) == (10, 1)
    shop.pay(right)
    shop.deliver()
    assert shop.rows('SELECT line1, total FROM "order"') == [("14 Groove St", 3950)]


def test_the_last_unit_can_be_checked_out_again_by_the_bag_that_holds_it(shop):
    last = shop.make_item(units=1)
    client = shop.visitor_with(last)
    first = shop.check_out(client)
    assert shop.check_out(client, city="Queens") != first
    assert shop.level(last) == (1, 1)


def test_while_stripe_cannot_end_the_old_session_the_new_one_is_not_made(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    relay.tricks["POST", f"/v1/checkout/sessions/{session}/expire"] = answers(503)
    before = shop.counts()
    answer = client.post("/checkout", data=US | {"line1": "14 Groove St"})
    assert (answer.status_code, "Stripe does not answer just now" in answer.text) == (503, True)
    assert (shop.counts(), shop.level(tee)) == (before, (10, 1))
    assert shop.rows("SELECT line1, state FROM checkout") == [("12 Groove St", "open")]
    assert at_stripe(shop, session) == "open"


def test_whoever_has_paid_in_one_tab_is_shown_the_order_in_the_other(shop, tee):
    client = shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    answer = client.post("/checkout", data=US | {"line1": "14 Groove St"})  # no webhook has come yet
    assert (answer.status_code, answer.location) == (
        303,
        "/checkout/success?checkout=" + shop.value("SELECT id FROM checkout"),
    )
    assert "Thank you" in client.get(answer.location).text
    assert (shop.counts()["checkout"], shop.counts()["order"], shop.level(tee)) == (1, 1, (10, 1))


def test_a_price_changed_while_a_session_is_open_is_shown_and_charges_nothing(shop, tee):
    client = shop.visitor_with(tee)
    old = shop.check_out(client, expected_total="3950")
    shop.set_price(tee, 3600)
    before = shop.counts()
    answer = client.post("/checkout", data=US | {"expected_total": "3950"})
    assert (answer.status_code, "Your total is now $41.50, not $39.50." in answer.text) == (409, True)
    assert (shop.counts(), shop.level(tee), at_stripe(shop, old)) == (before, (10, 1), "open")

    new = shop.check_out(client, expected_total="4150")
    assert (at_stripe(shop, old), at_stripe(shop, new)) == ("expired", "open")
    assert (shop.level(tee), shop.value("SELECT total FROM checkout WHERE state = 'open'")) == ((10, 1), 4150)


def test_what_is_put_into_the_bag_meanwhile_is_not_lost_when_the_first_is_paid(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    other = shop.make_item("Slipmat", price=1800)
    client.post("/cart/lines", data={"variant": tee, "quantity": 2})
    client.post("/cart/lines", data={"variant": other, "quantity": 1})
    shop.pay(session)
    shop.deliver()
    assert shop.rows("SELECT variant_id, quantity FROM cart_line ORDER BY variant_id") == [(tee, 2), (other, 1)]
    assert shop.rows("SELECT variant_id, quantity FROM order_line") == [(tee, 1)]


def test_sold_out_is_said_and_holds_nothing(shop):
    tee, mat = shop.make_item("Tee", units=5), shop.make_item("Slipmat", units=1)
    slow = shop.visitor_with(tee, mat)
    shop.check_out(shop.visitor_with(mat), email="ben@example.com")
    before = shop.counts()
    answer = slow.post("/checkout", data=US)
    assert (answer.status_code, "Slipmat has sold out." in answer.text) == (409, True)
    assert (shop.counts(), shop.level(tee), shop.level(mat)) == (before, (5, 0), (1, 1))


# -- rule 17: prefetch --


def test_looking_at_the_cancel_page_changes_nothing(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    before, asked = shop.counts(), len(shop.requests())
    page = client.get("/checkout/cancel", headers={"Sec-Purpose": "prefetch"})
    assert (page.status_code, "Nothing was charged" in page.text) == (200, True)
    assert (shop.counts(), shop.level(tee), len(shop.requests())) == (before, (10, 1), asked)
    assert (shop.value("SELECT state FROM checkout"), at_stripe(shop, session)) == ("open", "open")


def test_cancelling_gives_the_things_back_and_keeps_the_bag(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    assert "Checkout canceled" in client.post("/checkout/cancel").text
    assert (shop.value("SELECT state FROM checkout"), at_stripe(shop, session)) == ("cancelled", "expired")
    assert (shop.level(tee), shop.rows("SELECT quantity FROM cart_line")) == ((10, 0), [(1,)])


def test_cancelling_what_has_been_paid_cancels_nothing(shop, tee):
    client = shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    assert "Paid orders are confirmed by mail." in client.post("/checkout/cancel").text
    assert (shop.value("SELECT state FROM checkout"), shop.counts()["order"], shop.level(tee)) == ("paid", 1, (10, 1))


def test_nobody_cancels_or_resumes_for_somebody_else(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    for stranger in (shop.visitor(), shop.visitor_with(tee)):
        assert stranger.get("/checkout/cancel").status_code == 404
        assert stranger.post("/checkout/cancel").status_code == 404
        assert stranger.get("/checkout/resume").status_code == 404
        assert "Paid orders are confirmed by mail." in stranger.get(f"/checkout/success?session_id={session}").text
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("open", (10, 1))
    assert session_in(client.get("/checkout/resume").location) == session


# -- the page may have been paid, or have ended, while nobody told us --


def test_pressing_pay_again_on_a_paid_page_shows_the_order_though_no_webhook_came(shop, tee):
    client = shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    answer = client.post("/checkout", data=US)
    assert answer.location == "/checkout/success?checkout=" + shop.value("SELECT id FROM checkout")
    assert "Thank you" in client.get(answer.location).text
    assert (shop.counts()["checkout"], shop.counts()["order"], shop.level(tee)) == (1, 1, (10, 1))


def test_pressing_pay_again_after_stripe_has_ended_the_page_opens_a_new_one(shop, tee):
    client = shop.visitor_with(tee)
    first = shop.check_out(client)
    shop.account.v1.checkout.sessions.expire(first)
    second = shop.check_out(client)
    assert (first != second, at_stripe(shop, second)) == (True, "open")
    assert shop.rows("SELECT state FROM checkout ORDER BY created_at") == [("expired",), ("open",)]
    assert shop.level(tee) == (10, 1)


def test_going_back_to_a_page_that_was_paid_shows_the_order(shop, tee):
    client = shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    assert client.get("/checkout/resume").location == "/checkout/success?checkout=" + shop.value(
        "SELECT id FROM checkout"
    )
    assert shop.counts()["order"] == 1
