"""What a shop may be in the middle of when its process dies. A story is three functions and how it has to end.

`before` happens undisturbed and leaves notes; `deed` is what may be cut short anywhere; `after` is what people do about
it once the shop is back, knowing what is in the notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.jobs.worker import Scheduled
from store.payments.reconciling.service import Reconciler
from tests.faults.beginnings import (
    FORM,
    Notes,
    answer_lost,
    buyer,
    debited,
    disputed,
    on_its_way,
    ordered,
    overdue,
    paid,
    placed,
    placed_and_changed,
    refunded_in_the_dashboard,
    with_a_bag,
    with_a_free_bag,
)
from tests.integration.refunding import refund as pay_back
from tests.integration.refunding import unsent
from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS
from tests.people import Visitor
from tests.shop import US, Shop, session_in

OTHER_FORM = "another-form"
ORDERED = 'SELECT "order".number, line.id FROM "order" JOIN order_line line ON line.order_id = "order".id'
SWEEP = (Scheduled("sweep", "* * * * *"),)
BOOKS = (Scheduled("read_balance", "7 3 * * *"), Scheduled("close_days", "37 3 * * *"))


def nothing(_shop: Shop, _notes: Notes) -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class Story:
    """How it ends: the states its checkouts may be in (`ends`), what staff are told, units that have left the house."""

    before: Callable[[Shop, Notes], None]
    deed: Callable[[Shop, Notes], None]
    after: Callable[[Shop, Notes], None] = nothing
    ends: tuple[tuple[str, ...], ...] = (("paid",),)
    attention: tuple[str, ...] = ()
    shipped: int = 0
    received: int = 0
    cancelled: int = 0
    refunded: tuple[int, ...] = ()
    """What has gone back at Stripe, refund by refund."""
    mails: tuple[str, ...] = ()
    """Kinds of mail, beside the confirmation of each order."""


# -- people --


def packer(shop: Shop) -> Visitor:
    return shop.signed_in(shop.value("SELECT id FROM member WHERE email = 'pia@nastymixx.example'"))


def place(shop: Shop, notes: Notes) -> None:
    answer = buyer(shop, notes).post("/checkout", data=US | {"form_token": FORM})
    assert answer.status_code == 303, answer.text


def place_free(shop: Shop, notes: Notes) -> None:
    answer = shop.signed_in(notes["member"]).post("/checkout", data=US | {"form_token": FORM})
    assert answer.status_code == 303, answer.text
    shop.worker.drain()


def place_again_and_pay(shop: Shop, notes: Notes) -> None:
    answer = buyer(shop, notes).post("/checkout", data=US | {"form_token": FORM})
    assert answer.status_code == 303, answer.text
    shop.pay(session_in(answer.location))


def pay_whatever_is_open(shop: Shop, _notes: Notes) -> None:
    """Somebody has the address of the page, though the shop may never have heard of it."""
    for session in shop.account.v1.checkout.sessions.list({"status": "open"}).data:
        shop.pay(session.id)


def place_the_other(shop: Shop, notes: Notes) -> None:
    answer = buyer(shop, notes).post("/checkout", data=US | {"form_token": OTHER_FORM})
    assert answer.status_code == 303, answer.text


def place_the_other_and_pay(shop: Shop, notes: Notes) -> None:
    answer = buyer(shop, notes).post("/checkout", data=US | {"form_token": OTHER_FORM})
    assert answer.status_code == 303, answer.text
    shop.pay(session_in(answer.location))


def cancel(shop: Shop, notes: Notes) -> None:
    assert buyer(shop, notes).post("/checkout/cancel").status_code in (200, 404)


def come_back(shop: Shop, notes: Notes) -> None:
    page = buyer(shop, notes).get(f"/checkout/success?session_id={notes['session']}")
    assert page.status_code == 200, page.text
    shop.worker.drain()


def be_told(shop: Shop, _notes: Notes) -> None:
    """By Stripe, and do what follows."""
    assert {status for status, _ in shop.deliver()} == {200}
    shop.worker.drain()


def be_told_now_and_in_four_days(shop: Shop, notes: Notes) -> None:
    be_told(shop, notes)
    shop.clock.advance(days=4)
    be_told(shop, notes)


def cancel_and_wait_for_the_bank(shop: Shop, notes: Notes) -> None:
    cancel(shop, notes)
    shop.clock.advance(days=4)
    be_told(shop, notes)


def hear(shop: Shop, _notes: Notes) -> None:
    """What nobody has told is read in Stripe's list of events."""
    Reconciler(shop.app.extensions["make_jobs_payments"]()).reconcile()
    shop.worker.drain()


def compare(shop: Shop, _notes: Notes) -> None:
    """What is in no event any more is found in Stripe's other lists."""
    Reconciler(shop.app.extensions["make_jobs_payments"]()).compare()
    shop.worker.drain()


def sweep(shop: Shop, _notes: Notes) -> None:
    shop.worker.schedule = SWEEP
    shop.worker.drain()


def ship(shop: Shop, _notes: Notes) -> None:
    number, line = shop.rows(ORDERED)[0]
    form = {"carrier": "USPS", "carrier_name": "", "tracking": "9400", "form_token": FORM, f"units-{line}": "1"}
    answer = packer(shop).post(f"/admin/orders/{number}/ship", data=form)
    assert answer.status_code == 303, answer.text
    shop.worker.drain()


def receive(shop: Shop, notes: Notes) -> None:
    form = {"quantity": "5", "reason": "Delivery", "form_token": FORM}
    answer = packer(shop).post(f"/admin/stock/{notes['tee']}/receive", data=form)
    assert answer.status_code == 303, answer.text


def refund(shop: Shop, _notes: Notes) -> None:
    """The unit, not its delivery."""
    number = shop.value('SELECT number FROM "order"')
    pay_back(shop, number, unsent(shop, number, 1), request_key=FORM)
    shop.worker.drain()


GIVEN_UP = (("cancelled",), ("expired",))
ON_ITS_WAY = ("payment_on_its_way",)

STORIES = {
    "a bag is placed, and its buyer tries again and pays": Story(with_a_bag, place, place_again_and_pay),
    "a bag is placed, and nobody comes back": Story(with_a_bag, place, ends=((), *GIVEN_UP)),
    "a bag is placed, and its page is paid": Story(
        with_a_bag, place, pay_whatever_is_open, ends=((), *GIVEN_UP, ("paid",))
    ),
    "another offer takes the place of the first": Story(
        placed_and_changed, place_the_other, place_the_other_and_pay, ends=(("cancelled", "paid"), ("expired", "paid"))
    ),
    "Stripe tells of a payment": Story(paid, be_told),
    "the buyer comes back from paying": Story(paid, come_back, come_back),
    "the buyer cancels": Story(placed, cancel, cancel, ends=GIVEN_UP),
    "the buyer cancels what is paid already": Story(paid, cancel, cancel),
    "a hold ends unpaid": Story(overdue(placed), sweep, ends=GIVEN_UP),
    "a hold ends, paid unheard": Story(overdue(paid), sweep),
    "a session is looked for whose id was lost": Story(answer_lost(sent=True), sweep, ends=GIVEN_UP),
    "a session is looked for that was never made": Story(answer_lost(sent=False), sweep, ends=GIVEN_UP),
    "a bank debit is paid after days": Story(debited(DEBIT_THAT_WORKS), be_told_now_and_in_four_days, mails=ON_ITS_WAY),
    "a bank debit fails after days": Story(
        debited(DEBIT_THAT_FAILS),
        be_told_now_and_in_four_days,
        ends=(("expired",),),
        mails=("payment_failed", *ON_ITS_WAY),
    ),
    "a debit on its way is cancelled, and paid": Story(
        on_its_way,
        cancel_and_wait_for_the_bank,
        cancel,
        ends=(("cancelled",),),
        refunded=(3950,),
        mails=("refund_made", *ON_ITS_WAY),
    ),
    "a parcel is sent": Story(ordered, ship, ship, shipped=1, mails=("order_shipped",)),
    "staff refund a unit": Story(ordered, refund, refund, cancelled=1, refunded=(3400,), mails=("refund_made",)),
    "a refund is made in Stripe's dashboard": Story(
        refunded_in_the_dashboard, be_told, refunded=(400,), attention=("refund_unexplained",), mails=("refund_made",)
    ),
    "a chargeback is won": Story(disputed("won"), be_told),
    "a chargeback is lost": Story(disputed("lost"), be_told),
    "the reconciler hears of a payment": Story(paid, hear, hear),
    "the reconciler finds a refund": Story(
        refunded_in_the_dashboard,
        compare,
        compare,
        refunded=(400,),
        attention=("refund_unexplained",),
        mails=("refund_made",),
    ),
    "an order costs nothing": Story(with_a_free_bag, place_free, place_free),
    "a delivery is counted": Story(ordered, receive, receive, received=5),
}
