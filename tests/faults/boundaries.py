"""The places where a process may die: around each commit, each call to Stripe, each job.

All hooks are put in from outside: the shop knows nothing of them.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

import requests
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.shop import Shop


class Boundaries:
    """Counts the boundaries it comes across once it is armed; dies at the one numbered `kill_at`."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.names: list[str] = []
        self.armed = False

    def come_to(self, name: str) -> None:
        if not self.armed:
            return
        self.names.append(name)
        if len(self.names) - 1 == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self, shop: Shop) -> None:
        event.listen(Session, "before_commit", lambda _session: self.come_to("before a commit"))
        event.listen(Session, "after_commit", lambda _session: self.come_to("after a commit"))
        self._around_calls()
        shop.worker.handlers = {kind: self._around_job(kind, do) for kind, do in shop.worker.handlers.items()}
        shop.events = self._unseen(shop.events)

    def _around_calls(self) -> None:
        send = requests.adapters.HTTPAdapter.send

        def watched(adapter, request, *args, **kwargs):
            path = request.path_url.partition("?")[0]
            if path.startswith("/_test/"):  # it is the test that asks
                return send(adapter, request, *args, **kwargs)
            self.come_to(f"before {request.method} {path}")
            answer = send(adapter, request, *args, **kwargs)
            self.come_to(f"after {request.method} {path}")
            return answer

        requests.adapters.HTTPAdapter.send = watched

    def _around_job(self, kind: str, do: Callable[[object], None]) -> Callable[[object], None]:
        def watched(job):
            self.come_to(f"before the job {kind}")
            do(job)
            self.come_to(f"after the job {kind}")

        return watched

    def _unseen(self, ask: Callable[[], object]) -> Callable[[], object]:
        """What the test itself asks Stripe for is no step of the shop's."""

        def asked():
            armed, self.armed = self.armed, False
            try:
                return ask()
            finally:
                self.armed = armed

        return asked


@contextlib.contextmanager
def answers_lost(*, sent: bool) -> Iterator[None]:
    """Calls to Stripe reach it (`sent`) or not, and no answer ever comes back."""
    send = requests.adapters.HTTPAdapter.send

    def cut(adapter, request, *args, **kwargs):
        if sent:
            send(adapter, request, *args, **kwargs)
        raise requests.ConnectionError("the line is dead")

    requests.adapters.HTTPAdapter.send = cut
    try:
        yield
    finally:
        requests.adapters.HTTPAdapter.send = send
