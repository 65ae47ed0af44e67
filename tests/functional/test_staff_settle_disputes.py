"""A bank disputes a payment: staff see it on the order, decide about the parcel, and its buyer sees nothing of it."""

import re

import pytest

from store.actors import Role
from tests.functional.ours import assert_page
from tests.functional.staff_forms import form_of
from tests.functional.test_staff_ship_orders import admin, assert_staff_page
from tests.integration.disputing import blocks, order_of, pay, tell
from tests.integration.parcels import everything
from tests.shop import token


@pytest.fixture
def held(shop):
    """(payment intent, number) of an order whose payment a bank disputes."""
    intent = pay(shop, shop.make_item("Pitch Control Tee"))
    tell(shop, intent, "e1")
    return intent, order_of(shop, intent)[0]


def test_a_dispute_stands_on_the_order_with_what_to_do_and_until_when(shop, held):
    intent, number = held
    packer = shop.staff(Role.PACKER)
    page = packer.get(admin(number))
    assert_staff_page(
        page, 200, "Disputes and warnings", "Needs an answer", "5 December 2026", "$39.50", "Product not received",
        "Answer it in Stripe’s dashboard, with what was sent and when it arrived.", "It holds the parcel back.",
        "The buyer’s bank questions the payment of this order. Nothing leaves until that is settled.",
        "The bank disputes the payment, $39.50, product not received", "The bank took $39.50 back", "Disputed",
    )  # fmt: skip
    for button in ("Ship this parcel", "Mark packed", "Let it go"):
        assert button not in page.text
    tell(shop, intent, "e4")
    page = packer.get(admin(number))
    assert_staff_page(page, 200, "Won", "Ship this parcel", "The bank gave $39.50 back to us", "The dispute is won")
    assert "Reply by" not in page.text


def test_what_is_held_back_is_a_list_of_its_own_and_nothing_to_pack(shop, held):
    _, number = held
    packer = shop.staff(Role.PACKER)
    assert_staff_page(packer.get("/admin/orders"), 200, "Nothing waits to be packed.")
    listed = packer.get("/admin/orders?state=held")
    assert_staff_page(listed, 200, number, "1 ×</b> Pitch Control Tee", "Disputed")
    assert re.findall(r'class="count num">(\d+)', listed.text) == ["0", "1", "0", "1", "1"]
    assert_staff_page(packer.get("/admin/orders?state=all"), 200, number, "Held back")
    tell(shop, held[0], "e4")
    assert number in packer.get("/admin/orders").text
    assert_staff_page(packer.get("/admin/orders?state=held"), 200, "Nothing is held back.")


def test_staff_let_it_go_out_all_the_same_and_a_double_click_is_once(shop, held):
    intent, number = held
    olga = shop.staff(Role.ORDERS)
    form = form_of(olga, admin(number), admin(number, "let-go"))
    answers = [olga.post(admin(number, "let-go"), data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"{admin(number)}?done=let-go")] * 2
    page = olga.get(answers[0].location)
    assert_staff_page(
        page, 200, "Let go. It is on the timeline, with your name.", "staff1@example.com let the order go on",
        "Let go in spite of the dispute", "Ship this parcel", "Disputed",
    )  # fmt: skip
    assert "It holds the parcel back" not in page.text
    ((reason, by),) = blocks(shop, intent)
    assert (reason, by.startswith("member:")) == ("dispute", True)
    assert shop.value("SELECT COUNT(*) FROM audit_entry WHERE action = 'order.let_go'") == 1
    assert number in olga.get("/admin/orders").text


def test_what_is_sent_that_makes_no_sense_changes_nothing(shop, held):
    _, number = held
    olga = shop.staff(Role.ORDERS)
    block = shop.value("SELECT id FROM fulfilment_block")
    before = everything(shop)
    bad = [
        ({}, 422, "This form has no token."),
        ({"form_token": token()}, 422, "The form names nothing that holds this order back."),
        ({"form_token": token(), "block": "x"}, 422, "The form names nothing"),
        ({"form_token": token(), "block": "-1"}, 422, "The form names nothing"),
        ({"form_token": "x" * 65, "block": block}, 422, ""),
        ({"form_token": token(), "block": "9" * 19}, 422, "The form names nothing"),
        ({"form_token": token(), "block": block + 1}, 409, "This no longer holds the order back."),
    ]
    for form, status, sentence in bad:
        assert_staff_page(olga.post(admin(number, "let-go"), data=form), status, sentence)
    answer = olga.post(admin("NM-NOBODY", "let-go"), data={"form_token": token(), "block": block})
    assert answer.status_code == 404
    assert everything(shop) == before


def test_who_comes_second_is_told_that_it_is_settled(shop, held):
    intent, number = held
    olga = shop.staff(Role.ORDERS)
    form = form_of(olga, admin(number), admin(number, "let-go"))
    tell(shop, intent, "e4")
    answer = olga.post(admin(number, "let-go"), data=form)
    assert_staff_page(answer, 409, "This no longer holds the order back. Look at what is left of it.")


def test_its_buyer_sees_nothing_of_a_dispute(shop, held):
    intent, number = held
    owner = shop.staff(Role.OWNER)
    link = re.search(r'href="(/o/[^"]+)"', owner.get(admin(number)).text)[1]
    page = shop.visitor().get(link)
    assert_page(page, 200, "Paid, waiting to be packed", "We write when it leaves.")
    tell(shop, intent, "f1", "f2")
    page = shop.visitor().get(link).text
    assert not re.search(r"disput|bank|fraud|review|held|question", page.split("<main")[1].split("</main>")[0], re.I)
    shop.worker.drain()
    assert [mail.subject for mail in shop.mails() if "dispute" in mail.subject.lower()] == []
