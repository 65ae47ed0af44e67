"""Staff's programs and what was sold: a warehouse ships, a helper refunds, an accountant reads; each once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from store.actors import Role
from tests.functional.programs import Program, assert_problem, make_token
from tests.shop import US


@pytest.fixture
def tee(shop):
    return shop.make_item(units=10)


@pytest.fixture
def number(shop, tee):
    shop.buy(tee, quantity=3)
    return shop.value('SELECT number FROM "order"')


@pytest.fixture
def owner(shop):
    shop.make_member("owner@example.com", Role.OWNER)
    scopes = ("orders:write", "refunds:write", "stock:write", "reports:read")
    return Program(shop, make_token(shop, "owner@example.com", *scopes))


def line_of(program, number):
    (line,) = program.get(f"/admin/orders/{number}").json["lines"]
    return line


def test_a_warehouse_ships_part_then_the_rest_and_the_order_says_so(shop, tee, number, owner):
    line = line_of(owner, number)
    part = {"lines": [{"id": line["id"], "quantity": 1}], "carrier": "USPS", "tracking": "94001"}
    parcel = owner.post(f"/admin/orders/{number}/fulfilments", part, key="parcel-1")
    assert (parcel.status_code, parcel.json["lines"]) == (201, [{"id": line["id"], "quantity": 1}])
    again = owner.post(f"/admin/orders/{number}/fulfilments", part, key="parcel-1")
    assert (again.data, shop.value("SELECT COUNT(*) FROM shipment"), shop.level(tee)) == (parcel.data, 1, (9, 2))
    order = owner.get(f"/admin/orders/{number}").json
    assert (order["fulfilment_state"], order["lines"][0]["shipped"]) == ("part", 1)
    too_many = part | {"lines": [{"id": line["id"], "quantity": 3}]}
    assert_problem(owner.post(f"/admin/orders/{number}/fulfilments", too_many, key="parcel-2"), 409, "conflict")
    rest = part | {"lines": [{"id": line["id"], "quantity": 2}]}
    assert owner.post(f"/admin/orders/{number}/fulfilments", rest, key="parcel-2").status_code == 201
    assert owner.get(f"/admin/orders/{number}").json["fulfilment_state"] == "shipped"
    assert shop.level(tee) == (7, 0)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ("carrier", "lines")),
        ({"lines": [], "carrier": "USPS"}, ("lines",)),
        ({"lines": [{"id": 1, "quantity": 0}], "carrier": "USPS"}, ("lines.0.quantity",)),
        ({"lines": [{"id": 1, "quantity": 1}, {"id": 1, "quantity": 1}], "carrier": "USPS"}, ("lines",)),
        ({"lines": [{"id": 1, "quantity": 1}], "carrier": ""}, ("carrier",)),
        ({"lines": [{"id": 2**63, "quantity": 1}], "carrier": "USPS"}, ("lines.0.id",)),
        ({"lines": [{"id": 1, "quantity": 1}], "carrier": "USPS", "shipped": True}, ("shipped",)),
    ],
)
def test_a_parcel_that_makes_no_sense_is_none(shop, number, owner, body, fields):
    answer = owner.post(f"/admin/orders/{number}/fulfilments", body, key="k")
    assert_problem(answer, 422, "invalid", *fields)
    assert shop.value("SELECT COUNT(*) FROM shipment") == 0


def test_units_go_back_with_their_share_once_and_no_more_than_was_paid(shop, tee, number, owner):
    line = line_of(owner, number)
    body = {"lines": [{"id": line["id"], "quantity": 1}], "reason": "It was too small", "expected": 3400}
    made = owner.post(f"/admin/orders/{number}/refunds", body, key="refund-1")
    assert made.status_code == 201, made.text
    assert (made.json["state"], made.json["amount"]) == ("succeeded", {"amount": 3400, "currency": "usd"})
    assert (made.json["reason"], made.json["note"]) == ("requested_by_customer", "It was too small")
    assert owner.post(f"/admin/orders/{number}/refunds", body, key="refund-1").data == made.data
    assert shop.level(tee) == (10, 2)
    other_sum = owner.post(f"/admin/orders/{number}/refunds", body | {"expected": 3000}, key="refund-2")
    assert_problem(other_sum, 409, "conflict")
    all_of_it = {"amount": 99_999, "reason": "duplicate"}
    assert owner.post(f"/admin/orders/{number}/refunds", all_of_it, key="refund-3").status_code in (409, 422)
    assert shop.rows("SELECT amount, reason FROM refund") == [(3400, "requested_by_customer")]
    assert owner.get(f"/admin/orders/{number}").json["payment_state"] == "part_refunded"


def test_of_a_line_what_has_not_left_goes_back_first(shop, tee, number, owner):
    line = line_of(owner, number)
    parcel = {"lines": [{"id": line["id"], "quantity": 2}], "carrier": "USPS"}
    owner.post(f"/admin/orders/{number}/fulfilments", parcel, key="p")
    body = {"lines": [{"id": line["id"], "quantity": 2}], "reason": "requested_by_customer", "restock": False}
    assert owner.post(f"/admin/orders/{number}/refunds", body, key="r").json["amount"]["amount"] == 6800
    assert shop.rows("SELECT unsent, sent, restock FROM refund_line") == [(1, 1, False)]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"reason": "x"}, ("lines",)),
        ({"amount": 100}, ("reason",)),
        ({"amount": 0, "reason": "x"}, ("amount",)),
        ({"amount": -1, "reason": "x"}, ("amount",)),
        ({"amount": 1.5, "reason": "x"}, ("amount",)),
        ({"amount": "100", "reason": "x"}, ("amount",)),
        ({"amount": 100, "shipping": 5, "reason": "x"}, ("shipping",)),
        ({"amount": 100, "lines": [{"id": 1, "quantity": 1}], "reason": "x"}, ("lines",)),
        ({"amount": 100, "reason": "x", "currency": "eur"}, ("currency",)),
        ({"amount": 100, "reason": "x", "restock": "yes"}, ("restock",)),
    ],
)
def test_a_refund_that_makes_no_sense_pays_nothing(shop, number, owner, body, fields):
    assert_problem(owner.post(f"/admin/orders/{number}/refunds", body, key="k"), 422, "invalid", *fields)
    assert shop.value("SELECT COUNT(*) FROM refund") == 0
    assert shop.requests("/v1/refunds") == []


def test_two_refunds_of_all_at_once_pay_it_once(shop, number, owner):
    body = {"amount": 10850, "reason": "requested_by_customer"}
    total = owner.get(f"/admin/orders/{number}").json["total"]["amount"]
    body["amount"] = total
    with ThreadPoolExecutor(2) as both:
        asked = lambda key: owner.post(f"/admin/orders/{number}/refunds", body, key=key).status_code  # noqa: E731
        assert sorted(both.map(asked, "ab")) == [201, 409]
    assert shop.rows("SELECT amount FROM refund") == [(total,)]


def test_the_shelf_is_received_adjusted_and_counted_and_each_key_once(shop, tee, owner):
    sku = shop.value("SELECT sku FROM variant WHERE id = :id", id=tee)
    path = f"/admin/stock/{sku}/movements"
    came = {"kind": "receive", "quantity": 5, "reason": "Delivery"}
    first = owner.post(path, came, key="d1")
    assert (first.status_code, first.json["level"]) == (201, {"on_hand": 15, "reserved": 0, "available": 15})
    assert owner.post(path, came, key="d1").data == first.data
    assert owner.post(path, {"kind": "adjust", "quantity": -2, "reason": "Broken"}, key="d2").json["quantity"] == -2
    count = {"kind": "count", "quantity": 11, "reason": "Stocktake", "expected_on_hand": 15}
    assert_problem(owner.post(path, count, key="d3"), 409, "conflict")
    counted = owner.post(path, count | {"expected_on_hand": 13}, key="d3")
    assert counted.json["level"] == {"on_hand": 11, "reserved": 0, "available": 11}
    assert shop.value("SELECT COUNT(*) FROM stock_movement") == 4
    (row,) = owner.get(f"/admin/stock?q={sku}").json["items"]
    assert row["level"]["on_hand"] == 11


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "ship", "quantity": 1, "reason": "x"}, "kind"),
        ({"kind": "receive", "quantity": -1, "reason": "x"}, "quantity"),
        ({"kind": "receive", "quantity": 0, "reason": "x"}, "quantity"),
        ({"kind": "receive", "quantity": "5", "reason": "x"}, "quantity"),
        ({"kind": "receive", "quantity": True, "reason": "x"}, "quantity"),
        ({"kind": "receive", "quantity": 2**63, "reason": "x"}, "quantity"),
        ({"kind": "receive", "quantity": 1, "reason": ""}, "reason"),
        ({"kind": "receive", "quantity": 1, "reason": "x", "expected_on_hand": 1}, "expected_on_hand"),
        ({"kind": "count", "quantity": 1, "reason": "x"}, "expected_on_hand"),
        ({"kind": "receive", "quantity": 1, "reason": "x", "on_hand": 99}, "on_hand"),
    ],
)
def test_a_movement_that_makes_no_sense_moves_nothing(shop, tee, owner, body, field):
    sku = shop.value("SELECT sku FROM variant WHERE id = :id", id=tee)
    assert_problem(owner.post(f"/admin/stock/{sku}/movements", body, key="k"), 422, "invalid", field)
    assert shop.level(tee) == (10, 0)


def test_what_has_no_such_sku_moves_nothing(owner):
    moved = {"kind": "receive", "quantity": 5, "reason": "Delivery"}
    assert_problem(owner.post("/admin/stock/nobodys/movements", moved, key="k"), 404, "not-found")


def test_movements_parcels_and_refunds_without_a_key_are_not_done(shop, tee, number, owner):
    sku = shop.value("SELECT sku FROM variant WHERE id = :id", id=tee)
    line = line_of(owner, number)
    moved = {"kind": "receive", "quantity": 5, "reason": "Delivery"}
    parcel = {"lines": [{"id": line["id"], "quantity": 1}], "carrier": "USPS"}
    for path, body in (
        (f"/admin/stock/{sku}/movements", moved),
        (f"/admin/orders/{number}/fulfilments", parcel),
        (f"/admin/orders/{number}/refunds", {"amount": 100, "reason": "x"}),
    ):
        assert_problem(owner.post(path, body), 428, "precondition")
    assert (shop.level(tee), shop.value("SELECT COUNT(*) FROM refund")) == ((10, 3), 0)


def test_orders_are_found_by_state_time_and_words_and_read_to_the_end(shop, tee, owner):
    for name in ("Ana Ruiz", "Ben Okoro", "Ana Lind"):
        client = shop.visitor_with(tee)
        shop.pay(shop.check_out(client, name=name))
        shop.deliver()
    first = owner.get("/admin/orders?limit=2").json
    second = owner.get(f"/admin/orders?limit=2&cursor={first['next']}").json
    names = [order["shipping_address"]["name"] for order in first["items"] + second["items"]]
    assert (names, second["next"]) == (["Ana Lind", "Ben Okoro", "Ana Ruiz"], None)
    assert len(owner.get("/admin/orders?q=ana+lind").json["items"]) == 1
    assert len(owner.get("/admin/orders?state=unfulfilled").json["items"]) == 3
    assert owner.get("/admin/orders?state=shipped").json["items"] == []
    assert owner.get("/admin/orders?since=2100-01-01T00:00:00Z").json["items"] == []
    assert_problem(owner.get("/admin/orders?since=yesterday"), 422, "invalid", "since")
    assert_problem(owner.get("/admin/orders?state=sold"), 422, "invalid", "state")


def test_a_note_stands_on_the_timeline_and_not_with_the_buyer(shop, number, owner):
    assert owner.post(f"/admin/orders/{number}/notes", {"text": "Call first.\nTwice."}).status_code == 201
    assert "note" in [cue["kind"] for cue in owner.get(f"/admin/orders/{number}").json["timeline"]]
    assert_problem(owner.post(f"/admin/orders/{number}/notes", {"text": "a\0b"}), 422, "invalid", "text")


def test_the_books_balance_and_say_which_order(shop, number, owner):
    (entry,) = owner.get("/admin/ledger").json["items"]
    assert (entry["kind"], entry["order"], sum(one["amount"] for one in entry["postings"])) == ("sale", number, 0)
    (trial,) = owner.get("/admin/ledger/trial-balance").json["items"]
    assert (trial["currency"], trial["balances"]) == ("usd", True)
    assert sum(account["closing"] for account in trial["accounts"]) == 0
    assert owner.get("/admin/ledger?from=2001-01-01&to=2001-12-31").json["items"] == []
    assert_problem(owner.get("/admin/ledger?from=2026-02-01&to=2026-01-01"), 422, "invalid", "from")


def test_what_waits_for_a_person_and_what_stripe_told_can_be_read(shop, number, owner):
    assert owner.get("/admin/attention").json == {"items": [], "next": None}
    events = owner.get("/admin/webhook-events?type=checkout.session.completed").json["items"]
    assert [(event["type"], event["outcome"]) for event in events] == [("checkout.session.completed", "applied")]
    assert_problem(owner.get("/admin/webhook-events?outcome=lost"), 422, "invalid", "outcome")


def test_a_member_reads_their_own_orders_and_nobody_elses(shop, tee):
    ana, bea = shop.make_member("ana@example.com"), shop.make_member("bea@example.com")
    assert bea
    client = shop.signed_in(ana)
    client.post("/cart/lines", data={"variant": tee})
    shop.pay(shop.check_out(client, **US))
    shop.deliver()
    mine = Program(shop, make_token(shop, "ana@example.com", "orders:read"))
    (order,) = mine.get("/orders").json["items"]
    assert mine.get(f"/orders/{order['number']}").json == order
    assert "timeline" not in order
    hers = Program(shop, make_token(shop, "bea@example.com", "orders:read"))
    assert hers.get("/orders").json["items"] == []
    assert_problem(hers.get(f"/orders/{order['number']}"), 404, "not-found")
    assert_problem(Program(shop).get("/orders"), 401, "unauthorized")
