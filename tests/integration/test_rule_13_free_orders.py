"""Rule 13: what costs nothing never goes to Stripe; one transaction makes its order, with every limit obeyed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from store.actors import Role
from store.catalog.models import Kind
from store.orders.transitions import make_order
from tests.relay import CREATE, never_arrives
from tests.shop import US, token


@pytest.fixture
def zine(shop):
    """Goes by post for nothing, to the US alone."""
    shop.write("UPDATE shipping_rate SET first = 0, additional = 0 WHERE name = 'Delivery to US'")
    return shop.make_item("Zine", price=0, units=3)


@pytest.fixture
def ana(shop):
    return shop.member("ana@example.com")


def order_it(client, variant_id, **form):
    client.post("/cart/lines", data={"variant": variant_id, "quantity": 1})
    return client.post("/checkout", data=US | form)


def everything(shop):
    tables = ("checkout", "hold", "stripe_session", "payment", '"order"', "journal_entry", "job", "live_checkout_count")
    return [shop.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables], shop.rows("SELECT * FROM stock_level")


def test_a_free_order_is_made_at_once_without_payment_or_stripe(shop, zine, ana):
    answer = order_it(ana, zine)
    checkout_id = shop.value("SELECT id FROM checkout")
    assert (answer.status_code, answer.location) == (303, f"/checkout/success?checkout={checkout_id}")
    assert (shop.state_of(checkout_id), shop.level(zine), shop.requests()) == ("paid", (3, 1), [])
    assert shop.rows('SELECT total, payment_state, member_id IS NOT NULL FROM "order"') == [(0, "paid", 1)]
    assert shop.rows("SELECT state FROM hold") == [("sold",)]
    assert shop.counts() == {
        "checkout": 1, "hold": 1, "stripe_session": 0, "payment": 0, "order": 1, "journal_entry": 0, "job": 1,
    }  # fmt: skip
    assert shop.rows("SELECT kind FROM order_event") == [("placed",)]
    assert shop.rows("SELECT * FROM cart_line") == []
    assert shop.rows("SELECT count FROM live_checkout_count WHERE count > 0") == []


def test_a_download_of_nothing_needs_no_parcel_and_no_stock(shop, ana):
    mix = shop.make_item("Mix", price=0, kind=Kind.DIGITAL)
    assert order_it(ana, mix).status_code == 303
    assert (shop.counts()["order"], shop.counts()["hold"], shop.requests()) == (1, 0, [])


def test_a_visitor_is_told_to_sign_in_or_join_and_nothing_is_held(shop, zine):
    client = shop.visitor_with(zine)
    before = everything(shop)
    answer = client.post("/checkout", data=US)
    assert answer.status_code == 409
    assert "Free orders go to members. Sign in or join, then place it." in answer.text
    assert (everything(shop), shop.requests()) == (before, [])
    assert shop.rows("SELECT quantity FROM cart_line") == [(1,)]


def test_the_same_form_again_is_the_same_order_whatever_is_in_the_bag_by_then(shop, zine, ana):
    form_token = token()
    first = order_it(ana, zine, form_token=form_token).location
    again = ana.post("/checkout", data=US | {"form_token": form_token})
    assert (again.status_code, again.location) == (303, first)
    assert order_it(ana, zine, form_token=form_token).location == first
    assert (shop.counts()["order"], shop.level(zine)) == (1, (3, 1))


def test_one_form_sent_five_times_at_once_is_one_order(shop, zine, ana):
    ana.post("/cart/lines", data={"variant": zine, "quantity": 1})
    form, member_id = US | {"form_token": token()}, shop.value("SELECT id FROM member")
    clients = [shop.signed_in(member_id) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda client: client.post("/checkout", data=form), clients))
    target = f"/checkout/success?checkout={shop.value('SELECT id FROM checkout')}"
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, target)}
    assert (shop.counts()["order"], shop.counts()["job"], shop.level(zine)) == (1, 1, (3, 1))


def test_free_things_run_out_like_all_others(shop, zine):
    for name in ("ana", "ben", "cleo"):
        assert order_it(shop.member(f"{name}@example.com"), zine).status_code == 303
    dov = shop.member("dov@example.com")
    assert dov.post("/cart/lines", data={"variant": zine, "quantity": 1}).status_code == 409
    assert (shop.counts()["order"], shop.level(zine)) == (3, (3, 3))


def test_of_two_members_at_the_last_free_one_exactly_one_gets_it(shop):
    last = shop.make_item("Test pressing", price=0, units=1, kind=Kind.TICKET)
    members = [shop.member(f"{name}@example.com") for name in ("ana", "ben")]
    for member in members:
        member.post("/cart/lines", data={"variant": last, "quantity": 1})
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda member: member.post("/checkout", data=US), members))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert (shop.counts()["order"], shop.counts()["checkout"], shop.level(last)) == (1, 1, (1, 1))


def test_who_holds_as_much_as_one_may_gets_nothing_for_free_either(open_shop):
    shop = open_shop(rate_limits="on", live_checkouts_per_email=1)
    tee, mix = shop.make_item(), shop.make_item("Mix", price=0, kind=Kind.DIGITAL)
    shop.check_out(shop.visitor_with(tee))
    ana = shop.member(US["email"])
    assert order_it(ana, mix).status_code == 429
    assert (shop.counts()["order"], shop.counts()["checkout"]) == (0, 1)


def test_a_total_that_is_no_longer_nothing_is_told_and_charges_nothing(shop, zine, ana):
    ana.post("/cart/lines", data={"variant": zine, "quantity": 1})
    shop.set_price(zine, 500)
    before = everything(shop)
    answer = ana.post("/checkout", data=US | {"expected_total": "0"})
    assert (answer.status_code, everything(shop)) == (409, before)
    assert "Your total is now $5.00, not $0.00." in answer.text


def test_a_payment_page_of_the_same_bag_is_ended_before_it_is_free(shop, ana):
    mix = shop.make_item("Mix", price=900, kind=Kind.DIGITAL)
    ana.post("/cart/lines", data={"variant": mix, "quantity": 1})
    session = shop.check_out(ana)
    shop.set_price(mix, 0)
    assert ana.post("/checkout", data=US).location.startswith("/checkout/success?checkout=")
    assert shop.account.v1.checkout.sessions.retrieve(session).status == "expired"
    assert sorted(row[0] for row in shop.rows("SELECT state FROM checkout")) == ["cancelled", "paid"]


def test_while_stripe_is_away_free_orders_are_made(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    relay.tricks[CREATE] = never_arrives
    mix = shop.make_item("Mix", price=0, kind=Kind.DIGITAL)
    assert order_it(shop.member(), mix).status_code == 303
    assert (shop.counts()["order"], relay.asked) == (1, [])


def test_a_fault_in_the_middle_leaves_nothing_of_it(shop, zine, ana, monkeypatch):
    def breaks(*args):
        make_order(*args)
        raise RuntimeError("the power is cut")

    monkeypatch.setattr("store.checkout.free.make_order", breaks)
    ana.post("/cart/lines", data={"variant": zine, "quantity": 1})
    before = everything(shop)
    assert ana.post("/checkout", data=US).status_code == 500
    assert everything(shop) == before
    assert shop.rows("SELECT quantity FROM cart_line") == [(1,)]


def test_only_its_member_sees_the_thanks_on_any_device(shop, zine, ana):
    thanks = order_it(ana, zine).location
    assert "There was nothing to pay." in ana.get(thanks).text
    member_id = shop.value("SELECT id FROM member")
    assert "There was nothing to pay." in shop.signed_in(member_id).get(thanks).text
    for stranger in (shop.visitor(), shop.member("ben@example.com")):
        page = stranger.get(thanks).text
        assert "Paid orders are confirmed by mail." in page
        assert "Zine" not in page


def test_mail_account_and_staff_say_that_there_was_nothing_to_pay(shop, zine, ana):
    order_it(ana, zine)
    shop.worker.drain()
    (mail,) = shop.mails()
    number = shop.value('SELECT number FROM "order"')
    assert (mail.to, mail.subject) == ("ana@example.com", f"We have your order {number}")
    assert "There was nothing to pay." in mail.text
    assert "You paid" not in mail.text
    assert "Placed, waiting to be packed" in ana.get("/account/orders").text
    page = ana.get(f"/account/orders/{number}").text
    assert "Total paid" not in page
    sheet = shop.staff(Role.OWNER).get(f"/admin/orders/{number}").text
    assert "There was nothing to pay." in sheet
    assert "Ship this parcel" in sheet


def test_the_till_offers_a_member_no_payment_and_a_guest_the_way_in(shop, zine, ana):
    ana.post("/cart/lines", data={"variant": zine, "quantity": 1})
    page = ana.get("/checkout").text
    assert "Place the order" in page
    assert "The next page is Stripe" not in page
    page = shop.visitor_with(zine).get("/checkout").text
    assert 'href="/sign-in?next=/checkout"' in page
    assert "Place the order" not in page


def test_a_guest_who_signs_in_at_the_till_takes_the_bag_along_and_orders(shop, zine):
    client = shop.visitor_with(zine)
    shop.make_member("ana@example.com", password="thirteen records")
    client.post("/sign-in", data={"email": "ana@example.com", "password": "thirteen records"})
    assert client.post("/checkout", data=US).location.startswith("/checkout/success?checkout=")
    assert (shop.counts()["order"], shop.level(zine)) == (1, (3, 1))
