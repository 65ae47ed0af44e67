"""Tables of the index beside the databases' own full text (`search_text`, which migration 0005 makes by hand).

All of it can be made again from the catalogue: `flask catalog reindex`. It holds what is active; whether that is on
sale at this moment is asked of the product itself, each time.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index

from store.db import Amount, Base, Mapped, Ref, mapped_column


class SearchEntry(Base):
    """A product that is indexed, with the words it has brought into the vocabulary."""

    __tablename__ = "search_entry"

    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"), primary_key=True, autoincrement=False)
    vocabulary: Mapped[str]


class SearchPrice(Base):
    """What lists sort and filter by: the lowest price, and each variant's price, color and size (`documents.Cell`)."""

    __tablename__ = "search_price"
    __table_args__ = (Index("ix_search_price_lowest", "currency", "lowest", "product_id"),)

    currency: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(
        Ref, ForeignKey("product.id"), primary_key=True, autoincrement=False, index=True
    )
    lowest: Mapped[Amount]
    cells: Mapped[str]


class SearchWord(Base):
    """The vocabulary: a word as it is written, and how many indexed products have it."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(primary_key=True)
    products: Mapped[int]
