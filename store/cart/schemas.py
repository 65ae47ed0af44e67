"""What comes in when a bag is changed."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from store.cart.service import MOST_UNITS
from store.web.forms import Form, Line, Whole


class AddIn(Form):
    variant = Line(64, missing="Choose one of the items on the page.", required=True)
    quantity = Whole(1, MOST_UNITS, load_default=1)


class ChangeIn(Form):
    """A typed number, or the button beside it that was pressed: one fewer, one more than what stands there."""

    quantity = Whole(0, MOST_UNITS, required=True)
    fewer = fields.Boolean(truthy={"1"}, load_default=False)
    more = fields.Boolean(truthy={"1"}, load_default=False)

    @post_load
    def step(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        wanted = data["quantity"] + data["more"] - data["fewer"]
        return {"quantity": min(max(wanted, 0), MOST_UNITS)}
