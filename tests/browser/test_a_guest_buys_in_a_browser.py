"""The journey the shop is for, with and without script, on a phone and at a desk."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import Guest, new_email
from tests.browser.steps import (
    EVERYWHERE,
    GOOD_CARD,
    add_to_bag,
    choose,
    expect_thanks,
    fill_in,
    fill_in_card,
    go_to_pay,
    heading,
    pay,
    pay_button,
)
from tests.shop import wait_until


@EVERYWHERE
def test_a_guest_browses_chooses_pays_and_is_told_so(open_page, live, size, js):
    color, letter = ("Black", "M") if size == "phone" else ("Bone", "S")
    email = new_email()
    (tape,) = live.variants("hand-signals")
    page = open_page("/", size, js=js)
    page.get_by_role("link", name="Pitch Control Tee", exact=True).first.click()
    tee = choose(page, color, letter)
    before = live.available(tee), live.available(tape)
    add_to_bag(page)
    if js:
        expect(page.get_by_role("dialog")).to_contain_text(f"{color}, {letter}")
        page.keyboard.press("Escape")
        expect(page.locator("#baglink")).to_have_text("Bag, 1")
    page.goto(f"{live.url}/products/hand-signals")
    add_to_bag(page)
    if js:
        page.get_by_role("dialog").get_by_role("link", name="Check out").click()
    else:
        page.wait_for_url("**/cart")
        expect(page.locator(".line")).to_have_count(2)
        page.get_by_role("link", name="Check out").click()
    go_to_pay(page, email)
    expect(heading(page)).to_contain_text("$52.50")
    assert (live.available(tee), live.available(tape)) == (before[0] - 1, before[1] - 1)

    pay(page)
    expect_thanks(page)
    ((number, total),) = live.orders_of(email)
    assert total == 5250
    expect(page.locator("main")).to_contain_text(f"We have your order {number}. You paid $52.50.")
    expect(page.locator("#baglink")).to_have_text("Bag")
    page.get_by_role("link", name="See your order").click()
    page.wait_for_url("**/o/*")
    expect(heading(page)).to_have_text(number)
    page.goto(f"{live.url}/cart")
    expect(page.locator("main")).to_contain_text("Nothing in your bag yet")

    (mail,) = wait_until(lambda: live.mails_to(email), 60)
    assert mail.subject == f"We have your order {number}"
    page.goto(f"{live.url}/dev/mail")
    page.get_by_role("link", name=mail.subject).click()
    link = re.search(r"\S+/o/\S+", page.locator("pre").inner_text())[0]
    stranger = open_page(link, size, js=js)
    expect(heading(stranger)).to_have_text(number)
    expect(stranger.locator("main")).to_contain_text("$52.50")
    assert (live.available(tee), live.available(tape)) == (before[0] - 1, before[1] - 1)


def test_the_next_visitor_sees_one_fewer_and_one_more_once_the_buyer_has_changed_their_mind(open_page, live):
    (single,) = live.variants("lodz-4-a-m")
    page = open_page("/products/lodz-4-a-m")
    expect(page.locator("[data-stock-line]")).to_have_text("Only 3 left.")
    guest = Guest(live)
    guest.add(single)
    guest.check_out()
    page.reload()
    expect(page.locator("[data-stock-line]")).to_have_text("Only 2 left.")
    guest.change_their_mind()
    page.reload()
    expect(page.locator("[data-stock-line]")).to_have_text("Only 3 left.")


def test_a_thank_you_page_says_nothing_to_another_browser(open_page, live):
    guest = live.once("paid", live.after_paying)
    page = open_page(guest.success_path)
    expect(page.locator("main")).to_contain_text("Paid orders are confirmed by mail.")
    assert guest.email not in page.content()


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_a_double_click_on_pay_makes_one_order(open_page, live, js):
    email = new_email()
    guest = live.with_bag()
    page = open_page("/checkout", js=js, cookies=guest.cookies)
    fill_in(page, email)
    pay_button(page).dblclick()
    expect(page).to_have_url(re.compile("/c/pay/"))  # of two clicks the second ends the first
    assert live.rows("SELECT COUNT(*) FROM checkout WHERE email = :email", email=email) == [(1,)]
    fill_in_card(page, GOOD_CARD)
    pay_button(page).dblclick()
    expect_thanks(page)
    assert len(live.orders_of(email)) == 1
