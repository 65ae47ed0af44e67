"""What staff read about stock, on both databases."""

from store.catalog.models import Kind
from store.stock.reports import Show, get_stocked, list_held, list_movements, list_stock
from tests.integration.stocking import buy, order_of


def test_the_list_finds_by_title_label_and_sku_and_takes_signs_as_they_are(shop):
    tee, tape = shop.make_item("Pitch Tee"), shop.make_item("100% Night Tape")
    shop.write("UPDATE variant SET label = 'Black, L' WHERE id = :id", id=tee)
    shop.make_item("A download", kind=Kind.DIGITAL)

    def found(words, show=Show.ALL):
        with shop.db.reader() as reader:
            return [item.variant_id for item in list_stock(reader, words, show, 5, None, 50)]

    assert found("") == [tape, tee]
    assert found("pitch") == found("black TEE") == found("nmx-100") == [tee]
    assert found("100%") == [tape]
    assert found("_") == found("100_") == found("pitch tape") == []


def test_the_list_is_narrowed_to_what_is_low_sold_out_or_short(shop, do):
    gone, low, plenty, short = (shop.make_item(f"Item {n}", units=n) for n in (0, 5, 6, 9))
    buy(shop, short, "ana@example.com", quantity=3)
    do.count(short, 2, 9)
    archived = shop.make_item("Old", units=0)
    shop.write("UPDATE product SET status = 'archived' WHERE title = 'Old'")
    with shop.db.reader() as reader:
        found = {show: [item.variant_id for item in list_stock(reader, "", show, 5, None, 50)] for show in Show}
    assert found == {
        Show.ALL: [gone, low, plenty, short, archived],
        Show.LOW: [low],
        Show.SOLD_OUT: [gone, short],
        Show.SHORT: [short],
    }


def test_the_list_goes_on_behind_its_last_variant(shop):
    items = [shop.make_item("Same title") for _ in range(5)]
    seen, after = [], None
    with shop.db.reader() as reader:
        while page := list_stock(reader, "", Show.ALL, 5, after, 2):
            seen += [item.variant_id for item in page]
            after = page[-1].variant_id
    assert seen == items


def test_holds_say_whose_they_are_and_until_when(shop):
    tee = shop.make_item(units=9)
    shop.check_out(shop.visitor_with(tee), email="cleo@example.com")
    buy(shop, tee, "ana@example.com", quantity=2)
    with shop.db.reader() as reader:
        ana, cleo = list_held(reader, tee, 50)
        item = get_stocked(reader, tee)
    assert (ana.order, ana.email, ana.quantity) == (order_of(shop, "ana@example.com"), "ana@example.com", 2)
    assert (cleo.order, cleo.email, cleo.checkout_state) == (None, "cleo@example.com", "open")
    ends_at = shop.value("SELECT hold_ends_at FROM checkout WHERE email = 'cleo@example.com'")
    assert str(ends_at)[:19] == str(cleo.ends_at)[:19]
    assert (item.level.on_hand, item.level.reserved, item.level.available) == (9, 3, 6)


def test_movements_are_listed_newest_first_and_page_by_page(shop, do):
    tee = shop.make_item(units=1)
    for quantity in (2, 3, 4):
        do.receive(tee, quantity)
    with shop.db.reader() as reader:
        first = list_movements(reader, tee, None, 2)
        rest = list_movements(reader, tee, first[-1].id, 10)
    assert [movement.quantity for movement in [*first, *rest]] == [4, 3, 2, 1]
