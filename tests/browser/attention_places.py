"""What waits for a person, as staff see it: with a payment that is not what was agreed."""

from __future__ import annotations

import stripe
from playwright.sync_api import Page

from tests.browser.own_places import Place, Visit, as_staff, refused
from tests.browser.running import CARD, SANDBOX_KEY, RunningShop
from tests.shop import wait_until


def paid_otherwise(live: RunningShop) -> tuple[str, str]:
    """A checkout for which Stripe was paid another sum; its payment and its id."""
    guest = live.at_payment()
    ((store,),) = live.rows("SELECT store_id FROM shop")
    ((attempt, checkout),) = live.rows(
        "SELECT id, checkout_id FROM stripe_session WHERE stripe_id = :id", id=guest.session_id
    )
    stamp = {"store": store, "checkout": checkout, "attempt": attempt}
    price = {"currency": "usd", "unit_amount": 395, "product_data": {"name": "Something else"}}
    client = stripe.StripeClient(SANDBOX_KEY, base_addresses={"api": live.sandbox_url})
    other = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": live.url,
            "metadata": stamp,
            "payment_intent_data": {"metadata": stamp},
        }
    )
    live.control(f"pay/{other.id}", CARD)
    query = "SELECT payment_intent FROM payment WHERE unapplied_reason = 'mismatch' AND checkout_id = :id"
    return wait_until(lambda: live.rows(query, id=checkout), 20)[0][0], checkout


def waiting(path: str) -> Place:
    """A staff page, with that payment waiting."""

    def go(visit: Visit, live: RunningShop) -> Page:
        payment, checkout = live.once("paid otherwise", lambda: paid_otherwise(live))
        return as_staff(path.format(payment=payment, checkout=checkout))(visit, live)

    return go


def matter(visit: Visit, live: RunningShop) -> Page:
    page = waiting("/admin/attention")(visit, live)
    page.get_by_role("link", name="Paid otherwise than agreed").first.click()
    page.wait_for_url("**/admin/attention/*")
    return page


WAITING: dict[str, Place] = {
    "attention": waiting("/admin/attention"),
    "matter with mistakes": refused(matter, "Close this matter"),
    "payment without order": refused(waiting("/admin/payments/{payment}"), "Accept and order"),
    "checkout at work": waiting("/admin/checkouts/{checkout}"),
    "events at work": waiting("/admin/webhook-events"),
    "jobs": waiting("/admin/jobs"),
}
