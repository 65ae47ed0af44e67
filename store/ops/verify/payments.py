"""What must hold of payments, of sessions at Stripe and of the inbox."""

from __future__ import annotations

from store.ops.verify.invariant import never

INVARIANTS = (
    never(
        "an order that costs something has exactly one applied payment, of its total",
        """SELECT "order".number, "order".total, payment.amount FROM "order"
           LEFT JOIN payment ON payment.order_id = "order".id
           WHERE "order".total > 0 AND (payment.id IS NULL OR payment.stage <> 'paid'
              OR payment.amount <> "order".total OR payment.currency <> "order".currency)""",
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
        "an ended checkout has no session that could still be paid",
        """SELECT attempt.id, attempt.state, checkout.state AS checkout_state FROM stripe_session attempt
           JOIN checkout ON checkout.id = attempt.checkout_id
           WHERE checkout.state IN ('expired', 'cancelled') AND NOT attempt.dead AND attempt.recovered_from IS NULL
             AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.checkout_id = checkout.id
                             AND payment.unapplied_reason IS NOT NULL)""",
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
