"""What tests of the books do and look at."""

from __future__ import annotations

from store.clock import from_epoch
from store.payments.balance_facts import BalanceFact

FEE = BalanceFact("txn_fee", "stripe_fee", "usd", -200, 0, -200, None, None, None, None, None, from_epoch(1790000000))


def mirrored(shop):
    return shop.rows(
        "SELECT type, currency, amount, fee, net, payment_id IS NOT NULL FROM balance_transaction ORDER BY id"
    )


def entries(shop, kind="%"):
    return shop.rows(
        """SELECT entry.kind, entry.currency, posting.account, posting.amount FROM journal_entry entry
           JOIN posting ON posting.entry_id = entry.id WHERE entry.kind LIKE :kind ORDER BY posting.id""",
        kind=kind,
    )


def balances(shop):
    return dict(shop.rows("SELECT account, SUM(amount) FROM posting GROUP BY account"))


def sell(shop, price=3400):
    """One paid order whose charge has been captured a moment later."""
    shop.buy(shop.make_item(price=price))
    shop.clock.advance(seconds=5)


def pay_out(shop):
    """Stripe pays out what is available by now."""
    shop.clock.advance(days=3)
    answer = shop.account.control("POST", "payout", {})
    assert answer.ok, answer.text


def payouts(shop):
    return shop.rows("SELECT status, currency, amount, automatic, expanded_at IS NOT NULL FROM payout ORDER BY id")
