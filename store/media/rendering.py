"""What is done to the pixels of a picture: reading what somebody sent, and writing it in the sizes that pages use."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence

from PIL import Image, ImageCms, ImageOps

from store.errors import Invalid

WIDTHS = (240, 400, 640, 960, 1440)
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)  # Pillow alone would go on
QUALITY = {
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
    # At speed 6 a picture would be a tenth smaller and take three times as long.
    "avif": {"quality": 50, "speed": 8},
    "png": {"compress_level": 2},
}


def read(source: bytes) -> Image.Image:
    """The picture upright, in sRGB, and with nothing else that came in its file. Raises Invalid."""
    try:
        with Image.open(io.BytesIO(source), formats=FORMATS) as image:
            # Its head has told the size; nothing has been unpacked yet.
            if image.width * image.height > MOST_PIXELS:
                raise Invalid("This picture is too large: 40 megapixels is the most.")
            # Of a JPEG that holds several pictures, as phones make them, the first is the picture.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                raise Invalid("This picture moves. Send one that stands still.")
            return _plain(image)
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("This picture is too large: 40 megapixels is the most.") from None
    except Exception:  # noqa: BLE001 - a decoder fed with anybody's bytes may raise whatever it likes
        raise Invalid("This file is no JPEG, PNG or WebP picture, or not a whole one.") from None


def encode(image: Image.Image, form: str, **finer: int) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **QUALITY.get(form, {}) | finer)
    return out.getvalue()


def size_of(made: bytes) -> tuple[int, int]:
    """Of a rendition of ours; only its head is read."""
    with Image.open(io.BytesIO(made)) as image:
        return image.size


def widths(width: int) -> list[int]:
    """The widths a picture is rendered in: never wider than it is, and its own if that is no more than the most.

    One that is nearly the next has no use beside it.
    """
    return [*(one for one in WIDTHS[:-1] if one * 6 < width * 5), min(width, WIDTHS[-1])]


def scaled(image: Image.Image, wanted: Sequence[int]) -> Iterator[Image.Image]:
    """The picture in these widths, the widest first: each is made from the one before, which is less to read."""
    for width in sorted(wanted, reverse=True):
        if width != image.width:
            height = max(round(image.height * width / image.width), 1)
            image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        yield image


def dominant_color(image: Image.Image) -> str:
    """The color there is most of, as `#rrggbb`: what stands in a picture's place until it has come."""
    small = image.resize((64, 64), Image.Resampling.BOX, reducing_gap=2.0).quantize(6)
    counts = small.getcolors() or []
    most = max(counts, key=lambda one: one[0])[1] if counts else 0
    palette = small.getpalette() or [0, 0, 0]
    index = most if isinstance(most, int) else 0
    red, green, blue = palette[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _plain(image: Image.Image) -> Image.Image:
    image.load()
    upright = ImageOps.exif_transpose(image)
    profile = upright.info.get("icc_profile") if upright.mode in ("RGB", "RGBA") else None
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        seen = Image.new("RGBA", upright.size, "white")
        seen.alpha_composite(upright.convert("RGBA"))
        upright = seen
    colors = _to_srgb(upright.convert("RGB"), profile)
    plain = Image.new("RGB", colors.size)
    plain.paste(colors)  # the pixels alone: text, places and profiles stay behind
    return plain


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones take pictures in wider colors, and say so in a profile that is about to be dropped."""
    if not profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
