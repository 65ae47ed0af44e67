"""Joining, buying as a member, and the order in the account; with and without script, on a phone and at a desk."""

import re

import pytest
from playwright.sync_api import expect

from store.ops.demo import accounts
from tests.browser.doors import confirm, join, open_account, sign_in
from tests.browser.people import ANOTHER, PASSWORD, App, Member, link_to
from tests.browser.running import new_email
from tests.browser.steps import EVERYWHERE, add_to_bag, expect_thanks, fill_in, heading, pay, pay_button

BOTH = pytest.mark.parametrize(
    ("size", "js"),
    [("phone", False), pytest.param("desktop", True, marks=pytest.mark.prove)],
    ids=["phone without script", "desktop"],
)


@EVERYWHERE
def test_somebody_joins_confirms_signs_in_buys_and_finds_the_order(open_page, live, size, js):
    email = new_email()
    page = open_page("/", size, js=js)
    banner = page.get_by_role("banner")
    if size == "phone":  # where the menu is folded away
        banner.locator("summary", has_text="Menu").click()
    banner.get_by_role("link", name="Account").click()
    expect(heading(page)).to_have_text("Sign in")
    page.get_by_role("link", name="Join").click()
    join(page, email)
    confirm(page, live, email)
    sign_in(page, email)
    expect(heading(page)).to_have_text("Your account")
    expect(page.locator("main")).to_contain_text(email)

    page.goto(f"{live.url}/products/hand-signals")
    add_to_bag(page)
    expect(page.locator("#drawer[open], .line").first).to_be_visible()
    page.goto(f"{live.url}/checkout")
    expect(page.get_by_label("E-mail")).to_have_value(email)
    fill_in(page, email)
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")
    pay(page)
    expect_thanks(page)
    number = live.wait_for_order(email)
    open_account(page, live)
    page.get_by_role("main").get_by_role("link", name="Orders", exact=True).click()
    expect(heading(page)).to_have_text("Your orders")
    page.get_by_role("link", name=number).click()
    page.wait_for_url(f"**/account/orders/{number}")
    expect(heading(page)).to_have_text(number)
    expect(page.locator("main")).to_contain_text("Hand Signals")


@BOTH
def test_a_guest_who_joins_after_paying_has_the_order_once_the_address_is_confirmed(open_page, live, size, js):
    guest = live.after_paying()
    ((number, _),) = live.orders_of(guest.email)
    page = open_page("/join", size, js=js, cookies=guest.cookies)
    join(page, guest.email)
    confirm(page, live, guest.email)
    expect(page.locator("main").get_by_role("status")).to_contain_text("your earlier orders are there")
    sign_in(page, guest.email)
    page.goto(f"{live.url}/account/orders")
    page.get_by_role("link", name=number).click()
    expect(heading(page)).to_have_text(number)


@BOTH
def test_the_bag_of_a_guest_comes_along_and_stays_with_the_account(open_page, live, size, js):
    member = Member(live)
    page = open_page("/products/hand-signals", size, js=js)
    add_to_bag(page)
    expect(page.locator("#drawer[open], .line").first).to_be_visible()
    page.goto(f"{live.url}/sign-in")
    sign_in(page, member.email)
    page.goto(f"{live.url}/cart")
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("1")
    if js:
        expect(page.locator("#baglink")).to_have_text("Bag, 1")
    open_account(page, live)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live.url}/")
    page.goto(f"{live.url}/cart")
    expect(page.locator("main")).to_contain_text("Nothing in your bag yet")
    page.goto(f"{live.url}/sign-in?next=/cart")
    sign_in(page, member.email, onwards="/cart")
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("1")


@BOTH
def test_a_forgotten_password_is_set_anew_through_the_mail(open_page, live, size, js):
    member = Member(live).sign_in()
    other_device = open_page("/account", cookies=member.cookies)
    page = open_page("/sign-in", size, js=js)
    page.get_by_role("link", name="Forgot it").click()
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page)).to_have_text("Look into your mail")
    page.goto(link_to(live, member.email, "Set a new password"))
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_label("New password")).to_have_accessible_description(re.compile("At least 10 characters"))
    page.get_by_label("New password").fill(ANOTHER)
    page.get_by_role("button", name="Set password").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("Your new password is set")
    sign_in(page, member.email, PASSWORD, onwards=None)
    expect(page.get_by_role("alert")).to_contain_text("No account has this address with this password.")
    sign_in(page, member.email, ANOTHER)
    other_device.reload()
    expect(heading(other_device)).to_have_text("Sign in")


@BOTH
def test_a_changed_password_keeps_this_device_and_signs_out_the_others(open_page, live, size, js):
    member = Member(live)
    other_device = open_page("/account", cookies=member.sign_in().cookies)
    page = open_page("/account", size, js=js, cookies=member.sign_in().cookies)
    page.get_by_role("link", name="Password", exact=True).click()
    page.get_by_label("Password you have").fill(ANOTHER)
    page.get_by_label("New password").fill(ANOTHER)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_label("Password you have")).to_have_accessible_description("That is not your password.")
    page.get_by_label("Password you have").fill(PASSWORD)
    page.get_by_label("New password").fill(ANOTHER)
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("Your password is changed")
    other_device.reload()
    expect(heading(other_device)).to_have_text("Sign in")
    sign_in(other_device, member.email, ANOTHER)


@BOTH
def test_another_device_is_signed_out_from_the_list(open_page, live, size, js):
    member = Member(live)
    others = [open_page("/account", cookies=member.sign_in().cookies) for _ in range(3)]
    page = open_page("/account", size, js=js, cookies=member.sign_in().cookies)
    page.get_by_role("link", name="Devices").click()
    main = page.get_by_role("main")
    expect(main.get_by_text("this one")).to_have_count(1)
    expect(main.get_by_role("button", name=re.compile("^End"))).to_have_count(3)
    main.get_by_role("button", name=re.compile("^End")).first.click()
    expect(page.locator("main").get_by_role("status")).to_have_text("That device is signed out.")
    for device in others:
        device.reload()
    assert sorted(heading(device).inner_text() for device in others) == ["Sign in", "Your account", "Your account"]
    main.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.locator("main").get_by_role("status")).to_have_text("All other devices are signed out.")
    for device in others:
        device.goto(f"{live.url}/account")
        expect(heading(device)).to_have_text("Sign in")
    expect(main.get_by_role("button", name=re.compile("^End"))).to_have_count(0)


@BOTH
def test_after_signing_out_a_copied_cookie_is_worthless(open_page, live, size, js):
    member = Member(live).sign_in()
    page = open_page("/account", size, js=js, cookies=member.cookies)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live.url}/")
    thief = open_page("/account", size, js=js, cookies=member.cookies)
    expect(heading(thief)).to_have_text("Sign in")
    page.goto(f"{live.url}/account/orders")
    expect(heading(page)).to_have_text("Sign in")


@BOTH
def test_an_authenticator_app_is_set_up_and_a_code_or_one_from_paper_is_asked_for(open_page, live, size, js):
    member = Member(live).sign_in()
    page = open_page("/account", size, js=js, cookies=member.cookies)
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="The key as a QR code")).to_be_visible()
    app = App(page.locator(".key").inner_text().partition(":")[2].strip())
    page.get_by_label("Code from the app").fill(app.code())
    page.get_by_role("button", name="Turn it on").click()
    expect(heading(page)).to_have_text("Recovery codes")
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.locator("code")).to_have_count(10)
    paper = page.locator("code").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    expect(page.locator("main")).to_contain_text("10 left")

    page = open_page("/sign-in", size, js=js)
    sign_in(page, member.email, onwards="/sign-in/code")
    code = app.code()
    page.get_by_label("Code from your authenticator app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    field = page.get_by_label("Code from your authenticator app")
    expect(field).to_have_accessible_description(re.compile("That code does not fit, or was used."))
    field.fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("Your account")

    page = open_page("/sign-in", size, js=js)
    sign_in(page, member.email, onwards="/sign-in/code")
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(paper.upper())
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("Your account")
    expect(page.locator("main")).to_contain_text("9 left")


@BOTH
def test_staff_of_the_demo_sign_in_with_what_make_run_prints(open_page, live, size, js):
    email, password, key = next(line.split()[1:] for line in live.printed() if line.startswith("staff "))
    assert (email, password, key) == (*accounts.STAFF, accounts.STAFF_KEY)
    app = live.once("app of the staff", lambda: App(key))  # one for all: each code is good once
    page = open_page("/admin", size, js=js)
    expect(heading(page)).to_have_text("Sign in")
    sign_in(page, email, password, onwards="/sign-in/code?next=/admin")
    page.get_by_label("Code from your authenticator app").fill(app.code())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/admin"))
    assert heading(page).is_visible()


@BOTH
def test_the_member_of_the_demo_signs_in_with_what_make_run_prints(open_page, live, size, js):
    email, password = next(line.split()[1:] for line in live.printed() if line.startswith("member "))
    page = open_page("/sign-in", size, js=js)
    sign_in(page, email, password)
    expect(page.locator("main")).to_contain_text(email)
