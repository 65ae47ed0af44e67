"""Pictures are judged by what is in them, and nothing of their files but the pixels is kept or sent on."""

import io
import os
import time
import warnings
from datetime import timedelta

import pytest
from PIL import Image

from store.errors import Invalid
from store.media.models import Picture
from tests.integration.drawings import GPS, claimed_png, from_a_phone, picture, png, saved

NO_PICTURE = "This file is no JPEG, PNG or WebP picture, or not a whole one."
TOO_LARGE = "This picture is too large: 40 megapixels is the most."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
FRAMES = {"save_all": True, "append_images": [picture(color=(0, 0, n)) for n in range(1, 4)]}


@pytest.fixture
def pictures(shop):
    return shop.app.extensions["pictures"]


def files(shop):
    folder = shop.folder / "media"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def stored(shop, prepared):
    folder = shop.folder / "media" / prepared.digest
    return {path.name: path.read_bytes() for path in folder.iterdir()}


REFUSED = {
    "an SVG with a script": (SVG, NO_PICTURE),
    "an SVG that says it is XML": (b'<?xml version="1.0"?>' + SVG, NO_PICTURE),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", NO_PICTURE),
    "a program": (b"MZ\x90\x00" + b"\0" * 500, NO_PICTURE),
    "nothing": (b"", NO_PICTURE),
    "a GIF that is a script": (b"GIF89a/*" + b"\0" * 40 + b"*/=alert(1)", NO_PICTURE),
    "a moving GIF": (saved(picture(), "gif", **FRAMES), NO_PICTURE),
    "a moving WebP": (saved(picture(), "webp", **FRAMES), "This picture moves. Send one that stands still."),
    "a moving PNG": (saved(picture(), "png", **FRAMES), "This picture moves. Send one that stands still."),
    "a TIFF": (saved(picture(), "tiff"), NO_PICTURE),
    "a PNG cut off": (png()[:-400], NO_PICTURE),
    "a JPEG cut off": (saved(picture(), "jpeg", quality=95)[:-900], NO_PICTURE),
    "a PNG with a false middle": (png()[:60] + b"\xff" * 40 + png()[100:], NO_PICTURE),
    "a head and nothing else": (png()[:33], NO_PICTURE),
    "41 megapixels": (claimed_png(10_000, 4_100), TOO_LARGE),
    "144 megapixels": (claimed_png(12_000, 12_000), TOO_LARGE),
    "a bomb": (claimed_png(50_000, 50_000), TOO_LARGE),
    "a bomb one pixel wide": (claimed_png(1, 2**31 - 1), TOO_LARGE),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_picture_is_refused_and_leaves_no_file(shop, pictures, what):
    source, sentence = REFUSED[what]
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Invalid) as refusal:
            pictures.prepare(source)
    assert str(refusal.value) == sentence
    assert files(shop) == []
    assert shop.value("SELECT COUNT(*) FROM picture") == 0
    assert time.monotonic() - began < 1  # refused by its head, before anything is unpacked


def test_a_whole_picture_that_claims_just_as_much_as_allowed_is_no_bomb_but_must_be_whole(shop, pictures):
    with pytest.raises(Invalid, match="not a whole one"):
        pictures.prepare(claimed_png(10_000, 4_000))
    assert files(shop) == []


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_what_is_hidden_behind_or_in_a_picture_does_not_reach_the_shop(shop, pictures, form):
    """A polyglot is a picture to one reader and a page to another; what is made anew is only the picture."""
    source = saved(picture(), form) + b"<script>alert('polyglot')</script>"
    prepared = pictures.prepare(source)
    assert {name.rpartition(".")[2] for name in stored(shop, prepared)} == {"jpeg" if form == "jpeg" else "png", "jpeg"}
    for name, content in stored(shop, prepared).items():
        assert b"polyglot" not in content, name


def test_nothing_a_phone_writes_into_a_picture_is_kept(shop, pictures):
    source = from_a_phone()
    assert GPS.encode() in source
    assert b"NASTYPHONE" in source
    for name, content in stored(shop, pictures.prepare(source)).items():
        for secret in (GPS.encode(), b"NASTYPHONE", b"Exif", b"xmpmeta", b"ICC_PROFILE", b"iCCP", b"tEXt"):
            assert secret not in content, (name, secret)
        with Image.open(io.BytesIO(content)) as kept:
            assert dict(kept.getexif()) == {}


def test_nothing_written_into_a_png_or_webp_is_kept(shop, pictures):
    exif = Image.Exif()
    exif[0x010F] = "NASTYPHONE"
    for form in ("png", "webp"):
        source = saved(picture(), form, exif=exif, icc_profile=b"NASTYPROFILE" * 20)
        assert b"NASTYPHONE" in source
        for name, content in stored(shop, pictures.prepare(source)).items():
            assert b"NASTYPHONE" not in content, name
            assert b"NASTYPROFILE" not in content, name


def test_a_picture_taken_on_its_side_stands_upright(shop, pictures):
    prepared = pictures.prepare(from_a_phone(orientation=6))
    assert (prepared.width, prepared.height) == (400, 600)
    source = Image.open(io.BytesIO(stored(shop, prepared)["source.jpeg"]))
    top, bottom = source.getpixel((200, 50)), source.getpixel((200, 550))
    assert (top[1] < 60, bottom[1] > 200) == (True, True)  # what was left is on top now


def test_what_is_transparent_is_on_white_and_every_kind_of_pixel_is_read(shop, pictures):
    clear = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    for image in (clear, clear.convert("LA"), clear.quantize(8)):
        content = stored(shop, pictures.prepare(saved(image, "png")))["source.png"]
        assert Image.open(io.BytesIO(content)).getpixel((5, 5)) == (255, 255, 255)
    for mode, form in (("CMYK", "jpeg"), ("L", "jpeg"), ("1", "png"), ("I;16", "png")):
        assert pictures.prepare(saved(Image.new(mode, (600, 400)), form)).width == 600


def test_a_photograph_in_which_a_phone_has_put_two_is_its_first(pictures):
    twin = saved(picture((600, 400)), "mpo", save_all=True, append_images=[picture((60, 40))])
    assert pictures.prepare(twin).width == 600


def test_files_without_a_row_are_gone_after_the_night_and_those_with_one_stay(shop, pictures):
    """The process was killed between the files and the rows, or in the middle of a file."""
    kept = pictures.prepare(png(color=(1, 2, 3)))
    shop.db.run(lambda session: kept.add(session, shop.clock()))
    shop.worker.drain()
    owned = files(shop)
    cut_off = pictures.prepare(png(color=(4, 5, 6)))
    half = shop.folder / "media" / kept.digest / "tmphalf"
    half.write_bytes(b"half a file")

    assert pictures.sweep(shop.clock()) == 0  # an upload may be under way
    assert len(files(shop)) == len(owned) + 5

    assert pictures.sweep(shop.clock() + timedelta(hours=25)) == 5
    assert files(shop) == owned
    assert not (shop.folder / "media" / cut_off.digest).exists()
    with shop.db.reader() as reader:
        (row,) = reader.query(Picture).all()
        names = {row.source_key, *(rendition.key for rendition in row.renditions)}
    assert names == set(owned)  # and no row is without its file


def test_a_file_that_cannot_be_written_leaves_no_row(shop, pictures, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        pictures.prepare(png())
    assert shop.value("SELECT COUNT(*) FROM picture") == 0
    monkeypatch.undo()
    assert pictures.sweep(shop.clock() + timedelta(days=2)) == 1
    assert files(shop) == []


def test_the_night_job_is_one_the_worker_knows(shop):
    assert "sweep_catalog" in {one.kind for one in shop.worker.schedule}
    shop.worker.handlers["sweep_catalog"](None)
