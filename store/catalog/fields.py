"""Kinds of fields that forms of the catalogue have beside those of all forms."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from marshmallow import ValidationError, fields

from store.catalog.models import Kind
from store.catalog.proposals import (
    CUSTOMS,
    LONGEST_CUSTOMS,
    LONGEST_NUMBER,
    LONGEST_SKU,
    LONGEST_SLUG,
    NUMBER,
    SKU,
    SLUG,
)
from store.web.forms import Line


class Paragraphs(fields.String):
    """Text of several lines, without other control characters."""

    def __init__(self, longest: int, **options: Any) -> None:  # noqa: ANN401
        super().__init__(error_messages={"invalid": "Please write text."}, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options).replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > self.longest:
            raise ValidationError(f"At most {self.longest} characters, please.")
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in text if char not in "\n\t"):
            raise ValidationError("Plain text, please.")
        return text


class Pattern(Line):
    """A line of a certain shape, in capitals where those are meant."""

    def __init__(
        self,
        longest: int,
        shape: re.Pattern[str],
        sentence: str,
        *,
        capitals: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(longest, **options)
        self.shape, self.sentence, self.capitals = shape, sentence, capitals

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        text = text.upper() if self.capitals else text
        if not self.shape.fullmatch(text):
            raise ValidationError(self.sentence)
        return text


class Slug(Pattern):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(
            LONGEST_SLUG, SLUG, "Small letters, digits and single hyphens, like pitch-control-tee.", **options
        )


class Number(Pattern):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(LONGEST_NUMBER, NUMBER, "Letters and digits, like 041 or LP-7.", capitals=True, **options)


class Sku(Pattern):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(LONGEST_SKU, SKU, "Letters, digits, hyphens, like NMX-041-BLCK-L.", capitals=True, **options)


class Customs(Pattern):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(LONGEST_CUSTOMS, CUSTOMS, "A code is digits and points, like 6109.10.", **options)


class KindName(fields.String):
    """One of the kinds of product."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Kind:  # noqa: ANN401
        try:
            return Kind(super()._deserialize(value, attr, data, **options))
        except ValueError:
            raise ValidationError("Choose one of the kinds.") from None
