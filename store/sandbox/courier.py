"""The sandbox's own thread: does what is due on each account's clock, delivers webhooks.

Deliveries to one endpoint go out one after another in the order of their events; endpoints do not wait for each other;
faults that a test has ordered may say otherwise. Only a 2xx counts, redirects are not followed. What is not taken is
tried again, up to three days. Source: Stripe's docs, "Webhooks"; the intervals are not published and are ours.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import requests

from store.sandbox import post, timers
from store.sandbox.account import account_by_number
from store.sandbox.faults import letters
from store.sandbox.faults.letters import Dispatch, SlowBody
from store.sandbox.faults.plan import Board
from store.sandbox.state import State

LOOK_SECONDS = 0.05
ENDPOINTS_AT_ONCE = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One try at one delivery, as the log of attempts shows it."""

    event: str
    type: str
    endpoint: str
    number: int
    status: int | None
    failure: str | None


class Courier:
    """Start it once per process; `stop` waits for what is under way."""

    def __init__(self, state: State) -> None:
        self.faults = Board()
        self._state = state
        self._stopping = threading.Event()
        self._busy: dict[str, threading.Lock] = {}
        self._pool = ThreadPoolExecutor(ENDPOINTS_AT_ONCE, thread_name_prefix="endpoint")
        self._side_by_side = ThreadPoolExecutor(ENDPOINTS_AT_ONCE, thread_name_prefix="parallel")
        self._local = threading.local()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown()
        self._side_by_side.shutdown()

    def deliver_due(self, endpoint: str, events: set[str] | None = None) -> list[Attempt]:
        """Try everything that is due for `endpoint`, or only what of it tells of `events`, each once."""
        with self._lock_of(endpoint):
            with self._state.transaction() as connection:
                due = post.due_for(connection, endpoint, events)
                dispatches = letters.sort_out(connection, self.faults, due)
            sent: list[list[Attempt] | Future[list[Attempt]]] = []
            for one in dispatches:
                side_by_side = "parallel" in one.strike
                sent.append(self._side_by_side.submit(self._dispatch, one) if side_by_side else self._dispatch(one))
            return [attempt for one in sent for attempt in (one.result() if isinstance(one, Future) else one)]

    def _dispatch(self, one: Dispatch) -> list[Attempt]:
        with self._state.transaction() as connection:
            letter = post.write(connection, one.delivery, one.version, one.secrets)
        if letter is None:
            return []
        if one.copies > 1 and "parallel" in one.strike:
            with ThreadPoolExecutor(one.copies) as pool:
                return list(pool.map(lambda _: self._send(letter, one.slow_seconds), range(one.copies)))
        return [self._send(letter, one.slow_seconds) for _ in range(one.copies)]

    def wait_for(self, event: str, seconds: float) -> None:
        """Until every delivery of `event` has been tried once, or time is up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._state.transaction() as connection:
                if not post.untried(connection, event):
                    return
            time.sleep(LOOK_SECONDS / 2)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._look()
            except Exception:  # the thread must outlive any one fault; it is logged
                log.exception("The courier stumbled")

    def _look(self) -> None:
        with self._state.transaction() as connection:
            overdue = timers.accounts_with_due(connection, time.time())
        for number in overdue:
            with self._state.transaction() as connection:
                timers.run_due(account_by_number(connection, number))
        with self._state.transaction() as connection:
            endpoints = post.endpoints_with_due(connection, time.time())
        for endpoint in endpoints:
            if not self._lock_of(endpoint).locked():
                self._pool.submit(self.deliver_due, endpoint)

    def _lock_of(self, endpoint: str) -> threading.Lock:
        return self._busy.setdefault(endpoint, threading.Lock())

    def _send(self, letter: post.Letter, slow_seconds: float = 0) -> Attempt:
        begun = time.monotonic()
        status, failure = None, None
        try:
            answer = self._session().post(
                letter.url,
                data=SlowBody(letter.body, slow_seconds) if slow_seconds else letter.body,
                headers=letter.headers,
                timeout=post.TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
            status = answer.status_code
            answer.close()
        except requests.RequestException as error:
            failure = type(error).__name__
        with self._state.transaction() as connection:
            number = post.record(connection, letter, status, failure, time.monotonic() - begun)
        return Attempt(letter.event, letter.type, letter.endpoint, number, status, failure)

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False  # no proxy stands between this machine and itself
        session: requests.Session = self._local.session
        return session
