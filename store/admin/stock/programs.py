"""What programs send about the shelf, and read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from store.stock.levels import MOST_AT_ONCE, MOST_ON_SHELF
from store.stock.models import MovementKind
from store.stock.reports import Show, Stocked
from store.web.api.fields import In, Int, Out, PageIn, Text, page_of

DONE_BY_HAND = (MovementKind.RECEIVE, MovementKind.ADJUST, MovementKind.COUNT)


class StockIn(PageIn):
    q = Text(100, load_default="", metadata={"description": "Of its title, its label or its sku."})
    show = fields.String(load_default=Show.ALL.value, validate=validate.OneOf([show.value for show in Show]))


class MovementIn(In):
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in DONE_BY_HAND]))
    quantity = Int(
        -MOST_AT_ONCE, MOST_ON_SHELF, required=True,
        metadata={"description": "What came (receive), what it changes by (adjust), what was found (count)."},
    )  # fmt: skip
    reason = Text(200, least=1, required=True)
    expected_on_hand = Int(
        0, MOST_ON_SHELF, load_default=None, allow_none=True,
        metadata={"description": "For count only: what the shelf was said to hold; another level is refused with 409."},
    )  # fmt: skip

    @validates_schema
    def fit_kind(self, data: Mapping[str, Any], **_: object) -> None:
        kind, quantity, expected = data["kind"], data["quantity"], data["expected_on_hand"]
        if kind == MovementKind.COUNT and expected is None:
            raise ValidationError({"expected_on_hand": ["What was the shelf said to hold before it was counted?"]})
        if kind != MovementKind.COUNT and expected is not None:
            raise ValidationError({"expected_on_hand": ["This is for a count alone."]})
        if kind != MovementKind.ADJUST and quantity < 0:
            raise ValidationError({"quantity": ["Only an adjustment takes away."]})


class LevelOut(Out):
    on_hand = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    available = fields.Integer(required=True)


class StockedOut(Out):
    variant = fields.Integer(required=True)
    sku = fields.String(required=True)
    title = fields.String(required=True)
    product = fields.Integer(required=True)
    level = fields.Nested(LevelOut, required=True)


class MovementOut(Out):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    quantity = fields.Integer(required=True, metadata={"description": "What it added to the shelf."})
    level = fields.Nested(LevelOut, required=True)


StockList = page_of(StockedOut)


def stocked(item: Stocked) -> dict[str, Any]:
    return {
        "variant": item.variant_id,
        "sku": item.sku,
        "title": item.name,
        "product": item.product_id,
        "level": item.level,
    }
