"""What staff type about what goes with a product."""

from __future__ import annotations

from collections.abc import Mapping

from store.web.forms import Form, Line


class GoesWithIn(Form):
    references = Line(200, data_key="goes-with", load_default="")


def read_references(typed: Mapping[str, str]) -> tuple[str, ...]:
    """Numbers or skus with commas between them, with or without NMX before."""
    text: str = GoesWithIn().load(typed)["references"]
    parts = [part.strip().upper() for part in text.split(",")]
    return tuple(part.removeprefix("NMX ").strip() for part in parts if part)
