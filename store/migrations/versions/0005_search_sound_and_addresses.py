"""search, sound, and addresses that have moved.

What a storefront looks things up by, what it lets people hear, and where a product was before. Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pairings()


def downgrade() -> None:
    _no_pairings()


def _pairings() -> None:
    """What staff say goes with a product."""
    op.create_table(
        "product_pairing",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("product_id <> other_id", name=op.f("ck_product_pairing_not_itself")),
        sa.ForeignKeyConstraint(["other_id"], ["product.id"], name=op.f("fk_product_pairing_other_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_pairing_product_id")),
        sa.PrimaryKeyConstraint("product_id", "other_id", name=op.f("pk_product_pairing")),
    )
    with op.batch_alter_table("product_pairing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_pairing_other_id"), ["other_id"], unique=False)


def _no_pairings() -> None:
    op.drop_table("product_pairing")
