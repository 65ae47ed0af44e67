"""What somebody types who looks for an order."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from store.orders.numbers import PREFIX
from store.web.forms import Email, Form, Line


class FindIn(Form):
    """The number as it was read out or copied: in any case, with or without NM in front."""

    number = Line(20, missing="The number is in the order mail, like NM-7K4Q2M.", required=True)
    email = Email(254, missing="Which address did the receipt go to?", required=True)

    @post_load
    def spell(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        bare = data["number"].upper().replace(" ", "").removeprefix("NM").lstrip("-")
        return data | {"number": PREFIX + bare}
