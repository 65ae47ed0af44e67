"""What is tidied away every night: files of uploads that were cut off, and the tokens of old forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from store.catalog.writing import Catalog
from store.clock import Clock
from store.jobs.models import Job
from store.media.service import Pictures

KEEP_FORMS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CatalogSweeper:
    """The job of the night."""

    catalog: Catalog
    pictures: Pictures
    clock: Clock

    def sweep(self, _job: Job) -> None:
        now = self.clock()
        self.catalog.forget_forms(now - KEEP_FORMS)
        self.pictures.sweep(now)
