"""What the demo's records sound like: four small loops, made from sine waves and noise."""

from __future__ import annotations

import io
import math
import random
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

RATE = 22_050
LOUD = 26_000
Samples = list[float]


@dataclass(frozen=True, slots=True)
class Loop:
    """Beats a minute, the notes of the bass in eighths (0 rests), and the chord that stands over them, in hertz."""

    tempo: int
    bass: tuple[int, ...]
    chord: tuple[int, ...]
    stabs: tuple[int, ...]
    """In which eighths the chord sounds."""

    @property
    def eighth(self) -> int:
        return RATE * 30 // self.tempo


LOOPS = {
    "pulse": Loop(128, (55, 55, 0, 55, 65, 0, 55, 49), (220, 262, 330), (2, 5)),
    "dub": Loop(112, (41, 0, 0, 41, 0, 49, 0, 55), (165, 196, 247), (1, 3, 6)),
    "low": Loop(136, (37, 0, 37, 37, 0, 37, 44, 0), (147, 175, 220), (7,)),
    "night": Loop(104, (49, 0, 0, 0, 58, 0, 0, 44), (196, 233, 294, 349), (0, 4)),
}
ORDER = ("kick hat", "kick hat", "kick hat bass", "kick hat bass stab", "bass stab", "kick hat bass stab")


def play(name: str) -> bytes:
    """One loop as WAV, six bars long."""
    loop = LOOPS[name]
    layers = {"kick": _kick(loop), "hat": _hat(loop), "bass": _bass(loop), "stab": _stab(loop)}
    bars = {names: _mix(layers[one] for one in names.split()) for names in set(ORDER)}
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(bars[names] for names in ORDER))
    return out.getvalue()


def _mix(layers: Iterable[Samples]) -> bytes:
    return array("h", (round(LOUD * max(-1, min(1, sum(heard)))) for heard in zip(*layers, strict=True))).tobytes()


def _kick(loop: Loop) -> Samples:
    """A sine that falls from 150 to 50 hertz, on each beat."""
    beat = loop.eighth * 2
    one = [0.55 * math.exp(-at / 2600) * math.sin(50 * at / 3500 + 9 * (1 - math.exp(-at / 700))) for at in range(beat)]
    return one * 4


def _hat(loop: Loop) -> Samples:
    noise = random.Random(7)  # noqa: S311 - the same hiss each time
    rest = [0.0] * loop.eighth
    one = [0.1 * math.exp(-at / 500) * noise.uniform(-1, 1) for at in range(loop.eighth)]
    return (rest + one) * 4


def _bass(loop: Loop) -> Samples:
    return [sample for hertz in loop.bass for sample in _note(loop.eighth, (hertz,), 0.35, 4200)]


def _stab(loop: Loop) -> Samples:
    still, chord = _note(loop.eighth, (), 0, 1), _note(loop.eighth, loop.chord, 0.09, 2600)
    return [sample for eighth in range(8) for sample in (chord if eighth in loop.stabs else still)]


def _note(length: int, tones: tuple[int, ...], loud: float, fade: int) -> Samples:
    """Tones together, fading; a tone of 0 is silence."""
    turns = [math.tau * hertz / RATE for hertz in tones if hertz]
    if not turns:
        return [0.0] * length
    return [loud * math.exp(-at / fade) * sum(math.sin(turn * at) for turn in turns) for at in range(length)]
