"""What may befall one process while it does one thing: it dies between two steps, or Stripe cannot be reached."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from unittest import mock

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import event
from sqlalchemy.orm import Session


class Died(BaseException):
    """The process is gone; nothing of the shop's catches this, as nothing catches a SIGKILL."""


@contextlib.contextmanager
def befalls(trouble: str | None) -> Iterator[None]:
    """`dies:3`: at the third boundary (before and after each commit, before and after each call to Stripe; 0 is now),
    `lost`: Stripe does what it is asked and no answer arrives, `cut`: nothing arrives there."""
    if trouble is None:
        yield
    elif trouble.startswith("dies:"):
        with _dying_at(int(trouble[5:])):
            yield
    else:
        with _wire(_without_answers if trouble == "lost" else _cut):
            yield


@contextlib.contextmanager
def _dying_at(boundary: int) -> Iterator[None]:
    left = boundary
    if not left:
        raise Died

    def pass_boundary(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Died

    def there_and_back(send, *args, **kwargs):
        pass_boundary()
        answer = send(*args, **kwargs)
        pass_boundary()
        return answer

    for moment in ("before_commit", "after_commit"):
        event.listen(Session, moment, pass_boundary)
    try:
        with _wire(there_and_back):
            yield
    finally:
        for moment in ("before_commit", "after_commit"):
            event.remove(Session, moment, pass_boundary)


def _without_answers(send, *args, **kwargs):
    send(*args, **kwargs)
    raise requests.ConnectionError("the answer is lost")


def _cut(_send, *_args, **_kwargs):
    raise requests.ConnectionError("nobody there")


@contextlib.contextmanager
def _wire(carry) -> Iterator[None]:
    """Every call over HTTP goes through `carry`."""
    send = HTTPAdapter.send

    def carried(*args, **kwargs):
        return carry(send, *args, **kwargs)

    with mock.patch.object(HTTPAdapter, "send", carried):
        yield
