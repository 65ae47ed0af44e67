"""A purchase by the API alone, against Stripe's stand-in: from a search to an order number."""

import logging
import re
from datetime import datetime, timedelta
from functools import partial

import pytest

from store.catalog.models import Kind
from tests.functional.accounts import ANA, BEN, at_once
from tests.functional.ours import bags, everything
from tests.functional.programs import ADDRESS, BUYER, Program, assert_problem, make_token
from tests.shop import US, session_in

SUMS = ("subtotal", "discount", "shipping", "tax", "tax_included", "total")
DIGITAL = {"email": US["email"]}


@pytest.fixture
def program(shop):
    return Program(shop)


@pytest.fixture
def people(shop):
    """Ana's and Ben's programs, and one without a token."""
    for email in (ANA, BEN):
        shop.make_member(email)
    return [*(Program(shop, make_token(shop, email, "orders:read")) for email in (ANA, BEN)), Program(shop)]


def sums(told):
    """The quote in minor units; it always adds up, and its lines to what is paid for them."""
    quote = told["quote"]
    assert {quote[name]["currency"] for name in SUMS} == {"usd"}
    amounts = {name: quote[name]["amount"] for name in SUMS}
    assert amounts["total"] == amounts["subtotal"] - amounts["discount"] + amounts["shipping"] + amounts["tax"]
    assert sum(line["total"]["amount"] for line in told["lines"]) == amounts["subtotal"]
    assert sum(line["net"]["amount"] for line in quote["lines"]) == amounts["subtotal"] - amounts["discount"]
    return amounts


def place(program, cart, key="once", **body):
    return program.post(f"{cart}/checkout", BUYER | body, key=key)


def test_a_program_buys_from_search_to_order_number(shop, program):
    tee, cap = shop.make_item("Pitch Control Tee", price=3401, units=10), shop.make_item("Groove Cap", price=1999)
    (found,) = program.get("/products?q=pitch").json["items"]
    assert (found["slug"], found["kind"], found["price"]) == (
        "item-100",
        "physical",
        {"amount": 3401, "currency": "usd"},
    )
    assert [(one["id"], one["sku"], one["available"]) for one in found["variants"]] == [(tee, "NMX-100", True)]
    assert program.get(f"/products/{found['slug']}").json == found

    made = program.post("/carts")
    assert (made.status_code, made.json["lines"], sums(made.json)["total"]) == (201, [], 0)
    cart = f"/carts/{made.json['id']}"
    first = program.post(f"{cart}/lines", {"variant": "NMX-100", "quantity": 2})
    assert (first.status_code, sums(first.json)["total"]) == (201, 6802)
    told = program.post(f"{cart}/lines", {"variant": cap}).json
    assert [(line["sku"], line["quantity"], line["total"]["amount"]) for line in told["lines"]] == [
        ("NMX-100", 2, 6802),
        ("NMX-101", 1, 1999),
    ]
    told = program.put(f"{cart}/destination", {"country": "us", "region": "NY", "postal_code": "11201"}).json
    assert told["destination"] == {"country": "US", "region": "NY", "postal_code": "11201"}
    (rate,) = told["shipping_rates"]
    assert (rate["name"], rate["amount"]["amount"]) == ("Delivery to US", 750)
    expected = dict(zip(SUMS, (8801, 0, 750, 0, 0, 9551), strict=True))
    assert (sums(told), told["problems"], program.get(cart).json) == (expected, [], told)

    before = shop.clock()
    placed = place(program, cart, shipping_rate=rate["id"], expected_total=9551)
    assert (placed.status_code, placed.json["total"]) == (201, {"amount": 9551, "currency": "usd"})
    assert re.fullmatch(r"20..-..-..T..:..:..Z", placed.json["expires_at"])
    left = datetime.fromisoformat(placed.json["expires_at"]) - before
    assert timedelta(minutes=30, seconds=-1) <= left < timedelta(minutes=30, seconds=20)
    checkout = f"/checkouts/{placed.json['id']}"
    assert program.get(checkout).json == {"state": "open", "order": None}
    assert [shop.level(one) for one in (tee, cap)] == [(10, 2), (10, 1)]

    session = session_in(placed.json["url"])
    assert shop.account.v1.checkout.sessions.retrieve(session).amount_total == 9551
    shop.pay(session)
    assert {status for status, _ in shop.deliver()} == {200}
    number = shop.value('SELECT number FROM "order"')
    assert program.get(checkout).json == {"state": "paid", "order": number}
    assert shop.rows('SELECT total, currency, email, city FROM "order"') == [(9551, "usd", US["email"], "Brooklyn")]
    assert program.get(cart).json["lines"] == []
    shop.worker.drain()
    assert [(mail.to, mail.subject) for mail in shop.mails()] == [(US["email"], f"We have your order {number}")]


def test_a_checkout_tells_how_it_ended_without_money(shop, program):
    tee = shop.make_item()
    placed = place(program, program.cart_with(tee)).json
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    assert program.get(f"/checkouts/{placed['id']}").json == {"state": "expired", "order": None}
    later = place(program, program.cart_with(tee), key="later").json
    shop.pay(session_in(later["url"]), iban="AT611904300234573201")
    shop.deliver()
    assert program.get(f"/checkouts/{later['id']}").json == {"state": "awaiting_payment", "order": None}
    assert shop.level(tee) == (10, 1)


def test_another_total_than_the_buyer_saw_holds_nothing(shop, program):
    tee = shop.make_item(price=3400)
    cart = program.cart_with(tee)
    before = everything(shop)
    for expected in (3949, 3951, 0, 99_999_999):
        answer = place(program, cart, expected_total=expected)
        assert_problem(answer, 409, "conflict")
        assert answer.json["detail"].startswith("Your total is now $39.50, not $")
    assert (everything(shop), shop.requests()) == (before, [])
    shop.set_price(tee, 3500)
    assert_problem(place(program, cart, expected_total=3950), 409, "conflict")
    assert everything(shop) == before
    assert place(program, cart, expected_total=4050).json["total"]["amount"] == 4050


def test_what_has_sold_out_is_told_line_by_line_and_holds_nothing(shop, program):
    last, cap = shop.make_item("Last Tee", units=1), shop.make_item("Cap", units=5)
    mine, theirs = program.cart_with(cap, last), program.cart_with(last)
    assert place(program, theirs).status_code == 201
    before = everything(shop)
    answer = place(program, mine, email="ben@example.com")
    assert_problem(answer, 409, "conflict")
    assert ["Last Tee" in sentence and "sold out" in sentence for sentence in answer.json["problems"]] == [True]
    told = program.get(mine).json
    assert [line["problem"] is None for line in told["lines"]] == [True, False]
    assert_problem(program.post(f"{theirs}/lines", {"variant": last}), 409, "conflict")
    assert_problem(program.post(f"{mine}/lines", {"variant": cap, "quantity": 5}), 409, "conflict")
    assert everything(shop) == before
    assert program.get("/products/item-100").json["variants"][0]["available"] is False


def test_an_empty_cart_and_an_address_that_is_missing_hold_nothing(shop, program):
    cart = program.cart_with(shop.make_item())
    before = everything(shop)
    assert_problem(program.post(f"{cart}/checkout", DIGITAL, key="1"), 422, "invalid", "shipping_address")
    assert_problem(place(program, program.cart_with()), 409, "conflict")
    abroad = ADDRESS | {"country": "FR", "region": None}
    assert_problem(place(program, cart, shipping_address=abroad), 422, "invalid", "shipping_address.country")
    assert_problem(program.put(f"{cart}/destination", {"country": "FR"}), 422, "invalid", "country")
    assert (everything(shop), shop.requests()) == (before, [])


def test_a_cart_of_files_needs_no_address_and_has_no_delivery(shop, program):
    mix = shop.make_item("Mix", price=900, kind=Kind.DIGITAL)
    cart = program.cart_with(mix)
    told = program.put(f"{cart}/destination", {"country": "GB"}).json
    assert (told["shipping_rates"], sums(told)["total"]) == ([], 900)
    placed = program.post(f"{cart}/checkout", DIGITAL | {"expected_total": 900}, key="once")
    assert placed.status_code == 201, placed.text
    shop.pay(session_in(placed.json["url"]))
    shop.deliver()
    assert program.get(f"/checkouts/{placed.json['id']}").json["state"] == "paid"
    assert shop.rows('SELECT total, city, country FROM "order"') == [(900, None, None)]


def test_lines_are_changed_and_taken_out(shop, program):
    tee, cap = shop.make_item(units=20), shop.make_item(units=20)
    cart = program.cart_with(tee, cap, quantity=2)
    first, second = (f"{cart}/lines/{line['id']}" for line in program.get(cart).json["lines"])
    assert program.post(f"{cart}/lines", {"variant": str(tee), "quantity": 3}).json["lines"][0]["quantity"] == 5
    told = program.patch(first, {"quantity": 7})
    assert (told.status_code, [line["quantity"] for line in told.json["lines"]]) == (200, [7, 2])
    assert program.get(cart).json == told.json
    assert_problem(program.patch(first, {"quantity": 21}), 409, "conflict")
    gone = program.delete(second)
    assert (gone.status_code, [line["variant"] for line in gone.json["lines"]]) == (200, [tee])
    assert_problem(program.delete(second), 404, "not-found")
    assert program.patch(first, {"quantity": 0}).json["lines"] == []
    assert bags(shop) == []


def test_a_member_has_one_cart_and_the_pages_show_the_same(shop, people):
    ana, ben, nobody = people
    tee = shop.make_item()
    page = shop.signed_in(shop.value("SELECT id FROM member WHERE email = :email", email=ANA))
    cart = ana.cart_with(tee, quantity=2)
    assert ana.cart_with() == cart
    assert "Tee" in page.get("/cart").text
    page.post("/cart/lines", data={"variant": tee, "quantity": 1})
    assert ana.get(cart).json["lines"][0]["quantity"] == 3
    assert len({ana.cart_with(), ben.cart_with(), nobody.cart_with(), nobody.cart_with()}) == 4
    placed = place(ana, cart).json
    shop.pay(session_in(placed["url"]))
    shop.deliver()
    assert ana.get(f"/checkouts/{placed['id']}").json["state"] == "paid"
    assert "/account/orders/" in page.get("/account/orders").text


def test_the_cart_of_a_member_is_there_for_nobody_else_and_a_guests_for_who_knows_its_id(shop, people):
    ana, ben, nobody = people
    tee = shop.make_item()
    hers, guests = ana.cart_with(tee), nobody.cart_with(tee)
    line = f"{hers}/lines/{shop.value('SELECT MIN(id) FROM cart_line')}"
    calls = [
        ("GET", hers, {}), ("POST", f"{hers}/lines", {"variant": tee}), ("PATCH", line, {"quantity": 5}),
        ("DELETE", line, {}), ("PUT", f"{hers}/destination", {"country": "US"}), ("POST", f"{hers}/checkout", BUYER),
    ]  # fmt: skip
    before = everything(shop), shop.rows("SELECT id, country, updated_at FROM cart ORDER BY id")
    for method, path, body in calls:
        for one in (ben, nobody):
            answer = one.ask(method, path, body, key="once")
            assert_problem(answer, 404, "not-found")
            assert answer.json == one.ask(method, path.replace(hers, "/carts/none"), body, key="once").json
    assert (everything(shop), shop.rows("SELECT id, country, updated_at FROM cart ORDER BY id")) == before
    for one in people:
        assert one.get(guests).json["lines"][0]["quantity"] == 1
    mine = f"{guests}/lines/{line.rpartition('/')[2]}"  # of another cart
    assert_problem(nobody.patch(mine, {"quantity": 2}), 404, "not-found")
    assert everything(shop) == before[0]


def test_a_free_cart_is_for_members_and_leads_to_our_own_page(shop, people):
    ana, _, nobody = people
    gift = shop.make_item("Sticker File", price=0, kind=Kind.DIGITAL)
    before = shop.counts()
    assert_problem(nobody.post(f"{nobody.cart_with(gift)}/checkout", DIGITAL, key="1"), 409, "conflict")
    assert shop.counts() == before
    placed = ana.post(f"{ana.cart_with(gift)}/checkout", {"email": ANA, "expected_total": 0}, key="1").json
    page = f"{shop.settings.public_url}/checkout/success?checkout={placed['id']}"
    assert (placed["url"], placed["total"]["amount"], shop.requests()) == (page, 0, [])
    assert ana.get(f"/checkouts/{placed['id']}").json["state"] == "paid"


def test_a_caller_who_asks_too_often_waits_and_others_do_not(open_shop):
    shop = open_shop(rate_limits="on")
    program, body = Program(shop), {"variant": shop.make_item(units=90)}
    cart = program.cart_with()
    for number in range(30):
        assert_problem(program.post(f"{cart}/checkout", {}, key=str(number)), 422, "invalid", "email")
    before = everything(shop)
    answer = place(program, cart)
    assert_problem(answer, 429, "too-many")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    limits = [answer.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining")]
    assert (limits, everything(shop)) == (["30", "0"], before)
    assert program.post(f"{cart}/lines", body).status_code == 201
    elsewhere = Program(shop, network="198.51.100.7")
    assert place(elsewhere, cart).status_code == 201
    shop.make_member(ANA)
    assert Program(shop, make_token(shop, ANA, "orders:read")).post("/carts").status_code == 201


def test_of_many_programs_at_the_last_unit_one_gets_it(shop, program):
    last = shop.make_item("Last Tee", units=1)
    carts = [program.cart_with(last) for _ in range(12)]
    answers = at_once(*[partial(place, program, cart, email=f"{cart[7:12]}@example.com") for cart in carts])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert (shop.level(last), shop.counts()["checkout"], shop.counts()["hold"]) == ((1, 1), 1, 1)


def test_a_program_holds_no_more_for_one_mailbox_than_people_may(open_shop):
    shop = open_shop(rate_limits="on", live_checkouts_per_email=2)
    tee, program = shop.make_item(units=50), Program(shop)
    carts = [program.cart_with(tee) for _ in range(3)]
    assert [place(program, cart).status_code for cart in carts[:2]] == [201, 201]
    before, asked = everything(shop), len(shop.requests())
    for spelling in ("ana@example.com", "Ana+shop@example.com"):
        assert_problem(place(program, carts[2], email=spelling), 429, "too-many")
    assert (everything(shop), len(shop.requests())) == (before, asked)
    assert place(program, carts[2], email="ben@example.com").status_code == 201


def test_no_log_tells_who_buys_or_opens_their_cart(shop, people, caplog):
    caplog.set_level(logging.DEBUG)
    for one in people:
        cart = one.cart_with(shop.make_item())
        placed = place(one, cart)
        place(one, cart, key="twice", shipping_address=ADDRESS | {"postal_code": "no"})
        shop.pay(session_in(placed.json["url"]))
        shop.deliver()
        shop.worker.drain()
        secrets = (cart.rpartition("/")[2], one.headers.get("Authorization", "Bearer nmx_")[7:])
        for secret in (US["email"], US["line1"], US["name"], *secrets):
            assert secret not in caplog.text
