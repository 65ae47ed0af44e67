"""Every page there is, and how one comes to see it. A place is a function of `visit(path, cookies=…)` and the shop."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.account_places import MEMBERS
from tests.browser.cardless_places import CARDLESS
from tests.browser.running import IBAN, RunningShop
from tests.browser.staff_places import AT_WORK
from tests.browser.steps import DECLINED_CARD, add_to_bag, choose, heading, pay, pay_button, search_box
from tests.shop import wait_until

Visit = Callable[..., Page]


def at(path: str) -> Callable[[Visit, RunningShop], Page]:
    return lambda visit, _live: visit(path)


def filters_open(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products?q=tee&size=XL&color=Bone")
    if page.locator(".filters > summary").is_visible():
        page.locator(".filters > summary").click()
    return page


def suggestions(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products")
    search_box(page).press_sequentially("night")
    expect(page.get_by_role("option").first).to_be_visible()
    return page


def sold_out(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products/dead-air-hoodie")
    page.get_by_role("link", name="Stone").click()
    expect(page.locator(".sold-out")).to_be_visible()
    return page


def size_chosen(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products/pitch-control-tee")
    choose(page, "Black", "L")
    page.get_by_text("Size chart").first.click()
    return page


def bag(visit: Visit, live: RunningShop) -> Page:
    return visit("/cart", cookies=live.once("shopping", live.with_bag).cookies)


def drawer(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products/night-bus-vol-2")
    add_to_bag(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def checkout(visit: Visit, live: RunningShop) -> Page:
    return visit("/checkout", cookies=live.once("shopping", live.with_bag).cookies)


def checkout_with_mistakes(visit: Visit, live: RunningShop) -> Page:
    page = checkout(visit, live)
    pay_button(page).click()
    expect(page.locator("#mend")).to_be_visible()
    return page


def payment(visit: Visit, live: RunningShop) -> Page:
    return visit(live.once("at payment", live.at_payment).session_url)


def payment_declined(visit: Visit, live: RunningShop) -> Page:
    page = payment(visit, live)
    pay(page, DECLINED_CARD)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def payment_with_mistakes(visit: Visit, live: RunningShop) -> Page:
    page = payment(visit, live)
    pay_button(page).click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def banks_question(visit: Visit, live: RunningShop) -> Page:
    page = visit(live.at_payment().session_url)
    pay(page, "4000 0025 0000 3155")
    expect(heading(page)).to_have_text("Confirm with your bank")
    return page


def payment_closed(visit: Visit, live: RunningShop) -> Page:
    return visit(live.once("paid", live.after_paying).session_url)


def not_paid_yet(visit: Visit, live: RunningShop) -> Page:
    guest = live.once("at payment", live.at_payment)
    return visit(guest.success_path, cookies=guest.cookies)


def back_while_stripe_is_silent(visit: Visit, live: RunningShop) -> Page:
    """Only about this guest's session, and for good."""
    guest = live.once("unheard", live.at_payment)
    silent = {"do": "503", "on": f"GET /v1/checkout/sessions/{guest.session_id}"}
    live.control("faults", {"api": [silent]})
    return visit(guest.success_path, cookies=guest.cookies)


def back_from_payment(visit: Visit, live: RunningShop) -> Page:
    return visit("/checkout/cancel", cookies=live.once("at payment", live.at_payment).cookies)


def canceled(visit: Visit, live: RunningShop) -> Page:
    page = visit("/checkout/cancel", cookies=live.at_payment().cookies)
    page.get_by_role("button", name="Cancel checkout").click()
    expect(heading(page)).to_have_text("Checkout canceled")
    return page


def thanks(visit: Visit, live: RunningShop) -> Page:
    guest = live.once("paid", live.after_paying)
    return visit(guest.success_path, cookies=guest.cookies)


def on_its_way(visit: Visit, live: RunningShop) -> Page:
    guest = live.once("slow", lambda: live.after_paying(**IBAN))
    return visit(guest.success_path, cookies=guest.cookies)


def order(visit: Visit, live: RunningShop) -> Page:
    return visit(live.once("paid", live.after_paying).order_path)


def picture_in_full(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products/low-end-ep")
    page.locator("[data-view]").nth(1).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def mail(visit: Visit, live: RunningShop) -> Page:
    guest = live.once("paid", live.after_paying)
    (message,) = wait_until(lambda: live.mails_to(guest.email), 60)
    return visit(f"/dev/mail/{message.id}")


def removed(visit: Visit, live: RunningShop) -> Page:
    page = visit("/cart", cookies=live.with_bag().cookies)
    page.get_by_role("button", name="Remove Hand Signals").click()
    expect(page.locator(".toast")).to_be_visible()
    return page


def slip_in_the_address(visit: Visit, live: RunningShop) -> Page:
    page = checkout(visit, live)
    page.get_by_label("E-mail").fill("ana@gmial.com")
    page.get_by_label("Full name").focus()
    expect(page.get_by_role("button", name="Use ana@gmail.com")).to_be_visible()
    return page


def size_sold_out(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/products/pitch-control-tee")
    page.get_by_role("link", name="XL sold out").click()
    expect(page.locator(".stock-line")).to_be_visible()
    return page


def order_not_found(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/orders/find")
    page.get_by_label("Order number").fill("NM-222222")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


SHOP = {
    "home": at("/"),
    "listing": at("/products"),
    "listing narrowed": filters_open,
    "search with suggestions": suggestions,
    "search mended": at("/products?q=hodie"),
    "search without result": at("/products?q=theremin"),
    "collection": at("/collections/drop-04"),
    "product": at("/products/pitch-control-tee"),
    "product without choices": at("/products/night-bus-vol-2"),
    "product with a size chosen": size_chosen,
    "product sold out": sold_out,
    "picture in full": picture_in_full,
    "bag": bag,
    "product with a size sold out": size_sold_out,
    "bag with something removed": removed,
    "empty bag": at("/cart"),
    "drawer": drawer,
    "checkout": checkout,
    "checkout with mistakes": checkout_with_mistakes,
    "checkout with a slip": slip_in_the_address,
    "thank-you": thanks,
    "payment on its way": on_its_way,
    "not paid yet": not_paid_yet,
    "nobody knows whether it is paid": back_while_stripe_is_silent,
    "back from payment": back_from_payment,
    "canceled": canceled,
    "order": order,
    "finding an order": order_not_found,
    "delivery": at("/delivery"),
    "404": at("/products/no-such-thing"),
    "terms": at("/terms"),
    "privacy": at("/privacy"),
    "returns": at("/returns"),
    "api": at("/api/docs"),
    "mails": at("/dev/mail"),
    "mail": mail,
}
PAYMENT = {
    "payment": payment,
    "payment declined": payment_declined,
    "payment with mistakes": payment_with_mistakes,
    "the bank's question": banks_question,
    "nothing left to pay": payment_closed,
}
PLACES = SHOP | CARDLESS | PAYMENT | MEMBERS | AT_WORK
