"""Sound in: checked by content, cut to what everybody may hear, and kept as a light MP3 with its peaks.

Of the file itself nothing is kept: what is sold is stored elsewhere, and what is heard here is made anew.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import lameenc
import miniaudio

from store.errors import Invalid
from store.media.models import Track
from store.media.storage import Storage
from store.media.waves import clock, peaks

MOST_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 4 * 60 * 60
CLIP_SECONDS = 60
RATE = 32_000
KILOBITS = 64
"""A minute is 480 kB: mono, for the small speakers that previews are heard on."""
QUALITY = 5
NO_SOUND = "This file is no WAV, FLAC or MP3 sound, or not a whole one."


@dataclass(frozen=True, slots=True)
class PreparedClip:
    """A clip whose bytes are stored, and whose row is not yet written."""

    digest: str
    key: str
    bytes: int
    clip_seconds: int
    seconds: int
    peaks: list[int]

    def track(self, product_id: int, position: int, title: str, now: datetime) -> Track:
        return Track(
            product_id=product_id,
            position=position,
            title=title,
            seconds=self.seconds,
            digest=self.digest,
            clip_key=self.key,
            clip_seconds=self.clip_seconds,
            clip_bytes=self.bytes,
            peaks=self.peaks,
            created_at=now,
        )


@dataclass(frozen=True, slots=True)
class Clips:
    """The use case of sound."""

    storage: Storage

    def prepare(self, source: bytes, begin: int = 0) -> PreparedClip:
        """Cut a minute out of a piece, from second `begin` on, and store it; the row comes with `track`.

        Raises Invalid for what is no sound, too long, or over before `begin`.
        """
        try:
            seconds = _seconds(source)
            if begin >= seconds:
                raise Invalid(f"This piece ends at {clock(seconds)}. Let its preview begin before that.")
            samples = _cut(source, begin)
        except miniaudio.MiniaudioError:
            raise Invalid(NO_SOUND) from None
        if len(samples) < RATE:
            raise Invalid("Less than a second is left to hear. Let the preview begin earlier, or send a longer piece.")
        content = _encode(samples)
        digest = hashlib.sha256(content).hexdigest()
        key = f"{digest}/clip.mp3"
        self.storage.put(key, content)
        return PreparedClip(digest, key, len(content), len(samples) // RATE, seconds, peaks(samples))


def _seconds(source: bytes) -> int:
    """How long a piece is; by its first bytes one decoder is asked, and no other."""
    if source[:4] == b"RIFF" and source[8:12] == b"WAVE":
        about = miniaudio.wav_get_info(source)
    elif source[:4] == b"fLaC":
        about = miniaudio.flac_get_info(source)
    elif source[:3] == b"ID3" or (len(source) > 1 and source[0] == 0xFF and source[1] & 0xE0 == 0xE0):
        about = miniaudio.mp3_get_info(source)
    else:
        raise Invalid(NO_SOUND)
    duration = int(about.duration)
    if duration > MOST_SECONDS:
        raise Invalid("This piece is longer than four hours. Send the part that people may hear.")
    return max(duration, 1)


def _cut(source: bytes, begin: int) -> array[int]:
    """At most a minute of samples, mono; read second by second, so that a long piece needs no more memory."""
    heard = array("h")
    for second, samples in enumerate(_by_second(source)):
        if second >= begin:
            heard.extend(samples)
        if len(heard) >= RATE * CLIP_SECONDS:
            break
    return heard[: RATE * CLIP_SECONDS]


def _by_second(source: bytes) -> Iterator[array[int]]:
    form = miniaudio.SampleFormat.SIGNED16
    yield from miniaudio.stream_memory(source, output_format=form, nchannels=1, sample_rate=RATE, frames_to_read=RATE)


def _encode(samples: array[int]) -> bytes:
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(KILOBITS)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(1)
    encoder.set_quality(QUALITY)
    return bytes(encoder.encode(samples.tobytes()) + encoder.flush())
