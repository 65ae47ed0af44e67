"""A digest of the code and templates that make pages: what one release has rendered is not what the next one would."""

from __future__ import annotations

import hashlib
from functools import cache

from store import paths

MAKES_PAGES = ("*.py", "*.html", "*.css", "*.js", "*.svg")


@cache
def release() -> str:
    """The same in every process of a release."""
    digest = hashlib.sha256()
    for folder in (paths.PACKAGE, paths.TEMPLATES):
        for file in sorted(file for pattern in MAKES_PAGES for file in folder.rglob(pattern)):
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
