"""Staff pay back: what for, the exact sum before the click, and exactly that; buyers see it, shelf and order follow."""

import html
import re

import pytest

from store.actors import Role
from tests.functional.test_staff_ship_orders import admin, assert_staff_page
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import everything, intent_of, refunds, units
from tests.integration.test_refunds_at_once import at_once
from tests.shop import token


def wish(shop, number, *unsent, restock=True, **more):
    """The fields of the form, as its page renders them: so many units of each line that have not left."""
    ids = lines(shop, number)
    fields = {f"unsent-{line}": str(count) for line, count in zip(ids, unsent, strict=False)}
    fields |= {f"restock-{line}": "yes" for line in ids} if restock else {}
    return {"shipping": "", "amount": "", "reason": "requested_by_customer", "note": ""} | fields | more


def worked_out(client, number, fields):
    """The form that sends what was worked out, as a browser would fill it in."""
    answer = client.post(admin(number, "refund/sum"), data=fields)
    assert answer.status_code == 200, answer.text
    return confirmation(answer.text, number)


def confirmation(page, number):
    form = re.search(rf'<form[^>]*action="{re.escape(admin(number, "refund"))}".*?</form>', page, re.S)[0]
    tags = re.findall("<input.*?>", form)
    named = [(re.search(r'name="(.*?)"', tag), re.search(r'value="(.*?)"', tag)) for tag in tags]
    return {name[1]: html.unescape(value[1]) for name, value in named if name}


def test_the_sum_is_shown_in_its_parts_and_exactly_that_is_sent(shop, rosa):
    tee, cap = shop.make_item("Pitch Control Tee", 3400), shop.make_item("Booth Cap", 1000)
    number = buy(shop, tee, cap, quantity=2)
    page = rosa.get(admin(number))
    assert_staff_page(page, 200, "Nothing has gone back.", f'href="{admin(number, "refund")}"')
    page = rosa.get(admin(number, "refund"))
    assert_staff_page(page, 200, "$96.50 left to refund", "Up to $8.50 is left.", "Work out the sum", "of 2")
    assert "Goes back" not in page.text

    before = everything(shop)
    answer = rosa.post(admin(number, "refund/sum"), data=wish(shop, number, 1, shipping="5.50", note="too <b>small"))
    assert_staff_page(
        answer, 200, "Pitch Control Tee: 1 canceled, for sale again", "$34.00", "Delivery", "$5.50", "Refund $39.50",
        'value="5.50"', "Nothing is sent yet.",
    )  # fmt: skip
    assert (everything(shop), shop.requests("/v1/refunds")) == (before, [])

    answer = rosa.post(admin(number, "refund"), data=confirmation(answer.text, number))
    assert (answer.status_code, answer.location) == (303, f"{admin(number)}?done=refunded")
    page = rosa.get(answer.location)
    assert_staff_page(
        page, 200, "The money is going back, and the buyer is being told.", "Paid back", "staff1@example.com",
        "Pitch Control Tee: 1 canceled, for sale again", "too &lt;b&gt;small", "Part refunded", "Refunded $39.50",
        "The buyer asked for it", shop.value("SELECT stripe_id FROM refund"), "1 canceled",
    )  # fmt: skip
    assert refunds(shop) == [("staff", "succeeded", 3950)]
    assert (units(shop), shop.level(tee)) == ([(0, 1, 0, 0, 1), (0, 0, 0, 0, 0)], (10, 1))


def test_a_double_click_refunds_once_and_two_forms_twice(shop, rosa):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    form = worked_out(rosa, number, wish(shop, number, amount="10"))
    answers = [rosa.post(admin(number, "refund"), data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [
        (303, f"{admin(number)}?done=refunded")
    ] * 2
    assert refunds(shop) == [("staff", "succeeded", 1000)]
    rosa.post(admin(number, "refund"), data=worked_out(rosa, number, wish(shop, number, amount="10")))
    assert [amount for _, _, amount in refunds(shop)] == [1000, 1000]


def test_who_confirms_what_somebody_else_has_changed_sends_nothing_and_sees_what_is_left(shop, rosa):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    rita = shop.staff(Role.REFUNDS)
    mine = worked_out(rosa, number, wish(shop, number, 2))
    theirs = worked_out(rita, number, wish(shop, number, 1))
    assert rita.post(admin(number, "refund"), data=theirs).status_code == 303
    before = everything(shop)
    late = rosa.post(admin(number, "refund"), data=mine)
    assert_staff_page(late, 409, "More units than are left to refund.", "of 1", "$40.50 left to refund", 'value="2"')
    assert "Goes back" not in late.text
    assert everything(shop) == before


def test_another_sum_than_the_one_shown_is_not_sent_and_the_new_one_is(shop, rosa):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    form = worked_out(rosa, number, wish(shop, number, 1))
    before = everything(shop)
    answer = rosa.post(admin(number, "refund"), data=form | {"expected": "3300"})
    assert_staff_page(answer, 409, "This refund now comes to $34.00, not $33.00. Nothing was sent.", "Refund $34.00")
    assert (everything(shop), shop.requests("/v1/refunds")) == (before, [])
    assert rosa.post(admin(number, "refund"), data=confirmation(answer.text, number)).status_code == 303
    assert refunds(shop) == [("staff", "succeeded", 3400)]


BAD = [
    ({"amount": "10,00"}, 422, "Write the amount without commas, like 34.00."),
    ({"amount": "-1"}, 422, "Write the amount in plain digits, like 34.00."),
    ({"amount": "0.001"}, 422, "USD has 2 decimals at most."),
    ({"amount": "9" * 13}, 422, "Write the amount in plain digits"),
    ({"amount": "99999999"}, 422, "The highest amount is 999999.99."),
    ({"shipping": "free"}, 422, "Write the amount in plain digits"),
    ({"shipping": "6.51"}, 409, "Only $6.50 of the delivery is left to refund."),
    ({"amount": "74.51"}, 409, "That would be $74.51, and only $74.50 is left."),
    ({"units": "3"}, 409, "More units than are left to refund."),
    ({"units": "-1"}, 422, "A whole number from 0 to 100000, please."),
    ({"units": "1.5"}, 422, "A whole number from 0 to 100000, please."),
    ({"units": "1", "amount": "5"}, 422, "Refund either units and delivery, or an amount."),
    ({"reason": ""}, 422, "Choose a reason from the list."),
    ({"reason": "expired_uncaptured_charge"}, 422, "Choose a reason from the list."),
    ({"amount": "1", "note": "x" * 301}, 422, "At most 300 characters, please."),
    ({"amount": "1", "note": "a\x07"}, 422, "One line of plain text, please."),
    ({}, 422, "Nothing to refund yet. Say which units, how much of the delivery, or an amount."),
    ({"unsent-99999": "1"}, 409, "The refund names something that is not of this order."),
    ({"unsent-0": "1"}, 422, "Nothing to refund yet."),
]


def test_what_makes_no_sense_is_told_at_both_steps_and_nothing_is_sent(shop, rosa):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    before = everything(shop)
    for bad, status, sentence in BAD:
        counts, rest = bad.get("units", ""), {name: text for name, text in bad.items() if name != "units"}
        form = wish(shop, number, counts) | rest
        assert_staff_page(rosa.post(admin(number, "refund/sum"), data=form), status, sentence)
        sent = form | {"form_token": token(), "expected": "3400"}
        assert_staff_page(rosa.post(admin(number, "refund"), data=sent), status, sentence)
    assert (everything(shop), shop.requests("/v1/refunds")) == (before, [])


def test_a_refund_that_nobody_has_worked_out_is_not_sent(shop, rosa):
    number = buy(shop, shop.make_item(price=3400))
    before = everything(shop)
    whole = wish(shop, number, 1) | {"form_token": token(), "expected": "3400"}
    for lacks, sentence in (("expected", "Work out the sum first."), ("form_token", "This form has no token.")):
        form = {name: text for name, text in whole.items() if name != lacks}
        assert_staff_page(rosa.post(admin(number, "refund"), data=form), 422, sentence)
    assert everything(shop) == before


@pytest.mark.parametrize(("currency", "typed", "shown"), [("jpy", "1200", "¥1,200"), ("kwd", "1.200", "KWD\xa01.200")])
def test_in_yen_and_dinars_amounts_are_typed_as_people_write_them(open_shop, currency, typed, shown):
    shop = open_shop(store_currency=currency)
    number, rosa = buy(shop, shop.make_item(price=34000)), shop.staff(Role.REFUNDS)
    answer = rosa.post(admin(number, "refund/sum"), data=wish(shop, number, amount=typed))
    assert f"Refund {shown}</button>" in answer.text
    rosa.post(admin(number, "refund"), data=confirmation(answer.text, number))
    assert refunds(shop) == [("staff", "succeeded", 1200)]


def test_sent_units_that_cannot_be_sold_do_not_come_back_to_the_shelf(shop, rosa):
    tee = shop.make_item("Tee", price=3400)
    number = buy(shop, tee, quantity=2)
    line = lines(shop, number)[0]
    ship(shop, number, {line: 2})
    fields = wish(shop, number, restock=False) | {f"sent-{line}": "1"}
    form = worked_out(rosa, number, fields)
    assert rosa.post(admin(number, "refund"), data=form).status_code == 303
    assert (units(shop), shop.level(tee)) == ([(2, 0, 0, 0, 1)], (8, 0))
    assert_staff_page(rosa.get(admin(number)), 200, "Tee: 1 sent, not for sale")


def test_what_stripe_does_not_answer_is_kept_and_what_it_refuses_is_said(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    number, rosa = buy(shop, shop.make_item(price=3400), quantity=2), shop.staff(Role.REFUNDS)
    relay.tricks["POST", "/v1/refunds"] = lambda _forward: None
    form = worked_out(rosa, number, wish(shop, number, 1))
    answer = rosa.post(admin(number, "refund"), data=form)
    assert answer.location.endswith("?done=refund-kept")
    page = rosa.get(answer.location)
    assert_staff_page(page, 200, "Stripe does not answer just now. The refund is set aside", "Asked for")
    second = rosa.post(admin(number, "refund/sum"), data=wish(shop, number, 1))
    assert_staff_page(second, 409, "An earlier refund of this payment is still on its way to Stripe.")
    relay.tricks.clear()
    shop.app.extensions["make_worker"]().drain()
    shop.refund_at_stripe(intent_of(shop, number), amount=4000)  # nobody has told us yet
    form = worked_out(rosa, number, wish(shop, number, 1))
    answer = rosa.post(admin(number, "refund"), data=form)
    page = rosa.get(answer.location)
    assert_staff_page(page, 200, "Stripe refused the refund, and nothing went back.", "Refused")


def test_two_staff_and_a_double_click_at_one_instant_send_it_once(shop):
    number = buy(shop, shop.make_item(price=3400), quantity=2)
    rosa, rita = shop.staff(Role.REFUNDS), shop.staff(Role.REFUNDS)
    mine, theirs = (worked_out(one, number, wish(shop, number, 2, shipping="6.50")) for one in (rosa, rita))
    clicks = [(rosa, mine), (rosa, mine), (rita, theirs)]
    answers = at_once(*[lambda client=client, form=form: client.post(admin(number, "refund"), data=form)
                        for client, form in clicks])  # fmt: skip
    statuses = [answer.status_code for answer in answers]
    assert statuses in ([303, 303, 409], [409, 409, 303])
    assert refunds(shop) == [("staff", "succeeded", 7450)]
    assert len(shop.account.v1.refunds.list({"payment_intent": intent_of(shop, number)}).data) == 1


def test_what_is_not_there_is_not_found(shop, rosa):
    for answer in (
        rosa.get(admin("NM-NOBODY", "refund")),
        rosa.post(admin("NM-NOBODY", "refund/sum"), data={}),
        rosa.post(admin("NM-NOBODY", "refund"), data={}),
        rosa.get("/admin/refunds/99999/units"),
        rosa.post("/admin/refunds/99999/units", data={"form_token": token()}),
        rosa.post("/admin/refunds/99999/repay", data={"form_token": token()}),
        rosa.get(f"/admin/refunds/{'9' * 30}/units"),
    ):
        assert answer.status_code == 404
