"""What a call may send and is answered: exact types, bounds on everything, and nothing that is not asked for."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

MOST_ID = 10**18 - 1
MOST_AMOUNT = 99_999_999
"""The most that Stripe takes at once, in minor units."""


class In(Schema):
    """Base of what is sent: a field it does not know is refused by name."""

    class Meta:
        unknown = RAISE


class Out(Schema):
    """Base of what is answered."""


class Text(fields.String):
    """Text of so many characters, without control characters but (where it may have lines) line feeds."""

    def __init__(self, longest: int, *, least: int = 0, lines: bool = False, **options: Any) -> None:  # noqa: ANN401
        bounds = validate.Length(min=least, max=longest, error=_length(least, longest))
        super().__init__(validate=[bounds], **options)
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        if self.lines:
            text = text.replace("\r\n", "\n")
        plain = text.replace("\n", "") if self.lines else text
        if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in plain):
            raise ValidationError("Plain text without control characters, please.")
        return text.strip()


class Country(Text):
    """ISO 3166-1 alpha-2, in capitals whatever was typed."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(2, least=2, metadata={"description": "ISO 3166-1 alpha-2."}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        code = super()._deserialize(value, attr, data, **options)
        if not (code.isascii() and code.isalpha()):
            raise ValidationError("Two letters, please, such as US.")
        return code.upper()


def _length(least: int, longest: int) -> str:
    return f"{least} to {longest} characters, please." if least else f"At most {longest} characters, please."


class Int(fields.Integer):
    """A JSON integer between two bounds: no text, no fraction, no boolean."""

    def __init__(self, least: int, most: int, **options: Any) -> None:  # noqa: ANN401
        self.sentence = f"A whole number from {least} to {most}, please."
        super().__init__(strict=True, validate=[validate.Range(least, most, error=self.sentence)], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(self.sentence)
        return value


class Count(Int):
    """The same in an address, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:  # noqa: ANN401
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18):
            raise ValidationError(self.sentence)
        return int(value)


class Time(fields.Field[datetime]):
    """RFC 3339 in UTC, to the second."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **options: Any) -> str | None:  # noqa: ANN401
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if value else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:  # noqa: ANN401
        sentence = "A time like 2026-12-04T20:00:00Z, please."
        if not isinstance(value, str) or len(value) > 40 or not value.isascii():
            raise ValidationError(sentence)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError(sentence) from None
        if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
            raise ValidationError(sentence)
        return moment.astimezone(UTC)


class MoneyOut(Out):
    """An amount in minor units of a currency."""

    amount = fields.Integer(required=True)
    currency = fields.String(required=True, metadata={"example": "usd"})


class PageIn(In):
    """Which page of a list."""

    cursor = Text(200, least=1, load_default=None, metadata={"description": "The `next` of the page before."})
    limit = Count(1, 100, load_default=24)


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of a list of these."""
    name = item.__name__.removesuffix("Out")
    return Out.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(allow_none=True, required=True, metadata={"description": "Null on the last page."}),
        },
        name=f"{name}List",
    )
