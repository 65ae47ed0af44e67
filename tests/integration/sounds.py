"""Sound as people, and worse, might send it."""

import io
import math
import wave
from array import array


def tone(seconds=3.0, rate=8_000, channels=1, loud=12_000):
    """A WAV that is loud in its first half and a tenth of that in its second."""
    count = int(seconds * rate)
    samples = array("h")
    for at in range(count):
        level = loud if at < count / 2 else loud / 10
        samples.extend([round(level * math.sin(at / 3))] * channels)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def claimed_wav(seconds, rate=8_000):
    """The head of a WAV that claims so many seconds, with a moment of silence behind it."""
    size = seconds * rate * 2
    head = b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    about = (1).to_bytes(2, "little") * 2 + rate.to_bytes(4, "little") + (rate * 2).to_bytes(4, "little")
    return head + about + b"\x02\0\x10\0data" + size.to_bytes(4, "little") + b"\0" * 4000
