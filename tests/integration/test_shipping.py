"""What leaves the house leaves the shelf, the hold and the line, once."""

import json

import pytest
from sqlalchemy.exc import IntegrityError

from store.actors import ANONYMOUS, Actor, Permission, Role
from store.audit.checking import verify_chain
from store.audit.history import KEY
from store.catalog.models import Kind
from store.errors import Conflict, Forbidden, NotFound
from store.fulfilment import service
from store.ops.verify import INVARIANTS
from store.orders.service import add_note
from tests.integration.parcels import PACKER, SENT, buy, everything, lines, ship, state, timeline
from tests.integration.refunding import refund, unsent
from tests.integration.stocking import Deeds
from tests.shop import token

MANAGER = Actor(member_id=8, email="mo@nastymixx.example", roles=frozenset({Role.ORDERS}))


def refused(shop, error, work):
    """`work` raises `error` and leaves all as it was; what was said."""
    before = everything(shop)
    with pytest.raises(error) as refusal:
        work()
    assert everything(shop) == before
    return str(refusal.value)


def history(shop):
    entries = shop.rows("SELECT actor, action, subject, before, after FROM audit_entry ORDER BY seq")
    return [(*entry[:3], *(_json(value) for value in entry[3:])) for entry in entries]


def _json(value):
    return json.loads(value) if isinstance(value, str) else value


def test_a_whole_order_leaves_shelf_hold_and_line_together(shop):
    tee, cap = shop.make_item("Tee", units=10), shop.make_item("Cap", units=4)
    number = buy(shop, tee, cap)
    shipment = ship(shop, number)

    assert (shipment.carrier, shipment.tracking, shipment.actor) == ("USPS", "9400 1000", "member:7")
    assert [shop.level(item) for item in (tee, cap)] == [(9, 0), (3, 0)]
    assert shop.rows("SELECT state, shipped FROM hold ORDER BY id") == [("sold", 1), ("sold", 1)]
    assert shop.rows(SENT) == [(1,), (1,)]
    assert state(shop, number) == "shipped"
    moved = "SELECT variant_id, quantity, reason, actor FROM stock_movement WHERE kind = 'ship' ORDER BY variant_id"
    assert shop.rows(moved) == [(tee, -1, f"order {number}", "member:7"), (cap, -1, f"order {number}", "member:7")]
    assert timeline(shop) == [
        ("placed", "buyer"), ("paid", "stripe"), ("packed", "member:7"), ("shipped", "member:7")
    ]  # fmt: skip
    (job,) = shop.rows("SELECT payload, unique_key FROM job WHERE kind = 'order_shipped'")
    assert (_json(job[0]), job[1]) == ({"shipment_id": shipment.id}, f"order_shipped:{shipment.id}")
    assert history(shop) == [
        (
            "member:7", "order.ship", f"order:{number}",
            {"fulfilment": "unfulfilled"},
            {"fulfilment": "shipped", "shipment": shipment.id, "carrier": "USPS", "tracking": "9400 1000", "units": 2},
        )
    ]  # fmt: skip
    with shop.db.snapshot() as session:
        assert verify_chain(session, shop.db.info[KEY]) == []


def test_the_rest_goes_in_another_parcel(shop):
    tee, cap = shop.make_item("Tee", units=10), shop.make_item("Cap", units=10)
    number = buy(shop, tee, cap, quantity=2)
    of_tee, of_cap = lines(shop, number)

    ship(shop, number, {of_tee: 2, of_cap: 0})
    assert (state(shop, number), shop.level(tee), shop.level(cap)) == ("part", (8, 0), (10, 2))
    ship(shop, number, {of_cap: 1}, carrier="UPS", tracking="1Z")
    assert (state(shop, number), shop.level(cap)) == ("part", (9, 1))
    ship(shop, number, {of_cap: 1}, carrier="Anna's van", tracking="")
    assert (state(shop, number), shop.level(cap)) == ("shipped", (8, 0))
    assert [kind for kind, _ in timeline(shop)][2:] == ["packed", "shipped", "shipped", "shipped"]
    parcels = shop.rows("SELECT shipment_id, order_line_id, quantity FROM shipment_line ORDER BY id")
    assert [row[1:] for row in parcels] == [(of_tee, 2), (of_cap, 1), (of_cap, 1)]
    assert shop.value("SELECT COUNT(*) FROM job WHERE kind = 'order_shipped'") == 3


def test_an_order_marked_packed_is_packed_once_and_can_then_be_shipped(shop):
    number, form = buy(shop, shop.make_item()), token()
    for key in (form, form, token()):
        service.pack(shop.db, PACKER, number, key, shop.clock())
    assert (state(shop, number), timeline(shop)[2:]) == ("packed", [("packed", "member:7")])
    assert history(shop) == [
        ("member:7", "order.pack", f"order:{number}", {"fulfilment": "unfulfilled"}, {"fulfilment": "packed"})
    ]
    ship(shop, number)
    assert (state(shop, number), [kind for kind, _ in timeline(shop)][2:]) == ("shipped", ["packed", "shipped"])
    service.pack(shop.db, PACKER, number, form, shop.clock())  # the form is sent again from a page left open
    assert state(shop, number) == "shipped"


def test_what_has_left_is_packed_no_more(shop):
    number = buy(shop, shop.make_item(), quantity=2)
    ship(shop, number)
    pack = lambda: service.pack(shop.db, PACKER, number, token(), shop.clock())  # noqa: E731
    assert refused(shop, Conflict, pack) == "Part of this order has left already. Ship the rest when it is packed."
    ship(shop, number)
    assert refused(shop, Conflict, pack).startswith("All of this order has been shipped already.")


def test_the_same_form_twice_is_one_parcel(shop):
    tee, form = shop.make_item(), token()
    number = buy(shop, tee, quantity=3)
    (line,) = lines(shop, number)
    first = ship(shop, number, {line: 1}, request_key=form)
    after = everything(shop)
    again = ship(shop, number, {line: 2}, request_key=form, carrier="UPS")
    assert (again.id, again.carrier, [one.quantity for one in again.lines]) == (first.id, "USPS", [1])
    assert (everything(shop), shop.level(tee)) == (after, (9, 2))


def test_a_form_of_one_order_ships_nothing_of_another(shop):
    tee, form = shop.make_item(), token()
    one, other = buy(shop, tee), buy(shop, tee)
    ship(shop, one, request_key=form)
    assert "another order" in refused(shop, Conflict, lambda: ship(shop, other, request_key=form))
    service.pack(shop.db, PACKER, other, "packing", shop.clock())
    third = buy(shop, tee)
    pack = lambda: service.pack(shop.db, PACKER, third, "packing", shop.clock())  # noqa: E731
    assert "another order" in refused(shop, Conflict, pack)
    foreign = dict.fromkeys(lines(shop, other), 1)
    assert "not of this order" in refused(shop, Conflict, lambda: ship(shop, third, foreign))


@pytest.mark.parametrize("units", [3, 2**31, -1])
def test_never_more_than_is_left(shop, units):
    number = buy(shop, shop.make_item(units=100), quantity=2)
    (line,) = lines(shop, number)
    assert refused(shop, Conflict, lambda: ship(shop, number, {line: units})).startswith("The parcel holds")
    ship(shop, number, {line: 1})
    assert "more than is left" in refused(shop, Conflict, lambda: ship(shop, number, {line: 2}))


def test_a_later_line_that_cannot_leave_keeps_the_earlier_ones_too(shop):
    tee, cap = shop.make_item("Tee"), shop.make_item("Cap")
    number = buy(shop, tee, cap)
    of_tee, of_cap = lines(shop, number)
    assert "more than is left" in refused(shop, Conflict, lambda: ship(shop, number, {of_tee: 1, of_cap: 2}))


def test_an_empty_parcel_and_an_order_that_is_shipped_are_refused(shop):
    number = buy(shop, shop.make_item())
    for wanted in ({}, dict.fromkeys(lines(shop, number), 0)):
        assert "empty" in refused(shop, Conflict, lambda wanted=wanted: ship(shop, number, wanted))
    ship(shop, number)
    assert "shipped already" in refused(shop, Conflict, lambda: ship(shop, number))


@pytest.mark.parametrize("money", ["refunded", "charged_back"])
def test_nothing_leaves_while_the_money_is_not_ours(shop, money):
    number = buy(shop, shop.make_item())
    shop.write('UPDATE "order" SET payment_state = :money', money=money)
    for work in (
        lambda: ship(shop, number),
        lambda: service.pack(shop.db, PACKER, number, token(), shop.clock()),
    ):
        refused(shop, Conflict, work)
    shop.write("UPDATE \"order\" SET payment_state = 'paid'")  # as its refunds and disputes say


def test_nothing_leaves_of_an_order_that_was_canceled(shop):
    tee = shop.make_item()
    number = buy(shop, tee)
    refund(shop, number, unsent(shop, number, 1))
    assert "canceled" in refused(shop, Conflict, lambda: ship(shop, number))


def test_units_that_are_being_refunded_stay(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    tee = shop.make_item()
    number = buy(shop, tee, quantity=2)
    (line,) = lines(shop, number)
    relay.tricks["POST", "/v1/refunds"] = lambda _forward: None
    refund(shop, number, unsent(shop, number, 1))
    assert shop.rows("SELECT refunding FROM order_line") == [(1,)]
    assert "more than is left" in refused(shop, Conflict, lambda: ship(shop, number, {line: 2}))
    ship(shop, number, {line: 1})
    assert (state(shop, number), shop.level(tee)) == ("part", (9, 1))


def test_what_is_not_on_the_shelf_is_not_shipped(shop):
    tee, cap = shop.make_item("Tee", units=2), shop.make_item("Cap", units=2)
    number = buy(shop, tee, cap, quantity=2)
    sku = shop.value("SELECT sku FROM variant WHERE id = :id", id=cap)
    Deeds(shop).count(cap, 1, 2, reason="One was torn")
    of_tee, of_cap = lines(shop, number)
    said = refused(shop, Conflict, lambda: ship(shop, number, {of_tee: 2, of_cap: 2}))
    assert said == f"Fewer are on the shelf than this parcel holds: {sku}. Count them, or ship the rest first."
    ship(shop, number, {of_tee: 2, of_cap: 1})
    assert (state(shop, number), shop.level(cap)) == ("part", (0, 1))


def test_what_nobody_counts_goes_along_without_stock(shop):
    tee, download = shop.make_item("Tee"), shop.make_item("Liner notes", kind=Kind.DIGITAL)
    number = buy(shop, tee, download)
    ship(shop, number)
    assert (state(shop, number), shop.rows(SENT), shop.level(tee)) == ("shipped", [(1,), (1,)], (9, 0))
    assert shop.value("SELECT COUNT(*) FROM stock_movement WHERE kind = 'ship'") == 1


def test_an_order_without_an_address_goes_by_no_post(shop):
    number = buy(shop, shop.make_item(kind=Kind.DIGITAL))
    assert "no address" in refused(shop, Conflict, lambda: ship(shop, number))


def test_an_order_nobody_has_is_not_found(shop):
    for work in (
        lambda: ship(shop, "NM-NOBODY", {1: 1}),
        lambda: service.pack(shop.db, PACKER, "NM-NOBODY", token(), shop.clock()),
        lambda: add_note(shop.db, MANAGER, "NM-NOBODY", "Who?", token(), shop.clock()),
    ):
        refused(shop, NotFound, work)


@pytest.mark.parametrize("role", [None, *Role])
def test_only_roles_that_may_pack_and_ship_do(shop, role):
    number = buy(shop, shop.make_item())
    actor = Actor(9, "x@nastymixx.example", frozenset({role})) if role else ANONYMOUS
    work = (
        lambda: service.pack(shop.db, actor, number, token(), shop.clock()),
        lambda: ship(shop, number, actor=actor),
    )
    for attempt in work:
        if actor.may(Permission.FULFILMENT_WRITE):
            attempt()
        else:
            refused(shop, Forbidden, attempt)
    assert state(shop, number) == ("shipped" if role in (Role.OWNER, Role.ORDERS, Role.PACKER) else "unfulfilled")


def test_a_note_is_written_once_and_its_words_stay_out_of_the_history(shop):
    number, form = buy(shop, shop.make_item()), token()
    for _ in range(2):
        add_note(shop.db, MANAGER, number, "Ana moved, new street follows.", form, shop.clock())
    notes = shop.rows("SELECT id, actor, data FROM order_event WHERE kind = 'note'")
    assert [(actor, _json(data)) for _, actor, data in notes] == [
        ("member:8", {"text": "Ana moved, new street follows."})
    ]
    assert history(shop) == [("member:8", "order.note", f"order:{number}", {}, {"note": notes[0][0]})]
    other = buy(shop, shop.make_item())
    add = lambda: add_note(shop.db, MANAGER, other, "Elsewhere", form, shop.clock())  # noqa: E731
    assert "another order" in refused(shop, Conflict, add)
    refused(shop, Forbidden, lambda: add_note(shop.db, PACKER, number, "Packers only read", token(), shop.clock()))


def test_when_its_history_cannot_be_written_nothing_has_left(shop, monkeypatch):
    number = buy(shop, shop.make_item())

    def fail(*_args):
        raise IntegrityError("history", {}, Exception("no room"))

    monkeypatch.setattr(service, "record", fail)
    refused(shop, IntegrityError, lambda: ship(shop, number))


@pytest.mark.parametrize(
    ("tampering", "invariant"),
    [
        ("UPDATE order_line SET shipped = 0", "what a line has shipped"),
        ("UPDATE hold SET shipped = 0", "what a line has shipped"),
        ("UPDATE shipment_line SET quantity = 2", "what a line has shipped"),
        ("DELETE FROM shipment_line", "a parcel holds lines of its own order"),
        ("UPDATE \"order\" SET fulfilment_state = 'part'", "how far an order is"),
        ("UPDATE \"order\" SET fulfilment_state = 'packed'", "how far an order is"),
        ("UPDATE payment SET order_id = NULL, unapplied_reason = 'mismatch'", "nothing was shipped of an order"),
        ("DELETE FROM job WHERE kind = 'order_shipped'", "every parcel has its one mail"),
    ],
)
def test_verify_finds_what_could_not_have_happened(shop, tampering, invariant):
    ship(shop, buy(shop, shop.make_item()))
    assert shop.breaches() == []
    with shop.db.engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(tampering)
        found = [name for name in _broken_in(connection) if name.startswith(invariant)]
        transaction.rollback()
    assert len(found) == 1


def _broken_in(connection):
    return [one.name for one in INVARIANTS if connection.execute(one.broken_by).first() is not None]
