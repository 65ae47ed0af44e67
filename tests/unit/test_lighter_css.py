"""Style sheets as they are sent: the same rules without what is only to be read."""

import re

from store import paths
from store.web.assets import lighter


def test_comments_and_spaces_go_and_rules_stay():
    written = "/* For people. */\n@layer base;\n\n  a {\n    color: red; /* as\n    told */\n    margin: 0 auto;\n  }\n"
    assert lighter(written) == "@layer base;a{color: red;margin: 0 auto;}\n"


def test_what_is_not_only_to_be_read_stays():
    assert lighter("a b > c,\nd:not(.e) { width: calc(1px + 2px); }") == "a b > c,d:not(.e){width: calc(1px + 2px);}\n"


def test_every_rule_of_ours_is_sent():
    for file in (paths.STATIC / "css").glob("*.css"):
        css = file.read_text(encoding="utf-8")
        kept = re.sub(r"\s+", " ", lighter(css))
        assert "/*" not in kept
        assert kept.count("{") == re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).count("{") > 50
        for text in re.findall(r'"[^"\n]*"', re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
            assert text in kept
