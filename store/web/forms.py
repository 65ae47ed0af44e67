"""What all forms have in common: text is stripped, an empty field is a missing one, and every refusal is a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load

# RFC 5322's dot-atom and host labels: what every mail server takes. Whether a mailbox exists only a mail can tell.
# Each part begins where the last one must have ended, so there is nothing to try twice.
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = "[A-Za-z0-9]+(-+[A-Za-z0-9]+)*"
EMAIL = re.compile(rf"{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})+")
OWN_PATH = re.compile(r"/([^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?")
LONGEST_PATH = 2000


class Form(Schema):
    """Base of schemas for what a browser posts; fields it does not know are left alone."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def strip(self, data: Mapping[str, Any], **_: object) -> dict[str, Any]:
        stripped = {name: text.strip() if isinstance(text, str) else text for name, text in data.items()}
        return {name: text for name, text in stripped.items() if text != ""}


class Line(fields.String):
    """One line of text without control characters, not longer than it may be."""

    def __init__(self, longest: int, missing: str = "Please fill this in.", **options: Any) -> None:  # noqa: ANN401
        super().__init__(error_messages={"required": missing, "invalid": "Please write text."}, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        if len(text) > self.longest:
            raise ValidationError(f"At most {self.longest} characters, please.")
        if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
            raise ValidationError("One line of plain text, please.")
        return text


class Whole(fields.Field[int]):
    """A whole number in plain digits (or a JSON integer) between two bounds; anything else is one clear sentence."""

    def __init__(self, least: int, most: int, **options: Any) -> None:  # noqa: ANN401
        self.sentence = f"A whole number from {least} to {most}, please."
        super().__init__(error_messages={"required": self.sentence, "null": self.sentence}, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:  # noqa: ANN401
        is_digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18
        if not is_digits and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValidationError(self.sentence)
        number = int(value)
        if not self.least <= number <= self.most:
            raise ValidationError(self.sentence)
        return number


class Email(Line):
    """One address that a mail can be sent to."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        address = super()._deserialize(value, attr, data, **options)
        # `=?` begins an encoded word, which a mail program would decode into another address.
        if not EMAIL.fullmatch(address) or "=?" in address:
            raise ValidationError("Write the address like ana@example.com.")
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"


def own_path(text: str | None) -> str:
    """`text` if it is the address of one of our own pages, without host; else nothing.

    Browsers take `//host`, `/\\host` and either of them with tabs in between for another site.
    """
    if not text or len(text) > LONGEST_PATH or not OWN_PATH.fullmatch(text):
        return ""
    return text
