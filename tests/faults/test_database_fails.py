"""The database is away, full, read-only, busy or broken: people are told to come back, and nothing is half done."""

import pytest

from store.actors import Role
from tests.faults.outages import (
    fills_up,
    goes_away,
    loses_its_folder,
    paid_once,
    refuses,
    turns_read_only,
    until_the_end,
)
from tests.functional.ours import assert_page, bags, everything
from tests.integration.parcels import buy, lines
from tests.integration.parcels import everything as all_of_shipping
from tests.integration.stories import told
from tests.relay import CREATE
from tests.shop import US, Shop, session_in, token

BUSY = "The shop cannot reach one of its parts just now. Please try again in a moment."


def place(shop, form_token):
    return shop.client.post("/checkout", data=US | {"form_token": form_token})


# -- away --


def test_while_the_database_is_away_a_bag_cannot_be_placed_and_afterwards_it_can(between, relay):
    form, before = token(), everything(between)
    with until_the_end(goes_away(between)):
        assert_page(place(between, form), 503, BUSY)
        assert between.visitor().get("/healthz").status_code == 200
        assert between.visitor().get("/readyz").status_code == 503
    assert (everything(between), CREATE in relay.asked) == (before, False)
    between.pay(session_in(place(between, form).location))
    between.deliver()
    assert paid_once(between)


def while_asked(relay, call, ill, shop):
    """`ill` befalls the database while Stripe is being asked; the list of its cures."""
    cures = []

    def trick(forward):
        cures.append(ill(shop))
        return forward()

    relay.tricks[call] = trick
    return cures


def test_a_database_lost_while_stripe_makes_the_session_finds_it_again_with_the_same_form(between, relay):
    form = token()
    cures = while_asked(relay, CREATE, goes_away, between)
    assert place(between, form).status_code == 503
    relay.tricks.clear()
    cures[0]()
    assert between.rows("SELECT state, stripe_id FROM stripe_session") == [("creating", None)]
    assert between.level(between.tee) == (5, 1)
    between.pay(session_in(place(between, form).location))
    between.deliver()
    assert paid_once(between)


def test_a_database_lost_while_stripe_makes_the_session_loses_no_payment_of_it(between, relay):
    """Nobody here has heard of the session when Stripe says that it is paid."""
    cures = while_asked(relay, CREATE, goes_away, between)
    assert place(between, token()).status_code == 503
    cures[0]()
    between.pay(between.account.v1.checkout.sessions.list().data[0].id)
    between.deliver()
    assert paid_once(between)


def test_stripe_is_asked_to_tell_again_what_a_lost_database_could_not_hear(between):
    between.pay(between.check_out(between.client))
    completed, before = told(between, "checkout.session.completed"), everything(between)
    with until_the_end(goes_away(between)):
        assert between.post_event(completed)[0] == 503
    assert everything(between) == before
    assert between.post_event(completed) == (200, "applied")
    assert paid_once(between)


def test_a_database_lost_between_stripes_answer_and_settling_loses_no_order(between, relay):
    session = between.check_out(between.client)
    between.pay(session)
    cures = while_asked(relay, ("GET", f"/v1/checkout/sessions/{session}"), goes_away, between)
    assert between.client.get(f"/checkout/success?session_id={session}").status_code == 503
    relay.tricks.clear()
    cures[0]()
    assert between.counts()["order"] == 0
    assert "your order" in between.client.get(f"/checkout/success?session_id={session}").text.lower()
    between.deliver()
    assert paid_once(between)


# -- full, read-only --


def place_until_full(clients):
    """Who found the disk full, and the answer; for a while rows fit into pages there are."""
    for number, client in enumerate(clients):
        answer = client.post("/checkout", data=US | {"email": f"ben{number}@example.com", "form_token": "a-form"})
        if answer.status_code != 303:
            return client, answer
    raise AssertionError("the disk was never full")


def test_on_a_full_disk_nothing_is_half_placed_and_freed_it_goes_on(open_shop):
    """Placing is two transactions: full at the second, it leaves a whole checkout that the same form goes on with."""
    shop = open_shop(rate_limits="off")
    tee = shop.make_item(units=50)
    clients = [shop.visitor_with(tee) for _ in range(15)]
    with until_the_end(fills_up(shop, "checkout")):
        client, answer = place_until_full(clients)
        assert_page(answer, 503, BUSY)
        made = shop.counts()
        assert made["checkout"] == made["hold"] == made["stripe_session"] == shop.level(tee)[1]
        assert (bags(shop), shop.breaches()) == ([(bag, tee, 1) for bag, *_ in bags(shop)], [])
        assert shop.visitor().get("/products").status_code == 200
    answer = client.post("/checkout", data=US | {"form_token": "a-form"})
    shop.pay(session_in(answer.location))
    shop.deliver()
    assert (shop.counts()["order"], shop.counts()["payment"]) == (1, 1)
    assert shop.counts()["checkout"] == clients.index(client) + 1
    assert len(shop.account.v1.checkout.sessions.list({"limit": 100}).data) == clients.index(client) + 1


def test_on_a_full_disk_stripe_is_asked_to_tell_again(between):
    session = between.check_out(between.client)
    between.pay(session, card="4000000000000002")
    between.deliver()  # it fills the page in which the next would be kept
    between.pay(session)
    completed, before = told(between, "checkout.session.completed"), everything(between)
    with until_the_end(fills_up(between, "webhook_event")):
        assert between.post_event(completed)[0] == 503
        assert everything(between) == before
    assert between.post_event(completed) == (200, "applied")
    assert paid_once(between)


def test_a_read_only_database_shows_the_shop_and_takes_no_orders(between, relay):
    slug = between.value("SELECT slug FROM product")
    form, before = token(), everything(between)
    with until_the_end(turns_read_only(between)):
        pages = ("/", "/products", f"/products/{slug}", "/cart", "/checkout")
        assert [between.client.get(page).status_code for page in pages] == [200] * 5
        answer = place(between, form)
        assert answer.status_code == 503
        assert "try again in a moment" in answer.text
        added = between.visitor().post("/cart/lines", data={"variant": between.tee, "quantity": 1})
        assert added.status_code == 503
    assert (everything(between), CREATE in relay.asked) == (before, False)
    between.pay(session_in(place(between, form).location))
    between.deliver()
    assert paid_once(between)


def test_a_folder_in_which_nothing_can_be_written_takes_no_orders_and_has_stripe_tell_again(sqlite, sandbox, tmp_path):
    shop = Shop(sqlite.make(), sandbox.url, tmp_path)
    shop.open_zones()
    tee = shop.make_item(units=5)
    client, other = shop.visitor_with(tee), shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    completed, before = told(shop, "checkout.session.completed"), everything(shop)
    with until_the_end(loses_its_folder(shop)):
        assert other.get("/checkout").status_code == 200
        assert other.post("/checkout", data=US).status_code == 503
        assert shop.post_event(completed)[0] == 503
    assert everything(shop) == before
    assert shop.post_event(completed) == (200, "applied")
    assert (shop.counts()["order"], shop.breaches()) == (1, [])
    shop.close()


def test_a_read_only_database_has_stripe_tell_again(between):
    between.pay(between.check_out(between.client))
    completed, before = told(between, "checkout.session.completed"), everything(between)
    with until_the_end(turns_read_only(between)):
        assert between.post_event(completed)[0] == 503
    assert everything(between) == before
    assert between.post_event(completed) == (200, "applied")
    assert paid_once(between)


# -- one table refuses: all of the deed is undone --


@pytest.mark.parametrize("table", ["journal_entry", "posting", "job", "order_event", "payment"])
def test_what_cannot_be_booked_queued_or_written_down_makes_no_order(between, table):
    between.pay(between.check_out(between.client))
    completed = told(between, "checkout.session.completed")
    with until_the_end(refuses(between, table)):
        before = everything(between)
        assert between.post_event(completed) == (500, "please send it again")
        assert everything(between) == before
        assert between.rows("SELECT state, bag_taken_at FROM checkout") == [("open", None)]
    assert between.post_event(completed) == (200, "applied")
    assert paid_once(between)


def test_what_the_history_cannot_hold_is_not_done(shop):
    number = buy(shop, shop.make_item(units=5))
    packer = shop.staff(Role.PACKER)
    form = {f"units-{line}": "1" for line in lines(shop, number)}
    form |= {"carrier": "USPS", "carrier_name": "", "tracking": "9400", "form_token": token()}
    before = all_of_shipping(shop)
    with until_the_end(refuses(shop, "audit_entry")):
        assert packer.post(f"/admin/orders/{number}/ship", data=form).status_code == 500
        assert all_of_shipping(shop) == before
    assert packer.post(f"/admin/orders/{number}/ship", data=form).status_code == 303
    assert shop.rows("SELECT action FROM audit_entry") == [("order.ship",)]
