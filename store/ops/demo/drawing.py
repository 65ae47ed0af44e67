"""The demo's drawings: SVG that stands beside this file, as PNG. Lettering is outlined, so no font is needed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import resvg_py

ART = Path(__file__).parent / "art"
MAIN_WIDTH, OTHER_WIDTH = 960, 720
"""Of the picture on the card, and of the others: the demo must be there in seconds."""
OTHER = re.compile(r"<!-- drawing ([a-z0-9-]+) -->")
DEFS = re.compile(r"<defs>(.*?)</defs>", re.S)


def draw(name: str, width: int = MAIN_WIDTH) -> bytes:
    """One drawing. Details and views for scale show another one within them, by the name `#whole`."""
    svg = OTHER.sub(lambda found: _thing(found[1]), _read(name))
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True))


@cache
def _read(name: str) -> str:
    return (ART / f"{name}.svg").read_text(encoding="utf-8")


def _thing(name: str) -> str:
    """What a drawing shows, without its ground, its dimensions (the last thing in its group) and its caption."""
    svg = _read(name)
    defs = DEFS.search(svg)
    begin, end = svg.index("<g "), svg.rindex("</g>")
    lines = svg[begin:end].rstrip().split("\n")
    return f'{defs[1] if defs else ""}<g id="whole">{chr(10).join(lines[:-1])}</g></g>'
