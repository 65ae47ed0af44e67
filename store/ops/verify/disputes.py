"""What must hold of disputes and warnings, and of the parcels they hold back (rules 26 to 28)."""

from __future__ import annotations

from store.ops.verify.invariant import never

SETTLED = "('won', 'lost', 'prevented', 'warning_closed')"
OPEN = f"""(SELECT payment.order_id, 'dispute' AS reason, dispute.stripe_id AS object_id FROM dispute
              JOIN payment ON payment.id = dispute.payment_id WHERE dispute.status NOT IN {SETTLED}
            UNION ALL SELECT payment.order_id, fraud_warning.kind, fraud_warning.stripe_id FROM fraud_warning
              JOIN payment ON payment.id = fraud_warning.payment_id WHERE fraud_warning.open)"""
"""Every object that speaks against sending something, with the order of its payment, if that has one."""

INVARIANTS = (
    never(
        "what was withdrawn from a payment is what its disputes have taken and not given back",
        """SELECT payment.payment_intent, payment.withdrawn, COALESCE(SUM(dispute.withdrawn), 0) AS taken FROM payment
           LEFT JOIN dispute ON dispute.payment_id = payment.id
           GROUP BY payment.payment_intent, payment.withdrawn
           HAVING payment.withdrawn <> COALESCE(SUM(dispute.withdrawn), 0)""",
    ),
    never(
        "what disputes have taken stands in the books, in each currency",
        """SELECT currency, SUM(taken) AS taken, SUM(booked) AS booked FROM (
              SELECT currency, withdrawn AS taken, 0 AS booked FROM dispute
              UNION ALL SELECT entry.currency, 0, posting.amount FROM posting
                JOIN journal_entry entry ON entry.id = posting.entry_id AND entry.kind = 'dispute'
                WHERE posting.account = 'disputes') both_sides
           GROUP BY currency HAVING SUM(taken) <> SUM(booked)""",
    ),
    never(
        "whatever speaks against a payment holds its order back, or staff have let it go",
        f"""SELECT matter.object_id, matter.reason, matter.order_id FROM {OPEN} matter
            WHERE matter.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fulfilment_block block
               WHERE block.order_id = matter.order_id AND block.reason = matter.reason
                 AND block.object_id = matter.object_id
                 AND (block.closed_at IS NULL OR block.closed_by <> 'stripe'))""",
    ),
    never(
        "a dispute or a warning holds an order back no longer than it is open",
        f"""SELECT block.id, block.reason, block.object_id FROM fulfilment_block block
            WHERE block.closed_at IS NULL AND block.reason IN ('dispute', 'review', 'early_fraud_warning')
              AND NOT EXISTS (SELECT 1 FROM {OPEN} matter WHERE matter.order_id = block.order_id
                AND matter.reason = block.reason AND matter.object_id = block.object_id)""",
    ),
    never(
        "whatever speaks against a payment stands, or stood, before staff",
        f"""SELECT matter.object_id, matter.reason FROM {OPEN} matter WHERE NOT EXISTS (SELECT 1 FROM attention
               WHERE attention.kind = matter.reason
                 AND attention.subject = matter.reason || ':' || matter.object_id)""",
    ),
    never(
        "no dispute or warning that has ended stands open before staff",
        f"""SELECT attention.id, attention.subject FROM attention
            WHERE attention.closed_at IS NULL AND attention.kind IN ('dispute', 'review', 'early_fraud_warning')
              AND NOT EXISTS (SELECT 1 FROM {OPEN} matter
                WHERE attention.subject = matter.reason || ':' || matter.object_id)""",
    ),
    never(
        "nothing has left while something held its order back",
        """SELECT shipment.id, shipment.order_id, block.reason, block.object_id FROM shipment
           JOIN fulfilment_block block ON block.order_id = shipment.order_id AND block.opened_at < shipment.shipped_at
                AND (block.closed_at IS NULL OR shipment.shipped_at < block.closed_at)""",
    ),
    never(
        "how an order's money stands follows from its refunds and disputes",
        f"""SELECT "order".number, "order".payment_state, refunded.amount AS refunded FROM "order"
            LEFT JOIN payment ON payment.order_id = "order".id
            LEFT JOIN (SELECT payment_id, SUM(amount) AS amount FROM refund
                 WHERE state IN ('pending', 'requires_action', 'succeeded') GROUP BY payment_id) refunded
                 ON refunded.payment_id = payment.id
            WHERE "order".payment_state <> CASE
              WHEN EXISTS (SELECT 1 FROM dispute WHERE dispute.payment_id = payment.id
                   AND dispute.status = 'lost' AND dispute.withdrawn > 0) THEN 'charged_back'
              WHEN EXISTS (SELECT 1 FROM dispute WHERE dispute.payment_id = payment.id
                   AND dispute.status NOT IN {SETTLED} AND dispute.status NOT LIKE 'warning\\_%' ESCAPE '\\')
                   THEN 'disputed'
              WHEN COALESCE(refunded.amount, 0) <= 0 THEN 'paid'
              WHEN refunded.amount >= payment.amount THEN 'refunded' ELSE 'part_refunded' END""",
    ),
)
