"""What staff send about refunds. Units of a line are in fields of its own: `unsent-12`, `sent-12`, `restock-12`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from store.admin.orders.schemas import Once
from store.catalog.typed import read_price
from store.payments.refunds.rules import UnitsBack, Wish
from store.web.forms import Form, Line, Whole

REASONS = {
    "requested_by_customer": "The buyer asked for it",
    "duplicate": "It was paid twice",
    "fraudulent": "The payment was fraud",
}
"""Stripe's three, which it is told; the words are for staff."""
LONGEST_NOTE = 300
_UNITS = re.compile(r"(unsent|sent)-([1-9][0-9]{0,17})")


class Amount(fields.Field[int]):
    """Money as people write it, in minor units of a currency."""

    def __init__(self, currency: str, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.currency = currency

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:  # noqa: ANN401
        try:
            return read_price(str(value), self.currency, "amount")
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from None


class RefundIn(Form):
    """What a refund is for, why, and what staff say of it among themselves."""

    reason = fields.String(
        required=True,
        validate=validate.OneOf(list(REASONS), error="Choose a reason from the list."),
        error_messages={"required": "Choose a reason from the list."},
    )
    note = Line(LONGEST_NOTE, load_default="")


class ConfirmedIn(RefundIn, Once):
    """A refund whose sum was seen."""

    expected = Whole(1, 10**12, required=True)


class UnitsIn(Once):
    """Which units a refund made at Stripe was for."""


def refund_form(sent: Iterable[str], currency: str, *, confirmed: bool) -> Schema:
    """The form for a refund of an order in `currency`, with those of `sent` fields that name a line's units."""
    base = ConfirmedIn if confirmed else RefundIn
    money = {name: Amount(currency, load_default=0) for name in ("shipping", "amount")}
    return base.from_dict({**money, **_counts(sent)}, name=base.__name__)()


def units_form(sent: Iterable[str]) -> Schema:
    return UnitsIn.from_dict(dict(_counts(sent)), name="UnitsIn")()


def wish(written: Mapping[str, Any], sent: Mapping[str, str]) -> Wish:
    """What is to be paid back, by what was loaded and what was ticked."""
    return Wish(lines(written, sent), written["shipping"], written["amount"])


def lines(written: Mapping[str, Any], sent: Mapping[str, str]) -> dict[int, UnitsBack]:
    """Those units of lines that are meant; whether they can be sold again is a box of the line's own."""
    ids = {int(named[2]) for name in written if (named := _UNITS.fullmatch(name))}
    counted = {
        line_id: UnitsBack(
            written.get(f"unsent-{line_id}", 0), written.get(f"sent-{line_id}", 0), f"restock-{line_id}" in sent
        )
        for line_id in sorted(ids)
    }
    return {line_id: units for line_id, units in counted.items() if units.count}


def _counts(sent: Iterable[str]) -> dict[str, Whole]:
    return {name: Whole(0, 100_000, load_default=0) for name in sent if _UNITS.fullmatch(name)}
