"""Pages about money that goes back, and how one comes to see them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.own_places import Place, Visit, as_staff, as_stranger, refused
from tests.browser.running import Guest, RunningShop


def paid(live: RunningShop) -> Guest:
    """Somebody who has paid for three of a thing."""
    guest = Guest(live)
    guest.add(live.variants("hand-signals")[0], 3)
    guest.check_out()
    guest.pay(card="4242424242424242")
    live.wait_for_order(guest.email)
    return guest


def order_of(live: RunningShop) -> str:
    return live.wait_for_order(live.once("to refund", lambda: paid(live)).email)


def refund(visit: Visit, live: RunningShop) -> Page:
    return as_staff(f"/admin/orders/{order_of(live)}/refund")(visit, live)


def worked_out(visit: Visit, live: RunningShop) -> Page:
    page = refund(visit, live)
    page.get_by_label("that were not sent yet").fill("1")
    page.get_by_label("Of the delivery").fill("1.50")
    page.get_by_role("button", name="Work out the sum").click()
    expect(page.get_by_role("button", name="Refund $13.50")).to_be_visible()
    return page


def mistaken(visit: Visit, live: RunningShop) -> Page:
    page = refund(visit, live)
    page.locator("#amount").fill("ten")
    page.get_by_label("that were not sent yet").fill("many")
    return page


def after_refunds(live: RunningShop) -> Guest:
    """A refund by staff that came back, and one that was made at Stripe."""

    def make() -> Guest:
        guest = paid(live)
        ((intent,),) = live.rows(
            'SELECT payment_intent FROM payment JOIN "order" ON "order".id = order_id WHERE email = :email',
            email=guest.email,
        )
        made = live.control(f"refund/{intent}", {"amount": 1200})
        live.control(f"refunds/{made['id']}", {"outcome": "fail", "reason": "expired_or_canceled_card"})
        live.control(f"refund/{intent}", {"amount": 100})
        return guest

    return live.once("refunded", make)


def order_refunded(visit: Visit, live: RunningShop) -> Page:
    page = as_staff(f"/admin/orders/{live.wait_for_order(after_refunds(live).email)}")(visit, live)
    for _ in range(50):  # Stripe tells in a moment of its own
        if page.get_by_role("button", name="Send once more").count() and page.get_by_text("Which units").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(page.get_by_role("button", name="Send once more")).to_be_visible()
    return page


def units_asked(visit: Visit, live: RunningShop) -> Page:
    page = order_refunded(visit, live)
    page.get_by_role("link", name="Which units was it for?").click()
    page.wait_for_url("**/admin/refunds/*/units")
    return page


def seen_by_its_buyer(visit: Visit, live: RunningShop) -> Page:
    order_refunded(visit, live)
    return as_stranger(after_refunds(live).order_path)(visit, live)


REFUNDS: dict[str, Place] = {
    "refund": refund,
    "refund worked out": worked_out,
    "refund with mistakes": refused(mistaken, "Work out the sum"),
    "order refunded": order_refunded,
    "order refunded as its buyer sees it": seen_by_its_buyer,
    "units of a refund": units_asked,
    "units of a refund with mistakes": refused(
        lambda visit, live: _typed(units_asked(visit, live), "many"), "Save the units"
    ),
}


def _typed(page: Page, text: str) -> Page:
    page.get_by_label("that were not sent yet").fill(text)
    return page
