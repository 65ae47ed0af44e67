"""What comes in at the till, from its page and from programs, and a checkout as programs read it."""

from __future__ import annotations

import secrets
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from store.mail.typos import likely_meant
from store.orders.lifecycle import CheckoutState
from store.pricing.countries import NEEDS_REGION, postal_code_fault
from store.web.api.fields import MOST_AMOUNT, Country, In, Int, MoneyOut, Out, Text, Time
from store.web.forms import Email, Form, Line, Whole


class BuyerIn(Form):
    """A guest's order without a parcel: only where the receipt goes."""

    email = Email(254, missing="We need an address for the receipt.", required=True)
    form_token = Line(64, load_default=lambda: secrets.token_urlsafe(18))
    expected_total = Whole(0, 10**9, load_default=None)
    kept_email = Line(254, load_default=None)
    action = fields.String(load_default="pay")

    @validates_schema(skip_on_field_errors=False)
    def ask_about_slip(self, data: dict[str, Any], **_: object) -> None:
        """Once: whoever sends the same address again means it."""
        email = data.get("email")
        if email and email != data.get("kept_email") and (meant := likely_meant(email)):
            raise ValidationError({"email": [f"Did you mean {meant}? Your receipt goes there."]})


class ShippedIn(BuyerIn):
    """A guest's order with a parcel."""

    name = Line(200, missing="Whose name goes on the parcel?", required=True)
    line1 = Line(200, missing="Which street and number?", required=True)
    line2 = Line(200, load_default=None)
    city = Line(120, missing="Which city?", required=True)
    region = Line(120, load_default=None)
    postal_code = Line(12, missing="Which ZIP or postal code?", required=True)
    country = Line(2, missing="Which country?", required=True)
    phone = Line(32, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def fit_country(self, data: dict[str, Any], **_: object) -> None:
        """Beside the faults of single fields, so that people mend once; what has such a fault is not in `data`."""
        if faults := _unfit(data):
            raise ValidationError(faults)


def _unfit(data: dict[str, Any]) -> dict[str, list[str]]:
    """What of an address does not fit its country."""
    faults: dict[str, list[str]] = {}
    country = data.get("country")
    if country in NEEDS_REGION and "region" in data and not data["region"]:
        faults["region"] = ["Which state or province?"]
    if country and "postal_code" in data and (fault := postal_code_fault(country, data["postal_code"])):
        faults["postal_code"] = [fault]
    return faults


class AddressIn(In):
    name = Text(200, least=1, required=True)
    line1 = Text(200, least=1, required=True)
    line2 = Text(200, load_default=None, allow_none=True)
    city = Text(120, least=1, required=True)
    region = Text(120, load_default=None, allow_none=True)
    postal_code = Text(12, least=1, required=True)
    country = Country(required=True)
    phone = Text(32, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=False)
    def fit_country(self, data: dict[str, Any], **_: object) -> None:
        if faults := _unfit(data):
            raise ValidationError(faults)


class CheckoutIn(In):
    email = Email(254, required=True, metadata={"format": "email"})
    shipping_address = fields.Nested(
        AddressIn,
        load_default=None,
        allow_none=True,
        metadata={"description": "Where the parcel goes, if there is one."},
    )
    shipping_rate = Text(64, load_default=None, allow_none=True, metadata={"description": "Of `shipping_rates`."})
    expected_total = Int(
        0, MOST_AMOUNT, load_default=None, allow_none=True,
        metadata={"description": "What the buyer saw, in minor units; another sum is refused with 409."},
    )  # fmt: skip


class PlacedOut(Out):
    id = fields.String(required=True, metadata={"description": "Whoever knows it may ask how the checkout stands."})
    url = fields.String(
        required=True, metadata={"description": "Where the buyer pays; on our page where nothing is due."}
    )
    expires_at = Time(required=True, metadata={"description": "Until then its things are held."})
    total = fields.Nested(MoneyOut, required=True)


class CheckoutOut(Out):
    state = fields.String(required=True, metadata={"enum": [state.value for state in CheckoutState]})
    order = fields.String(required=True, allow_none=True, metadata={"description": "Its number, once it is paid."})
