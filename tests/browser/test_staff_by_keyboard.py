"""What the staff pages' script adds: keys, a word before unsaved work is lost, one effect for two clicks."""

import pytest
from playwright.sync_api import expect

from store.ops.demo.accounts import STAFF
from tests.browser.steps import heading


@pytest.fixture
def open_staff(open_page, live):
    """open_staff("/admin/…"): a page on a desk, with the demo's owner signed in."""
    cookies = live.signed_in(STAFF[0])
    return lambda path, size="desktop", **how: open_page(path, size, cookies=cookies, **how)


def keys(page):
    return page.get_by_role("dialog", name="Keys")


def test_the_question_mark_lists_the_keys_and_escape_gives_the_focus_back(open_staff):
    page = open_staff("/admin/staff")
    page.get_by_role("link", name="Staff", exact=True).focus()
    page.keyboard.press("?")
    expect(keys(page)).to_be_visible()
    expect(keys(page)).to_contain_text("Next row, row before")
    page.keyboard.press("Escape")
    expect(keys(page)).to_be_hidden()
    expect(page.get_by_role("link", name="Staff", exact=True)).to_be_focused()


def test_j_and_k_move_from_row_to_row_and_enter_opens_one(open_staff):
    page = open_staff("/admin/stock")
    first, second, third = (page.locator(".rows .key a").nth(row) for row in range(3))
    for key, here in [("j", first), ("j", second), ("j", third), ("k", second)]:
        page.keyboard.press(key)
        expect(here).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(first).to_be_focused()
    name = first.inner_text()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(name)


def test_the_slash_leads_to_the_search(open_staff):
    page = open_staff("/admin/stock")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.type("tote")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tote**")
    expect(page.locator(".rows .key a")).to_have_text(["Flyer Tote, Natural"])


def test_g_and_a_letter_lead_to_an_area(open_staff):
    page = open_staff("/admin/staff")
    with page.expect_navigation(url="**/admin/orders"):
        page.keyboard.press("g")
        page.keyboard.press("o")


def test_no_key_acts_while_somebody_types(open_staff):
    page = open_staff("/admin/staff")
    box = page.get_by_label("E-mail of a member")
    box.press_sequentially("go/jk?")
    expect(box).to_have_value("go/jk?")
    expect(box).to_be_focused()
    expect(keys(page)).to_be_hidden()
    assert page.url.endswith("/admin/staff")


def test_keys_can_be_switched_off_for_good_and_on_again(open_staff):
    page = open_staff("/admin/staff")
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch keys off").click()
    expect(page.get_by_role("status")).to_have_text("Keys are off in this browser.")
    page.reload()
    page.keyboard.press("?")
    expect(keys(page)).to_be_hidden()
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_role("button", name="Switch keys on").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(keys(page)).to_be_visible()


def test_leaving_with_something_typed_is_asked_about(open_staff):
    page = open_staff("/admin/staff")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    box = page.get_by_label("E-mail of a member")
    box.click()
    page.keyboard.type("ana@example.com")
    page.get_by_role("link", name="View shop").click()
    expect(box).to_have_value("ana@example.com")
    assert asked == ["beforeunload"]
    box.fill("")
    page.get_by_role("link", name="View shop").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]


def test_a_click_while_a_form_is_on_its_way_sends_nothing_more(open_staff):
    page = open_staff("/admin/staff")
    held = []
    page.route(
        "**/admin/staff", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.get_by_label("E-mail of a member").fill("nobody@example.com")
    twice = "it => { it.click(); setTimeout(() => it.click(), 200); return it.getAttribute('aria-busy'); }"
    assert page.get_by_role("button", name="Give role").evaluate(twice) == "true"
    page.wait_for_timeout(600)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#mend")).to_be_focused()


def test_a_refused_form_is_asked_about_until_it_is_sent_again(open_staff):
    page = open_staff("/admin/staff")
    page.get_by_role("button", name="Give role").click()
    expect(page.locator("#mend")).to_be_focused()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("h1").click()  # browsers ask only people who have touched the page
    page.get_by_role("link", name="View shop").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]


def test_without_script_the_phone_s_bar_still_opens_what_it_has_no_room_for(open_staff):
    page = open_staff("/admin/staff", "phone", js=False)
    history = page.get_by_role("link", name="History")
    expect(history).to_be_hidden()
    page.get_by_role("button", name="More").tap()
    expect(history).to_be_visible()
    expect(heading(page)).to_have_text("Staff")
