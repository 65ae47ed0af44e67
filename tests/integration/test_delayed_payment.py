"""A bank that takes days: kept, told, cancelled meanwhile, come after all or not (rules 18 and 19)."""

from datetime import timedelta

import pytest

from store.payments.sweeping import Sweeper
from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS
from tests.shop import US


@pytest.fixture
def tee(shop):
    return shop.make_item(units=30)


def debit(shop, tee, iban, **form):
    """A visitor whose payment is on its way."""
    client = shop.visitor_with(tee, quantity=2)
    client.session_id = shop.check_out(client, **form)
    shop.pay(client.session_id, iban=iban)
    assert {status for status, _ in shop.deliver()} == {200}
    shop.worker.drain()
    return client


def answer_of_the_bank(shop):
    shop.clock.advance(days=4)
    assert {status for status, _ in shop.deliver()} == {200}
    shop.worker.drain()


def subjects(shop):
    return sorted(mail.subject for mail in shop.mails())


def test_while_the_money_is_on_its_way_everybody_is_told_not_to_pay_again(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_WORKS)
    assert shop.value("SELECT state FROM checkout") == "awaiting_payment"
    page = client.get(f"/checkout/success?session_id={client.session_id}")
    assert "Please do not pay again" in page.text
    assert "Nothing in your bag yet" in client.get("/cart").text
    (mail,) = shop.mails()
    assert (mail.to, mail.subject, "Please do not pay again" in mail.text) == (
        US["email"], "Your payment is on its way", True,
    )  # fmt: skip
    assert (shop.level(tee), shop.counts()["order"]) == ((30, 2), 0)
    assert shop.rows("SELECT stage, order_id FROM payment JOIN checkout ON checkout.id = payment.checkout_id") == [
        ("processing", None)
    ]


def test_a_debit_that_comes_becomes_the_order(shop, tee):
    debit(shop, tee, DEBIT_THAT_WORKS)
    answer_of_the_bank(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("paid", (30, 2))
    number = shop.value('SELECT number FROM "order"')
    assert subjects(shop) == [f"We have your order {number}", "Your payment is on its way"]


def test_a_debit_that_fails_gives_the_things_back_and_says_so(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_FAILS)
    answer_of_the_bank(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("expired", (30, 0))
    assert shop.rows("SELECT stage, order_id, unapplied_reason FROM payment") == [("failed", None, None)]
    assert subjects(shop) == ["Your payment did not arrive", "Your payment is on its way"]
    assert "Your payment did not arrive" in client.get(f"/checkout/success?session_id={client.session_id}").text
    assert shop.attention() == []


def test_a_failed_debit_is_found_by_the_sweeper_when_its_webhook_is_lost(shop, tee):
    debit(shop, tee, DEBIT_THAT_FAILS)
    shop.clock.advance(days=4)
    shop.worker.drain()
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("expired", (30, 0))
    assert subjects(shop) == ["Your payment did not arrive", "Your payment is on its way"]


def test_a_bag_refilled_while_the_money_is_on_its_way_is_another_checkout(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_WORKS)
    client.post("/cart/lines", data={"variant": tee, "quantity": 1})
    second = shop.check_out(client)
    assert shop.rows("SELECT state FROM checkout ORDER BY state") == [("awaiting_payment",), ("open",)]
    assert shop.level(tee) == (30, 3)
    shop.pay(second)
    answer_of_the_bank(shop)
    assert shop.counts()["order"] == 2


def test_cancelling_while_the_money_is_on_its_way_waits_for_the_bank(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_FAILS)
    assert "Your payment is on its way" in client.post("/checkout/cancel").text
    assert shop.rows("SELECT state, cancel_requested FROM checkout") == [("awaiting_payment", True)]
    assert shop.level(tee) == (30, 2)
    answer_of_the_bank(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("cancelled", (30, 0))
    assert subjects(shop) == ["Your payment is on its way"]


def test_cancelled_and_then_paid_sends_nothing_and_gives_the_money_back(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_WORKS)
    client.post("/checkout/cancel")
    answer_of_the_bank(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("cancelled", (30, 0))
    assert shop.rows("SELECT stage, amount, unapplied_reason FROM payment") == [("paid", 7450, "cancelled")]
    assert (shop.counts()["order"], shop.attention()) == (0, [])
    assert shop.rows("SELECT origin, state, amount FROM refund") == [("automatic", "pending", 7450)]
    ours = "SELECT posting.account, posting.amount FROM posting JOIN journal_entry entry ON entry.id = posting.entry_id"
    assert shop.rows(f"{ours} WHERE entry.kind IN ('unapplied', 'refund') ORDER BY posting.id") == [
        ("stripe_clearing", 7450),
        ("customer_liability", -7450),
        ("customer_liability", 7450),
        ("stripe_clearing", -7450),
    ]


def test_the_mail_about_a_failed_debit_leads_to_a_button_that_puts_the_lines_back(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_FAILS)
    answer_of_the_bank(shop)
    mail = next(mail for mail in shop.mails() if mail.subject == "Your payment did not arrive")
    link = next(word for word in mail.text.split() if "/checkout/again/" in word).removeprefix(shop.settings.public_url)
    assert "Nothing in your bag yet" in client.get("/cart").text

    assert (client.get(link).status_code, shop.level(tee)) == (200, (30, 0))
    assert client.post(link).status_code == 303
    assert shop.rows("SELECT variant_id, quantity FROM cart_line") == [(tee, 2)]
    assert "Your payment did not arrive" in client.get(f"/checkout/success?session_id={client.session_id}").text


def test_what_has_sold_out_since_a_failed_debit_stays_out_of_the_bag(shop, tee):
    client = debit(shop, tee, DEBIT_THAT_FAILS)
    answer_of_the_bank(shop)
    shop.buy(tee, quantity=29)
    link = f"/checkout/again/{shop.value('SELECT id FROM checkout ORDER BY created_at LIMIT 1')}"
    client.post(link)
    assert shop.rows("SELECT variant_id, quantity FROM cart_line") == [(tee, 1)]


def test_cancelling_at_the_moment_the_debit_is_given_is_kept_as_a_wish(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    shop.pay(session, iban=DEBIT_THAT_WORKS)  # and no webhook yet: for us the page is still open
    assert "Please do not pay again" in client.post("/checkout/cancel").text
    assert shop.rows("SELECT state, cancel_requested FROM checkout") == [("awaiting_payment", True)]
    answer_of_the_bank(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("cancelled", (30, 0))
    assert (shop.counts()["order"], shop.attention()) == (0, [])
    assert shop.rows("SELECT origin, state, amount FROM refund") == [("automatic", "pending", 3950)]


def test_a_payment_on_its_way_for_two_weeks_is_shown_to_staff_and_still_held(shop, tee):
    debit(shop, tee, DEBIT_THAT_WORKS)
    shop.write("UPDATE checkout SET created_at = :then", then=shop.clock() - timedelta(days=15))
    shop.write("UPDATE checkout SET hold_ends_at = :then", then=shop.clock() - timedelta(days=14))
    Sweeper(shop.payments).sweep()
    assert (shop.attention(), shop.level(tee)) == (["payment_overdue"], (30, 2))
    assert shop.value("SELECT state FROM checkout") == "awaiting_payment"
