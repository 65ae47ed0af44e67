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
    _sound()


def downgrade() -> None:
    _no_sound()


def _sound() -> None:
    """What can be heard, and the color that stands in a picture's place."""
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.add_column(sa.Column("color", sa.String(), nullable=True))
    op.create_table(
        "track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("clip_key", sa.String(), nullable=False),
        sa.Column("clip_seconds", sa.Integer(), nullable=False),
        sa.Column("clip_bytes", sa.Integer(), nullable=False),
        sa.Column("peaks", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seconds > 0 AND clip_seconds > 0", name=op.f("ck_track_seconds_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_track_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("product_id", "position", name=op.f("uq_track_product_id_position")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index("ix_track_digest", ["digest"], unique=False)


def _no_sound() -> None:
    op.drop_table("track")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_column("color")
