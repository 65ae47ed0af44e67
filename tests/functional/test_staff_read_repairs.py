"""Staff see what the reconciler has put right, and how far it has read."""

from __future__ import annotations

import re

from store.actors import Role
from store.payments.reach import note_silence
from store.payments.reconciling import closing
from store.payments.reconciling.models import Repair
from tests.integration.reconciled import reconcile

PAGE = "/admin/repairs"


def text_of(page):
    """What stands on a page, without its tags."""
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])).strip()


def lose(shop):
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    intent = shop.pay(session)["payment_intent"]
    shop.clock.advance(minutes=2)
    reconcile(shop)
    return intent


def test_before_anything_was_read_the_page_says_so(shop):
    text = text_of(shop.staff(Role.REPORTS).get(PAGE))
    assert "Stripe’s events have not been read yet." in text
    assert "Nothing had to be repaired" in text


def test_a_payment_nobody_told_of_stands_there_before_and_after_in_words(shop):
    intent = lose(shop)
    number = shop.value('SELECT number FROM "order"')
    page = shop.staff(Role.OWNER).get(PAGE)
    text = text_of(page)
    assert "Event that never came" in text
    assert "Checkout Open → now Paid" in text
    assert "Payment page Open → now Complete" in text
    assert "Payment – → now Paid" in text
    assert "Paid – → now $39.50" in text
    assert f"Order – → now {number}" in text
    assert f'href="/admin/payments/{intent}"' in page.text
    assert "Stripe answers" in text
    assert "Compared not yet" in text


def test_who_may_read_reports_and_no_more_gets_no_link_to_the_payment(shop):
    intent = lose(shop)
    assert f'href="/admin/payments/{intent}"' not in shop.staff(Role.REPORTS).get(PAGE).text


def test_the_order_says_on_its_timeline_that_it_was_put_right(shop):
    lose(shop)
    number = shop.value('SELECT number FROM "order"')
    text = text_of(shop.staff(Role.ORDERS).get(f"/admin/orders/{number}"))
    said = text.partition("Put right from Stripe’s lists, for no webhook had told it")[2]
    assert said.partition("The shop itself")[1] == "The shop itself"


def test_the_buyer_is_not_told_of_it(shop):
    lose(shop)
    link = next(word for word in shop.mails()[0].text.split() if "/o/" in word)
    page = shop.visitor().get("/o/" + link.partition("/o/")[2])
    assert (page.status_code, "Put right" in page.text) == (200, False)


def test_the_list_is_narrowed_to_a_kind_and_what_makes_no_sense_narrows_nothing(shop):
    lose(shop)
    staff = shop.staff(Role.REPORTS)
    assert "Event that never came" in text_of(staff.get(f"{PAGE}?kind=missed_event")).partition("Before and after")[2]
    assert "Nothing was repaired that was found like this." in text_of(staff.get(f"{PAGE}?kind=refund"))
    assert "Checkout Open" in text_of(staff.get(f"{PAGE}?kind=nonsense&page=x"))


def test_fifty_stand_on_a_page(shop):
    def work(session):
        for number in range(51):
            session.add(
                Repair(
                    kind="refund", subject=f"payment:pi_{number}", before={"refund 1": None},
                    after={"refund 1": "succeeded"}, at=shop.clock(),
                )
            )  # fmt: skip

    shop.db.run(work)
    staff = shop.staff(Role.REPORTS)
    first, second = staff.get(PAGE), staff.get(f"{PAGE}?page=2")
    assert (first.text.count("Paid back"), second.text.count("Paid back")) == (50, 1)
    assert ('rel="next"' in first.text, 'rel="prev"' in second.text) == (True, True)


def test_that_stripe_is_silent_and_that_checkout_is_closed_is_said(shop):
    shop.db.run(lambda session: note_silence(session, shop.clock()))
    shop.db.run(lambda session: closing.close_checkout(session, shop.clock()))
    text = text_of(shop.staff(Role.REPORTS).get(PAGE))
    assert "Stripe does not answer" in text
    assert "Checkout is closed until everything that has happened at Stripe since the backup of" in text
