"""The pages of orders without a card: what costs nothing, at every step; and what a bank has not paid yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Kind, Status
from tests.browser.own_places import Place, Visit, as_staff
from tests.browser.people import Member
from tests.browser.running import IBAN, Guest, RunningShop
from tests.browser.steps import heading
from tests.shop import wait_until

SLUG = "first-hour-mix"


def free_mix(live: RunningShop) -> int:
    """A download of nothing, the oldest thing in the shop; its variant's id."""
    now = datetime.now(UTC)
    plan = Blueprint(
        slug=SLUG,
        number="001",
        title="First Hour, Live",
        line="Sixty minutes from the first night.",
        kind=Kind.DIGITAL,
        status=Status.ACTIVE,
        price=0,
        published_at=now - timedelta(days=4000),
    )
    return live.once("free mix", lambda: live.db.run(lambda session: build_product(session, plan, now).variants[0].id))


def with_it(guest: Guest) -> Guest:
    guest.add(free_mix(guest.shop))
    return guest


def till_of_a_guest(visit: Visit, live: RunningShop) -> Page:
    return visit("/checkout", cookies=live.once("free guest", lambda: with_it(Guest(live))).cookies)


def till_of_a_member(visit: Visit, live: RunningShop) -> Page:
    member = live.once("free member", lambda: with_it(Member(live).sign_in()))
    return visit("/checkout", cookies=live.signed_in(member.email))


def refused_at_the_till(visit: Visit, live: RunningShop) -> Page:
    page = till_of_a_guest(visit, live)
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("E-mail").press("Enter")
    page.get_by_role("alert").wait_for()
    return page


def owner_of_one(live: RunningShop) -> Member:
    def make() -> Member:
        member = with_it(Member(live).sign_in())
        member.check_out()
        return member

    return live.once("free order", make)


def thanks(visit: Visit, live: RunningShop) -> Page:
    member = owner_of_one(live)
    page = visit(member.session_url, cookies=live.signed_in(member.email))
    assert heading(page).inner_text() == "Thank you"
    return page


def order(visit: Visit, live: RunningShop) -> Page:
    member = owner_of_one(live)
    return visit(f"/account/orders/{live.wait_for_order(member.email)}", cookies=live.signed_in(member.email))


def mail(visit: Visit, live: RunningShop) -> Page:
    member = owner_of_one(live)

    def sent() -> list:
        return [one for one in live.mails_to(member.email) if "We have your order" in one.subject]

    return visit(f"/dev/mail/{wait_until(sent, 60)[0].id}")


def waiting(live: RunningShop) -> Member:
    """Pays by bank debit, and the bank takes its days."""

    def make() -> Member:
        member = Member(live).sign_in()
        member.add(live.variants("hand-signals")[0])
        member.check_out()
        member.pay(**IBAN)
        awaited = "SELECT id FROM checkout WHERE email = :email AND state = 'awaiting_payment'"
        wait_until(lambda: live.rows(awaited, email=member.email), 20)  # until Stripe has told of it
        return member

    return live.once("waiting", make)


def orders_of_one_who_waits(visit: Visit, live: RunningShop) -> Page:
    page = visit("/account/orders", cookies=live.signed_in(waiting(live).email))
    page.get_by_role("heading", name="Payments on their way").wait_for()
    return page


def orders_at_work_with_one_who_waits(visit: Visit, live: RunningShop) -> Page:
    waiting(live)
    page = as_staff("/admin/orders?state=all")(visit, live)
    page.get_by_role("heading", name="Payments on their way").wait_for()
    return page


CARDLESS: dict[str, Place] = {
    "free checkout of a guest": till_of_a_guest,
    "free checkout refused": refused_at_the_till,
    "free checkout": till_of_a_member,
    "free thank-you": thanks,
    "free order": order,
    "free order's mail": mail,
    "orders waiting for a bank": orders_of_one_who_waits,
    "orders at work waiting for a bank": orders_at_work_with_one_who_waits,
}
