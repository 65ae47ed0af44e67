"""Sound is judged by what is in it, cut to a minute, made anew as a light MP3, and heard by whom its product is for."""

from datetime import timedelta

import lameenc
import miniaudio
import pytest

from store.catalog.publishing import archive, publish
from store.catalog.tracks import MOST_TRACKS, TrackList, add_track, arrange_tracks
from store.catalog.writing import Changed, Sent
from store.errors import Forbidden, Invalid
from store.media import sound
from tests.integration.drawings import png
from tests.integration.sounds import claimed_wav, tone
from tests.integration.staff import CATALOG, OTHER, STALL, hang, history, make, refused, sent
from tests.integration.staff import state as catalog_state

NO_SOUND = "This file is no WAV, FLAC or MP3 sound, or not a whole one."


@pytest.fixture
def clips(shop):
    return shop.app.extensions["clips"]


@pytest.fixture
def catalog(shop):
    return shop.app.extensions["catalog"]


@pytest.fixture
def add(shop, catalog, clips):
    def add(product_id, title="A1", source=None, actor=CATALOG, token=None):
        clip = clips.prepare(source or tone())
        add_track(catalog, actor, product_id, sent(shop, product_id, token), clip, title, shop.clock())

    return add


def files(shop):
    folder = shop.folder / "media"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def tracks(shop):
    return [row[0] for row in shop.rows("SELECT title FROM track ORDER BY product_id, position")]


def state(shop):
    return catalog_state(shop) | {"track": shop.rows("SELECT id, title, position FROM track ORDER BY id")}


def mp3(seconds):
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(32_000)
    encoder.set_channels(1)
    return bytes(encoder.encode(tone(seconds, 32_000)[44:]) + encoder.flush())


def test_a_piece_becomes_a_clip_of_a_minute_that_is_light(shop, clips):
    clip = clips.prepare(tone(70))
    assert (clip.seconds, clip.clip_seconds) == (70, 60)
    content = clips.storage.get(clip.key)
    assert clip.bytes == len(content) < 490_000
    heard = miniaudio.mp3_get_info(content)
    assert (heard.nchannels, round(heard.duration)) == (1, 60)
    assert files(shop) == [clip.key]  # of what was sent nothing is kept


def test_its_peaks_are_those_of_what_is_heard(clips):
    bars = clips.prepare(tone(4)).peaks
    assert len(bars) == 90
    assert (min(bars[:44]) > 95, max(bars[46:]) < 15) == (True, True)
    assert max(clips.prepare(tone(4), begin=3).peaks) == 100  # the quiet half by itself fills the height


def test_a_preview_begins_where_it_is_told(clips):
    clip = clips.prepare(tone(5), begin=2)
    assert (clip.seconds, clip.clip_seconds) == (5, 3)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_however_many_channels_become_one(clips, channels):
    assert clips.prepare(tone(2, channels=channels)).clip_seconds == 2


def test_an_mp3_is_heard_as_well(clips):
    clip = clips.prepare(mp3(3))
    assert (clip.seconds, clip.clip_seconds) == (3, 3)


REFUSED = {
    "nothing": (b"", 0, NO_SOUND),
    "a picture": (png(), 0, NO_SOUND),
    "a page that says it is a WAV": (b"RIFF\x24\0\0\0WAVE<script>alert(1)</script>", 0, NO_SOUND),
    "a head and nothing else": (tone()[:44], 0, NO_SOUND),
    "a FLAC that is none": (b"fLaC" + b"\xff" * 500, 0, NO_SOUND),
    "an ID3 tag with nothing behind it": (b"ID3\x03\0\0\0\0\0\0" + b"\0" * 500, 0, NO_SOUND),
    "an OGG": (b"OggS" + b"\0" * 500, 0, NO_SOUND),
    "a begin behind the end": (tone(3), 3, "This piece ends at 0:03. Let its preview begin before that."),
    "a moment": (
        tone(0.5), 0, "Less than a second is left to hear. Let the preview begin earlier, or send a longer piece.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_sound_is_refused_and_leaves_no_file(shop, clips, what):
    source, begin, sentence = REFUSED[what]
    with pytest.raises(Invalid) as refusal:
        clips.prepare(source, begin)
    assert str(refusal.value) == sentence or (what == "a head and nothing else" and "Less than" in str(refusal.value))
    assert files(shop) == []


def test_what_is_longer_than_four_hours_is_refused_by_its_head(shop, clips, monkeypatch):
    monkeypatch.setattr(sound, "MOST_SECONDS", 2)
    with pytest.raises(Invalid, match="longer than four hours"):
        clips.prepare(tone(3))
    assert files(shop) == []


def test_a_head_that_claims_hours_is_believed_for_what_is_behind_it(clips):
    with pytest.raises(Invalid, match="Less than a second"):
        clips.prepare(claimed_wav(seconds=10_000))


def test_tags_and_what_hangs_behind_the_sound_are_not_sent_on(clips):
    source = tone() + b"<script>alert('polyglot')</script>"
    assert b"polyglot" not in clips.storage.get(clips.prepare(source).key)


def test_tracks_are_added_named_moved_and_taken_out(shop, catalog, add):
    ep = make(shop)
    for title in ("One", "Two", "Three"):
        add(ep, title)
    first, second, third = (row[0] for row in shop.rows("SELECT id FROM track ORDER BY position"))

    def arrange(**button):
        names = tuple((row[0], row[1].upper()) for row in shop.rows("SELECT id, title FROM track ORDER BY position"))
        arrange_tracks(catalog, CATALOG, ep, sent(shop, ep), TrackList(names, **button), shop.clock())

    arrange(up=third)
    assert tracks(shop) == ["ONE", "THREE", "TWO"]
    arrange(down=first)
    assert tracks(shop) == ["THREE", "ONE", "TWO"]
    arrange(remove=second)
    assert tracks(shop) == ["THREE", "ONE"]
    assert [action for _, action in history(shop, f"product:{ep}")].count("product.tracks") == 6


def test_a_form_sent_twice_adds_one_track(shop, catalog, clips):
    ep = make(shop)
    form, clip = sent(shop, ep, "a-token"), clips.prepare(tone())
    for _ in range(2):
        add_track(catalog, CATALOG, ep, form, clip, "A1", shop.clock())
    assert tracks(shop) == ["A1"]


def test_who_may_not_or_comes_late_adds_nothing(shop, catalog, clips, add):
    ep = make(shop)
    clip, old = clips.prepare(tone()), Sent(0)
    form = sent(shop, ep)
    for actor, version, error in ((STALL, form, Forbidden), (OTHER, old, Changed)):
        refused(shop, add_track, catalog, actor, ep, version, clip, "A1", shop.clock(), error=error)
    assert tracks(shop) == []


def test_a_product_has_thirty_tracks_at_most(shop, catalog, clips):
    ep, clip = make(shop), clips.prepare(tone())
    now = shop.clock()
    shop.db.run(lambda session: session.add_all(clip.track(ep, n, f"T{n}", now) for n in range(MOST_TRACKS)))
    before = state(shop)
    with pytest.raises(Invalid, match="may have 30 tracks"):
        add_track(catalog, CATALOG, ep, sent(shop, ep), clip, "One more", now)
    assert state(shop) == before


def test_a_clip_is_heard_by_staff_alone_until_its_product_has_appeared(shop, catalog, add):
    ep = make(shop)
    hang(shop, ep)
    add(ep)
    address = f"/media/{shop.value('SELECT clip_key FROM track')}"
    stranger = shop.visitor()
    assert stranger.get(address).status_code == 404
    for_staff = shop.staff("catalog").get(address)
    assert (for_staff.status_code, for_staff.headers["Cache-Control"]) == (200, "private, no-store")

    publish(catalog, CATALOG, ep, sent(shop, ep), shop.clock(), shop.clock() + timedelta(days=1))
    assert stranger.get(address).status_code == 404
    shop.clock.advance(days=2)
    assert stranger.get(address).status_code == 200
    archive(catalog, CATALOG, ep, sent(shop, ep), shop.clock())
    assert stranger.get(address).status_code == 200  # whoever has bought it sees it in their order


def test_clips_nobody_owns_are_gone_after_the_night(shop, clips, add):
    ep = make(shop)
    add(ep, source=tone(2))
    kept, cut_off = files(shop), clips.prepare(tone(3))
    assert shop.app.extensions["pictures"].sweep(shop.clock() + timedelta(hours=25)) == 1
    assert files(shop) == kept
    assert not clips.storage.has(cut_off.key)
