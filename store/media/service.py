"""Pictures in: checked by content, kept without their metadata, and made into the sizes that pages use.

JPEG is made at once, so that a picture shows the moment it is there; AVIF, a hundred times slower, by a job.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from PIL import Image, ImageCms, ImageOps
from sqlalchemy.orm import Session

from store.db import Database
from store.errors import Invalid
from store.jobs.models import Job
from store.jobs.repository import enqueue
from store.media import repository
from store.media.models import Picture, Rendition
from store.media.storage import FileStorage

WIDTHS = (480, 960)
MOST_PIXELS = 40_000_000
MOST_BYTES = 12 * 1024 * 1024
"""Of all pictures that one form brings along."""
JPEG_BEGINS = b"\xff\xd8\xff"
FORMATS = ("PNG", "JPEG", "WEBP")
SWEEP_AFTER = timedelta(days=1)
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)  # Pillow alone would go on
QUALITY = {"jpeg": {"quality": 82, "optimize": True, "progressive": True}, "avif": {"quality": 62, "speed": 6}}


@dataclass(frozen=True)
class Pictures:
    """The use cases of pictures."""

    db: Database
    storage: FileStorage

    def prepare(self, source: bytes) -> PreparedPicture:
        """Check and render a picture, and store its bytes; the rows come with `PreparedPicture.add`.

        Raises Invalid for what is no picture, or too large a one.
        """
        image = _open(source)
        digest = hashlib.sha256(source).hexdigest()
        # A photograph as PNG would be twenty times its size.
        form = "jpeg" if source.startswith(JPEG_BEGINS) else "png"
        source_key = f"{digest}/source.{form}"
        self.storage.put(source_key, _encode(image, form, quality=95))
        made = [self._render(image, digest, "jpeg", width) for width in _widths(image)]
        return PreparedPicture(digest, source_key, image.width, image.height, made)

    def make_avif(self, job: Job) -> None:
        """Render a picture as AVIF; the files come first, their rows when they are there."""
        with self.db.reader() as reader:
            picture = reader.get_one(Picture, job.payload["picture_id"])
        image = _open(self.storage.get(picture.source_key))
        made = [self._render(image, picture.digest, "avif", width) for width in _widths(image)]
        self.db.run(lambda session: _add(session, picture.id, made))

    def sweep(self, now: datetime) -> int:
        """Remove files that no picture owns, of uploads that were cut off, once they are a day old; how many."""
        with self.db.reader() as reader:
            owned = repository.digests(reader)
        return self.storage.sweep(owned, now - SWEEP_AFTER)

    def _render(self, image: Image.Image, digest: str, form: str, width: int) -> Rendition:
        height = round(image.height * width / image.width)
        content = _encode(image.resize((width, height), Image.Resampling.LANCZOS), form)
        key = f"{digest}/{width}.{form}"
        self.storage.put(key, content)
        return Rendition(format=form, width=width, height=height, key=key, bytes=len(content))


@dataclass(frozen=True)
class PreparedPicture:
    """A picture whose bytes are stored, and whose rows are not yet written."""

    digest: str
    source_key: str
    width: int
    height: int
    renditions: list[Rendition]

    def add(self, session: Session, now: datetime) -> int:
        """Write the rows, unless the same picture is there already; its id. AVIF follows by a job."""
        known = repository.find_by_digest(session, self.digest)
        if known is not None:
            return known.id
        picture = Picture(
            digest=self.digest, source_key=self.source_key, width=self.width, height=self.height, created_at=now
        )
        picture.renditions = self.renditions
        session.add(picture)
        session.flush()  # the caller needs the id
        enqueue(session, "make_avif", {"picture_id": picture.id}, now, unique_key=f"make_avif:{picture.id}")
        return picture.id


def _add(session: Session, picture_id: int, rows: list[Rendition]) -> None:
    have = {(row.format, row.width) for row in repository.renditions(session, [picture_id]).get(picture_id, [])}
    for row in rows:
        if (row.format, row.width) not in have:
            session.add(
                Rendition(
                    picture_id=picture_id,
                    format=row.format,
                    width=row.width,
                    height=row.height,
                    key=row.key,
                    bytes=row.bytes,
                )
            )


def _open(source: bytes) -> Image.Image:
    """The picture upright, in sRGB, and with nothing else that came in its file."""
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


def _encode(image: Image.Image, form: str, **finer: int) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **QUALITY.get(form, {}) | finer)
    return out.getvalue()


def _widths(image: Image.Image) -> list[int]:
    """The widths to render: never wider than the source."""
    return [width for width in WIDTHS if width <= image.width] or [image.width]
