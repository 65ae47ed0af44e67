"""What staff do to the shelf, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.actors import ANONYMOUS, SYSTEM, Actor, Role
from store.audit import history
from store.catalog.models import Kind
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.stock import repository
from tests.integration.stocking import attention, buy, everything, level, movements, order_of, refusing_rows


def test_a_delivery_is_a_movement_and_an_entry_of_the_history(shop, do):
    tee = shop.make_item(units=3)
    moved = do.receive(tee, 24, reason="Delivery 114")
    assert (level(shop, tee), moved.quantity) == ((27, 0, 0), 24)
    assert movements(shop, tee) == [("receive", 24, "Delivery 114", "member:1")]
    with shop.db.reader() as reader:
        (entry,) = history.list_entries(reader, f"variant:{tee}", None, 10)
    assert (entry.actor, entry.action, entry.at) == ("member:1", "stock.receive", entry.at)
    assert (entry.before, entry.after) == ({"on_hand": 3}, {"on_hand": 27, "reason": "Delivery 114"})


def test_a_variant_that_never_had_any_can_receive_its_first(shop, do):
    tee = shop.make_item(units=0)
    shop.write("DELETE FROM stock_level")
    do.receive(tee, 5)
    assert level(shop, tee) == (5, 0, 0)
    assert shop.value("SELECT backorder_limit FROM stock_level") == 0  # nothing is sold that is not there


def test_an_adjustment_goes_up_and_down(shop, do):
    tee = shop.make_item(units=10)
    assert do.adjust(tee, -3, reason="Torn in the van").quantity == -3
    assert do.adjust(tee, 1, reason="Mended").quantity == 1
    assert level(shop, tee) == (8, 0, 0)
    assert movements(shop, tee) == [
        ("adjust", -3, "Torn in the van", "member:1"), ("adjust", 1, "Mended", "member:1"),
    ]  # fmt: skip


def test_nothing_promised_is_adjusted_away(shop, do):
    tee = shop.make_item(units=5)
    buy(shop, tee, "ana@example.com", quantity=3)
    before = everything(shop)
    with pytest.raises(Conflict, match="3 are promised to buyers and 5 are on the shelf, so at most 2 can be taken"):
        do.adjust(tee, -3)
    with pytest.raises(Conflict, match="Only 5 are on the shelf, so 6 cannot be taken from it"):
        do.adjust(tee, -6)
    assert everything(shop) == before
    do.adjust(tee, -2)
    assert level(shop, tee) == (3, 3, 0)


@pytest.mark.parametrize("quantity", [0, 100_001, 2**31, 2**63])
def test_quantities_have_bounds_here_too(shop, do, quantity):
    tee = shop.make_item(units=5)
    before = everything(shop)
    for act in (lambda: do.receive(tee, quantity), lambda: do.receive(tee, -1), lambda: do.adjust(tee, -quantity)):
        with pytest.raises(Invalid, match="A whole number from 1 to 100000"):
            act()
    assert everything(shop) == before


def test_a_count_is_believed_and_explained_even_when_nothing_was_wrong(shop, do):
    tee = shop.make_item(units=10)
    assert do.count(tee, 9, 10, reason="Stocktake").quantity == -1
    assert do.count(tee, 9, 9, reason="Stocktake").quantity == 0
    assert (level(shop, tee), attention(shop)) == ((9, 0, 0), [])
    assert movements(shop, tee) == [("count", -1, "Stocktake", "member:1"), ("count", 0, "Stocktake", "member:1")]


def test_a_count_of_what_has_changed_meanwhile_is_refused(shop, do):
    tee = shop.make_item(units=10)
    do.receive(tee, 2)
    before = everything(shop)
    with pytest.raises(Conflict, match="The page said 10 on hand, and by now there should be 12"):
        do.count(tee, 10, 10)
    assert everything(shop) == before


def test_a_count_below_what_is_promised_is_stored_and_names_the_orders_it_hits(shop, do):
    tee = shop.make_item("Tee", units=6)
    buy(shop, tee, "ana@example.com", quantity=2)
    buy(shop, tee, "ben@example.com", quantity=2)
    shop.check_out(shop.visitor_with(tee), email="cleo@example.com")
    assert level(shop, tee) == (6, 5, 0)
    do.count(tee, 3, 6)
    assert level(shop, tee) == (3, 5, 2)
    sku = shop.value("SELECT sku FROM variant")
    assert attention(shop) == [
        (
            "stock_short",
            f"variant:{tee}",
            f"Tee ({sku}): 5 are promised and 3 are there, 2 too few."
            f" Affected: {order_of(shop, 'ben@example.com')}, 1 unpaid checkout."
            " Find them, order more, or write to these buyers.",
        )
    ]
    assert order_of(shop, "ana@example.com") not in attention(shop)[0][2]  # who paid first is served first


def test_whoever_may_wait_for_a_later_delivery_is_not_named_as_affected(shop, do):
    tee = shop.make_item(units=3)
    buy(shop, tee, "ana@example.com", quantity=2)
    shop.write("UPDATE stock_level SET backorder_limit = 1")
    buy(shop, tee, "ben@example.com", quantity=2)
    assert (level(shop, tee), attention(shop)) == ((3, 4, 0), [])
    do.count(tee, 1, 3)
    assert level(shop, tee) == (1, 4, 2)
    assert f"Affected: {order_of(shop, 'ben@example.com')}. Find them" in attention(shop)[0][2]


def test_nobody_can_buy_while_units_are_short_and_a_shortage_shrinks_before_anything_is_for_sale(shop, do):
    tee = shop.make_item(units=4)
    buy(shop, tee, "ana@example.com", quantity=4)
    do.count(tee, 1, 4)
    assert shop.visitor().post("/cart/lines", data={"variant": tee, "quantity": 1}).status_code == 409
    do.receive(tee, 2)
    assert level(shop, tee) == (3, 4, 1)
    assert "4 are promised and 3 are there, 1 too few" in attention(shop)[0][2]
    do.adjust(tee, 1)
    assert (level(shop, tee), attention(shop)) == ((4, 4, 0), [])
    assert shop.visitor().post("/cart/lines", data={"variant": tee, "quantity": 1}).status_code == 409
    do.receive(tee, 1)
    assert shop.visitor().post("/cart/lines", data={"variant": tee, "quantity": 1}).status_code == 303


def test_a_shortage_ends_when_an_unpaid_checkout_gives_its_units_back(shop, do):
    tee = shop.make_item(units=2)
    client = shop.visitor_with(tee, quantity=2)
    shop.check_out(client)
    do.count(tee, 1, 2)
    assert (level(shop, tee), len(attention(shop))) == ((1, 2, 1), 1)
    assert client.post("/checkout/cancel").status_code == 200
    assert (level(shop, tee), attention(shop)) == ((1, 0, 0), [])


def test_units_that_come_back_by_other_ways_shrink_a_shortage_too(shop, do):
    tee = shop.make_item(units=2)
    buy(shop, tee, "ana@example.com", quantity=2)
    do.count(tee, 0, 2)
    now = shop.clock()
    shop.db.run(lambda session: repository.receive(session, tee, 1, reason="test", actor="test", now=now))
    assert level(shop, tee) == (1, 2, 1)


def test_the_same_form_again_is_answered_with_its_first_outcome(shop, do):
    tee = shop.make_item(units=10)
    first = {
        "receive": do.receive(tee, 5, key="r"),
        "adjust": do.adjust(tee, -1, key="a"),
        "count": do.count(tee, 13, 14, key="c"),
    }
    before = everything(shop)
    assert do.receive(tee, 5, key="r") == first["receive"]
    assert do.adjust(tee, -14, key="a") == first["adjust"]
    assert do.count(tee, 13, 14, key="c") == first["count"]
    assert everything(shop) == before
    assert level(shop, tee) == (13, 0, 0)


def test_one_form_does_not_serve_for_two_things(shop, do):
    tee, tape = shop.make_item(units=10), shop.make_item(units=10)
    do.receive(tee, 5, key="k")
    before = everything(shop)
    for repeat in (lambda: do.adjust(tee, 5, key="k"), lambda: do.receive(tape, 5, key="k")):
        with pytest.raises(Conflict, match="already sent for something else"):
            repeat()
    assert everything(shop) == before


@pytest.mark.parametrize("role", [None, *Role])
def test_only_roles_with_the_right_to_write_stock_may(shop, do, role):
    tee = shop.make_item(units=10)
    actor = Actor(member_id=7, roles=frozenset({role})) if role else ANONYMOUS
    allowed = role in (Role.OWNER, Role.CATALOG, Role.STALL)
    before = everything(shop)
    for act in (lambda: do.receive(tee, 5, actor=actor), lambda: do.adjust(tee, -1, actor=actor),
                lambda: do.count(tee, 14, 14, actor=actor)):  # fmt: skip
        if allowed:
            act()
        else:
            with pytest.raises(Forbidden):
                act()
    assert (everything(shop) == before) is not allowed


def test_what_is_not_there_or_not_counted_is_not_found(shop, do):
    download = shop.make_item(kind=Kind.DIGITAL)
    before = everything(shop)
    for nothing in (download, 10**9):
        with pytest.raises(NotFound, match="We count no units of such a thing"):
            do.receive(nothing, 5)
    assert everything(shop) == before


def test_a_movement_cannot_be_changed_or_deleted(shop, do):
    tee = shop.make_item(units=10)
    do.receive(tee, 5)
    for statement in ("UPDATE stock_movement SET quantity = 50", "DELETE FROM stock_movement"):
        with pytest.raises(DBAPIError, match="stock_movement is append-only"):
            shop.write(statement)
    assert movements(shop, tee) == [("receive", 5, "Because", "member:1")]


@pytest.mark.parametrize("broken", ["stock_movement", "audit_entry"])
def test_when_one_part_cannot_be_written_nothing_is(shop, do, broken):
    tee = shop.make_item(units=3)
    before = everything(shop)
    with refusing_rows(shop, broken), pytest.raises(DBAPIError):
        do.receive(tee, 5)
    assert everything(shop) == before


def test_the_shop_itself_may_do_everything_and_says_that_it_was_the_shop(shop, do):
    tee = shop.make_item(units=3)
    do.receive(tee, 1, actor=SYSTEM)
    assert movements(shop, tee) == [("receive", 1, "Because", "system")]


def test_what_the_open_checkout_of_a_bag_holds_is_there_for_that_bag_alone_until_it_is_paid(shop):
    tee, tape = shop.make_item(units=5), shop.make_item(units=3)
    session = shop.check_out(shop.visitor_with(tee, quantity=2))
    bag = shop.value("SELECT cart_id FROM checkout")
    shop.check_out(shop.visitor_with(tee), email="ben@example.com")
    ((bens, checkout),) = shop.rows("SELECT cart_id, id FROM checkout WHERE email = 'ben@example.com'")

    def available(cart_id):
        with shop.db.reader() as reader:
            return repository.available(reader, [tee, tape, 10**9], cart_id)

    assert available(None) == available("another") == {tee: 2, tape: 3, 10**9: 0}
    assert available(bag) == {tee: 4, tape: 3, 10**9: 0}
    shop.pay(session)
    shop.deliver()
    assert available(bag) == {tee: 2, tape: 3, 10**9: 0}
    assert available(bens) == {tee: 3, tape: 3, 10**9: 0}
    shop.visitor_with(tape)
    third = shop.value("SELECT cart_id FROM cart_line WHERE variant_id = :id", id=tape)
    held = shop.rows("SELECT id, cart_id FROM hold WHERE cart_id IS NULL")
    shop.db.run(lambda writing: repository.move_holds(writing, [checkout], third))
    assert (available(bens)[tee], available(third)[tee]) == (2, 3)
    assert shop.rows("SELECT id, cart_id FROM hold WHERE cart_id IS NULL") == held


def test_what_leaves_must_be_on_the_shelf_and_bought_by_whom_it_is_sent_to(shop, do):
    tee = shop.make_item(units=5)
    buy(shop, tee, "ana@example.com", quantity=2)
    buy(shop, tee, "ben@example.com", quantity=1)
    ana = shop.value("SELECT id FROM checkout WHERE email = 'ana@example.com'")

    def left(quantity):
        """(on_hand, reserved, shipped of Ana's, of Ben's) after sending so many to Ana, or None; then all is undone."""
        seen, now = [], shop.clock()

        def work(session):
            refused = repository.ship(session, ana, {tee: quantity}, reason="r", actor="a", now=now)
            level = session.execute(text("SELECT on_hand, reserved FROM stock_level")).one()
            holds = session.scalars(text("SELECT shipped FROM hold ORDER BY quantity DESC")).all()
            seen.append(None if refused else (*level, *holds))
            raise ZeroDivisionError

        before = everything(shop)
        with pytest.raises(ZeroDivisionError):
            shop.db.run(work)
        assert everything(shop) == before
        return seen[0]

    assert (left(1), left(2), left(3)) == ((4, 2, 1, 0), (3, 1, 2, 0), None)
    do.count(tee, 1, 5)
    assert (left(1), left(2)) == ((0, 2, 1, 0), None)
    shop.write("UPDATE stock_level SET reserved = 2, on_hand = 5, short = 0")
    assert left(2) == (3, 0, 2, 0)
    shop.write("UPDATE stock_level SET reserved = 1")
    assert left(2) is None
    shop.write("UPDATE stock_level SET reserved = 3, on_hand = 1, short = 2")
