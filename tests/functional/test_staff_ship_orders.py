"""Staff look through the orders, pack one, send it in two parcels and write a note."""

import re

import pytest

from store.actors import Role
from store.catalog.models import Kind
from tests.functional.ours import assert_page
from tests.functional.test_query_counts import count
from tests.integration.parcels import buy, everything, lines, ship, state
from tests.shop import token


def admin(number, *path):
    return "/".join(["/admin/orders", number, *path])


def parcel(shop, number, *units, **more):
    """The fields of the ship form, as its page renders them."""
    fields = {f"units-{line}": str(count) for line, count in zip(lines(shop, number), units, strict=True)}
    return {"carrier": "USPS", "carrier_name": "", "tracking": "9400", "form_token": token()} | fields | more


def assert_staff_page(answer, status, *sentences):
    assert answer.status_code == status, answer.request.path
    assert '<nav class="areas" aria-label="Staff">' in answer.text
    text = re.sub(r"\s+", " ", answer.text)
    for sentence in sentences:
        assert sentence in text, sentence


def test_a_packer_packs_an_order_and_sends_it_in_two_parcels(shop):
    tee, cap = shop.make_item("Pitch Control Tee"), shop.make_item("Booth Cap")
    number, packer = buy(shop, tee, cap), shop.staff(Role.PACKER)

    listed = packer.get("/admin/orders")
    assert_staff_page(
        listed, 200, number, "Ana Ruiz", "Brooklyn, United States", "1 ×</b> Pitch Control Tee", "Delivery to US"
    )
    page = packer.get(admin(number))
    assert_staff_page(page, 200, "12 Groove St", "$74.50", "To pack", "Mark packed", "Ship this parcel")
    assert shop.value("SELECT payment_intent FROM payment") in page.text
    assert page.text.count('value="1"') >= 2

    answer = packer.post(admin(number, "pack"), data={"form_token": token()})
    assert (answer.status_code, answer.location) == (303, f"{admin(number)}?done=packed")
    page = packer.get(answer.location)
    assert_staff_page(page, 200, 'role="status">Marked packed.</p>', "staff1@example.com")
    assert "Mark packed" not in page.text

    answer = packer.post(admin(number, "ship"), data=parcel(shop, number, 1, 0))
    assert (answer.status_code, answer.location) == (303, f"{admin(number)}?done=shipped")
    assert_staff_page(packer.get(answer.location), 200, "The parcel is noted", "Part shipped", "Shipped 1 unit")
    listed = packer.get("/admin/orders").text
    assert ("Booth Cap" in listed, "Pitch Control Tee" in listed, "Part shipped" in listed) == (True, False, True)

    van = parcel(shop, number, 0, 1, carrier="other", carrier_name="Anna's van", tracking="")
    assert packer.post(admin(number, "ship"), data=van).status_code == 303
    assert (state(shop, number), shop.level(tee), shop.level(cap)) == ("shipped", (9, 0), (9, 0))
    assert shop.rows("SELECT carrier, tracking FROM shipment ORDER BY id") == [("USPS", "9400"), ("Anna's van", "")]
    page = packer.get(admin(number))
    assert_staff_page(page, 200, "with Anna&#39;s van")
    assert "Ship this parcel" not in page.text
    assert_staff_page(packer.get("/admin/orders"), 200, "Nothing waits to be packed.")
    assert number in packer.get("/admin/orders?state=shipped").text
    shop.worker.drain()
    assert len([mail for mail in shop.mails() if "shipped" in mail.subject]) == 2


def test_a_double_click_ships_once(shop):
    tee = shop.make_item()
    number, packer = buy(shop, tee, quantity=3), shop.staff(Role.PACKER)
    form = parcel(shop, number, 1)
    answers = [packer.post(admin(number, "ship"), data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (shop.level(tee), shop.value("SELECT COUNT(*) FROM shipment")) == ((9, 2), 1)


def test_two_packers_with_the_same_page_open_are_told_of_each_other(shop):
    number = buy(shop, shop.make_item())
    ann, bob = shop.staff(Role.PACKER), shop.staff(Role.PACKER)
    assert ann.post(admin(number, "ship"), data=parcel(shop, number, 1)).status_code == 303
    before = everything(shop)
    late = bob.post(admin(number, "ship"), data=parcel(shop, number, 1))
    assert_staff_page(late, 409, "All of this order has been shipped already. Look at its timeline for the parcel.")
    assert_staff_page(bob.post(admin(number, "pack"), data={"form_token": token()}), 409, "shipped already")
    assert everything(shop) == before


def test_too_many_units_are_a_conflict_and_what_was_typed_stays(shop):
    number, packer = buy(shop, shop.make_item()), shop.staff(Role.PACKER)
    before = everything(shop)
    answer = packer.post(admin(number, "ship"), data=parcel(shop, number, 2, carrier="DHL", tracking="JD 014"))
    assert_staff_page(answer, 409, "The parcel holds more than is left to ship.", 'value="JD 014"', 'value="2"')
    assert '<option value="DHL" selected>' in answer.text
    assert everything(shop) == before


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"carrier": ""}, "Who carries it?"),
        ({"carrier": "Pigeon"}, "Choose a carrier from the list."),
        ({"carrier": "other"}, "Who carries it, if none of the list?"),
        ({"tracking": "1" * 65}, "At most 64 characters, please."),
        ({"tracking": "1\n2"}, "One line of plain text, please."),
        ({"form_token": ""}, "This form has no token."),
        ({"units": "-1"}, "A whole number from 0 to 100000, please."),
        ({"units": "1.5"}, "A whole number from 0 to 100000, please."),
        ({"units": "9" * 30}, "A whole number from 0 to 100000, please."),
    ],
)
def test_a_form_with_a_mistake_says_what_to_mend_and_ships_nothing(shop, bad, sentence):
    number, packer = buy(shop, shop.make_item()), shop.staff(Role.PACKER)
    before = everything(shop)
    units, rest = bad.get("units", "1"), {name: text for name, text in bad.items() if name != "units"}
    form = parcel(shop, number, units, **rest)
    answer = packer.post(admin(number, "ship"), data=form)
    assert_staff_page(answer, 422, sentence, "Nothing is saved yet.")
    assert everything(shop) == before


@pytest.mark.parametrize("nothing", [{}, {"units-0": "1"}, {"units-x": "1"}, {"units-": "1"}])
def test_a_form_without_units_is_an_empty_parcel(shop, nothing):
    number, packer = buy(shop, shop.make_item()), shop.staff(Role.PACKER)
    form = {"carrier": "USPS", "form_token": token()} | nothing
    assert_staff_page(packer.post(admin(number, "ship"), data=form), 409, "The parcel is empty.")


def test_units_of_another_order_are_refused(shop):
    number, other, packer = buy(shop, shop.make_item()), buy(shop, shop.make_item()), shop.staff(Role.PACKER)
    before = everything(shop)
    answer = packer.post(admin(number, "ship"), data=parcel(shop, other, 1))
    assert_staff_page(answer, 409, "something that is not of this order")
    assert everything(shop) == before


def test_a_note_is_for_staff_only(shop):
    number, manager = buy(shop, shop.make_item()), shop.staff(Role.ORDERS)
    words = "Moved to <b>Ohio</b>.\nAsk before shipping."
    answer = manager.post(admin(number, "notes"), data={"text": words, "form_token": token()})
    assert (answer.status_code, answer.location) == (303, f"{admin(number)}?done=noted")
    page = manager.get(answer.location)
    assert_staff_page(page, 200, "Your note is on the timeline.", "Moved to &lt;b&gt;Ohio&lt;/b&gt;.")
    shop.worker.drain()
    buyers = re.search(r'href="(/o/[^"]+)"', page.text)[1]
    assert "Ohio" not in shop.visitor().get(buyers).text
    assert all("Ohio" not in mail.text + mail.html for mail in shop.mails())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Write the note first."), ("   ", "Write the note first."), ("x" * 2001, "At most 2000"), ("a\x07", "Plain")],
)
def test_a_note_that_is_none_is_not_written(shop, text, sentence):
    number, manager = buy(shop, shop.make_item()), shop.staff(Role.ORDERS)
    answer = manager.post(admin(number, "notes"), data={"text": text, "form_token": token()})
    assert_staff_page(answer, 422, sentence)
    assert shop.value("SELECT COUNT(*) FROM order_event WHERE kind = 'note'") == 0


def test_pages_show_only_what_somebody_may_do(shop):
    number = buy(shop, shop.make_item())
    seen = {}
    for role in (Role.REFUNDS, Role.PACKER, Role.ORDERS):
        page = shop.staff(role).get(admin(number)).text
        seen[role] = ("Ship this parcel" in page, "Mark packed" in page, "Add note" in page)
    assert seen == {
        Role.REFUNDS: (False, False, False), Role.PACKER: (True, True, False), Role.ORDERS: (True, True, True)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.OWNER, [200, 200, 303, 303, 303]),
        (Role.ORDERS, [200, 200, 303, 303, 303]),
        (Role.PACKER, [200, 200, 303, 303, 403]),
        (Role.REFUNDS, [200, 200, 403, 403, 403]),
        (Role.CATALOG, [403] * 5),
        (Role.REPORTS, [403] * 5),
        (Role.STALL, [403] * 5),
        (None, [404] * 5),
        ("stranger", [303] * 5),
    ],
)
def test_who_may_see_and_do_what(shop, role, statuses):
    number = buy(shop, shop.make_item())
    asking = shop.visitor() if role == "stranger" else shop.staff(role) if role else shop.member()
    before = everything(shop)
    answers = [
        asking.get("/admin/orders"),
        asking.get(admin(number)),
        asking.post(admin(number, "pack"), data={"form_token": token()}),
        asking.post(admin(number, "ship"), data=parcel(shop, number, 1)),
        asking.post(admin(number, "notes"), data={"text": "A note.", "form_token": token()}),
    ]
    assert [answer.status_code for answer in answers] == statuses
    if role in (Role.REFUNDS, Role.CATALOG, Role.REPORTS, Role.STALL, None, "stranger"):
        assert everything(shop) == before
    if role == "stranger":
        assert all(answer.location.startswith("/sign-in") for answer in answers)


def test_an_order_nobody_has_is_a_page_that_is_not_there(shop):
    owner = shop.staff(Role.OWNER)
    for answer in (
        owner.get(admin("NM-NOBODY")),
        owner.post(admin("NM-NOBODY", "pack"), data={"form_token": token()}),
        owner.post(admin("NM-NOBODY", "ship"), data={"carrier": "USPS", "form_token": token(), "units-1": "1"}),
        owner.post(admin("NM-NOBODY", "notes"), data={"text": "Who?", "form_token": token()}),
    ):
        assert_page(answer, 404, "We know no order of that number.")


def test_the_list_pages_searches_and_counts(shop):
    tee = shop.make_item("Tee", units=10)
    numbers = [buy(shop, tee) for _ in range(3)]
    ship(shop, numbers[0])
    owner = shop.staff(Role.OWNER)
    page = owner.get("/admin/orders").text
    assert [page.index(number) for number in numbers[1:]] == sorted(page.index(number) for number in numbers[1:])
    assert numbers[0] not in page
    assert re.findall(r'class="count num">(\d+)', page) == ["2", "0", "1", "0", "3"]
    assert_staff_page(owner.get("/admin/orders?state=money-back"), 200, "No order was refunded or disputed.")
    found = owner.get(f"/admin/orders?state=all&q={numbers[0][3:].lower()}").text
    assert [number in found for number in numbers] == [True, False, False]
    empty = owner.get("/admin/orders?q=%3Cscript%3E").text
    assert "No order in this list fits “&lt;script&gt;”." in empty
    assert_staff_page(owner.get("/admin/orders?state=nonsense&after=nobody&q=" + "%25" * 2000), 200)


def test_what_may_not_leave_says_why(shop):
    number, owner = buy(shop, shop.make_item()), shop.staff(Role.OWNER)
    shop.write("UPDATE \"order\" SET payment_state = 'charged_back'")
    page = owner.get(admin(number))
    assert_staff_page(page, 200, "The bank has taken the payment of this order back", "Charged back")
    assert ("Ship this parcel" in page.text, "Mark packed" in page.text) == (False, False)
    assert number not in owner.get("/admin/orders").text
    assert "Charged back" in owner.get("/admin/orders?state=all").text
    shop.write("UPDATE \"order\" SET payment_state = 'paid'")  # as its refunds and disputes say


def test_an_order_of_downloads_has_nothing_to_ship(shop):
    number, owner = buy(shop, shop.make_item("Liner notes", kind=Kind.DIGITAL)), shop.staff(Role.OWNER)
    page = owner.get(admin(number))
    assert_staff_page(page, 200, "Nothing to ship", "Liner notes")
    assert "Ship this parcel" not in page.text


def test_the_list_asks_the_database_as_often_for_many_orders_as_for_one(shop):
    tee, cap = shop.make_item("Tee", units=10), shop.make_item("Cap", units=10)
    buy(shop, tee)
    owner = shop.staff(Role.OWNER)
    owner.get("/admin/orders")  # what every page remembers is asked once
    alone = count(shop, owner, "/admin/orders")
    for _ in range(4):
        buy(shop, tee, cap)
    assert count(shop, owner, "/admin/orders") == alone
