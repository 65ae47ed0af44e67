"""Every pair of colors that stands on a page, computed from the style sheet itself, in the dark and in the light."""

import re

import pytest

from store import paths

SHEET = (paths.STATIC / "css" / "store.css").read_text(encoding="utf-8")
TEXT, SHAPE = 4.5, 3.0
"""What WCAG 2.2 asks of letters, and of borders, rings and signs."""
GROUNDS = ("bg", "surface", "raised")
PAIRS = {
    **{("text", ground): TEXT for ground in GROUNDS},
    **{("muted", ground): TEXT for ground in GROUNDS},
    **{("bad", ground): TEXT for ground in GROUNDS},
    **{("warn", ground): TEXT for ground in GROUNDS},
    **{("ok", ground): SHAPE for ground in GROUNDS},  # the sign of what is in stock
    **{("control", ground): SHAPE for ground in GROUNDS},
    **{("focus", ground): SHAPE for ground in GROUNDS},
    ("bg", "text"): TEXT,  # a chosen size, the toast, the skip link
    ("on-act", "act"): TEXT,
    ("on-act", "act-hover"): TEXT,
    **{("act", ground): SHAPE for ground in GROUNDS},
    # A card and a gallery are paper in either scheme.
    ("ink", "paper"): TEXT,
    ("ink-soft", "paper"): TEXT,
    ("ink-warn", "paper"): TEXT,
}
DECORATION = {"line", "paper-rule"}
"""Says nothing that is not said by other means."""


def tokens(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def block_after(opening):
    return SHEET.partition(opening)[2].partition("}")[0]


DARK = tokens(block_after("  :root {"))
LIGHT = DARK | tokens(block_after("  .light {"))


def luminance(color):
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21_and_yellow_on_white_could_not_be_read():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#e2ff3d", "#ffffff"), 2) == 1.13


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_a_pair_has_the_contrast_it_needs(pair, scheme):
    colors = {"dark": DARK, "light": LIGHT}[scheme]
    front, ground = pair
    assert contrast(colors[front], colors[ground]) >= PAIRS[pair]


def test_every_color_there_is_stands_in_a_pair_or_is_decoration():
    assert {name for pair in PAIRS for name in pair} | DECORATION == set(DARK)


def test_light_pages_and_light_devices_have_the_same_colors():
    assert tokens(block_after("@media (prefers-color-scheme: light) {\n    :root {")) == tokens(
        block_after("  .light {")
    )


def test_a_card_can_be_told_from_the_ground_it_lies_on():
    assert contrast(DARK["surface"], DARK["bg"]) > 1.15
    assert contrast(DARK["paper"], DARK["bg"]) > 10
