"""What comes in with the addresses of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from store.admin.ledger.period import EARLIEST, LATEST, Period
from store.web.forms import Form

SENTENCE = "Write the day like 2026-11-24."


class Day(fields.Date):
    """A day that books may have."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(format="iso", error_messages={"invalid": SENTENCE}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:  # noqa: ANN401
        if not isinstance(value, str) or len(value) != len("2026-11-24"):
            raise ValidationError(SENTENCE)
        day: date = super()._deserialize(value, attr, data, **options)
        if not EARLIEST <= day <= LATEST:
            raise ValidationError(f"A day from {EARLIEST:%Y} to {LATEST:%Y}, please.")
        return day


class PeriodIn(Form):
    first = Day(data_key="from")
    last = Day(data_key="to")

    @validates_schema
    def in_order(self, data: Mapping[str, Any], **_: object) -> None:
        if "first" in data and "last" in data and data["last"] < data["first"]:
            raise ValidationError("The last day comes before the first. Choose a later one.", "to")


def read_period(sent: Mapping[str, str], usual: Period) -> Period:
    """What was asked for, or the usual one; a day alone leaves the other as usual, if that fits.

    Raises ValidationError with sentences by field.
    """
    asked = PeriodIn().load(sent)
    first = asked.get("first", min(usual.first, asked.get("last", usual.first)))
    last = asked.get("last", max(usual.last, first))
    return Period(first, last, usual.zone)
