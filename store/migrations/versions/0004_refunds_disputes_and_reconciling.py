"""refunds, disputes and reconciling.

What goes back of a payment and what is held against it, Stripe's own books beside ours, and how far we have read them.
Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursor")),
    )
    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "ledger_day",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("debits >= 0 AND credits >= 0", name=op.f("ck_ledger_day_sides_not_negative")),
        sa.PrimaryKeyConstraint("starts_at", "currency", "account", name=op.f("pk_ledger_day")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expanded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_payout_stripe_id")),
    )
    op.create_table(
        "repair",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair")),
    )
    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.create_index("ix_repair_at_id", ["at", "id"], unique=False)

    op.create_table(
        "fulfilment_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_fulfilment_block_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment_block")),
    )
    with op.batch_alter_table("fulfilment_block", schema=None) as batch_op:
        batch_op.create_index(
            "uq_fulfilment_block_open",
            ["order_id", "reason", "object_id"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "balance_transaction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("payout_id", sa.String(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_balance_transaction_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_transaction")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_balance_transaction_stripe_id")),
    )
    with op.batch_alter_table("balance_transaction", schema=None) as batch_op:
        batch_op.create_index("ix_balance_transaction_happened_at", ["happened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_balance_transaction_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index("ix_balance_transaction_payout_id", ["payout_id"], unique=False)
        batch_op.create_index("ix_balance_transaction_source_id", ["source_id"], unique=False)

    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("is_charge_refundable", sa.Boolean(), nullable=False),
        sa.Column("reply_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_dispute_stripe_id")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index("ix_dispute_payment_id", ["payment_id"], unique=False)

    op.create_table(
        "fraud_warning",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("review", "early_fraud_warning", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_fraud_warning_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fraud_warning")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_fraud_warning_stripe_id")),
    )
    with op.batch_alter_table("fraud_warning", schema=None) as batch_op:
        batch_op.create_index("ix_fraud_warning_payment_id", ["payment_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "sent",
                "pending",
                "requires_action",
                "succeeded",
                "failed",
                "canceled",
                "rejected",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "staff", "automatic", "dashboard", name="origin", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("repays_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("sending", sa.Integer(), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'rejected' OR stripe_id IS NULL", name=op.f("ck_refund_rejected_was_never_made")),
        sa.CheckConstraint(
            "state IN ('reserved', 'sent', 'rejected') OR stripe_id IS NOT NULL",
            name=op.f("ck_refund_told_states_have_an_id"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount_positive")),
        sa.CheckConstraint(
            "shipping >= 0 AND tax >= 0 AND shipping + tax <= amount", name=op.f("ck_refund_parts_within_amount")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["repays_id"], ["refund.id"], name=op.f("fk_refund_repays_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        sa.UniqueConstraint("request_key", name=op.f("uq_refund_request_key")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_refund_stripe_id")),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index("ix_refund_payment_id", ["payment_id"], unique=False)
        batch_op.create_index("ix_refund_state_created_at", ["state", "created_at"], unique=False)

    op.create_table(
        "refund_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_refund_line_amount_not_negative")),
        sa.CheckConstraint(
            "unsent >= 0 AND sent >= 0 AND unsent + sent > 0", name=op.f("ck_refund_line_units_counted")
        ),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_refund_line_order_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
        sa.UniqueConstraint("refund_id", "order_line_id", name=op.f("uq_refund_line_refund_id_order_line_id")),
    )
    with op.batch_alter_table("refund_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_line_order_line_id"), ["order_line_id"], unique=False)

    op.create_table(
        "stripe_reach",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_turn", sa.BigInteger(), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_stripe_reach_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_reach")),
    )
    op.create_table(
        "limit_use",
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_limit_use_not_negative")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_limit_use_product_id")),
        sa.PrimaryKeyConstraint("product_id", "person", name=op.f("pk_limit_use")),
    )
    op.add_column("checkout_line", sa.Column("limited", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("stripe_session", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stripe_session", sa.Column("recovered_from", sa.String(), nullable=True))
    _name_the_payment_of_entries()

    op.add_column("attention", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attention", sa.Column("closed_by", sa.String(), nullable=True))
    op.add_column("attention", sa.Column("note", sa.String(), nullable=True))
    op.add_column("attention", sa.Column("closing_key", sa.String(), nullable=True))
    op.create_index("ix_attention_subject", "attention", ["subject"])
    op.create_index("ix_attention_closed_at_id", "attention", ["closed_at", "id"])
    op.create_index("uq_attention_closing_key", "attention", ["closing_key"], unique=True)
    op.add_column("payment", sa.Column("accepted_by", sa.String(), nullable=True))
    op.add_column("payment", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("checkout", sa.Column("released_by", sa.String(), nullable=True))
    op.add_column("checkout", sa.Column("release_key", sa.String(), nullable=True))
    op.create_index("uq_checkout_release_key", "checkout", ["release_key"], unique=True)
    op.create_table(
        "foreign_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_foreign_count_counted")),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_foreign_count")),
    )
    op.add_column("payment", sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment", sa.Column("withdrawn", sa.BigInteger(), server_default="0", nullable=False))


def _name_the_payment_of_entries() -> None:
    """Whatever was booked by now was booked for a PaymentIntent. Bookings are append-only, so their guard steps aside."""
    names = "ALTER TABLE journal_entry ADD COLUMN payment_id {} CONSTRAINT fk_journal_entry_payment_id REFERENCES payment (id)"
    fill = (
        "UPDATE journal_entry SET payment_id = (SELECT payment.id FROM payment"
        " WHERE payment.payment_intent = journal_entry.source_id) WHERE source_type = 'payment_intent'"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(names.format("INTEGER"))
        op.execute("DROP TRIGGER journal_entry_no_update")
        op.execute(fill)
        op.execute(
            "CREATE TRIGGER journal_entry_no_update BEFORE update ON journal_entry"
            " BEGIN SELECT raise(abort, 'journal_entry is append-only'); END"
        )
    else:
        op.execute(names.format("BIGINT"))
        op.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_no_change")
        op.execute(fill)
        op.execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_no_change")
    op.create_index("ix_journal_entry_payment_id", "journal_entry", ["payment_id"], unique=False)
    op.create_index("ix_journal_entry_booked_at_id", "journal_entry", ["booked_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_journal_entry_booked_at_id", table_name="journal_entry")
    op.drop_index("ix_journal_entry_payment_id", table_name="journal_entry")
    op.drop_column("journal_entry", "payment_id")

    # Not in a batch, which on SQLite would make the tables anew under the feet of the rows that refer to them.
    op.drop_column("payment", "withdrawn")
    op.drop_column("payment", "refunded")
    op.drop_table("foreign_count")
    op.drop_index("uq_checkout_release_key", table_name="checkout")
    op.drop_column("checkout", "release_key")
    op.drop_column("checkout", "released_by")
    op.drop_column("payment", "accepted_at")
    op.drop_column("payment", "accepted_by")
    op.drop_index("uq_attention_closing_key", table_name="attention")
    op.drop_index("ix_attention_closed_at_id", table_name="attention")
    op.drop_index("ix_attention_subject", table_name="attention")
    op.drop_column("attention", "closing_key")
    op.drop_column("attention", "note")
    op.drop_column("attention", "closed_by")
    op.drop_column("attention", "due_at")
    op.drop_column("stripe_session", "recovered_from")
    op.drop_column("stripe_session", "asked_at")
    op.drop_column("checkout_line", "limited")
    op.drop_table("limit_use")
    op.drop_table("stripe_reach")

    with op.batch_alter_table("refund_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_line_order_line_id"))

    op.drop_table("refund_line")
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index("ix_refund_state_created_at")
        batch_op.drop_index("ix_refund_payment_id")

    op.drop_table("refund")
    with op.batch_alter_table("fraud_warning", schema=None) as batch_op:
        batch_op.drop_index("ix_fraud_warning_payment_id")

    op.drop_table("fraud_warning")
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.drop_index("ix_dispute_payment_id")

    op.drop_table("dispute")
    with op.batch_alter_table("balance_transaction", schema=None) as batch_op:
        batch_op.drop_index("ix_balance_transaction_source_id")
        batch_op.drop_index("ix_balance_transaction_payout_id")
        batch_op.drop_index(batch_op.f("ix_balance_transaction_payment_id"))
        batch_op.drop_index("ix_balance_transaction_happened_at")

    op.drop_table("balance_transaction")
    with op.batch_alter_table("fulfilment_block", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_fulfilment_block_open",
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("fulfilment_block")
    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.drop_index("ix_repair_at_id")

    op.drop_table("repair")
    op.drop_table("payout")
    op.drop_table("ledger_day")
    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.drop_column("closed_since")
    op.drop_table("cursor")
