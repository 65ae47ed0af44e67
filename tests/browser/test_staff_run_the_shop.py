"""Staff's journey, from signing in to a parcel on its way, with and without script, on a phone and at a desk."""

import pytest
from playwright.sync_api import expect

from store.actors import Role
from store.ops.demo.accounts import MEMBER, STAFF
from tests.browser.at_work import (
    TRACKING,
    Tee,
    colleague,
    go_to,
    hang_pictures,
    make_draft,
    press,
    product_id,
    receive,
    section,
    sign_in,
    told,
)
from tests.browser.running import Guest
from tests.browser.steps import EVERYWHERE, choose, heading
from tests.shop import wait_until


def expect_in_the_shop(page, live, tee):
    """As a stranger finds it: in its collection, with its pictures, prices and what is left. Ends on a variant."""
    page.goto(f"{live.url}/collections/wear")
    card = page.locator(".card", has=page.get_by_role("link", name=tee.title))
    expect(card).to_contain_text("from $34")
    page.get_by_role("link", name=tee.title).click()
    expect(heading(page)).to_have_text(tee.title)
    choose(page, "Bone", "S")
    expect(page.get_by_role("img", name=f"{tee.title} in bone, laid flat.")).to_be_visible()
    expect(page.locator(".buy-price")).to_have_text("$36.50")
    black = choose(page, "Black", "M")
    expect(page.get_by_role("img", name=f"{tee.title} in black, laid flat.")).to_be_visible()
    page.goto(f"{live.url}/products/{tee.slug}?variant={black}")
    expect(page.locator(".buy-price")).to_have_text("$34")
    expect(page.locator("[data-stock-line]")).to_have_text("Only 3 left in Black, M.")
    broken = "[...document.images].filter(it => it.complete && !it.naturalWidth).length"
    assert page.evaluate(broken) == 0
    return black


def bought_by_a_guest(live, variant):
    guest = Guest(live)
    guest.add(variant)
    guest.check_out()
    guest.pay(card="4242424242424242")
    return guest, live.wait_for_order(guest.email)


def pack_and_ship(page, number, email):
    go_to(page, "Orders")
    expect(page.get_by_role("link", name="To pack")).to_have_attribute("aria-current", "page")
    page.get_by_role("searchbox").fill(email)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=number).click()
    expect(heading(page)).to_have_text(number)
    page.get_by_role("button", name="Mark packed").click()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("Marked packed.")
    page.get_by_label("Carrier").select_option("USPS")
    page.get_by_label("Tracking number").fill(TRACKING)
    press(page, "Items", "Ship this parcel", "The parcel is noted, and the buyer is being told.")
    expect(section(page, "Timeline")).to_contain_text(TRACKING)


@EVERYWHERE
def test_a_tee_goes_from_an_empty_form_to_a_parcel_on_its_way(open_page, live, size, js):
    tee = Tee(f"{size.title()} Test Press Tee" if js else f"{size.title()} Plain Press Tee")
    page = open_page("/sign-in?next=/admin/products", size, js=js)
    sign_in(page, live)
    go_to(page, "Products")

    make_draft(page, tee, price="34")
    edit = page.url.partition("?")[0]
    page.get_by_label("Price of Bone, S", exact=True).fill("36.50")
    press(page, "Variants", "Save table", "The table is saved.")
    hang_pictures(page, tee)
    section(page, "Collections").get_by_label("Wear").check()
    press(page, "Collections", "Save collections", "The collections are saved.")
    receive(page, tee.title, {"Black, M": 3, "Bone, S": 5})
    stranger = open_page(f"/products/{tee.slug}", size, js=js)
    expect(heading(stranger)).not_to_have_text(tee.title)
    page.goto(edit)
    press(page, "Publishing", "Publish now", "Saved.")

    black = expect_in_the_shop(stranger, live, tee)
    assert black == tee.variant(live, "Black", "M")
    guest, number = bought_by_a_guest(live, black)
    stranger.reload()
    expect(stranger.locator("[data-stock-line]")).to_have_text("Only 2 left in Black, M.")

    pack_and_ship(page, number, guest.email)
    page.get_by_role("link", name="What the buyer sees").click()
    expect(heading(page)).to_have_text(number)
    expect(page.get_by_role("link", name=TRACKING)).to_be_visible()
    stranger.goto(live.url + guest.order_path)
    expect(stranger.get_by_role("link", name=TRACKING)).to_be_visible()
    mails = wait_until(lambda: [mail for mail in live.mails_to(guest.email) if "shipped" in mail.subject], 60)
    assert [mail.subject for mail in mails] == [f"Your order {number} has shipped"]
    assert TRACKING in mails[0].text
    assert live.rows("SELECT on_hand, reserved FROM stock_level WHERE variant_id = :id", id=black) == [(2, 0)]

    page.goto(f"{live.url}/admin/history")
    assert told(page, f"product:{edit.rpartition('/')[2]}") == [
        "product: publish", "product: collections", "product: pictures", "product: pictures", "product: variants",
        "product: create",
    ]  # fmt: skip
    assert told(page, f"variant:{black}") == ["stock: receive"]
    assert told(page, f"order:{number}") == ["order: ship", "order: pack"]


def test_two_people_at_one_product_are_told_of_each_other_and_nothing_is_lost(open_page, live):
    path = f"/admin/products/{product_id(live, 'flyer-tote')}"
    lou = colleague(live, Role.CATALOG)
    mine = open_page(path, "desktop", cookies=live.signed_in(STAFF[0]))
    theirs = open_page(path, "phone", cookies=live.signed_in(lou))
    line = live.rows("SELECT line FROM product WHERE slug = 'flyer-tote'")[0][0]
    theirs.get_by_label("One sentence below the title").fill("Carries forty records.")
    press(theirs, "Words", "Save words", "The words are saved.")

    words = section(mine, "Words")
    words.get_by_label("One sentence below the title").fill("Carries a lot.")
    words.get_by_role("button", name="Save words").click()
    expect(mine.get_by_role("alert").first).to_contain_text(f"{lou} changed this")
    expect(words.get_by_label("One sentence below the title")).to_have_value("Carries a lot.")
    expect(words).to_contain_text("There now: Carries forty records.")
    assert live.rows("SELECT line FROM product WHERE slug = 'flyer-tote'") == [("Carries forty records.",)]

    words.get_by_label("One sentence below the title").fill(line)
    press(mine, "Words", "Save words", "The words are saved.")
    assert live.rows("SELECT line FROM product WHERE slug = 'flyer-tote'") == [(line,)]


def test_a_member_without_a_role_learns_of_no_staff_pages(open_page, live):
    page = open_page("/admin", cookies=live.signed_in(MEMBER[0]))
    expect(heading(page)).to_have_text("Nothing in this groove")
    expect(page.get_by_role("navigation", name="Staff")).to_have_count(0)
    answer = page.request.get(f"{live.url}/admin")
    assert answer.status == 404


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_packer_sees_what_waits_orders_and_stock_and_nowhere_a_price_to_change(open_page, live, size):
    packer = colleague(live, Role.PACKER)
    page = open_page("/admin/orders", size, cookies=live.signed_in(packer))
    expect(heading(page)).to_have_text("Orders")
    areas = page.get_by_role("navigation", name="Staff").locator("a[href^='/admin/']")
    assert [area.locator("span").first.inner_text() for area in areas.all()] == ["Attention", "Orders", "Stock"]
    number = live.wait_for_order(live.once("paid", live.after_paying).email)
    shelf = live.variants("flyer-tote")[0]
    for path in ("/admin/orders", f"/admin/orders/{number}", "/admin/stock", f"/admin/stock/{shelf}"):
        page.goto(live.url + path)
        expect(page.locator("[name*=price], [name*=amount], [inputmode=decimal]")).to_have_count(0)
    expect(page.get_by_role("button", name="Receive")).to_have_count(0)
    for area in ("products", "collections", "history", "staff"):
        assert page.request.get(f"{live.url}/admin/{area}").status == 403
