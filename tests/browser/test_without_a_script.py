"""Everything a buyer does, in a browser that runs no script: each step is a page, a link or a form."""

import re

from playwright.sync_api import expect

from tests.browser.running import new_email
from tests.browser.steps import add_to_bag, choose, fill_in, heading, pay, pay_button
from tests.shop import US


def test_a_buyer_goes_all_the_way_and_back_without_a_script(open_page, live):
    email = new_email()
    page = open_page("/", js=False)
    page.get_by_role("link", name="Wear").first.click()
    page.get_by_role("link", name="Pitch Control Tee").click()
    choose(page, "Bone", "M")
    page.get_by_text("Size chart").click()
    expect(page.get_by_role("row", name="M 21 in")).to_be_visible()
    add_to_bag(page)
    expect(heading(page)).to_have_text("Your bag")

    page.get_by_text("Deliver elsewhere").click()
    page.get_by_label("Country").select_option("CA")
    page.get_by_role("button", name="Show the total").click()
    expect(page.locator(".summary .sums")).to_contain_text("Delivery to Canada")
    page.get_by_role("button", name="One more of Pitch Control Tee").click()
    expect(page.locator(".summary .sums")).to_contain_text("$84.00")  # two tees, 14 and 2 for their way to Canada
    page.get_by_role("button", name="Remove Pitch Control Tee").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing in your bag yet.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Quantity of Pitch Control Tee")).to_have_value("2")
    page.get_by_label("Quantity of Pitch Control Tee").fill("1")
    page.get_by_role("button", name="Update Pitch Control Tee").click()

    page.get_by_role("link", name="Check out").click()
    pay_button(page).click()
    expect(page.locator("#mend").get_by_role("link")).to_have_count(6)
    page.get_by_text("Add an apartment, floor or unit").click()
    page.get_by_label("Apartment, floor, unit").fill("4B")
    fill_in(page, email.replace("example.com", "gmial.com"))
    pay_button(page).click()
    page.get_by_role("button", name=re.compile("^Use .*@gmail.com$")).click()
    expect(page.get_by_label("Apartment, floor, unit")).to_have_value("4B")
    page.get_by_label("E-mail").fill(email)
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")
    pay(page)
    expect(heading(page)).to_have_text("Thank you")
    assert live.rows('SELECT line2, total FROM "order" WHERE email = :email', email=email) == [("4B", 3950)]

    page.get_by_role("link", name="See your order").click()
    expect(page.get_by_role("complementary")).to_contain_text(US["line1"])
    page.get_by_role("button", name="Buy again").click()
    expect(page.locator(".line")).to_contain_text("NMX 041, Bone, M")


def test_an_account_is_made_on_the_thank_you_page_with_one_field(open_page, live):
    guest = live.after_paying()
    page = open_page(guest.success_path, js=False, cookies=guest.cookies)
    form = page.locator("form[action='/join']")
    assert form.locator("input:not([type=hidden])").count() == 1
    form.get_by_label("Password").fill("four words of no kin")
    form.get_by_role("button", name="Make an account").click()
    expect(heading(page)).to_have_text("Look into your mail")
    assert live.rows("SELECT COUNT(*) FROM member WHERE email = :email", email=guest.email) == [(1,)]
