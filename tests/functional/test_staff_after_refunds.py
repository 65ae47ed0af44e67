"""What is left of refunds: sent again, explained, seen by buyers; and what cost nothing, which is canceled instead."""

import re

import pytest

from store.actors import Role
from tests.functional.ours import assert_page
from tests.functional.staff_forms import form_of
from tests.functional.test_staff_ship_orders import admin, assert_staff_page
from tests.integration.parcels import buy, lines
from tests.integration.refunding import everything, intent_of, order_states, refund, refunds, units, unsent
from tests.integration.stories import altered, told
from tests.shop import US, token


def test_a_refund_that_came_back_is_sent_once_more_by_one_click_of_two(shop, rosa):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    made = refund(shop, number, unsent(shop, number, 1))
    shop.refund_outcome(made.stripe_id, "fail", reason="expired_or_canceled_card")
    shop.deliver("refund.failed")
    page = rosa.get(admin(number))
    assert_staff_page(page, 200, "Came back", "owed to the buyer", "Expired or canceled card", "Send once more")
    again = f"/admin/refunds/{made.id}/repay"
    form = form_of(rosa, admin(number), again)
    answers = [rosa.post(again, data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [
        (303, f"{admin(number)}?done=refunded")
    ] * 2
    assert refunds(shop) == [("staff", "failed", 3400), ("staff", "succeeded", 3400)]
    page = rosa.get(admin(number))
    assert_staff_page(page, 200, "It came back, and its money was sent once more.")
    assert "Send once more" not in page.text
    assert_staff_page(rosa.post(again, data={"form_token": token()}), 409, "does not wait to be sent once more")
    assert_staff_page(rosa.post(again, data={}), 422, "This form has no token.")


def test_money_without_an_order_that_came_back_is_sent_once_more_from_its_payment(shop, rosa):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item(price=3400))))
    event = told(shop, "checkout.session.completed")
    shop.post_event(altered(event, amount_total=3949))
    page = f"/admin/payments/{event['data']['object']['payment_intent']}"
    rosa.post(f"{page}/refund", data=form_of(rosa, page, f"{page}/refund"))
    shop.refund_outcome(shop.value("SELECT stripe_id FROM refund"), "cancel")
    shop.deliver("refund.updated")
    again = f"/admin/refunds/{shop.value('SELECT id FROM refund')}/repay"
    answer = rosa.post(again, data=form_of(rosa, page, again))
    assert (answer.status_code, answer.location) == (303, f"{page}?done=refunded")
    assert refunds(shop) == [("staff", "canceled", 3949), ("staff", "succeeded", 3949)]
    assert rosa.get(f"/admin/refunds/{shop.value('SELECT MAX(id) FROM refund')}/units").status_code == 404


def test_a_refund_made_at_stripe_asks_for_its_units(shop, rosa):
    tee = shop.make_item("Tee", price=3400)
    number = buy(shop, tee, quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    shop.deliver("refund.created")
    refund_id = shop.value("SELECT id FROM refund")
    path = f"/admin/refunds/{refund_id}/units"
    assert_staff_page(rosa.get(admin(number)), 200, "nobody has said yet which units it is for", f'href="{path}"')
    assert_staff_page(rosa.get(path), 200, "$34.00 went back on", "of 2", "Save the units")

    line, before = lines(shop, number)[0], everything(shop)
    bad = [
        ({}, 422, "This form has no token."),
        ({"form_token": token(), f"unsent-{line}": "x"}, 422, "A whole number from 0 to 100000, please."),
        ({"form_token": token(), f"unsent-{line}": "3"}, 409, "More units than are left to refund."),
        ({"form_token": token(), "unsent-99999": "1"}, 409, "not of this order"),
    ]
    for fields, status, sentence in bad:
        assert_staff_page(rosa.post(path, data=fields), status, sentence)
    assert everything(shop) == before

    form = form_of(rosa, path, path) | {f"unsent-{line}": "1"}
    answers = [rosa.post(path, data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [
        (303, f"{admin(number)}?done=explained")
    ] * 2
    assert (units(shop), shop.level(tee), shop.attention()) == ([(0, 1, 0, 0, 1)], (10, 1), [])
    late = rosa.post(path, data={"form_token": token()})
    assert_staff_page(late, 409, "This refund asks for no units any more.", "Nothing is left to say about this refund.")
    assert_staff_page(rosa.get(admin(number)), 200, "Tee: 1 canceled, for sale again")


def test_buyers_see_what_went_back_on_their_order(shop, rosa):
    number = buy(shop, shop.make_item("Tee", price=3400), quantity=2)
    link = re.search(r'href="(/o/[^"]+)"', rosa.get(admin(number)).text)[1]
    assert "Refunded" not in shop.visitor().get(link).text
    made = refund(shop, number, unsent(shop, number, 1))
    page = shop.visitor().get(link)
    assert_page(page, 200, "Partly refunded", "1 canceled", "Refunded $34.00", "−$34.00", "After refunds", "$40.50")
    assert "too small" not in page.text  # the note is for staff
    shop.refund_outcome(made.stripe_id, "fail")
    shop.deliver("refund.failed")
    page = shop.visitor().get(link)
    assert "Refunded" not in page.text
    assert "After refunds" not in page.text


def test_refunds_are_seen_by_all_who_see_orders_and_made_by_those_who_may(shop):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    packer = shop.staff(Role.PACKER)
    assert "Refunds" not in packer.get(admin(number)).text
    refund(shop, number, unsent(shop, number, 1))
    seen = {}
    for role in (Role.PACKER, Role.ORDERS, Role.REFUNDS, Role.OWNER):
        page = shop.staff(role).get(admin(number)).text
        seen[role.value] = ("Paid back" in page, f'href="{admin(number, "refund")}"' in page)
    assert seen == {"packer": (True, False), "orders": (True, False), "refunds": (True, True), "owner": (True, True)}
    assert order_states(shop, number) == ("part_refunded", "unfulfilled")


@pytest.fixture
def free(shop):
    """An order that cost nothing; its number."""
    shop.write("UPDATE shipping_rate SET first = 0, additional = 0 WHERE name = 'Delivery to US'")
    ana = shop.member("ana@example.com")
    ana.post("/cart/lines", data={"variant": shop.make_item("Zine", price=0)})
    assert ana.post("/checkout", data=US).status_code == 303
    return shop.value('SELECT number FROM "order"')


def test_what_cost_nothing_is_canceled_by_one_click_of_two_and_its_buyer_sees_it(shop, free):
    olga = shop.staff(Role.ORDERS)
    page = olga.get(admin(free))
    assert_staff_page(page, 200, "There was nothing to pay.", "Cancel the order", "Its things can be sold again")
    link = re.search(r'href="(/o/[^"]+)"', page.text)[1]
    form = form_of(olga, admin(free), admin(free, "cancel"))
    assert form["restock"] == "yes"
    answers = [olga.post(admin(free, "cancel"), data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"{admin(free)}?done=canceled")] * 2
    page = olga.get(answers[0].location)
    assert_staff_page(page, 200, "Canceled. The buyer is being told.", "Canceled 1 unit", "Canceled")
    assert "Cancel the order" not in page.text
    assert_page(shop.visitor().get(link), 200, "Canceled", "It was canceled, and nothing is sent.")
    assert_staff_page(
        olga.post(admin(free, "cancel"), data={"form_token": token()}), 409, "Nothing of this order is left"
    )
    assert_staff_page(olga.post(admin(free, "cancel"), data={}), 422, "This form has no token.")


def test_who_may_not_cancel_sees_no_button_and_what_was_free_has_no_refund(shop, free, rosa):
    assert "Cancel the order" not in rosa.get(admin(free)).text
    assert rosa.post(admin(free, "cancel"), data={"form_token": token()}).status_code == 403
    answer = rosa.get(admin(free, "refund"))
    assert_staff_page(answer, 404, "Nothing was paid for this order, so there is nothing to refund.")
    assert order_states(shop, free) == ("paid", "unfulfilled")
