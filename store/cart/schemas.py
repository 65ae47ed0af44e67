"""What comes in when a bag is changed, from pages and from programs, and a bag as programs read it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load

from store.cart.service import MOST_UNITS
from store.web.api.fields import Country, In, Int, MoneyOut, Out, Text
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


class Variant(Line):
    """An id or a sku; an id may come as a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValidationError("The id or sku of a variant, please.")
        if isinstance(value, int) and not 0 < value < 10**18:
            value = 0  # no id has so many digits, and Python writes no number that has thousands
        return super()._deserialize(str(value), attr, data, **options)


class LineIn(In):
    variant = Variant(64, required=True, metadata={"type": ["string", "integer"], "description": "Its id or sku."})
    quantity = Int(1, MOST_UNITS, load_default=1)


class QuantityIn(In):
    quantity = Int(0, MOST_UNITS, required=True, metadata={"description": "0 takes the line out."})


class DestinationIn(In):
    country = Country(required=True)
    region = Text(120, load_default=None, allow_none=True)
    postal_code = Text(12, load_default=None, allow_none=True)
    shipping_rate = Text(64, load_default=None, allow_none=True, metadata={"description": "Of `shipping_rates`."})


class CartLineOut(Out):
    id = fields.Integer(required=True)
    variant = fields.Integer(required=True)
    sku = fields.String(required=True)
    title = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.Nested(MoneyOut, required=True)
    total = fields.Nested(MoneyOut, required=True)
    problem = fields.String(required=True, allow_none=True)


class QuoteLineOut(Out):
    variant = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.Nested(MoneyOut, required=True)
    net = fields.Nested(MoneyOut, required=True, metadata={"description": "Less its share of the discounts."})


class QuoteOut(Out):
    """Always total = subtotal - discount + shipping + tax."""

    subtotal = fields.Nested(MoneyOut, required=True)
    discount = fields.Nested(MoneyOut, required=True)
    shipping = fields.Nested(MoneyOut, required=True)
    tax = fields.Nested(MoneyOut, required=True, metadata={"description": "What is added on top."})
    tax_included = fields.Nested(MoneyOut, required=True, metadata={"description": "What the prices hold already."})
    total = fields.Nested(MoneyOut, required=True)
    lines = fields.List(fields.Nested(QuoteLineOut), required=True)
    why = fields.List(fields.String(), required=True, metadata={"description": "Its reasons, a sentence each."})


class RateOut(Out):
    id = fields.String(required=True)
    name = fields.String(required=True)
    amount = fields.Nested(MoneyOut, required=True)


class DestinationOut(Out):
    country = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    postal_code = fields.String(required=True, allow_none=True)


class CartOut(Out):
    id = fields.String(required=True, metadata={"description": "Whoever knows it may use the cart of a guest."})
    lines = fields.List(fields.Nested(CartLineOut), required=True)
    destination = fields.Nested(DestinationOut, required=True, allow_none=True)
    quote = fields.Nested(QuoteOut, required=True)
    shipping_rates = fields.List(fields.Nested(RateOut), required=True)
    problems = fields.List(fields.String(), required=True)
