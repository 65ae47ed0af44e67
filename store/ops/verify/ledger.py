"""What must hold of the books."""

from __future__ import annotations

from store.ops.verify.invariant import never

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
)
