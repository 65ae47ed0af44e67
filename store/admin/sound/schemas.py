"""What staff type about tracks: titles, and from where on a preview is cut."""

from __future__ import annotations

import re
from collections.abc import Mapping

from marshmallow import ValidationError

from store.catalog.fields import Pattern
from store.catalog.schemas import ButtonIn, read_ids
from store.catalog.tracks import TrackList
from store.web.forms import Form, Line

BEGIN = re.compile(r"[0-9]{1,3}(:[0-5][0-9])?")
Typed = Mapping[str, str]


class TitleIn(Form):
    title = Line(120, missing="Every track has a title.", required=True)


class ClipIn(TitleIn):
    begin = Pattern(6, BEGIN, "Minutes and seconds, like 1:30.", load_default="0")


def read_clip(typed: Typed) -> tuple[str, int]:
    """The title of a track that is being added, and the second its preview begins at."""
    try:
        loaded = ClipIn().load({name: typed.get(f"{name}-new", "") for name in ("title", "begin")})
    except ValidationError as refusal:
        raise ValidationError({f"{name}-new": told for name, told in refusal.messages_dict.items()}) from None
    minutes, _, seconds = loaded["begin"].rpartition(":")
    return loaded["title"], int(minutes or 0) * 60 + int(seconds)


def read_track_list(typed: Typed) -> TrackList:
    """`title-5` for each track, and the button that was pressed."""
    titles, faults = [], {}
    for track_id in read_ids(typed, "title"):
        try:
            titles.append((track_id, TitleIn().load({"title": typed[f"title-{track_id}"]})["title"]))
        except ValidationError as refusal:
            faults[f"title-{track_id}"] = refusal.messages_dict["title"]
    if faults:
        raise ValidationError(faults)
    return TrackList(tuple(titles), **ButtonIn().load(typed))
