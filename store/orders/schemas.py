"""What somebody types who looks for an order, and an order as programs read it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from store.orders.lifecycle import FulfilmentState, PaymentState
from store.orders.numbers import PREFIX
from store.web.api.fields import MoneyOut, Out, Time, page_of
from store.web.forms import Email, Form, Line


class FindIn(Form):
    """The number as it was read out or copied: in any case, with or without NM in front."""

    number = Line(20, missing="The number is in the order mail, like NM-7K4Q2M.", required=True)
    email = Email(254, missing="Which address did the receipt go to?", required=True)

    @post_load
    def spell(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        bare = data["number"].upper().replace(" ", "").removeprefix("NM").lstrip("-")
        return data | {"number": PREFIX + bare}


class OrderLineOut(Out):
    id = fields.Integer(required=True)
    variant = fields.Integer(required=True)
    sku = fields.String(required=True)
    title = fields.String(required=True)
    variant_title = fields.String(required=True)
    quantity = fields.Integer(required=True)
    shipped = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    unit_price = fields.Nested(MoneyOut, required=True)
    net = fields.Nested(MoneyOut, required=True, metadata={"description": "Less its share of the discounts."})


class PlaceOut(Out):
    """Where the parcel goes."""

    name = fields.String(required=True, allow_none=True)
    line1 = fields.String(required=True, allow_none=True)
    line2 = fields.String(required=True, allow_none=True)
    city = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    postal_code = fields.String(required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class OrderOut(Out):
    number = fields.String(required=True)
    placed_at = Time(required=True)
    email = fields.String(required=True)
    payment_state = fields.String(required=True, metadata={"enum": [state.value for state in PaymentState]})
    fulfilment_state = fields.String(required=True, metadata={"enum": [state.value for state in FulfilmentState]})
    lines = fields.List(fields.Nested(OrderLineOut), required=True)
    subtotal = fields.Nested(MoneyOut, required=True)
    discount = fields.Nested(MoneyOut, required=True)
    shipping = fields.Nested(MoneyOut, required=True)
    tax = fields.Nested(MoneyOut, required=True)
    tax_included = fields.Nested(MoneyOut, required=True)
    total = fields.Nested(MoneyOut, required=True)
    shipping_address = fields.Nested(PlaceOut, required=True, allow_none=True)


OrderList = page_of(OrderOut)
