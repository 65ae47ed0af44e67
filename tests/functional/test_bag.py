"""A bag takes what is for sale, in numbers that make sense, from the one it belongs to."""

from itsdangerous import Signer

from store.catalog.models import Status
from tests.functional.ours import QUANTITIES, assert_page, bags, everything

NO_SUCH = "We have no such item for sale."
HOW_MANY = "A whole number from {} to 99, please."


def add(client, variant, **more):
    return client.post("/cart/lines", data={"variant": variant} | more)


def line_of(shop):
    return shop.value("SELECT id FROM cart_line")


def test_no_quantity_but_a_small_whole_number_is_put_in_a_bag(shop):
    tee, client = shop.make_item(), shop.visitor()
    for quantity in QUANTITIES:
        assert_page(add(client, tee, quantity=quantity), 422, HOW_MANY.format(1))
    assert bags(shop) == []
    assert client.get_cookie("bag") is None


def test_no_quantity_but_a_small_whole_number_changes_a_line(shop):
    client = shop.visitor_with(shop.make_item(), quantity=2)
    before = everything(shop)
    for quantity in [*QUANTITIES[1:], ""]:
        answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": quantity})
        assert_page(answer, 422, HOW_MANY.format(0), "Tee")
    assert everything(shop) == before


def test_zero_takes_a_line_out(shop):
    client = shop.visitor_with(shop.make_item())
    assert client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "0"}).status_code == 303
    assert bags(shop) == []
    assert client.get_cookie("bag_count").value == "0"


def test_the_same_item_twice_is_one_line(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee, quantity=2)
    add(client, tee, quantity="3")
    assert [row[1:] for row in bags(shop)] == [(tee, 5)]
    assert client.get_cookie("bag_count").value == "5"


def test_a_variant_goes_into_the_bag_by_its_sku_as_well(shop):
    tee, client = shop.make_item(), shop.visitor()
    sku = shop.value("SELECT sku FROM variant")
    assert add(client, sku).status_code == 303
    assert [row[1:] for row in bags(shop)] == [(tee, 1)]


def test_what_we_do_not_have_is_not_put_in_a_bag(shop):
    shop.make_item()
    client = shop.visitor()
    for nonsense in ("0", "-1", "1.5", "999999", str(2**63), "9" * 64, "NMX-999", "' OR 1=1 --", "１", "null", "%"):
        assert_page(add(client, nonsense), 422, NO_SUCH)
    assert (bags(shop), client.get_cookie("bag")) == ([], None)


def test_a_form_without_a_variant_asks_for_one(shop):
    for data in ({}, {"variant": ""}, {"variant": "  "}, {"quantity": "1"}):
        assert_page(shop.visitor().post("/cart/lines", data=data), 422, "Choose one of the items on the page.")
    assert_page(add(shop.visitor(), "9" * 5000), 422, "At most 64 characters, please.")
    assert bags(shop) == []


def test_what_is_not_on_sale_yet_or_any_more_is_answered_like_what_never_was(shop):
    hidden = [
        shop.make_item("Secret draft", status=Status.DRAFT),
        shop.make_item("Secret without a date", published=False),
        shop.make_item("Secret of tomorrow"),
        shop.make_item("Secret of yesterday"),
        shop.make_item("Secret archived", status=Status.ARCHIVED),
    ]
    product = "(SELECT product_id FROM variant WHERE id = :id)"
    tomorrow, yesterday = shop.clock().replace(year=2099), shop.clock().replace(year=2020)
    shop.write(f"UPDATE product SET published_at = :at WHERE id = {product}", at=tomorrow, id=hidden[2])
    shop.write(f"UPDATE product SET withdrawn_at = :at WHERE id = {product}", at=yesterday, id=hidden[3])
    unknown = add(shop.visitor(), "424242")
    for variant in hidden:
        sku = shop.rows("SELECT sku FROM variant WHERE id = :id", id=variant)[0][0]
        for reference in (variant, sku):
            answer = add(shop.visitor(), reference)
            assert (answer.status_code, answer.text) == (422, unknown.text)
    assert bags(shop) == []


def test_no_more_goes_into_a_bag_than_there_is(shop):
    tee, client = shop.make_item(units=3), shop.visitor()
    assert_page(add(client, tee, quantity="4"), 409, "Only 3 left of Tee. Your bag is as it was.")
    assert bags(shop) == []
    assert add(client, tee, quantity="2").status_code == 303
    assert_page(add(client, tee, quantity="2"), 409, "Only 3 left of Tee. Your bag is as it was.")
    answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "4"})
    assert_page(answer, 409, "Only 3 left of Tee. Your bag is as it was.")
    assert [row[1:] for row in bags(shop)] == [(tee, 2)]
    assert shop.level(tee) == (3, 0)


def test_what_is_sold_out_is_not_put_in_a_bag(shop):
    tee = shop.make_item(units=0)
    assert_page(add(shop.visitor(), tee), 409, "Tee is sold out.")
    assert bags(shop) == []


def test_99_of_one_item_is_the_most(shop):
    tee = shop.make_item(units=500)
    client = shop.visitor_with(tee, quantity=99)
    assert_page(add(client, tee), 409, "99 of one item is the most a bag takes.")
    assert [row[1:] for row in bags(shop)] == [(tee, 99)]


def test_a_bag_holds_90_different_items(shop):
    client = shop.visitor_with(*[shop.make_item(f"Item {n}") for n in range(90)])
    assert_page(add(client, shop.make_item()), 409, "A bag holds 90 different items. Check out with these first.")
    assert len(bags(shop)) == 90


def test_a_price_that_is_posted_along_is_ignored(shop):
    tee, client = shop.make_item(price=3400), shop.visitor()
    posted = dict.fromkeys(("price", "unit_amount", "unit_price", "price_seen", "total", "currency"), "1")
    assert add(client, tee, **posted).status_code == 303
    assert shop.value("SELECT price_seen FROM cart_line") == 3400
    assert "$34.00" in client.get("/cart").text


def test_nobody_changes_a_line_of_somebody_elses_bag(shop):
    tee = shop.make_item()
    shop.visitor_with(tee, quantity=2)
    theirs = line_of(shop)
    stranger, other = shop.visitor(), shop.visitor_with(shop.make_item("Other"))
    before = everything(shop)
    for client in (stranger, other):
        for quantity in ("0", "9"):
            answer = client.post(f"/cart/lines/{theirs}", data={"quantity": quantity})
            assert answer.status_code == 404
            assert "Tee" not in answer.text.partition('id="instead"')[0]
    assert everything(shop) == before


def test_a_line_number_that_is_none_is_a_page_that_is_not_there(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for line in ("0", "-1", "1.5", "01", "x", str(10**18), str(2**63), "9" * 5000, "١"):
        assert_page(client.post(f"/cart/lines/{line}", data={"quantity": "0"}), 404)
    assert everything(shop) == before


def test_a_bag_opens_only_to_the_cookie_we_signed(shop):
    victim = shop.visitor_with(shop.make_item())
    genuine = victim.get_cookie("bag").value
    bag = bags(shop)[0][0]
    forged = [
        bag, f"{bag}.", f"{bag}.AAAA", genuine[:-2], f"x{genuine}", genuine.swapcase(), "", ".", "ä.ö", "a" * 4000,
        Signer("another key", salt="bag").sign(bag).decode(),
        Signer(shop.settings.secret_key, salt="other").sign(bag).decode(),
        Signer(shop.settings.secret_key, salt="private order link", sep=".").sign(bag).decode(),
    ]  # fmt: skip
    before = everything(shop)
    client = shop.app.test_client(use_cookies=False)
    for value in forged:
        headers = {"Cookie": f"bag={value}"}
        assert_page(client.get("/cart", headers=headers), 200, "Nothing in your bag yet")
        answer = client.post(f"/cart/lines/{line_of(shop)}", data={"quantity": "0"}, headers=headers)
        assert answer.status_code == 404
    assert_page(client.get("/cart", headers={"Cookie": f"bag={genuine}"}), 200, "Tee")
    assert everything(shop) == before


def test_who_comes_with_a_forged_cookie_gets_a_bag_of_their_own(shop):
    tee = shop.make_item()
    shop.visitor_with(tee)
    ((bag, *_),) = bags(shop)
    thief = shop.visitor()
    thief.set_cookie("bag", f"{bag}.forged")
    assert add(thief, tee).status_code == 303
    assert len({row[0] for row in bags(shop)}) == 2
    assert not thief.get_cookie("bag").value.startswith(bag)


def test_a_bag_that_was_tidied_away_begins_anew(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    line = line_of(shop)
    shop.write("DELETE FROM cart_line")
    shop.write("DELETE FROM cart")
    assert_page(client.get("/cart"), 200, "Nothing in your bag yet")
    assert_page(client.post(f"/cart/lines/{line}", data={"quantity": "1"}), 404, "This bag is no longer there.")
    assert add(client, tee).status_code == 303
    assert [row[1:] for row in bags(shop)] == [(tee, 1)]


def test_a_script_is_told_in_the_fragment_it_asked_for(shop):
    client = shop.visitor()
    answer = client.post("/cart/lines", data={"variant": "424242"}, headers={"X-Fragment": "bag"})
    assert (answer.status_code, NO_SUCH in answer.text, "<html" in answer.text) == (422, True, False)


def test_a_bag_says_what_has_changed_since(shop):
    tee, cap = shop.make_item("Tee", price=7200), shop.make_item("Cap", units=5)
    client = shop.visitor_with(tee)
    add(client, cap, quantity="4")
    shop.set_price(tee, 7600)
    shop.check_out(shop.visitor_with(cap, quantity=2))
    page = client.get("/cart")
    assert_page(page, 200, "Tee now costs $76, not $72.", "Only 3 left of Cap. Change the quantity to go on.")
    assert "Mend the marked lines first" in page.text
