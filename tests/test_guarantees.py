"""The page of guarantees names only tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def test_every_test_named_by_the_guarantees_exists():
    named = SHOWN.findall((ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8"))
    assert named
    there = {file: (ROOT / "tests" / file).read_text(encoding="utf-8") for file in {file for file, _ in named}}
    assert [test for file, test in named if f"def {test}(" not in there[file]] == []
