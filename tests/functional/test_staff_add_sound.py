"""Staff let people hear a record: from a file to a button in the shop, and what is refused on the way."""

import io
import re

import pytest
from werkzeug.datastructures import FileStorage

from store.media.sound import MOST_BYTES
from tests.functional.staff_forms import add, form_of, send
from tests.integration.drawings import png
from tests.integration.sounds import tone
from tests.integration.staff import state as catalog_state


def send_sound(client, product_id, source, **typed):
    path = f"/admin/products/{product_id}"
    data = form_of(client, path, f"{path}/sound") | {"title-new": "A1 Fader Fight"} | typed
    if source is not None:
        data["sound"] = FileStorage(io.BytesIO(source), "../../clip.php.wav")
    return client.post(f"{path}/sound", data=data, content_type="multipart/form-data")


def state(shop):
    return catalog_state(shop) | {"track": shop.rows("SELECT id, title FROM track ORDER BY id")}


def test_a_track_goes_up_is_named_and_heard_in_the_shop(shop, kim, tee):
    added = send_sound(kim, tee, tone(5), **{"begin-new": "0:02"})
    assert added.location.endswith(f"/admin/products/{tee}?done=clip#tracks")
    page = kim.get(added.location).text
    assert "The track is added." in page
    assert "0:05 long; 3 seconds can be heard, 24 kB." in page

    (track,) = (row[0] for row in shop.rows("SELECT id FROM track"))
    named = send(kim, tee, "tracks", **{f"title-{track}": "A1 Fader Fight, long"})
    assert named.status_code == 303
    assert "The tracks are saved." in kim.get(named.location).text

    add(kim, tee, png(), **{"alt-new": "A tee."})
    assert send(kim, tee, "publishing", action="now").status_code == 303
    shown = shop.visitor().get("/products/pitch-control-tee").text
    assert "A1 Fader Fight, long" in shown
    clip = re.search(r'data-play="(.+?)"', shown)[1]
    assert shop.visitor().get(clip).mimetype == "audio/mpeg"


@pytest.mark.parametrize(
    ("source", "typed", "sentence"),
    [
        (None, {}, "Choose a file."),
        (png(), {}, "This file is no WAV, FLAC or MP3 sound, or not a whole one."),
        (tone(2), {"title-new": ""}, "Every track has a title."),
        (tone(2), {"begin-new": "soon"}, "Minutes and seconds, like 1:30."),
        (tone(2), {"begin-new": "9:00"}, "This piece ends at 0:02. Let its preview begin before that."),
    ],
)
def test_what_cannot_be_heard_is_said_beside_its_field(shop, kim, tee, source, typed, sentence):
    before = state(shop)
    answer = send_sound(kim, tee, source, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert state(shop) == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read(shop, kim, tee):
    before = state(shop)
    length = {"CONTENT_LENGTH": str(MOST_BYTES * 2)}
    answer = kim.post(f"/admin/products/{tee}/sound", input_stream=io.BytesIO(b"x"), environ_overrides=length)
    assert answer.status_code == 413
    assert state(shop) == before


def test_a_track_without_a_title_is_said_and_the_others_keep_theirs(shop, kim, tee):
    send_sound(kim, tee, tone(2))
    (track,) = (row[0] for row in shop.rows("SELECT id FROM track"))
    before = state(shop)
    answer = send(kim, tee, "tracks", **{f"title-{track}": ""})
    assert (answer.status_code, "Every track has a title." in answer.text) == (422, True)
    assert state(shop) == before


def test_two_who_add_at_once_are_told_of_each_other(shop, kim, tee):
    path = f"/admin/products/{tee}"
    old = form_of(kim, path, f"{path}/sound")
    send_sound(kim, tee, tone(2))
    before = state(shop)
    answer = send_sound(kim, tee, tone(3), version=old["version"])
    assert (answer.status_code, "changed this" in answer.text) == (409, True)
    assert state(shop) == before
