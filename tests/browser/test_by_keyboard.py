"""A purchase with nothing but keys, and a ring round whatever has the focus."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.running import new_email
from tests.browser.steps import GOOD_CARD, address, card, expect_thanks, pay_button

RING = """() => {
  const style = (it) => it ? getComputedStyle(it) : {};
  const drawn = (it) => style(it).outlineStyle === 'solid' && parseFloat(style(it).outlineWidth) >= 2;
  const it = document.activeElement;
  return it === document.body || drawn(it) || drawn(it.nextElementSibling) || drawn(it.closest('.card'));
}"""


def tab_to(page: Page, goal: Locator, most: int = 70) -> None:
    """Tab until `goal` has the focus, which must be seen at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if goal.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"the keyboard never got to {goal}")


def test_a_purchase_by_keyboard_alone(open_page, live):
    email = new_email()
    page = open_page("/", "desktop")
    tab_to(page, page.get_by_role("link", name="Skip to content"), most=1)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Pitch Control Tee", exact=True).first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/pitch-control-tee")
    tab_to(page, page.get_by_role("radio", name="S", exact=True))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="M", exact=True)).to_be_checked()
    tab_to(page, page.locator("form[data-add] button[type=submit]"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("link", name="Check out"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    for label, text in address(email).items():
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)
    tab_to(page, pay_button(page))
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/pay/*")
    for label, text in card(GOOD_CARD).items():
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)
    tab_to(page, pay_button(page))
    page.keyboard.press("Enter")
    expect_thanks(page)
    ((number, total),) = live.orders_of(email)
    assert total == 3950
    tab_to(page, page.get_by_role("link", name="See your order"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/*")
    expect(page.get_by_role("heading", level=1)).to_have_text(number)


def test_enter_in_a_field_pays_and_does_not_only_update_delivery(open_page, live):
    page = open_page("/checkout", cookies=live.with_bag().cookies)
    for label, text in address(new_email()).items():
        page.get_by_label(label, exact=True).fill(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/pay/*")


def test_a_bag_is_changed_emptied_and_filled_again_by_keyboard(open_page, live):
    page = open_page("/products/hand-signals", "desktop")
    tab_to(page, page.locator("form[data-add] button[type=submit]"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_role("button", name="One more of Hand Signals"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Quantity of Hand Signals")).to_have_value("2")
    tab_to(page, dialog.get_by_role("link", name="View bag"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart")
    tab_to(page, page.get_by_role("button", name="Remove Hand Signals"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart?removed=*")
    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart")
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("2")
