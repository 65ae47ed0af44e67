"""What staff type at the shelf."""

from __future__ import annotations

from marshmallow import fields, validate

from store.stock.levels import MOST_AT_ONCE, MOST_ON_SHELF
from store.web.forms import Form, Line, Whole

STALE = "This page has grown old. Open it again and fill it in once more."


class MoveIn(Form):
    """Of every form: why, and the token that makes the same form sent twice one movement."""

    reason = Line(200, missing="Why? A few words are enough.", required=True)
    form_token = Line(64, missing=STALE, required=True)


class ReceiveIn(MoveIn):
    quantity = Whole(1, MOST_AT_ONCE, required=True)


class AdjustIn(MoveIn):
    """Up or down is a choice of its own: the number keys of most phones have no minus."""

    quantity = Whole(1, MOST_AT_ONCE, required=True)
    direction = fields.String(
        required=True,
        validate=validate.OneOf(["add", "take"], error="Were there more, or fewer?"),
        error_messages={"required": "Were there more, or fewer?"},
    )


class CountIn(MoveIn):
    found = Whole(0, MOST_ON_SHELF, required=True)
    expected_on_hand = Whole(0, MOST_ON_SHELF, required=True)
