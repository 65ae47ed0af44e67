"""Pictures in: checked by content, kept without their metadata, and made into the sizes that pages use.

JPEG is made at once, so that a picture shows the moment it is there; AVIF, a hundred times slower, by a job.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, UnidentifiedImageError
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
        source_key = f"{digest}/source.png"
        self.storage.put(source_key, _encode(image, "png"))
        made = [self._render(image, digest, "jpeg", width) for width in _widths(image)]
        return PreparedPicture(digest, source_key, image.width, image.height, made)

    def make_avif(self, job: Job) -> None:
        """Render one picture that has no AVIF yet; the file comes first, its row when it is there.

        One at a time: each takes seconds, and between two of them the worker can send a mail.
        """
        with self.db.reader() as reader:
            picture = repository.find_without(reader, job.payload["picture_id"], "avif")
        if picture is None:
            return
        image = _open(self.storage.get(picture.source_key))
        made = [self._render(image, picture.digest, "avif", width) for width in _widths(image)]
        self.db.run(lambda session: _add(session, picture.id, made))

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
    try:
        image = Image.open(io.BytesIO(source), formats=("PNG", "JPEG", "WEBP"))
        if image.width * image.height > MOST_PIXELS:
            raise Invalid("This picture is too large: 40 megapixels is the most.")
        return image.convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Invalid("This file is no JPEG, PNG or WebP picture.") from None


def _encode(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **QUALITY.get(form, {}))
    return out.getvalue()


def _widths(image: Image.Image) -> list[int]:
    """The widths to render: never wider than the source."""
    return [width for width in WIDTHS if width <= image.width] or [image.width]
