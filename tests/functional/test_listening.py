"""Somebody listens before they buy: tracks on the product's page, the first on its card, clips in pieces."""

import re

import pytest

from store.errors import Unavailable
from store.media.sound import Clips
from tests.integration.sounds import tone


@pytest.fixture
def ep(shop):
    """The key of the clip of a record that is on sale, with two tracks."""
    variant = shop.make_item("Low End EP")
    clips: Clips = shop.app.extensions["clips"]
    first, second = clips.prepare(tone(4)), clips.prepare(tone(3))
    product = shop.value("SELECT product_id FROM variant WHERE id = :id", id=variant)
    now = shop.clock()
    shop.db.run(
        lambda session: session.add_all(
            [first.track(product, 0, "A1 <Fader> Fight", now), second.track(product, 1, "A2 Dubplate", now)]
        )
    )
    return first.key


def test_each_track_has_a_player_without_script_and_a_wave(shop, ep):
    page = shop.visitor().get("/products/item-100").text
    assert page.count("<audio controls preload") == 2
    assert page.count('<path d="M0.5 ') == 2
    assert 'aria-label="Play A1 &lt;Fader&gt; Fight"' in page
    assert "0:04" in page
    assert "autoplay" not in page
    assert 'max="4"' in page


def test_the_card_plays_the_first_track_and_a_card_without_one_has_no_button(shop, ep):
    shop.make_item("Silent Tee")
    listing = shop.visitor().get("/products").text
    assert re.findall(r'data-play="(.+?)"', listing) == [f"/media/{ep}"]


def test_a_product_without_tracks_has_nothing_to_listen_to(shop):
    shop.make_item("Tee")
    assert "Listen" not in shop.visitor().get("/products/item-100").text


def test_a_clip_is_sent_whole_and_kept_for_a_year(shop, ep):
    answer = shop.visitor().get(f"/media/{ep}")
    assert (answer.status_code, answer.mimetype) == (200, "audio/mpeg")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-99", slice(0, 100)), ("bytes=500-", slice(500, None)), ("bytes=-7", slice(-7, None))],
)
def test_a_clip_is_sent_in_the_pieces_a_player_asks_for(shop, ep, asked, part):
    client = shop.visitor()
    whole = client.get(f"/media/{ep}").data
    answer = client.get(f"/media/{ep}", headers={"Range": asked})
    first, last, _ = part.indices(len(whole))
    assert (answer.status_code, answer.data) == (206, whole[part])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"


def test_a_piece_beyond_the_end_is_refused(shop, ep):
    assert shop.visitor().get(f"/media/{ep}", headers={"Range": "bytes=9999999-"}).status_code == 416


def test_what_a_browser_has_already_is_not_sent_again(shop, ep):
    client = shop.visitor()
    tag = client.get(f"/media/{ep}").headers["ETag"]
    assert client.get(f"/media/{ep}", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("address", ["/media/x/clip.mp3", f"/media/{'a' * 64}/clip.mp3", f"/media/{'a' * 64}/clip.wav"])
def test_what_was_never_there_is_not_found(shop, address):
    assert shop.visitor().get(address).status_code == 404


def test_pages_may_play_our_own_sound_and_no_other(shop):
    assert "media-src 'self';" in shop.visitor().get("/products").headers["Content-Security-Policy"]


def test_a_picture_stands_on_its_color_without_a_style(shop):
    variant = shop.make_item("Tee")
    shop.show_picture(variant)
    shop.write("UPDATE picture SET color = '#123456'")
    for path in ("/products", "/products/item-100"):
        page = shop.visitor().get(path).text
        assert '<rect width="100%" height="100%" fill="#123456" />' in page
        assert "style=" not in page


def test_without_script_a_picture_leads_to_the_whole_of_it(shop):
    key = shop.show_picture(shop.make_item("Tee"))
    page = shop.visitor().get("/products/item-100").text
    assert re.search(r'<a class="view" href="(.+?)"', page)[1] == f"/media/{key}"


def test_a_page_is_whole_while_the_place_of_its_pictures_is_away(shop, monkeypatch):
    key = shop.show_picture(shop.make_item("Tee"))

    def away(_key):
        raise Unavailable("The place where our pictures lie does not answer. Try again in a minute.")

    monkeypatch.setattr(shop.app.extensions["storage"], "get", away)
    client = shop.visitor()
    assert client.get("/products/item-100").status_code == 200
    assert client.get(f"/media/{key}").status_code == 503
