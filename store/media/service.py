"""Pictures in: checked by content, kept without their metadata, and made into the sizes that pages use.

JPEG is made at once, so that a picture shows the moment it is there; AVIF, many times slower, by a job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PIL import Image
from sqlalchemy.orm import Session

from store.db import Database
from store.errors import Invalid, NotFound
from store.jobs.models import Job
from store.jobs.repository import enqueue
from store.media import repository
from store.media.models import Picture, Rendition
from store.media.rendering import dominant_color, encode, read, scaled, size_of, widths
from store.media.storage import Storage

MOST_BYTES = 12 * 1024 * 1024
"""Of all pictures that one form brings along."""
JPEG_BEGINS = b"\xff\xd8\xff"
SWEEP_AFTER = timedelta(days=1)
FORMATS = ("jpeg", "avif")


@dataclass(frozen=True)
class Pictures:
    """The use cases of pictures."""

    db: Database
    storage: Storage

    def prepare(self, source: bytes) -> PreparedPicture:
        """Check and render a picture, and store its bytes; the rows come with `PreparedPicture.add`.

        Raises Invalid for what is no picture, or too large a one.
        """
        image = read(source)
        digest = hashlib.sha256(source).hexdigest()
        # A photograph as PNG would be twenty times its size.
        form = "jpeg" if source.startswith(JPEG_BEGINS) else "png"
        source_key = f"{digest}/source.{form}"
        self.storage.put(source_key, encode(image, form, quality=95))
        made = self._render(image, digest, "jpeg", widths(image.width))
        return PreparedPicture(digest, source_key, image.width, image.height, dominant_color(image), made)

    def recover(self, digest: str) -> PreparedPicture | None:
        """A picture whose bytes lie in the storage though no row tells of it, as beside a new database.

        None when there are none, or none that can be read.
        """
        keys = (f"{digest}/source.{form}" for form in ("jpeg", "png"))
        source_key = next((key for key in keys if self.storage.has(key)), None)
        if source_key is None:
            return None
        try:
            image = read(self.storage.get(source_key))
        except (Invalid, NotFound):
            return None
        wanted = widths(image.width)
        lacks = [width for width in wanted if not self.storage.has(f"{digest}/{width}.jpeg")]
        made = [self._found(f"{digest}/{width}.jpeg") for width in wanted if width not in lacks]
        made += self._render(image, digest, "jpeg", lacks)
        return PreparedPicture(digest, source_key, image.width, image.height, dominant_color(image), made)

    def keep(self, source: bytes, now: datetime) -> PreparedPicture:
        """Check a picture and keep it, for whoever names it by its digest. Raises Invalid."""
        prepared = self.prepare(source)
        self.db.run(lambda session: prepared.add(session, now), repeatable=True)
        return prepared

    def make_avif(self, job: Job) -> None:
        """The job that follows each upload."""
        self.complete(job.payload["picture_id"])

    def complete(self, picture_id: int) -> int:
        """Make whatever a picture lacks of formats and widths; how many. Files come first, then their rows."""
        with self.db.reader() as reader:
            picture = reader.get_one(Picture, picture_id)
            have = {(row.format, row.width) for row in repository.renditions(reader, [picture_id])[picture_id]}
        lacks = {form: [w for w in widths(picture.width) if (form, w) not in have] for form in FORMATS}
        if not any(lacks.values()) and picture.color:
            return 0
        image = read(self.storage.get(picture.source_key))
        made = [one for form, wanted in lacks.items() for one in self._render(image, picture.digest, form, wanted)]
        color = dominant_color(image)
        self.db.run(lambda session: _add(session, picture_id, color, made))
        return len(made)

    def list_ids(self) -> list[int]:
        with self.db.reader() as reader:
            return repository.list_picture_ids(reader)

    def sweep(self, now: datetime) -> int:
        """Remove files that nothing owns, of uploads that were cut off, once they are a day old; how many."""
        with self.db.reader() as reader:
            owned = repository.digests(reader)
        return self.storage.sweep(owned, now - SWEEP_AFTER)

    def _found(self, key: str) -> Rendition:
        content = self.storage.get(key)
        width, height = size_of(content)
        return Rendition(format="jpeg", width=width, height=height, key=key, bytes=len(content))

    def _render(self, image: Image.Image, digest: str, form: str, wanted: Collection[int]) -> list[Rendition]:
        return [self._keep(one, digest, form) for one in scaled(image, list(wanted))]

    def _keep(self, image: Image.Image, digest: str, form: str) -> Rendition:
        content, key = encode(image, form), f"{digest}/{image.width}.{form}"
        self.storage.put(key, content)
        return Rendition(format=form, width=image.width, height=image.height, key=key, bytes=len(content))


@dataclass(frozen=True)
class PreparedPicture:
    """A picture whose bytes are stored, and whose rows are not yet written."""

    digest: str
    source_key: str
    width: int
    height: int
    color: str
    renditions: list[Rendition]

    def afresh(self) -> PreparedPicture:
        """The same for another transaction: rows that were rolled back belong to the one that is over."""
        return replace(self, renditions=[_copy(one) for one in self.renditions])

    def add(self, session: Session, now: datetime) -> int:
        """Write the rows, unless the same picture is there already; its id. AVIF follows by a job."""
        known = repository.find_by_digest(session, self.digest)
        if known is not None:
            return known.id
        picture = Picture(
            digest=self.digest,
            source_key=self.source_key,
            width=self.width,
            height=self.height,
            color=self.color,
            created_at=now,
        )
        picture.renditions = self.renditions
        session.add(picture)
        session.flush()  # the caller needs the id
        enqueue(session, "make_avif", {"picture_id": picture.id}, now, unique_key=f"make_avif:{picture.id}")
        return picture.id


def _add(session: Session, picture_id: int, color: str, rows: Iterable[Rendition]) -> None:
    session.get_one(Picture, picture_id).color = color
    have = {(row.format, row.width) for row in repository.renditions(session, [picture_id])[picture_id]}
    for row in rows:
        if (row.format, row.width) not in have:
            session.add(_copy(row, picture_id))


def _copy(row: Rendition, picture_id: int | None = None) -> Rendition:
    return Rendition(
        picture_id=picture_id, format=row.format, width=row.width, height=row.height, key=row.key, bytes=row.bytes
    )
