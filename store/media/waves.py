"""How sound is drawn and counted: peaks of samples, a wave as one SVG path, lengths as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

BARS = 90
HEIGHT = 40
LEAST = 2
"""Silence is a line, not a gap."""


def peaks(samples: Sequence[int]) -> list[int]:
    """How loud each of 90 equal parts is, from 0 to 100; the loudest is 100 unless all is silent."""
    bounds = [len(samples) * bar // BARS for bar in range(BARS + 1)]
    parts = [samples[begin:end] for begin, end in pairwise(bounds)]
    loud = [max(max(part), -min(part)) if part else 0 for part in parts]
    most = max(loud)
    return [round(one * 100 / most) if most else 0 for one in loud]


def path(bars: Sequence[int]) -> str:
    """The wave as the `d` of a path in a box of 90 by 40: one stroke up and down for each bar, around the middle."""
    strokes = []
    for place, loud in enumerate(bars):
        tall = max(round(HEIGHT * loud / 100), LEAST)
        top = (HEIGHT - tall) / 2
        strokes.append(f"M{place}.5 {top:g}v{tall}")
    return "".join(strokes)


def clock(seconds: int) -> str:
    """`3:07`, as on a sleeve."""
    return f"{seconds // 60}:{seconds % 60:02d}"
