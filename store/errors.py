"""What can go wrong, in the store's own words; `web/errors.py` alone turns each into an HTTP status.

The message of each is a sentence for the person in front of the page: what happened, then what to do next.
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of all refusals; nothing has been changed when one is raised."""


class NotFound(StoreError):
    """There is no such thing, or it is not yours to see."""


class Forbidden(StoreError):
    """Known, but without the right to do this."""


class Gone(StoreError):
    """It was here, and is no longer for sale."""


class Invalid(StoreError):
    """What was sent cannot be used; `fields` names the sentences field by field."""

    def __init__(self, sentence: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(sentence)
        self.fields = fields or {}


class Conflict(StoreError):
    """The request was fine, but the world has moved on; `problems` says where, one sentence each."""

    def __init__(self, sentence: str, problems: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.problems = problems or []


class TooMany(StoreError):
    """A limit that keeps one visitor from taking what belongs to all."""


class Unavailable(StoreError):
    """Something we lean on does not answer; the same request may succeed in a moment."""


class PaymentUnavailable(Unavailable):
    """Stripe did not answer, or answered that it cannot now."""
