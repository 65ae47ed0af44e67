"""What must hold of refunds (rules 22 to 30)."""

from __future__ import annotations

from store.ops.verify.invariant import never

COUNTED = "('reserved', 'sent', 'pending', 'requires_action', 'succeeded')"
ACCEPTED = "('pending', 'requires_action', 'succeeded')"

INVARIANTS = (
    never(
        "a payment counts what its refunds have taken or may take",
        f"""SELECT payment.payment_intent, payment.refunded, COALESCE(SUM(refund.amount), 0) AS counted FROM payment
            LEFT JOIN refund ON refund.payment_id = payment.id AND refund.state IN {COUNTED}
            GROUP BY payment.payment_intent, payment.refunded
            HAVING payment.refunded <> COALESCE(SUM(refund.amount), 0)""",
    ),
    never(
        "refunds of ours stay within what was paid",
        f"""SELECT payment.payment_intent, payment.amount, SUM(refund.amount) AS ours FROM payment
            JOIN refund ON refund.payment_id = payment.id AND refund.state IN {COUNTED} AND refund.origin <> 'dashboard'
            GROUP BY payment.payment_intent, payment.amount
            HAVING SUM(refund.amount) > COALESCE(payment.amount, 0)""",
    ),
    never(
        "what went back beyond what was paid stands, or stood, before staff",
        """SELECT payment_intent, amount, refunded, withdrawn FROM payment
           WHERE refunded > amount AND NOT EXISTS (SELECT 1 FROM attention
              WHERE attention.kind = 'refunded_too_much'
                AND attention.subject = 'payment:' || payment.payment_intent)""",
    ),
    never(
        "of a payment only one refund is under way whose outcome nobody knows",
        """SELECT payment_id, COUNT(*) AS undecided FROM refund WHERE state IN ('reserved', 'sent')
           GROUP BY payment_id HAVING COUNT(*) > 1""",
    ),
    never(
        "a refund consists of its lines, delivery and tax, or is an amount that touches no unit",
        """SELECT refund.id, refund.amount, SUM(line.amount) AS lines FROM refund
           JOIN refund_line line ON line.refund_id = refund.id
           WHERE refund.origin = 'staff'
           GROUP BY refund.id, refund.amount, refund.shipping, refund.tax
           HAVING SUM(line.amount) + refund.shipping + refund.tax <> refund.amount""",
    ),
    never(
        "a refund's lines are lines of the order it pays back",
        """SELECT refund.id, line.order_line_id FROM refund_line line JOIN refund ON refund.id = line.refund_id
           JOIN payment ON payment.id = refund.payment_id JOIN order_line ON order_line.id = line.order_line_id
           WHERE payment.order_id IS NULL OR payment.order_id <> order_line.order_id""",
    ),
    never(
        "a line's refunded units are those of refunds that count",
        f"""SELECT line.id, line.refunded, COALESCE(SUM(part.unsent + part.sent), 0) AS counted FROM order_line line
            LEFT JOIN (SELECT refund_line.* FROM refund_line JOIN refund ON refund.id = refund_line.refund_id
                       WHERE refund.state IN {COUNTED}) part ON part.order_line_id = line.id
            GROUP BY line.id, line.refunded HAVING line.refunded <> COALESCE(SUM(part.unsent + part.sent), 0)""",
    ),
    never(
        "units are withheld for refunds on their way, and canceled by accepted ones",
        """SELECT line.id, line.refunding, line.cancelled, COALESCE(SUM(part.waiting), 0) AS waiting,
                  COALESCE(SUM(part.gone), 0) AS gone FROM order_line line
           LEFT JOIN (SELECT order_line_id,
                  CASE WHEN refund.state IN ('reserved', 'sent') THEN unsent ELSE 0 END AS waiting,
                  CASE WHEN refund.accepted_at IS NOT NULL THEN unsent ELSE 0 END AS gone
               FROM refund_line JOIN refund ON refund.id = refund_line.refund_id
               WHERE refund.repays_id IS NULL) part ON part.order_line_id = line.id
           GROUP BY line.id, line.order_id, line.refunding, line.cancelled
           HAVING line.refunding <> COALESCE(SUM(part.waiting), 0) OR line.cancelled <> COALESCE(SUM(part.gone), 0)
              AND line.order_id NOT IN (SELECT id FROM "order" WHERE total = 0)""",
    ),
    never(
        "what a line has withheld and canceled is what its hold has",
        """SELECT line.id, line.refunding, line.cancelled, hold.refunding AS held_back, hold.cancelled AS let_go
           FROM order_line line JOIN "order" ON "order".id = line.order_id
           JOIN hold ON hold.checkout_id = "order".checkout_id AND hold.variant_id = line.variant_id
           WHERE line.refunding <> hold.refunding OR line.cancelled <> hold.cancelled""",
    ),
    never(
        "every returned unit has the movement that put it on the shelf",
        """SELECT variant_id, SUM(counted) AS counted, SUM(moved) AS moved FROM (
              SELECT line.variant_id, line.returned AS counted, 0 AS moved FROM order_line line
              JOIN "order" ON "order".id = line.order_id
              JOIN hold ON hold.checkout_id = "order".checkout_id AND hold.variant_id = line.variant_id
              UNION ALL SELECT variant_id, 0, quantity FROM stock_movement WHERE kind = 'return') both_sides
           GROUP BY variant_id HAVING SUM(counted) <> SUM(moved)""",
    ),
    never(
        "every refund that was made is booked once, and once more when it came back",
        """SELECT refund.id, refund.state, refund.amount FROM refund WHERE
              (SELECT COUNT(*) FROM journal_entry entry JOIN posting ON posting.entry_id = entry.id
               WHERE entry.kind = 'refund' AND entry.source_id = refund.stripe_id
                 AND posting.account = 'stripe_clearing' AND posting.amount = -refund.amount)
              <> CASE WHEN refund.accepted_at IS NULL THEN 0 ELSE 1 END
           OR (SELECT COUNT(*) FROM journal_entry entry JOIN posting ON posting.entry_id = entry.id
               WHERE entry.kind = 'refund_failed' AND entry.source_id = refund.stripe_id
                 AND posting.account = 'stripe_clearing' AND posting.amount = refund.amount)
              <> CASE WHEN refund.failed_at IS NULL THEN 0 ELSE 1 END""",
    ),
    never(
        "a refund knows when it was made and when it came back, as its state says",
        """SELECT id, state FROM refund WHERE (accepted_at IS NOT NULL) <> (state IN ('pending', 'requires_action',
              'succeeded', 'failed', 'canceled')) OR (failed_at IS NOT NULL) <> (state IN ('failed', 'canceled'))""",
    ),
    never(
        "every refund that was made has its one mail in the outbox",
        """SELECT id FROM refund WHERE accepted_at IS NOT NULL AND
           (SELECT COUNT(*) FROM job WHERE job.unique_key = 'refund_made:' || refund.id) <> 1""",
    ),
    never(
        "a refund that came to nothing stands, or stood, before staff",
        """SELECT id, state FROM refund WHERE state IN ('failed', 'canceled', 'rejected')
           AND NOT EXISTS (SELECT 1 FROM attention WHERE attention.subject = 'refund:' || refund.id)""",
    ),
    never(
        "a refund nobody here made was shown to staff",
        """SELECT refund.id FROM refund JOIN payment ON payment.id = refund.payment_id
           WHERE refund.origin = 'dashboard' AND payment.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attention
              WHERE attention.kind = 'refund_unexplained' AND attention.subject = 'refund:' || refund.id)""",
    ),
    never(
        "an order's payment state follows from its refunds, unless a bank has a say",
        f"""SELECT "order".number, "order".payment_state, payment.amount, COALESCE(SUM(refund.amount), 0) AS refunded
            FROM "order" JOIN payment ON payment.order_id = "order".id
            LEFT JOIN refund ON refund.payment_id = payment.id AND refund.state IN {ACCEPTED}
            WHERE "order".payment_state NOT IN ('disputed', 'charged_back')
            GROUP BY "order".number, "order".payment_state, payment.amount
            HAVING "order".payment_state <> CASE WHEN COALESCE(SUM(refund.amount), 0) = 0 THEN 'paid'
               WHEN COALESCE(SUM(refund.amount), 0) < payment.amount THEN 'part_refunded' ELSE 'refunded' END""",
    ),
)
