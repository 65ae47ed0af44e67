"""What staff send about an order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from store.fulfilment.carriers import CARRIERS
from store.web.forms import Form, Line, Whole

OTHER = "other"
"""A carrier that is not on the list, named in a field of its own."""
UNITS = re.compile(r"units-([1-9][0-9]{0,17})")
LONGEST_NOTE = 2000


class Once(Form):
    """A form that does something: its token makes sure that it is done once."""

    form_token = Line(
        64, missing="This form has no token. Open the page again and send the form it shows.", required=True
    )


class LetGoIn(Once):
    """Which of the things that hold the order back is meant."""

    block = Whole(1, 10**17, required=True)


class NoteIn(Once):
    text = fields.String(required=True, error_messages={"required": "Write the note first."})

    @validates_schema(skip_on_field_errors=True)
    def be_plain(self, data: Mapping[str, Any], **_: object) -> None:
        if len(data["text"]) > LONGEST_NOTE:
            raise ValidationError(f"At most {LONGEST_NOTE} characters, please.", "text")
        if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\r\n\t" for char in data["text"]):
            raise ValidationError("Plain text, please.", "text")


class ParcelIn(Once):
    """A parcel; how many units of which line is in fields of the form's own, `units-12`."""

    carrier = fields.String(required=True, error_messages={"required": "Who carries it?"})
    carrier_name = Line(60, load_default=None)
    tracking = Line(64, load_default="")

    @validates_schema(skip_on_field_errors=False)
    def name_the_carrier(self, data: Mapping[str, Any], **_: object) -> None:
        chosen = data.get("carrier")
        if chosen is not None and chosen not in (*CARRIERS, OTHER):
            raise ValidationError("Choose a carrier from the list.", "carrier")
        if chosen == OTHER and "carrier_name" in data and not data["carrier_name"]:
            raise ValidationError("Who carries it, if none of the list?", "carrier_name")


def units_field(line_id: int) -> str:
    return f"units-{line_id}"


def parcel_form(sent: Iterable[str]) -> Schema:
    """The form for a parcel with those of `sent` fields that name a line's units."""
    units = {name: Whole(0, 100_000, load_default=0) for name in sent if UNITS.fullmatch(name)}
    return ParcelIn.from_dict(dict(units), name="ParcelIn")()


def wanted(parcel: Mapping[str, Any]) -> dict[int, int]:
    """How many units of which line go into the parcel."""
    return {int(named[1]): count for name, count in parcel.items() if (named := UNITS.fullmatch(name))}


def carrier(parcel: Mapping[str, Any]) -> str:
    name: str = parcel["carrier_name"] if parcel["carrier"] == OTHER else parcel["carrier"]
    return name
