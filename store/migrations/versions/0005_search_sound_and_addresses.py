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

SHOWN = (
    "product", "product_option", "option_value", "variant", "variant_value", "variant_price", "product_picture",
    "picture", "rendition", "collection", "collection_product", "track",
    "product_pairing", "shipping_zone", "shipping_country", "shipping_rate", "search_price",
)  # fmt: skip
"""What public pages are made of, beside the level of stock: every write to these moves the catalogue's edition."""
SLOTS = 16
STEP = {"sqlite": "1 + abs(random() % 1000000)", "postgresql": "1 + floor(random() * 1000000)::bigint"}
"""By how much an edition moves on: after a restore from a backup it must not come to a number that it has had."""
LEFT = {
    "sqlite": "max(min({0}.on_hand + {0}.backorder_limit - {0}.reserved, 21), 0)",
    "postgresql": "greatest(least({0}.on_hand + {0}.backorder_limit - {0}.reserved, 21), 0)",
}
"""What pages can tell of a level: exactly how many are left up to 20 (the most that LOW_STOCK may be), else enough."""

MOVE = """CREATE FUNCTION move_catalog_edition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('store.edition_moved', true) = 'yes' THEN RETURN NULL; END IF;
    UPDATE catalog_edition SET number = number + {step} WHERE slot = pg_backend_pid() % {slots};
    PERFORM set_config('store.edition_moved', 'yes', true);
    RETURN NULL; END $$"""


def upgrade() -> None:
    _search()
    _sound()
    _pairings()
    _addresses()


def downgrade() -> None:
    _no_addresses()
    _no_pairings()
    _no_sound()
    _no_search()


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


def _addresses() -> None:
    """Last of all: SQLite drops the triggers of a table that is altered."""
    op.create_table(
        "former_address",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_former_address")),
    )
    op.create_index("ix_product_withdrawn_at", "product", ["withdrawn_at"])
    edition = op.create_table(
        "catalog_edition",
        sa.Column("slot", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_catalog_edition")),
    )
    op.bulk_insert(edition, [{"slot": slot, "number": 0} for slot in range(SLOTS)])
    if op.get_bind().dialect.name == "sqlite":
        _move_on_sqlite()
    else:
        _move_on_postgresql()


def _move_on_sqlite() -> None:
    move = "BEGIN UPDATE catalog_edition SET number = number + {} WHERE slot = 0; END".format(STEP["sqlite"])  # noqa: S608 - our own constant
    for table in SHOWN:
        for action in ("insert", "update", "delete"):
            op.execute(f"CREATE TRIGGER {table}_{action}_moves AFTER {action} ON {table} {move}")
    for action in ("insert", "delete"):
        op.execute(f"CREATE TRIGGER stock_level_{action}_moves AFTER {action} ON stock_level {move}")
    old, new = LEFT["sqlite"].format("old"), LEFT["sqlite"].format("new")
    op.execute(f"CREATE TRIGGER stock_level_update_moves AFTER update ON stock_level WHEN {old} <> {new} {move}")


def _move_on_postgresql() -> None:
    """At the very end of a transaction, so that the row is locked for no longer than the commit takes, and after every
    other lock; once a transaction; and each connection in one of several rows, so that two rarely meet."""
    op.execute(MOVE.format(step=STEP["postgresql"], slots=SLOTS))
    once = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {} EXECUTE FUNCTION move_catalog_edition()"
    for table in SHOWN:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_moves AFTER INSERT OR UPDATE OR DELETE ON {table} {once.format('')}"
        )
    old, new = LEFT["postgresql"].format("OLD"), LEFT["postgresql"].format("NEW")
    op.execute(f"CREATE CONSTRAINT TRIGGER stock_level_moves AFTER INSERT OR DELETE ON stock_level {once.format('')}")
    op.execute(
        "CREATE CONSTRAINT TRIGGER stock_level_update_moves AFTER UPDATE ON stock_level "
        + once.format(f"WHEN ({old} <> {new})")
    )


def _no_addresses() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in (*SHOWN, "stock_level"):
            for action in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_{action}_moves")
    else:
        op.execute("DROP TRIGGER stock_level_update_moves ON stock_level")
        for table in (*SHOWN, "stock_level"):
            op.execute(f"DROP TRIGGER {table}_moves ON {table}")
        op.execute("DROP FUNCTION move_catalog_edition()")
    op.drop_table("catalog_edition")
    op.drop_index("ix_product_withdrawn_at", "product")
    op.drop_table("former_address")


def _search() -> None:
    """Tables of the index; `flask db upgrade` then fills them from the catalogue."""
    op.create_table(
        "search_entry",
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_search_entry_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "search_price",
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("lowest", sa.BigInteger(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_search_price_product_id")),
        sa.PrimaryKeyConstraint("currency", "product_id", name=op.f("pk_search_price")),
    )
    op.create_index("ix_search_price_lowest", "search_price", ["currency", "lowest", "product_id"])
    op.create_index(op.f("ix_search_price_product_id"), "search_price", ["product_id"])
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_text"
            " USING fts5(title, line, body, shelf, tokenize = 'porter unicode61 remove_diacritics 0', prefix = '2 3')"
        )
        return
    # As `english`, but without its list of words that are not worth looking for: a title may be made of them.
    op.execute("CREATE TEXT SEARCH DICTIONARY search_stem (TEMPLATE = snowball, Language = english)")
    op.execute("CREATE TEXT SEARCH CONFIGURATION search_english (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION search_english ALTER MAPPING FOR asciiword, word, numword WITH search_stem"
    )
    op.execute(
        "CREATE TABLE search_text (product_id bigint PRIMARY KEY REFERENCES product (id), words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_text_words ON search_text USING gin (words)")


def _no_search() -> None:
    op.execute("DROP TABLE search_text")
    for table in ("search_word", "search_price", "search_entry"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TEXT SEARCH CONFIGURATION search_english")
        op.execute("DROP TEXT SEARCH DICTIONARY search_stem")
