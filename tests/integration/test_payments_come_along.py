"""Whoever signs in takes along the payment that is under way for their bag (rule 19)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from store.mail.addresses import mail_key
from store.members.models import Member
from store.orders import repository as orders
from tests.functional.accounts import ANA, SECRET, at_once, come_in, leave
from tests.integration.bags import all_lines, bag_of, cart_of, put
from tests.integration.stories import DEBIT_THAT_WORKS, told
from tests.relay import answers, never_arrives

ROUNDS = 30


@pytest.fixture
def ana(shop):
    return shop.make_member(ANA, password=SECRET)


def test_the_guests_checkout_moves_along_and_paying_it_empties_the_members_bag(shop, ana):
    last = shop.make_item("Last Tee", units=1)
    client = shop.visitor_with(last)
    session = shop.check_out(client)
    come_in(shop, client=client)
    mine = cart_of(shop, ana)
    assert shop.rows("SELECT cart_id, member_id, state FROM checkout") == [(mine, ana, "open")]
    assert shop.rows("SELECT cart_id, state FROM hold") == [(mine, "live")]
    assert "sold out" not in client.get("/cart").text
    assert shop.check_out(client) == session  # the same buyer, things and prices: the same payment
    shop.pay(session)
    shop.deliver()
    assert (bag_of(shop, ana), shop.level(last)) == ({}, (1, 1))
    assert shop.rows('SELECT member_id FROM "order"') == [(ana,)]
    assert "Thank you" in client.get(f"/checkout/success?session_id={session}").text
    assert client.get_cookie("bag_count").value == "0"


def test_what_was_paid_with_another_address_is_the_members_all_the_same(shop, ana):
    client = shop.visitor_with(shop.make_item())
    session = shop.check_out(client, email="present@example.com")
    come_in(shop, client=client)
    shop.pay(session)
    shop.deliver()
    assert shop.rows('SELECT member_id, email FROM "order"') == [(ana, "present@example.com")]


def with_two_checkouts(shop):
    """A member with a payment open elsewhere, and a guest with one here; (guest, the guest's item, both sessions)."""
    theirs, own = shop.make_item(units=5), shop.make_item(units=5)
    elsewhere = come_in(shop)
    put(elsewhere, own)
    kept = shop.check_out(elsewhere)
    guest = shop.visitor_with(theirs)
    return guest, theirs, own, shop.check_out(guest, email="present@example.com"), kept


def status(shop, session):
    return shop.account.v1.checkout.sessions.retrieve(session).status


def test_when_both_have_a_checkout_the_guests_is_ended_at_stripe_first(shop, ana):
    guest, theirs, own, ended, kept = with_two_checkouts(shop)
    come_in(shop, client=guest)
    assert (status(shop, ended), status(shop, kept)) == ("expired", "open")
    assert bag_of(shop, ana) == {own: 1, theirs: 1}
    assert (shop.level(theirs), shop.level(own)) == ((5, 0), (5, 1))
    assert shop.rows("SELECT state, cart_id FROM checkout ORDER BY state") == [
        ("cancelled", cart_of(shop, ana)),
        ("open", cart_of(shop, ana)),
    ]
    shop.pay(kept)
    shop.deliver()
    assert (bag_of(shop, ana), shop.counts()["order"]) == ({theirs: 1}, 1)


def test_a_guests_checkout_that_was_paid_unheard_becomes_an_order_and_leaves_the_members_open(shop, ana):
    guest, theirs, own, paid, kept = with_two_checkouts(shop)
    shop.pay(paid)
    come_in(shop, client=guest)
    assert (bag_of(shop, ana), shop.counts()["order"]) == ({own: 1}, 1)
    assert (shop.level(theirs), status(shop, kept)) == ((5, 1), "open")
    assert "Thank you" in guest.get(f"/checkout/success?session_id={paid}").text
    shop.deliver()
    assert shop.counts()["order"] == 1
    assert shop.attention() == []


@pytest.mark.parametrize("trick", [never_arrives, answers(500), answers(401, "authentication_error")])
def test_while_stripe_is_away_nothing_moves_people_sign_in_and_the_next_time_it_does(open_shop, relay, trick):
    shop = open_shop(stripe_api_base=relay.url)
    ana = shop.make_member(ANA, password=SECRET)
    guest, theirs, own, ended, kept = with_two_checkouts(shop)
    before = all_lines(shop), shop.rows("SELECT id, cart_id, state FROM checkout ORDER BY id"), shop.level(theirs)
    relay.tricks["POST", f"/v1/checkout/sessions/{ended}/expire"] = trick
    come_in(shop, client=guest)
    assert guest.get("/account").status_code == 200
    assert before == (
        all_lines(shop), shop.rows("SELECT id, cart_id, state FROM checkout ORDER BY id"), shop.level(theirs),
    )  # fmt: skip
    assert guest.get_cookie("bag_count").value == "1"  # of the bag that is shown: the member's
    relay.tricks.clear()
    leave(guest)
    come_in(shop, client=guest)
    assert (bag_of(shop, ana), status(shop, ended), status(shop, kept)) == ({own: 1, theirs: 1}, "expired", "open")
    assert guest.get_cookie("bag") is None


def test_a_payment_on_its_way_moves_along_too(shop, ana):
    tee = shop.make_item(units=30)
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    shop.pay(session, iban=DEBIT_THAT_WORKS)
    shop.deliver()
    come_in(shop, client=client)
    assert shop.rows("SELECT cart_id, member_id, state FROM checkout") == [
        (cart_of(shop, ana), ana, "awaiting_payment")
    ]
    assert "Please do not pay again" in client.get(f"/checkout/success?session_id={session}").text
    shop.clock.advance(days=4)
    shop.deliver()
    assert shop.rows('SELECT member_id FROM "order"') == [(ana,)]


# -- at the same instant --


def test_a_payment_that_arrives_while_its_buyer_signs_in_is_one_order_and_theirs(shop):
    tee, kept = shop.make_item(units=1000), shop.make_item(units=1000)
    for round_ in range(ROUNDS):
        email = f"ana{round_}@example.com"
        member = shop.make_member(email, password=SECRET)
        client = shop.visitor_with(tee)
        session = shop.check_out(client, email=email)
        put(client, kept)
        shop.pay(session)
        event = told(shop, "checkout.session.completed")
        answered, _ = at_once(
            lambda event=event: shop.post_event(event), lambda e=email, c=client: come_in(shop, e, client=c)
        )
        assert answered == (200, "applied")
        assert shop.rows('SELECT COUNT(*) FROM "order" WHERE member_id = :id', id=member) == [(1,)]
        assert bag_of(shop, member) == {kept: 1}
        assert "Thank you" in client.get(f"/checkout/success?session_id={session}").text
    assert (shop.counts()["order"], shop.counts()["payment"]) == (ROUNDS, ROUNDS)
    assert (shop.level(tee), len(all_lines(shop))) == ((1000, ROUNDS), ROUNDS)
    assert shop.attention() == []


def test_one_guests_bag_taken_along_in_two_windows_at_once_goes_to_one_member(shop):
    tee = shop.make_item(units=500)
    for round_ in range(10):
        emails = [f"ana{round_}@example.com", f"bea{round_}@example.com"]
        members = [shop.make_member(email, password=SECRET) for email in emails]
        guest = shop.visitor_with(tee)
        shop.check_out(guest, email="present@example.com")
        windows = [shop.visitor() for _ in emails]
        for window in windows:
            window.set_cookie("bag", guest.get_cookie("bag").value)
        at_once(*[lambda w=w, e=e: come_in(shop, e, client=w) for w, e in zip(windows, emails, strict=True)])
        bags = [bag_of(shop, member) for member in members]
        assert sorted(bags, key=len) == [{}, {tee: 1}]
        (owner,) = shop.rows("SELECT member_id FROM checkout WHERE state = 'open'")
        assert owner == (members[bags.index({tee: 1})],)
        window = windows[bags.index({tee: 1})]
        assert window.post("/checkout/cancel").status_code == 200
    assert shop.level(tee) == (500, 0)


def test_a_payment_that_arrives_while_its_buyer_confirms_the_address_is_theirs(shop):
    member = shop.make_member(ANA, proven=False)
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    event, halfway, now = told(shop, "checkout.session.completed"), threading.Event(), shop.clock()

    def confirm(session):
        session.execute(update(Member).where(Member.id == member).values(confirmed_at=now))
        orders.claim(session, member, mail_key(ANA), now)
        halfway.set()
        time.sleep(0.5)  # the payment finds an address that is nearly proven

    with ThreadPoolExecutor(1) as threads:
        confirming = threads.submit(shop.db.run, confirm)
        halfway.wait()
        assert shop.post_event(event) == (200, "applied")
        confirming.result()
    assert shop.rows('SELECT member_id FROM "order"') == [(member,)]
