"""tokens of programs, calls that may be repeated, and where a bag goes.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
DESTINATION = ("country", "region", "postal_code")


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_api_token_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_index("uq_api_token_digest", "api_token", ["digest"], unique=True)
    op.create_index(op.f("ix_api_token_member_id"), "api_token", ["member_id"])
    op.create_table(
        "api_replay",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("headers", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_replay")),
    )
    op.create_index("ix_api_replay_begun_at", "api_replay", ["begun_at"])
    for name in DESTINATION:
        op.add_column("cart", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("cart") as cart:
        for name in DESTINATION:
            cart.drop_column(name)
    op.drop_table("api_replay")
    op.drop_table("api_token")
