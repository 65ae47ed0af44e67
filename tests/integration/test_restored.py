"""The database was restored from a backup: what has happened at Stripe since comes back, and nothing is sold before
that (rule 35)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.errors import Conflict, PaymentUnavailable
from store.payments.reconciling import closing
from store.payments.reconciling.service import Reconciler
from tests.integration.quarantined import accepted, booked, everything
from tests.integration.reconciled import reconcile, repairs
from tests.properties.confluence import Copies, work
from tests.relay import answers
from tests.shop import US, token

CLOSED = "The shop is catching up with what was sold before. Nothing is held or charged."


@pytest.fixture
def restored(shop, databases):
    """Ana buys, the backup is made; then Ana is refunded in part, and Ben buys; then the machine burns down."""
    shop.tee = shop.make_item(units=10)
    shop.buy(shop.tee)
    shop.clock.advance(minutes=10)
    backup, shop.backed_up_at = Copies.of(shop, databases), shop.clock()
    ana = shop.value("SELECT payment_intent FROM payment")
    shop.refund_at_stripe(ana, amount=1000)
    ben = shop.visitor_with(shop.tee, quantity=2)
    shop.pay(shop.check_out(ben, email="ben@example.com", name="Ben Lee"))
    shop.deliver()
    work(shop)
    shop.ana, shop.ben = ana, shop.value("SELECT payment_intent FROM payment WHERE payment_intent <> :ana", ana=ana)
    shop.clock.advance(hours=6)
    backup.put_back()
    yield shop
    backup.forget()


def command(shop, *words):
    return shop.app.test_cli_runner().invoke(args=["stripe", "reconcile", *words])


def test_money_for_a_checkout_that_is_lost_stands_before_staff_with_what_was_bought_for_whom_and_where_to(restored):
    Reconciler(restored.payments).reconcile_since(restored.backed_up_at, after_restore=True)
    work(restored)
    assert restored.rows(
        "SELECT stage, amount, unapplied_reason FROM payment WHERE payment_intent = :ben", ben=restored.ben
    ) == [("paid", 7450, "unknown")]
    (sentence,) = restored.rows("SELECT sentence FROM attention WHERE kind = 'unapplied_unknown'")[0]
    sku = restored.value("SELECT sku FROM variant")
    assert f"2 × {sku}" in sentence
    assert "for Ben Lee, to 11201, Brooklyn, NY, US." in sentence
    assert "ben@" not in sentence
    assert "12 Groove" not in sentence


def heard_of(restored):
    Reconciler(restored.payments).reconcile_since(restored.backed_up_at, after_restore=True)
    work(restored)


def ordered(restored):
    """(number, total, name, town, lines) of the lost money's order."""
    return restored.rows(
        """SELECT "order".number, "order".total, "order".name, city, email, sku, title, quantity, unit_price, net
           FROM "order" JOIN order_line line ON line.order_id = "order".id
           JOIN payment ON payment.order_id = "order".id WHERE payment_intent = :ben""",
        ben=restored.ben,
    )


def test_staff_make_the_order_of_a_lost_checkout_from_what_stripe_knows(restored):
    heard_of(restored)
    before = restored.level(restored.tee)
    number = accepted(restored, restored.ben, reason="The backup was older than this.")
    sku = restored.value("SELECT sku FROM variant")
    assert ordered(restored) == [
        (number, 7450, "Ben Lee", "Brooklyn", "ben@example.com", sku, "Tee", 2, 3400, 6800),
    ]
    assert restored.rows("SELECT subtotal, discount, shipping, tax FROM checkout WHERE total = 7450") == [
        (6800, 0, 650, 0)
    ]
    assert restored.rows("SELECT DISTINCT variant_label FROM order_line") == [("",)]
    assert restored.level(restored.tee) == (before[0], before[1] + 2)
    assert "unapplied_unknown" not in restored.attention()
    assert booked(restored, "accepted") == [("customer_liability", 7450), ("sales", -6800), ("shipping", -650)]
    work(restored)
    assert [mail.to for mail in restored.mails()].count("ben@example.com") == 2  # before the fire, and now
    assert restored.breaches() == []


def test_what_is_told_again_of_a_checkout_made_anew_changes_nothing(restored):
    heard_of(restored)
    accepted(restored, restored.ben)
    before = (ordered(restored), restored.counts() | {"job": 0})
    assert {status for status, _ in restored.deliver()} == {200}
    work(restored)
    Reconciler(restored.payments).reconcile_since(restored.backed_up_at, after_restore=False)
    assert (ordered(restored), restored.counts() | {"job": 0}) == before


def test_two_of_the_staff_make_one_order_of_it(restored):
    heard_of(restored)
    with ThreadPoolExecutor(2) as both:
        outcomes = [both.submit(accepted, restored, restored.ben) for _ in range(2)]
    raised = [one.exception() for one in outcomes]
    assert sorted(str(error) for error in raised) == [
        "None",
        f"This payment has its order already: {ordered(restored)[0][0]}. Look there.",
    ]
    assert len(ordered(restored)) == 1


def refused(restored, sentence, error=Conflict):
    before = everything(restored)
    with pytest.raises(error, match=sentence):
        accepted(restored, restored.ben)
    assert everything(restored) == before
    assert restored.value("SELECT COUNT(*) FROM cart") == 1


def test_what_is_gone_meanwhile_makes_no_order_and_leaves_all_as_it_was(restored):
    heard_of(restored)
    restored.write("UPDATE stock_level SET reserved = on_hand - 1")
    refused(restored, "Too few are left")
    restored.write("UPDATE stock_level SET reserved = 1")


def test_what_does_not_add_up_to_what_was_paid_makes_no_order(restored):
    heard_of(restored)
    restored.write("UPDATE payment SET amount = 7449 WHERE amount = 7450")
    refused(restored, "does not add up to what was paid")
    restored.write("UPDATE payment SET amount = 7450 WHERE amount = 7449")


def test_a_stock_number_that_is_not_known_here_is_named(restored):
    heard_of(restored)
    sku = restored.value("SELECT sku FROM variant")
    restored.write("UPDATE variant SET sku = 'ANOTHER'")
    refused(restored, f"No variant here has the stock number {sku}")
    restored.write("UPDATE variant SET sku = :sku", sku=sku)


def test_a_limit_that_the_lost_order_used_up_is_counted_again(restored):
    restored.write("UPDATE product SET limit_per_member = 1")
    heard_of(restored)
    accepted(restored, restored.ben)
    assert restored.rows("SELECT count FROM limit_use") == [(2,)]
    assert "limit_exceeded" in restored.attention()
    assert restored.breaches() == []


def test_what_became_of_a_known_payment_since_the_backup_comes_back(restored):
    outcome = Reconciler(restored.payments).reconcile_since(restored.backed_up_at, after_restore=False)
    work(restored)
    assert restored.rows("SELECT refunded FROM payment WHERE payment_intent = :ana", ana=restored.ana) == [(1000,)]
    assert restored.rows("SELECT state, amount FROM refund") == [("succeeded", 1000)]
    assert {repair.subject for repair in outcome.repairs} == {f"payment:{restored.ana}", f"payment:{restored.ben}"}


def test_after_months_the_lists_alone_bring_it_back(restored):
    restored.clock.advance(days=70)
    outcome = Reconciler(restored.payments).reconcile_since(restored.backed_up_at, after_restore=True)
    work(restored)
    assert outcome.gone_before is not None
    assert restored.rows("SELECT refunded FROM payment WHERE payment_intent = :ana", ana=restored.ana) == [(1000,)]
    assert "2 × " in restored.value("SELECT sentence FROM attention WHERE kind = 'unapplied_unknown'")
    assert sorted(repairs(restored)) == [
        ("refund", f"payment:{restored.ana}"), ("unknown_checkout", f"payment:{restored.ben}")
    ]  # fmt: skip


def close(shop):
    shop.db.run(lambda session: closing.close_checkout(session, shop.backed_up_at))


def try_to_buy(shop):
    return shop.visitor_with(shop.tee).post("/checkout", data=US | {"form_token": token()})


def test_checkout_stays_closed_until_everything_is_heard_of_and_holds_nothing_before(restored):
    close(restored)
    counts, level = restored.counts(), restored.level(restored.tee)
    answer = try_to_buy(restored)
    assert (answer.status_code, CLOSED in answer.text) == (503, True)
    assert (restored.counts(), restored.level(restored.tee)) == (counts, level)
    reconcile(restored)
    assert try_to_buy(restored).status_code == 303


def test_while_stripe_does_not_answer_checkout_stays_closed_and_the_worker_opens_it_later(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    shop.tee = shop.make_item()
    shop.buy(shop.tee)
    shop.backed_up_at = shop.clock()
    relay.tricks["GET", "/v1/refunds"] = answers(500)
    with pytest.raises(PaymentUnavailable):
        Reconciler(shop.payments).reconcile_since(shop.clock(), after_restore=True)
    assert try_to_buy(shop).status_code == 503
    relay.tricks.clear()
    Reconciler(shop.payments).reconcile_job()
    assert try_to_buy(shop).status_code == 303


def test_the_command_prints_what_it_repaired_and_opens_checkout(restored):
    printed = command(restored, "--since", restored.backed_up_at.isoformat(), "--after-restore")
    assert printed.exit_code == 0, printed.output
    assert f"Repaired payment:{restored.ben} (missed event)" in printed.output
    assert "  payment: – → paid" in printed.output
    assert printed.output.splitlines()[-1].endswith("read, 2 repaired.")
    assert try_to_buy(restored).status_code == 303


def test_the_command_speaks_json(restored):
    printed = command(restored, "--since", restored.backed_up_at.isoformat(), "--json")
    told = json.loads(printed.stdout)
    assert {repair["subject"] for repair in told["repairs"]} == {f"payment:{restored.ana}", f"payment:{restored.ben}"}
    assert (told["failed"], told["gone_before"]) == (0, None)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--since", "yesterday"], "'yesterday' is no time"),
        (["--since", "2999-01-01"], "has not come yet"),
        (["--after-restore"], "Say with --since"),
    ],
)
def test_the_command_refuses_what_makes_no_sense_and_changes_nothing(restored, words, why):
    counts = restored.counts()
    printed = command(restored, *words)
    assert (printed.exit_code, why in printed.output) == (1, True)
    assert (restored.counts(), restored.rows("SELECT * FROM cursor")) == (counts, [])
