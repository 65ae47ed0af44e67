"""Pages of staff, and how one comes to see them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from store.actors import Role
from tests.browser.at_work import TRACKING, colleague, product_id, section
from tests.browser.attention_places import WAITING
from tests.browser.own_places import Place, Visit, as_staff, refused
from tests.browser.refund_places import REFUNDS
from tests.browser.running import Guest, RunningShop


def order_at_work(visit: Visit, live: RunningShop) -> Page:
    number = live.wait_for_order(live.once("paid", live.after_paying).email)
    return as_staff(f"/admin/orders/{number}")(visit, live)


def stock_of_one(visit: Visit, live: RunningShop) -> Page:
    page = as_staff("/admin/stock")(visit, live)
    page.locator(".rows .key a").first.click()
    page.wait_for_url("**/admin/stock/*")
    return page


def keys_listed(visit: Visit, live: RunningShop) -> Page:
    page = as_staff("/admin/orders")(visit, live)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    return page


def more_opened(visit: Visit, live: RunningShop) -> Page:
    """What a phone's bar has no room for; on a desk it is in sight anyway."""
    page = as_staff("/admin/history")(visit, live)
    button = page.get_by_role("button", name="More")
    if button.is_visible():
        button.tap()
    expect(page.get_by_role("link", name="View shop")).to_be_visible()
    return page


def product(visit: Visit, live: RunningShop) -> Page:
    """With options, twelve variants or so, and pictures."""
    return as_staff(f"/admin/products/{product_id(live, 'pitch-control-tee')}")(visit, live)


def record(visit: Visit, live: RunningShop) -> Page:
    """With tracks that can be heard."""
    return as_staff(f"/admin/products/{product_id(live, 'low-end-ep')}")(visit, live)


def draft_refused(visit: Visit, live: RunningShop) -> Page:
    """A draft that lacks pictures and prices, after somebody tried to publish it."""
    page = as_staff("/admin/products/new")(visit, live)
    page.get_by_label("Title", exact=True).fill("Sticker Sheet")
    page.get_by_label("One sentence below the title").fill("Twelve, for cases.")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/admin/products/*?done=created")
    section(page, "Publishing").get_by_role("button", name="Publish now").click()
    expect(page.locator("#mend")).to_be_visible()
    return page


def collection(visit: Visit, live: RunningShop) -> Page:
    page = as_staff("/admin/collections")(visit, live)
    page.locator(".rows .key a").first.click()
    page.wait_for_url("**/admin/collections/*")
    return page


def order_sent(units: int) -> Place:
    """The page of an order of two of a thing, of which so many have left."""

    def go(visit: Visit, live: RunningShop) -> Page:
        def paid() -> Guest:
            guest = Guest(live)
            guest.add(live.variants("hand-signals")[0], 2)
            guest.check_out()
            guest.pay(card="4242424242424242")
            return guest

        number = live.wait_for_order(live.once(f"sent {units}", paid).email)
        page = as_staff(f"/admin/orders/{number}")(visit, live)
        if not page.get_by_role("link", name=TRACKING).count():
            page.get_by_label("Units of Hand Signals").fill(str(units))
            page.get_by_label("Tracking number").fill(TRACKING)
            page.get_by_role("button", name="Ship this parcel").click()
            expect(page.get_by_role("link", name=TRACKING)).to_be_visible()
        return page

    return go


def order_disputed(visit: Visit, live: RunningShop) -> Page:
    """Its bank has taken the payment back, and its card's network warns of fraud."""

    def paid() -> Guest:
        guest = live.after_paying()
        found = 'SELECT payment_intent FROM payment JOIN "order" ON "order".id = order_id WHERE number = :number'
        ((intent,),) = live.rows(found, number=live.wait_for_order(guest.email))
        live.control(f"warnings/{intent}", {})
        live.control(f"disputes/{intent}", {"reason": "product_not_received"})
        return guest

    number = live.wait_for_order(live.once("disputed", paid).email)
    page = as_staff(f"/admin/orders/{number}")(visit, live)
    for _ in range(50):  # Stripe tells in a moment of its own
        if page.get_by_role("heading", name="Dispute", exact=True).count():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(page.get_by_role("heading", name="Dispute", exact=True)).to_be_visible()
    return page


def staff_of_two(visit: Visit, live: RunningShop) -> Page:
    colleague(live, Role.PACKER, email="packer@example.com")
    page = as_staff("/admin/staff")(visit, live)
    expect(page.get_by_role("heading", name="packer@example.com")).to_be_visible()
    return page


def books_of_an_order(visit: Visit, live: RunningShop) -> Page:
    page = order_at_work(visit, live)
    page.get_by_role("link", name="In the books").click()
    page.wait_for_url("**/admin/ledger/orders/*")
    return page


def entry_in_the_books(visit: Visit, live: RunningShop) -> Page:
    page = books_of_an_order(visit, live)
    page.locator(".rows .key a.num").first.click()
    page.wait_for_url("**/admin/ledger/entries/*")
    return page


AT_WORK: dict[str, Place] = {
    "orders at work": as_staff("/admin/orders"),
    "orders not found": as_staff("/admin/orders?q=nobody-is-called-so"),
    "order at work": order_at_work,
    "stock": as_staff("/admin/stock"),
    "stock of one": stock_of_one,
    "history": as_staff("/admin/history"),
    "ledger": as_staff("/admin/ledger"),
    "ledger with mistakes": as_staff("/admin/ledger?from=2026-01-02&to=2026-01-01"),
    "ledger of days without bookings": as_staff("/admin/ledger?from=2020-01-01&to=2020-01-31"),
    "account in the books": as_staff("/admin/ledger/accounts/stripe_clearing"),
    "order in the books": books_of_an_order,
    "entry in the books": entry_in_the_books,
    "payouts": as_staff("/admin/ledger/payouts"),
    "repairs": as_staff("/admin/repairs"),
    "repairs not found": as_staff("/admin/repairs?kind=dispute"),
    "staff with mistakes": refused(as_staff("/admin/staff"), "Give role"),
    "refusal at work": as_staff("/admin/orders/NM-XXXX"),
    "keys": keys_listed,
    "more": more_opened,
    "products": as_staff("/admin/products"),
    "new product": as_staff("/admin/products/new"),
    "new product with mistakes": refused(as_staff("/admin/products/new"), "Make the draft"),
    "product at work": product,
    "record at work": record,
    "publishing refused": draft_refused,
    "collections at work": as_staff("/admin/collections"),
    "collection at work": collection,
    "order shipped": order_sent(2),
    "order part shipped": order_sent(1),
    "note with mistakes": refused(order_at_work, "Add note"),
    "staff of two": staff_of_two,
    "order disputed": order_disputed,
    "orders held back": as_staff("/admin/orders?state=held"),
    **WAITING,
    **REFUNDS,
}
