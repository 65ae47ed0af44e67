"""What shops are most often left for, as rules, at the till: one test for each that it keeps.

The table of all forty is docs/storefront.md; test_forty_rules_before_the_till.py has the others.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_email
from tests.browser.steps import add_to_bag, fill_in, go_to_pay, heading, pay, pay_button

TAPE = "/products/hand-signals"


@pytest.fixture
def till(open_page, live):
    """The checkout form of somebody with three things in the bag."""
    return open_page("/checkout", cookies=live.with_bag().cookies)


def test_rule_1_a_guest_pays_without_an_account_and_without_a_script(open_page, live):
    email = new_email()
    page = open_page(TAPE, js=False)
    add_to_bag(page)
    page.get_by_role("link", name="Check out").click()
    go_to_pay(page, email)
    pay(page)
    expect(heading(page)).to_have_text("Thank you")
    assert live.wait_for_order(email)
    assert live.rows("SELECT COUNT(*) FROM member WHERE email = :email", email=email) == [(0,)]


def test_rule_2_the_first_thing_the_till_asks_for_is_the_address_for_the_receipt(till):
    controls = till.locator("form.checkout :is(input:not([type=hidden]), select, button:not(.vh))")
    expect(controls.first).to_have_attribute("name", "email")
    expect(till.get_by_role("main").get_by_label("Password")).to_have_count(0)


def visible(page):
    fields = page.locator("form.checkout :is(input:not([type=hidden]), select)")
    return [field for field in fields.all() if field.is_visible()]


def test_rule_7_a_guest_is_asked_for_eight_things_at_most_and_what_is_optional_says_so(till):
    assert len(visible(till)) == 8
    assert till.get_by_label(re.compile("name", re.I)).count() == 1
    assert till.locator("input[type=tel]").count() == 1
    assert "(optional)" in till.locator("label[for=phone]").inner_text()
    optional = till.locator("form.checkout input:not([required], [type=hidden])").evaluate_all(
        "all => all.map(it => it.name)"
    )
    assert optional == ["line2", "phone"]


def test_rule_8_every_field_has_its_keyboard_and_its_autofill(till):
    told = {one.get_attribute("name"): one for one in visible(till)}
    assert all(one.get_attribute("autocomplete") for one in told.values())
    kinds = {name: one.get_attribute("inputmode") for name, one in told.items() if one.get_attribute("inputmode")}
    assert kinds == {"email": "email", "postal_code": "numeric", "phone": "tel"}
    till.get_by_label("Country").select_option("GB")
    expect(till.locator("#postal_code")).to_have_attribute("inputmode", "text")  # SW1A 1AA has letters


def test_rule_9_nobody_is_asked_for_a_second_address(till):
    assert till.locator("[autocomplete*=billing]").count() == 0
    assert till.locator("[autocomplete$=address-line1]").count() == 1


def test_rule_10_the_phone_says_what_it_is_for(till):
    expect(till.get_by_label("Phone")).to_have_accessible_description(
        "Only for the carrier, if the parcel is stuck at a door."
    )


def test_rule_11_mistakes_stand_beside_their_fields_and_in_a_summary_that_has_the_focus(till):
    till.get_by_label("City").fill("Brooklyn")
    pay_button(till).click()
    expect(till.locator("#mend")).to_be_focused()
    expect(till.locator("#mend").get_by_role("link")).to_have_count(5)
    expect(till.locator("[aria-invalid=true]")).to_have_count(5)
    expect(till.get_by_label("City")).to_have_value("Brooklyn")


def test_rule_12_a_field_is_judged_when_it_is_left_and_never_while_somebody_writes(till):
    code = till.get_by_label("ZIP or postal code")
    mistake = till.locator("#postal_code-mistake")
    code.press_sequentially("1120", delay=60)
    till.wait_for_timeout(300)
    expect(mistake).to_have_count(0)
    till.get_by_label("Phone").focus()
    expect(mistake).to_have_text("ZIP codes have five digits. This one has four.")
    expect(code).to_have_attribute("aria-invalid", "true")
    expect(till.locator("#said")).to_have_text("ZIP codes have five digits. This one has four.")
    code.press_sequentially("1")
    expect(mistake).to_have_count(1)  # it stays while they write
    till.get_by_label("Phone").focus()
    expect(mistake).to_have_count(0)
    expect(code).not_to_have_attribute("aria-invalid", "true")
    assert till.locator(".mistake").count() == 0  # fields nobody has touched are not blamed


def test_rule_12_a_slip_in_the_address_is_asked_about_and_mended_with_one_press(till):
    till.get_by_label("E-mail").fill("ana@gmial.com")
    till.get_by_label("Full name").focus()
    expect(till.locator("#email-mistake")).to_have_text("Did you mean ana@gmail.com? Your receipt goes there.")
    till.get_by_role("button", name="Use ana@gmail.com").click()
    expect(till.get_by_label("E-mail")).to_have_value("ana@gmail.com")
    expect(till.get_by_label("E-mail")).to_be_focused()
    expect(till.locator("#email-mistake")).to_have_count(0)


def test_rule_14_back_from_paying_bag_and_address_are_whole(open_page, live):
    email = new_email()
    page = open_page("/checkout", js=False, cookies=live.with_bag().cookies)
    go_to_pay(page, email)
    page.goto(f"{live.url}/checkout/cancel")
    page.get_by_role("link", name="View bag").click()
    expect(page.locator(".line")).to_have_count(3)
    page.get_by_role("link", name="Check out").click()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    expect(page.get_by_label("Street and number")).to_have_value("12 Groove St")


def test_rule_15_a_double_click_is_one_order(open_page, live):
    email = new_email()
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    fill_in(page, email)
    pay_button(page).dblclick(no_wait_after=True)
    page.wait_for_url("**/c/pay/*")
    assert live.rows("SELECT COUNT(*) FROM checkout WHERE email = :email", email=email) == [(1,)]
