"""A declined card, a slow bank, a change of mind: nothing is lost, nothing is paid twice."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_email
from tests.browser.steps import (
    DECLINED_CARD,
    GOOD_CARD,
    IBAN,
    expect_thanks,
    fill_in,
    go_to_pay,
    heading,
    pay,
    pay_button,
)
from tests.shop import wait_until


def test_a_declined_card_keeps_the_page_and_another_one_pays(open_page, live):
    email = new_email()
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    go_to_pay(page, email)
    address = page.url
    pay(page, DECLINED_CARD)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged.")
    assert page.url == address
    expect(page.get_by_label("Name on card")).to_have_value("Ana Ruiz")
    assert live.orders_of(email) == []

    pay(page, GOOD_CARD)
    expect_thanks(page)
    assert len(live.orders_of(email)) == 1


def test_a_bank_debit_is_on_its_way_and_must_not_be_paid_again(open_page, live):
    email = new_email()
    guest = live.with_bag()
    page = open_page("/checkout", cookies=guest.cookies)
    go_to_pay(page, email)
    page.get_by_label("Bank debit").check()
    page.get_by_label("IBAN", exact=True).fill(IBAN)
    page.get_by_label("Account holder").fill("Ana Ruiz")
    pay_button(page).click()
    page.wait_for_url("**/checkout/success?session_id=*")
    success = page.url
    expect(heading(page)).to_have_text("Your payment is on its way")
    expect(page.locator("main")).to_contain_text("Please do not pay again")
    assert live.orders_of(email) == []
    (mail,) = wait_until(lambda: live.mails_to(email), 60)
    assert "do not pay again" in mail.text

    page.goto(f"{live.url}/cart")
    expect(page.locator("main")).to_contain_text("Nothing in your bag yet")
    page.goto(f"{live.sandbox_url}/c/pay/{success.rsplit('=', 1)[1]}")
    expect(heading(page)).to_have_text("Your payment is on its way")

    query = "SELECT payment_intent FROM payment JOIN checkout ON checkout.id = checkout_id WHERE email = :email"
    live.control(f"bank/{live.rows(query, email=email)[0][0]}", {"outcome": "succeed"})
    number = live.wait_for_order(email)
    page.goto(success)
    expect(heading(page)).to_have_text("Thank you")
    expect(page.locator("main")).to_contain_text(number)


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_coming_back_without_paying_finds_the_bag_whole_and_goes_on_to_the_same_payment(open_page, live, js):
    email = new_email()
    page = open_page("/checkout", js=js, cookies=live.with_bag().cookies)
    go_to_pay(page, email)
    payment = page.url
    page.get_by_role("link", name="Back to the shop").click()
    page.wait_for_url("**/checkout/cancel")
    expect(heading(page)).to_have_text("Nothing was charged")
    expect(page.locator("main")).to_contain_text("Your bag is whole.")
    page.get_by_role("main").get_by_role("link", name="View bag").click()
    expect(page.locator(".line")).to_have_count(3)
    page.go_back()
    page.get_by_role("link", name="Go on to pay").click()
    page.wait_for_url("**/c/pay/*")
    assert page.url == payment
    pay(page)
    expect_thanks(page)
    assert len(live.orders_of(email)) == 1


def test_canceling_gives_the_things_back_at_once_and_keeps_the_list(open_page, live):
    guest = live.with_bag()
    variants = [live.variants(slug)[0] for slug in ("night-bus-vol-2", "hand-signals", "flyer-tote")]
    before = [live.available(variant) for variant in variants]
    page = open_page("/checkout", cookies=guest.cookies)
    go_to_pay(page, new_email())
    payment = page.url
    assert [live.available(variant) for variant in variants] == [count - 1 for count in before]
    page.goto(f"{live.url}/checkout/cancel")
    page.get_by_role("button", name="Cancel checkout").click()
    expect(heading(page)).to_have_text("Checkout canceled")
    assert [live.available(variant) for variant in variants] == before
    page.get_by_role("main").get_by_role("link", name="View bag").click()
    expect(page.locator(".line")).to_have_count(3)
    page.goto(payment)
    expect(heading(page)).to_have_text("This page has expired")


def test_the_back_button_from_payment_leads_to_the_same_payment_again(open_page, live):
    email = new_email()
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    go_to_pay(page, email)
    payment = page.url
    page.go_back()
    page.wait_for_url("**/checkout")
    fill_in(page, email)  # what a browser restores differs; the same words again
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")
    assert page.url == payment
    assert live.rows("SELECT COUNT(*) FROM checkout WHERE email = :email", email=email) == [(1,)]


def test_a_bank_that_asks_and_is_told_no_lets_the_buyer_try_again(open_page, live):
    email = new_email()
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    go_to_pay(page, email)
    pay(page, "4000 0025 0000 3155")
    page.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged.")
    assert live.orders_of(email) == []
    pay(page, "4000 0025 0000 3155")
    page.get_by_role("button", name=re.compile("Approve")).click()
    expect_thanks(page)
    assert len(live.orders_of(email)) == 1
