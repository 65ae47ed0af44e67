"""A delivery comes, the shelf is counted, something broke: staff write it down, and read what was written."""

import re

import pytest

from store.actors import SYSTEM, Actor, Role
from store.stock import service
from tests.functional.ours import QUANTITIES
from tests.shop import token


@pytest.fixture
def stall(shop):
    return shop.staff(Role.STALL)


def typed(**fields):
    return {"form_token": token(), "reason": "Because"} | fields


def kept(shop):
    """All that a form of these pages could have changed."""
    tables = ("stock_level", "stock_movement", "audit_entry", "attention")
    return {table: shop.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables}


def fields_of(page, form):
    """What a browser would send if nobody typed anything."""
    html = re.search(rf'<form[^>]*/{form}(?:\?[^"]*)?".*?</form>', page, re.S)[0]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", html)]
    chosen = [one for one in inputs if one.get("type") != "radio"]
    return {one["name"]: one.get("value", "") for one in chosen}


def test_a_delivery_is_one_click_and_one_number_away_from_the_list(shop, stall):
    tee = shop.make_item("Pitch Tee", units=3)
    page = stall.get("/admin/stock?q=pitch&show=low").text
    link = re.search(r'href="(/admin/stock/[^"]*)#receive-quantity"', page)[1].replace("&amp;", "&")
    form = fields_of(stall.get(link).text, "receive")
    assert form["reason"] == "Delivery"
    answer = stall.post(f"/admin/stock/{tee}/receive?q=pitch&show=low", data=form | {"quantity": "24"})
    assert (answer.status_code, answer.location) == (303, f"/admin/stock/{tee}?done=received&q=pitch&show=low")
    back = stall.get(answer.location).text
    assert '<p class="done" role="status">Received. 27 on hand now, 27 of them for sale.</p>' in back
    assert 'href="/admin/stock?q=pitch&amp;show=low"' in back
    assert shop.level(tee) == (27, 0)


def test_a_double_click_receives_once(shop, stall):
    tee = shop.make_item(units=3)
    form = fields_of(stall.get(f"/admin/stock/{tee}").text, "receive") | {"quantity": "24"}
    for _ in range(2):
        assert stall.post(f"/admin/stock/{tee}/receive", data=form).status_code == 303
    assert shop.level(tee) == (27, 0)


def test_what_broke_is_taken_away_and_what_turned_up_is_added(shop, stall):
    tee = shop.make_item(units=10)
    for direction, quantity, on_hand in (("take", "3", 7), ("add", "1", 8)):
        answer = stall.post(f"/admin/stock/{tee}/adjust", data=typed(direction=direction, quantity=quantity))
        assert (answer.status_code, answer.location) == (303, f"/admin/stock/{tee}?done=adjusted")
        assert shop.level(tee) == (on_hand, 0)


def test_what_is_promised_cannot_be_taken_and_what_was_typed_stays(shop, stall):
    tee = shop.make_item(units=5)
    shop.buy(tee, quantity=3)
    before = kept(shop)
    answer = stall.post(f"/admin/stock/{tee}/adjust", data=typed(direction="take", quantity="4", reason="Torn"))
    assert answer.status_code == 409
    assert "3 are promised to buyers and 5 are on the shelf, so at most 2 can be taken from it." in answer.text
    assert 'value="Torn"' in answer.text
    assert 'value="4"' in answer.text
    assert kept(shop) == before


def test_a_count_is_of_the_shelf_the_page_spoke_of(shop, stall):
    tee = shop.make_item(units=10)
    form = fields_of(stall.get(f"/admin/stock/{tee}").text, "count") | {"found": "9"}
    assert form["expected_on_hand"] == "10"
    stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="2"))
    before = kept(shop)
    refused = stall.post(f"/admin/stock/{tee}/count", data=form)
    assert refused.status_code == 409
    assert "The page said 10 on hand, and by now there should be 12." in refused.text
    assert kept(shop) == before
    again = fields_of(refused.text, "count")
    assert (again["expected_on_hand"], again["found"], again["reason"]) == ("12", "9", "Stocktake")
    answer = stall.post(f"/admin/stock/{tee}/count", data=again | {"found": "11"})
    assert (answer.status_code, answer.location) == (303, f"/admin/stock/{tee}?done=counted")
    assert shop.level(tee) == (11, 0)


def test_a_shelf_found_short_is_shown_as_such(shop, stall):
    tee = shop.make_item(units=3)
    shop.buy(tee, quantity=3)
    assert stall.post(f"/admin/stock/{tee}/count", data=typed(found="1", expected_on_hand="3")).status_code == 303
    assert '<span class="badge badge-bad">2 short</span>' in stall.get(f"/admin/stock/{tee}").text
    assert '<span class="badge badge-bad">2 short</span>' in stall.get("/admin/stock?show=short").text
    assert shop.attention() == ["stock_short"]


@pytest.mark.parametrize("number", [*[one for one in QUANTITIES if one != "100"], "", " ", "100001", "[1]", "true"])
def test_a_quantity_that_is_none_is_refused_beside_its_field(shop, stall, number):
    tee = shop.make_item(units=3)
    before = kept(shop)
    for form in ("receive", "adjust"):
        answer = stall.post(f"/admin/stock/{tee}/{form}", data=typed(quantity=number, direction="add"))
        assert answer.status_code == 422, form
        assert f'id="{form}-quantity-mistake">A whole number from 1 to 100000, please.' in answer.text
    if number != "0" and number != "100001":
        answer = stall.post(f"/admin/stock/{tee}/count", data=typed(found=number, expected_on_hand="3"))
        assert (answer.status_code, 'id="count-found-mistake"' in answer.text) == (422, True)
    assert kept(shop) == before


def test_a_form_without_reason_direction_or_token_is_refused(shop, stall):
    tee = shop.make_item(units=3)
    before = kept(shop)
    whole = typed(quantity="1", direction="add", found="3", expected_on_hand="3")
    for form, missing in [
        ("receive", "reason"), ("adjust", "reason"), ("count", "reason"), ("adjust", "direction"),
        ("receive", "form_token"), ("adjust", "form_token"), ("count", "form_token"), ("count", "expected_on_hand"),
    ]:  # fmt: skip
        sent = {name: text for name, text in whole.items() if name != missing}
        assert stall.post(f"/admin/stock/{tee}/{form}", data=sent).status_code == 422, (form, missing)
    assert kept(shop) == before


def test_a_form_changes_nothing_but_what_it_asks_for(shop, stall):
    tee, tape = shop.make_item(units=3), shop.make_item(units=3)
    more = {
        "on_hand": 999, "reserved": 9, "short": 9, "backorder_limit": 9, "variant_id": tape, "actor": "member:99",
        "kind": "count", "request_key": "mine", "created_at": "2001-01-01", "id": 1, "seq": 1, "found": 99, "price": 1,
    }  # fmt: skip
    assert stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="2") | more).status_code == 303
    assert shop.rows("SELECT variant_id, on_hand, reserved, short, backorder_limit FROM stock_level ORDER BY 1") == [
        (tee, 5, 0, 0, 0), (tape, 3, 0, 0, 0),
    ]  # fmt: skip
    newest = "SELECT variant_id, kind, quantity, actor FROM stock_movement ORDER BY id DESC LIMIT 1"
    member = shop.value("SELECT id FROM member")
    assert shop.rows(newest) == [(tee, "receive", 2, f"member:{member}")]


def test_the_list_narrows_searches_and_pages(shop, stall):
    for number in range(52):
        shop.make_item(f"Item {number:02}", units=number)
    first = stall.get("/admin/stock").text
    assert (first.count("<tr>"), "Item 00" in first, "Item 50" in first) == (51, True, False)
    following = re.search(r'rel="next"[^>]*href="([^"]*)"', first)[1]
    second = stall.get(following).text
    assert (second.count("<tr>"), "Item 50" in second, "Item 51" in second, "Item 49" in second) == (
        3,
        True,
        True,
        False,
    )
    assert stall.get("/admin/stock?show=sold-out").text.count("<tr>") == 2
    assert stall.get("/admin/stock?show=low").text.count("<tr>") == 1 + shop.settings.low_stock
    assert stall.get("/admin/stock?q=item+07").text.count("<tr>") == 2
    assert "Nothing here matches." in stall.get("/admin/stock?q=%25").text
    for nonsense in ("?show=all-of-it", "?after=x", "?after=99999999999999999999", "?show=&q="):
        assert stall.get(f"/admin/stock{nonsense}").status_code == 200
    assert stall.get("/admin/stock?after=123456").text.count("<tr>") == 0


def test_the_list_can_be_taken_along_and_no_cell_of_it_is_a_formula(shop, stall):
    shop.make_item("=1+1 Tee", units=3)
    answer = stall.get("/admin/stock/levels.csv?q=tee")
    sku = shop.value("SELECT sku FROM variant")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert re.fullmatch(r"attachment; filename=stock-\d{4}-\d\d-\d\d\.csv", answer.headers["Content-Disposition"])
    assert answer.text == (
        f"\ufeffsku,title,variant,on_hand,promised,for_sale,short,status\r\n{sku},'=1+1 Tee,,3,0,3,0,active\r\n"
    )


def test_holds_name_their_buyers_only_to_those_who_may_read_orders(shop):
    tee = shop.make_item(units=9)
    shop.buy(tee, quantity=2)
    shop.check_out(shop.visitor_with(tee), email="cleo@example.com")
    number = shop.value('SELECT number FROM "order"')
    packer, stall = shop.staff(Role.PACKER), shop.staff(Role.STALL)
    page = packer.get(f"/admin/stock/{tee}").text
    assert f'<a href="/admin/orders/{number}">{number}</a>' in page
    assert ("ana@example.com" in page, "cleo@example.com" in page, "Unpaid checkout" in page) == (True, True, True)
    page = stall.get(f"/admin/stock/{tee}").text
    assert (number in page, "ana@example.com" in page, "cleo@example.com" in page) == (True, False, False)


def test_movements_say_who_moved_them_and_go_on_on_another_page(shop, stall):
    tee = shop.make_item(units=1)
    for number in range(51):
        stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="1", reason=f"Box {number}"))
    page = stall.get(f"/admin/stock/{tee}").text
    assert ("Box 50" in page, "Box 1<" in page, "Box 0<" in page) == (True, True, False)
    assert "staff1@example.com" in page
    older = stall.get(re.search(r'rel="next"[^>]*href="([^"]*)"', page)[1].replace("&amp;", "&")).text
    assert ("Box 0<" in older, "Box 1<" in older, ">test<" in older) == (True, False, True)


def test_only_who_may_write_stock_is_shown_forms_and_may_send_them(shop):
    tee = shop.make_item(units=9)
    packer = shop.staff(Role.PACKER)
    page = packer.get(f"/admin/stock/{tee}")
    assert (page.status_code, "/receive" in page.text, "#receive" in packer.get("/admin/stock").text) == (
        200, False, False,
    )  # fmt: skip
    refunds = shop.staff(Role.REFUNDS)
    before = kept(shop)
    for path in ("/admin/stock", f"/admin/stock/{tee}", "/admin/stock/levels.csv"):
        assert refunds.get(path).status_code == 403
    for who in (packer, refunds):
        for form in ("receive", "adjust", "count"):
            sent = typed(quantity="1", direction="add", found="1", expected_on_hand="9")
            assert who.post(f"/admin/stock/{tee}/{form}", data=sent).status_code == 403
    assert kept(shop) == before


def test_members_learn_of_no_such_pages_and_strangers_are_asked_to_sign_in(shop):
    tee = shop.make_item(units=9)
    member = shop.member()
    for path in ("/admin/stock", f"/admin/stock/{tee}", "/admin/stock/levels.csv", "/admin/history"):
        assert member.get(path).status_code == 404
        assert shop.visitor().get(path).location.startswith(f"/sign-in?next={path}")
    assert member.post(f"/admin/stock/{tee}/receive", data=typed(quantity="1")).status_code == 404
    assert shop.level(tee) == (9, 0)


def test_a_form_without_the_sessions_token_is_refused(shop, stall):
    tee = shop.make_item(units=9)
    stall.token = None
    answer = stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="1"))
    assert (answer.status_code >= 400, shop.level(tee)) == (True, (9, 0))


def test_what_is_not_there_is_not_found(shop, stall):
    for path in ("/admin/stock/999", "/admin/stock/0", "/admin/stock/x", "/admin/stock/99999999999999999999"):
        assert stall.get(path).status_code == 404
    assert stall.post("/admin/stock/999/receive", data=typed(quantity="1")).status_code == 404


def test_the_history_tells_who_changed_what_from_what_to_what(shop, stall):
    tee, tape = shop.make_item(units=3), shop.make_item(units=3)
    stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="24", reason="Delivery <114>"))
    stall.post(f"/admin/stock/{tape}/receive", data=typed(quantity="1"))
    reports = shop.staff(Role.REPORTS)
    page = reports.get("/admin/history")
    assert page.status_code == 200
    assert page.text.index(f">variant:{tape}<") < page.text.index(f">variant:{tee}<")
    one = reports.get(f"/admin/history?subject=variant:{tee}").text
    for words in ("stock: receive", "staff1@example.com", "<del>3</del>", "27", "Delivery &lt;114&gt;"):
        assert words in one
    assert f">variant:{tape}<" not in one
    assert "Nobody has changed product:7" in reports.get("/admin/history?subject=product:7").text
    assert stall.get("/admin/history").status_code == 403


def test_the_history_goes_on_page_by_page(shop, stall):
    tee = shop.make_item(units=3)
    for number in range(51):
        stall.post(f"/admin/stock/{tee}/receive", data=typed(quantity="1", reason=f"Box {number}"))
    owner = shop.staff(Role.OWNER)
    page = owner.get("/admin/history").text
    assert ("Entry 51<" in page, "Entry 2<" in page, "Entry 1<" in page) == (True, True, False)
    older = owner.get(re.search(r'rel="next"[^>]*href="([^"]*)"', page)[1].replace("&amp;", "&")).text
    assert ("Entry 1<" in older, "Entry 2<" in older) == (True, False)
    for nonsense in ("?before=x", "?before=99999999999999999999", "?subject=%F0%9F%8E%A7", "?subject="):
        assert owner.get(f"/admin/history{nonsense}").status_code == 200


def test_the_history_names_the_shop_itself_and_those_who_are_gone(shop):
    tee = shop.make_item(units=3)
    for actor in (SYSTEM, Actor(member_id=999, roles=frozenset({Role.OWNER}))):
        service.receive(shop.db, actor, tee, 1, reason="Why", request_key=token(), now=shop.clock())
    page = shop.staff(Role.OWNER).get("/admin/history").text
    assert ("the shop itself" in page, "member 999, since gone" in page) == (True, True)
