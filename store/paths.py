"""Where things lie on disk, relative to the checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
CONFIG = ROOT / "config"
TEMPLATES = ROOT / "templates"
STATIC = PACKAGE / "static"
MIGRATIONS = PACKAGE / "migrations"
