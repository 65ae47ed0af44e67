"""What must hold of the books."""

from __future__ import annotations

from store.ops.verify.invariant import never

MOVES = "('settlement', 'settlement_fx', 'payout', 'stripe_fee', 'unexplained')"
"""Kinds of entries that a movement of Stripe's balance makes."""

INVARIANTS = (
    never(
        "every booking balances",
        """SELECT entry.id, entry.kind, SUM(posting.amount) AS off_by FROM journal_entry entry
           LEFT JOIN posting ON posting.entry_id = entry.id
           GROUP BY entry.id, entry.kind HAVING COALESCE(SUM(posting.amount), 1) <> 0""",
    ),
    never(
        "every paid payment is booked once, at its amount",
        """SELECT payment.payment_intent, payment.amount FROM payment
           LEFT JOIN journal_entry entry ON entry.source_type = 'payment_intent'
                AND entry.source_id = payment.payment_intent AND entry.kind IN ('sale', 'unapplied')
           LEFT JOIN posting ON posting.entry_id = entry.id AND posting.account = 'stripe_clearing'
           WHERE payment.stage = 'paid' AND payment.amount > 0
           GROUP BY payment.payment_intent, payment.amount
           HAVING COUNT(posting.id) <> 1 OR MAX(posting.amount) <> payment.amount""",
    ),
    never(
        "what is booked of a payment names it",
        """SELECT id, kind, source_type, source_id FROM journal_entry WHERE payment_id IS NULL AND (kind = 'dispute'
              OR (source_type = 'payment_intent'
                  AND EXISTS (SELECT 1 FROM payment WHERE payment.payment_intent = journal_entry.source_id))
              OR (source_type = 'refund'
                  AND EXISTS (SELECT 1 FROM refund WHERE refund.stripe_id = journal_entry.source_id)))""",
    ),
    never(
        "an order's sale is booked as what it consists of",
        """SELECT "order".number, entry.id FROM "order" JOIN payment ON payment.order_id = "order".id
           JOIN journal_entry entry ON entry.payment_id = payment.id AND entry.kind = 'sale'
           JOIN posting ON posting.entry_id = entry.id
           GROUP BY "order".number, entry.id, entry.currency, "order".currency, "order".total, "order".subtotal,
                    "order".discount, "order".shipping, "order".tax
           HAVING entry.currency <> "order".currency
               OR SUM(CASE WHEN posting.account = 'stripe_clearing' THEN posting.amount ELSE 0 END) <> "order".total
               OR SUM(CASE WHEN posting.account = 'sales' THEN posting.amount ELSE 0 END) <> -"order".subtotal
               OR SUM(CASE WHEN posting.account = 'discounts' THEN posting.amount ELSE 0 END) <> "order".discount
               OR SUM(CASE WHEN posting.account = 'shipping' THEN posting.amount ELSE 0 END) <> -"order".shipping
               OR SUM(CASE WHEN posting.account = 'tax' THEN posting.amount ELSE 0 END) <> -"order".tax""",
    ),
    never(
        "a movement of Stripe's balance is its amount less its fee",
        """SELECT stripe_id, amount, fee, net FROM balance_transaction WHERE net <> amount - fee""",
    ),
    never(
        "every movement of Stripe's balance is booked once, at its net",
        f"""SELECT moved.stripe_id, moved.net, COALESCE(SUM(posting.amount), 0) AS booked FROM balance_transaction moved
            LEFT JOIN journal_entry entry ON entry.source_type = 'balance_transaction'
                 AND entry.source_id = moved.stripe_id AND entry.kind IN {MOVES}
            LEFT JOIN posting ON posting.entry_id = entry.id AND posting.account = 'stripe_balance'
            GROUP BY moved.stripe_id, moved.amount, moved.net
            HAVING COALESCE(SUM(posting.amount), 0) <> moved.net OR (moved.amount <> 0 AND COUNT(entry.id) = 0)""",
    ),
    never(
        "what is booked as a movement of Stripe's balance is one",
        f"""SELECT entry.id, entry.kind, entry.source_id FROM journal_entry entry
            WHERE entry.source_type = 'balance_transaction' AND entry.kind IN {MOVES} AND NOT EXISTS
                 (SELECT 1 FROM balance_transaction WHERE balance_transaction.stripe_id = entry.source_id)""",
    ),
    never(
        "a payout whose contents are known is the sum of what left in it",
        """SELECT payout.stripe_id, payout.amount, COALESCE(SUM(moved.net), 0) AS left_in_it FROM payout
           LEFT JOIN balance_transaction moved ON moved.payout_id = payout.stripe_id
           WHERE payout.expanded_at IS NOT NULL
           GROUP BY payout.stripe_id, payout.amount HAVING COALESCE(SUM(moved.net), 0) <> payout.amount""",
    ),
    never(
        "what we owe buyers is money without an order, and refunds that came back, less what was sent of both",
        """SELECT payment.payment_intent, owed.booked, owed.due FROM payment JOIN (
              SELECT payment_id, SUM(booked) AS booked, SUM(due) AS due FROM (
                 SELECT entry.payment_id, -posting.amount AS booked, 0 AS due FROM journal_entry entry
                 JOIN posting ON posting.entry_id = entry.id AND posting.account = 'customer_liability'
                 UNION ALL SELECT id, 0, amount FROM payment
                 WHERE stage = 'paid' AND order_id IS NULL AND amount > 0
                 UNION ALL SELECT refund.payment_id, 0, -refund.amount FROM refund
                 JOIN payment ON payment.id = refund.payment_id WHERE refund.accepted_at IS NOT NULL
                      AND (payment.order_id IS NULL OR refund.repays_id IS NOT NULL)
                 UNION ALL SELECT payment_id, 0, amount FROM refund WHERE failed_at IS NOT NULL) both_sides
              GROUP BY payment_id) owed ON owed.payment_id = payment.id
           WHERE owed.booked <> owed.due""",
    ),
    never(
        "the sums of closed days are those of their postings",
        """SELECT currency, account, SUM(summed) AS summed, SUM(posted) AS posted FROM (
              SELECT currency, account, debits AS summed, 0 AS posted, credits AS out_summed, 0 AS out_posted
              FROM ledger_day
              UNION ALL SELECT entry.currency, posting.account,
                     0, CASE WHEN posting.amount > 0 THEN posting.amount ELSE 0 END,
                     0, CASE WHEN posting.amount < 0 THEN -posting.amount ELSE 0 END
              FROM journal_entry entry JOIN posting ON posting.entry_id = entry.id
              WHERE entry.booked_at < (SELECT position FROM cursor WHERE name = 'ledger_days')) both_sides
           GROUP BY currency, account HAVING SUM(summed) <> SUM(posted) OR SUM(out_summed) <> SUM(out_posted)""",
    ),
)
