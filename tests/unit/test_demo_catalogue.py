"""The demo's catalogue: four drawn views of everything, one for scale, and drawings that keep to their rules."""

import re
import tomllib
from collections import Counter

import pytest

from store.ops.demo.drawing import ART, OTHER, draw
from store.ops.demo.load import HERE
from store.ops.demo.synth import LOOPS, play

CATALOGUE = tomllib.loads((HERE / "catalogue.toml").read_text(encoding="utf-8"))
PRODUCTS = {entry["number"]: entry for entry in CATALOGUE["products"]}
DRAWINGS = sorted(ART.glob("*.svg"))


@pytest.mark.parametrize("number", PRODUCTS)
def test_a_product_is_drawn_in_four_views_one_of_them_for_scale(number):
    entry = PRODUCTS[number]
    colors = [None] if isinstance(entry["art"], str) else list(entry["art"])
    for color in colors:
        seen = [view["art"] for view in entry["views"] if view.get("color", color) == color]
        assert len(seen) >= 3, color
        assert [art for art in seen if art.endswith("-scale")] != []
    assert {view["color"] for view in entry["views"] if "color" in view} <= set(colors)


def test_every_view_says_what_it_shows_and_no_two_say_the_same():
    told = [view["alt"] for entry in PRODUCTS.values() for view in entry["views"]]
    assert all(10 <= len(alt) <= 120 for alt in told)
    for entry in PRODUCTS.values():
        assert max(Counter(view["alt"] for view in entry["views"]).values()) == 1


def test_every_drawing_is_shown_and_every_one_shown_is_there():
    shown = {view["art"] for entry in PRODUCTS.values() for view in entry["views"]}
    for entry in PRODUCTS.values():
        shown |= {entry["art"]} if isinstance(entry["art"], str) else set(entry["art"].values())
    assert shown == {path.stem for path in DRAWINGS}


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_is_flat_and_brings_neither_text_nor_style(path):
    svg = path.read_text(encoding="utf-8")
    assert len(svg) < 50_000
    assert '<path fill="#d9d4c7" d="M0 0h1200v1200H0z"/>' in svg
    assert "<title>" in svg
    assert not re.search(r"<(text|style|script|image|filter|linearGradient)|\sstyle=|\son[a-z]+=|href=\"[^#]", svg)
    for other in OTHER.findall(svg):
        assert (ART / f"{other}.svg").is_file()


def test_a_view_for_scale_shows_the_thing_itself():
    with_it = draw("041-pitch-control-tee-scale", 120)
    assert with_it != draw("044-doors-at-ten-crewneck-scale", 120)
    assert with_it.startswith(b"\x89PNG")


def test_every_track_has_a_loop_and_loops_are_seconds_long():
    sounds = {track["sound"] for entry in PRODUCTS.values() for track in entry.get("tracks", [])}
    assert sounds == set(LOOPS)
    assert 10 < len(play("low")) / 2 / 22_050 < 15
