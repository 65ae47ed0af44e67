"""What the checkout form says and keeps when something is wrong, and what delivery costs where."""

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_email
from tests.browser.steps import address, fill_in, pay_button

REQUIRED = {
    "email": "We need an address for the receipt.",
    "name": "Whose name goes on the parcel?",
    "line1": "Which street and number?",
    "city": "Which city?",
    "region": "Which state or province?",
    "postal_code": "Which ZIP or postal code?",
}


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_every_mistake_is_named_once_in_the_summary_and_once_at_its_field(open_page, live, js):
    guest = live.with_bag()
    page = open_page("/checkout", js=js, cookies=guest.cookies)
    pay_button(page).click()
    summary = page.locator("#mend")
    expect(summary.get_by_role("link")).to_have_text(list(REQUIRED.values()))
    for name, sentence in REQUIRED.items():
        field = page.locator(f"#{name}")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(f"Receipt and parcel news, nothing else. {sentence}"
                                                     if name == "email" else sentence)  # fmt: skip
        summary.get_by_role("link", name=sentence).click()
        expect(field).to_be_focused()
    assert live.rows("SELECT COUNT(*) FROM checkout WHERE cart_id IN (SELECT id FROM cart) AND email = ''") == [(0,)]


def test_reading_starts_at_what_has_to_be_mended(open_page, live):
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    pay_button(page).click()
    expect(page.locator("#mend")).to_be_focused()


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_a_refused_form_keeps_what_was_typed_and_goes_through_once_mended(open_page, live, js):
    email = new_email()
    page = open_page("/checkout", js=js, cookies=live.with_bag().cookies)
    fill_in(page, "ana@example")
    page.get_by_label("Phone").fill("555 0100")
    page.get_by_label("ZIP or postal code").fill("1120")
    pay_button(page).click()
    expect(page.locator("#mend").get_by_role("link")).to_have_count(2)
    for label, text in (address("ana@example") | {"ZIP or postal code": "1120"}).items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    expect(page.get_by_label("Phone")).to_have_value("555 0100")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("ZIP or postal code").fill("11201")
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")
    assert live.rows("SELECT email, phone FROM checkout WHERE email = :email", email=email) == [(email, "555 0100")]


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_another_country_changes_delivery_and_total_and_keeps_what_was_typed(open_page, live, js):
    email = new_email()
    page = open_page("/checkout", js=js, cookies=live.with_bag().cookies)
    sums = page.locator(".summary .sums").first
    expect(sums).to_contain_text("$7.50")
    expect(pay_button(page)).to_have_text("Pay $79.50")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Country").select_option("CA")
    page.get_by_role("button", name="Update delivery").click()
    expect(sums).to_contain_text("$18.00")
    expect(pay_button(page)).to_have_text("Pay $90.00")
    expect(page.get_by_label("E-mail")).to_have_value(email)
    expect(page.locator("#mend")).to_have_count(0)
    expect(page.get_by_label("Country")).to_have_value("CA")


def test_a_total_that_changed_meanwhile_is_said_before_anything_is_paid(open_page, live):
    email = new_email()
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    fill_in(page, email)
    page.get_by_label("Country").select_option("GB")
    page.get_by_label("ZIP or postal code").fill("SW1A 1AA")
    pay_button(page).click()
    expect(page.get_by_role("alert")).to_have_text("Your total is now $97.00, not $79.50. Nothing is charged yet.")
    expect(pay_button(page)).to_have_text("Pay $97.00")
    assert live.rows("SELECT COUNT(*) FROM checkout WHERE email = :email", email=email) == [(0,)]
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")
    assert live.rows("SELECT total FROM checkout WHERE email = :email", email=email) == [(9700,)]


def test_every_field_says_what_browsers_may_fill_it_with(open_page, live):
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    fields = page.locator("form.checkout :is(input:not([type=hidden]), select)")
    tokens = fields.evaluate_all("fields => fields.map(field => field.autocomplete)")
    assert len(tokens) <= 9
    assert all(tokens)
    assert tokens[0] == "email"
