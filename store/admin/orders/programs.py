"""What programs send about orders and read of them beyond what their buyers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from store.admin.refunds.schemas import LONGEST_NOTE, REASONS
from store.money import Money
from store.orders.lifecycle import FulfilmentState, PaymentState
from store.orders.schemas import OrderOut
from store.orders.search import LONGEST
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import RefundState
from store.web.api.fields import MOST_AMOUNT, MOST_ID, In, Int, MoneyOut, Out, PageIn, Text, Time

MOST_UNITS = 100_000
STATES = {state.value: state for state in (*PaymentState, *FulfilmentState)}


class OrdersIn(PageIn):
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(list(STATES)),
        metadata={"description": "Of its money or its parcels."},
    )
    q = Text(LONGEST, load_default="", metadata={"description": "Of its number, its buyer or a sku."})
    since = Time(load_default=None, metadata={"format": "date-time", "description": "Placed then or later."})


class UnitsIn(In):
    id = Int(1, MOST_ID, required=True, metadata={"description": "Of the order's line."})
    quantity = Int(1, MOST_UNITS, required=True)


class FulfilmentIn(In):
    lines = fields.List(
        fields.Nested(UnitsIn), required=True, validate=validate.Length(1, 100, error="1 to 100 lines, please.")
    )
    carrier = Text(60, least=1, required=True)
    tracking = Text(64, load_default="")

    @validates_schema
    def name_each_once(self, data: Mapping[str, Any], **_: object) -> None:
        refuse_doubles(data["lines"])


class NoteIn(In):
    text = Text(2000, least=1, lines=True, required=True)


class RefundIn(In):
    """Units of lines, with as much of the delivery as is said, or else an amount that touches no unit."""

    lines = fields.List(
        fields.Nested(UnitsIn), load_default=[], validate=validate.Length(max=100, error="At most 100 lines, please.")
    )
    shipping = Int(0, MOST_AMOUNT, load_default=0, metadata={"description": "Of the delivery, in minor units."})
    amount = Int(1, MOST_AMOUNT, load_default=None, allow_none=True, metadata={"description": "In minor units."})
    reason = Text(
        LONGEST_NOTE,
        least=1,
        required=True,
        metadata={"description": f"One of {', '.join(REASONS)}, or in your own words."},
    )
    restock = fields.Boolean(
        load_default=True, truthy={True}, falsy={False}, metadata={"description": "Whether they can be sold again."}
    )
    expected = Int(
        1, MOST_AMOUNT, load_default=None, allow_none=True,
        metadata={"description": "What it should come to, in minor units; another sum is refused with 409."},
    )  # fmt: skip

    @validates_schema
    def be_one_or_the_other(self, data: Mapping[str, Any], **_: object) -> None:
        if bool(data["lines"]) == (data["amount"] is not None) and not (data["shipping"] and not data["lines"]):
            raise ValidationError({"lines": ["Either lines or an amount, please."]})
        if data["amount"] is not None and data["shipping"]:
            raise ValidationError({"shipping": ["An amount says all; leave the shipping out."]})
        refuse_doubles(data["lines"])


def refuse_doubles(lines: list[Mapping[str, int]]) -> None:
    if len({line["id"] for line in lines}) < len(lines):
        raise ValidationError({"lines": ["Name each line once."]})


class CueOut(Out):
    kind = fields.String(required=True)
    actor = fields.String(required=True)
    at = Time(required=True)


class StaffOrderOut(OrderOut):
    member = fields.Integer(required=True, allow_none=True)
    timeline = fields.List(fields.Nested(CueOut), required=True)


class ParcelLineOut(Out):
    id = fields.Integer(required=True, attribute="order_line_id")
    quantity = fields.Integer(required=True)


class FulfilmentOut(Out):
    id = fields.Integer(required=True)
    carrier = fields.String(required=True)
    tracking = fields.String(required=True)
    shipped_at = Time(required=True)
    lines = fields.List(fields.Nested(ParcelLineOut), required=True)


class NoteOut(Out):
    order = fields.String(required=True)
    text = fields.String(required=True)


class RefundOut(Out):
    id = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in RefundState]})
    amount = fields.Nested(MoneyOut, required=True)
    reason = fields.String(required=True)
    note = fields.String(required=True)
    created_at = Time(required=True)


def refund(made: Refund) -> dict[str, Any]:
    return {
        "id": made.id,
        "state": made.state.value,
        "amount": Money(made.amount, made.currency),
        "reason": made.reason,
        "note": made.note,
        "created_at": made.created_at,
    }


def reason_and_note(text: str) -> tuple[str, str]:
    """Stripe knows three reasons; other words are kept for staff, and the buyer has asked for it."""
    return (text, "") if text in REASONS else ("requested_by_customer", text)
