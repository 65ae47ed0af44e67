"""What must hold of payments, of sessions at Stripe and of the inbox."""

from __future__ import annotations

from store.ops.verify.invariant import never

INVARIANTS = (
    never(
        "an order that costs something has exactly one applied payment, of its total unless staff accepted another",
        """SELECT "order".number, "order".total, payment.amount FROM "order"
           LEFT JOIN payment ON payment.order_id = "order".id
           WHERE "order".total > 0 AND (payment.id IS NULL OR payment.stage <> 'paid'
              OR (payment.amount <> "order".total AND payment.accepted_at IS NULL)
              OR payment.currency <> "order".currency)""",
    ),
    never(
        "what staff accepted has its order, is no longer owed to the buyer, and its difference is booked",
        """SELECT payment.payment_intent, payment.amount, "order".total, entry.id AS entry FROM payment
           LEFT JOIN "order" ON "order".id = payment.order_id
           LEFT JOIN journal_entry entry ON entry.kind = 'accepted' AND entry.source_id = payment.payment_intent
           WHERE (payment.accepted_at IS NOT NULL OR entry.id IS NOT NULL) AND (
              payment.accepted_at IS NULL OR payment.accepted_by IS NULL OR "order".id IS NULL OR entry.id IS NULL
              OR payment.amount <> (SELECT COALESCE(SUM(posting.amount), 0) FROM posting
                 WHERE posting.entry_id = entry.id AND posting.account = 'customer_liability')
              OR "order".total - payment.amount <> (SELECT COALESCE(SUM(posting.amount), 0) FROM posting
                 WHERE posting.entry_id = entry.id AND posting.account = 'accepted_differences'))""",
    ),
    never(
        "an order of nothing has no payment, and Stripe was never asked for one",
        """SELECT "order".number FROM "order" WHERE "order".total = 0
           AND (EXISTS (SELECT 1 FROM payment WHERE payment.order_id = "order".id)
             OR EXISTS (SELECT 1 FROM stripe_session attempt WHERE attempt.checkout_id = "order".checkout_id))""",
    ),
    never(
        "paid money has an order, or stands open before staff",
        """SELECT payment.payment_intent, payment.unapplied_reason FROM payment
           WHERE payment.stage = 'paid' AND payment.order_id IS NULL AND (payment.unapplied_reason IS NULL
              OR NOT EXISTS (SELECT 1 FROM attention
                 WHERE attention.subject = 'payment:' || payment.payment_intent))""",
    ),
    never(
        "an ended checkout has no session that could still be paid, unless staff released it",
        """SELECT attempt.id, attempt.state, checkout.state AS checkout_state FROM stripe_session attempt
           JOIN checkout ON checkout.id = attempt.checkout_id
           WHERE checkout.state IN ('expired', 'cancelled') AND NOT attempt.dead AND checkout.released_by IS NULL
             AND attempt.recovered_from IS NULL
             AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.checkout_id = checkout.id
                             AND payment.unapplied_reason IS NOT NULL)""",
    ),
    never(
        "what staff released or accepted stands in the history",
        """SELECT 'checkout:' || checkout.id AS subject FROM checkout WHERE checkout.released_by IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.action = 'checkout.release'
                           AND audit_entry.subject = 'checkout:' || checkout.id)
           UNION ALL
           SELECT 'payment:' || payment.payment_intent FROM payment WHERE payment.accepted_by IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.action = 'payment.accept'
                           AND audit_entry.subject = 'payment:' || payment.payment_intent)""",
    ),
    never(
        "every checkout has asked Stripe at least once",
        """SELECT checkout.id FROM checkout WHERE checkout.total > 0
           AND NOT EXISTS (SELECT 1 FROM stripe_session attempt WHERE attempt.checkout_id = checkout.id)""",
    ),
    never(
        "a handled event has an outcome",
        """SELECT id, type FROM webhook_event WHERE outcome IS NULL""",
    ),
)
