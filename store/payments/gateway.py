"""Stripe: the only module that imports its library, and the only one that speaks to it over the network.

Promises: calls from a request take at most 8 s with their retry (design: 1 retry, 1 s to connect, 2.5 s to answer),
calls from jobs may take longer; every POST carries our own idempotency key; the API version is pinned; nothing is
reported to anybody about the machine. Sources: docs.stripe.com/api, /error-low-level, /webhooks, as of 2026-10-28.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import stripe

from store.clock import Clock, to_epoch
from store.errors import Invalid, PaymentUnavailable
from store.payments.facts import Event, SessionFact, read_event, read_session
from store.payments.skew import moment_of, skew

API_VERSION = "2026-10-28.endive"
TOLERANCE_SECONDS = 300
LONGEST_WAIT_SECONDS = 2
TOO_MANY = 429
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "review.opened",
    "review.closed",
)

NO_ANSWER = "Stripe does not answer just now. Please try again in a moment."
NOT_CREATED = "Stripe does not answer just now. Nothing is charged."

T = TypeVar("T")
Answer = TypeVar("Answer", bound=stripe.StripeObject)

stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.WARNING)  # below, it writes down calls, names and addresses


class StoredFailure(PaymentUnavailable):
    """Stripe keeps a failure under this key and will go on answering with it; what was done, it does not say."""


class Refused(Exception):
    """Stripe said no for good: the same request will never succeed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a caller may be."""

    retries: int
    timeout: tuple[float, float]


class Line(Protocol):
    """What stands beside the gateway and learns whether anybody answers (`payments/reach.py`)."""

    def before(self) -> None:
        """A call is about to be made: it may be kept waiting. Raises PaymentUnavailable when it is not worth making."""

    def heard(self) -> None: ...

    def silent(self) -> None: ...


IN_REQUEST = Pace(1, (1, 2.5))
IN_JOB = Pace(2, (3, 20))


class Gateway:
    """One account at Stripe, seen through our own words. Safe to share between threads."""

    def __init__(
        self,
        api_key: str,
        api_base: str,
        webhook_secrets: Sequence[str],
        clock: Clock,
        pace: Pace = IN_REQUEST,
        line: Line | None = None,
    ) -> None:
        self._clock = clock
        self._line = line
        self.skew: timedelta | None = None
        """How far Stripe's clock was ahead of ours at its last answer; None before the first."""
        self.livemode = "_live_" in api_key
        self.webhook_secrets = tuple(webhook_secrets)
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            max_network_retries=pace.retries,
            http_client=stripe.RequestsClient(timeout=pace.timeout),
            base_addresses={"api": api_base} if api_base else {},
        )

    def create_session(self, request: dict[str, Any], idempotency_key: str, now: datetime) -> SessionFact:
        """Create a Checkout Session, or get the one this key has created before.

        Raises Refused when it can never succeed, PaymentUnavailable when it may have happened or not; StoredFailure
        when asking again under this key will never tell.
        """
        sessions = self._client.v1.checkout.sessions
        answer = self._ask(lambda: sessions.create(request, {"idempotency_key": idempotency_key}), NOT_CREATED)  # type: ignore[arg-type]
        return read_session(answer.to_dict(), now)

    def fetch_session(self, session_id: str, now: datetime) -> SessionFact:
        """The session with its PaymentIntent as they are now. Raises Refused when Stripe knows none."""
        if not session_id:
            raise ValueError("an empty id would list all sessions")
        sessions = self._client.v1.checkout.sessions
        answer = self._ask(lambda: sessions.retrieve(session_id, {"expand": ["payment_intent"]}))
        return read_session(answer.to_dict(), now)

    def expire_session(self, session_id: str, now: datetime) -> SessionFact:
        """End the session; when it is no longer open, what has become of it instead."""
        sessions = self._client.v1.checkout.sessions
        try:
            answer = self._ask(lambda: sessions.expire(session_id))
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return self.fetch_session(session_id, now)
        return read_session(answer.to_dict(), now)

    def find_sessions(self, created_from: datetime, created_to: datetime, now: datetime) -> Iterator[SessionFact]:
        """All sessions created in a window with their PaymentIntents, newest first, page by page."""
        wanted: dict[str, Any] = {
            "created": {"gte": to_epoch(created_from), "lte": to_epoch(created_to)},
            "expand": ["data.payment_intent"],
            "limit": 100,
        }
        sessions = self._client.v1.checkout.sessions
        more = True
        while more:
            page = self._ask(partial(sessions.list, wanted))  # type: ignore[arg-type]
            for session in page.data:
                yield read_session(session.to_dict(), now)
            more = page.has_more
            wanted = {**wanted, "starting_after": page.data[-1].id if more else ""}

    def find_session_of(self, payment_intent: str, now: datetime) -> SessionFact | None:
        """The session whose page made this PaymentIntent."""
        sessions = self._client.v1.checkout.sessions
        page = self._ask(lambda: sessions.list({"payment_intent": payment_intent, "limit": 1}))
        return self.fetch_session(page.data[0].id, now) if page.data else None

    def create_webhook_endpoint(self, url: str) -> str:
        """Ask Stripe to send our events to `url` in our API version; its signing secret, which is shown only now."""
        endpoints = self._client.v1.webhook_endpoints
        wanted = {"url": url, "enabled_events": list(EVENT_TYPES), "api_version": API_VERSION}
        answer = self._ask(lambda: endpoints.create(wanted, {"idempotency_key": f"endpoint:{url}"}))  # type: ignore[arg-type]
        return str(answer.secret)

    def read_event(self, body: bytes, signature: str, now: datetime) -> Event:
        """The event in a signed body. Raises Invalid for a bad, stale or future signature, and for what is no event.

        The library accepts signatures from the future; ours may be off by no more than 300 s either way (rule 4).
        """
        if not any(self._is_signed(body, signature, secret, now) for secret in self.webhook_secrets):
            raise Invalid("The signature does not fit the body.")
        try:
            return read_event(json.loads(body), API_VERSION)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError):
            raise Invalid("The body is no event.") from None

    def _is_signed(self, body: bytes, signature: str, secret: str, now: datetime) -> bool:
        """One time only: of two, the library would check the first and we the last, and old events come back young."""
        try:
            (signed_at,) = (part[2:] for part in signature.split(",") if part.startswith("t="))
            if abs(to_epoch(now) - int(signed_at)) > TOLERANCE_SECONDS:
                return False
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None)
        except (ValueError, TypeError, KeyError, AttributeError, stripe.SignatureVerificationError):
            return False
        return True

    def ask(self, call: Callable[[stripe.StripeClient], T]) -> T:
        """Make a call of your own with the library's client. Raises Refused or PaymentUnavailable, as all calls do."""
        return self._ask(lambda: call(self._client))

    def ask_dated(self, call: Callable[[stripe.StripeClient], Answer]) -> tuple[Answer, datetime]:
        """As `ask`, with Stripe's own time of the answer: what was read competes with events by time (rule 26)."""
        answer = self.ask(call)
        response = answer.last_response
        return answer, moment_of(_date_in(response.headers if response else None)) or self._clock()

    def _ask(self, call: Callable[[], T], silence: str = NO_ANSWER) -> T:
        """Make a call, in its turn; an error of the library's becomes one of ours, which people read as `silence`."""
        if self._line is not None:
            self._line.before()
        asked_at = self._clock()
        try:
            answer = self._patiently(call)
        except stripe.IdempotencyError as error:
            # The stored request differs from the first one sent: our fault, and the outcome is not known.
            raise PaymentUnavailable("Payment cannot be started just now.") from error
        except stripe.StripeError as error:
            raise self._said(error, asked_at, silence) from error
        response = getattr(answer, "last_response", None)
        self._note(response.headers if response else None, asked_at, heard=True)
        return answer

    def _patiently(self, call: Callable[[], T]) -> T:
        """Once more, if Stripe asks for a short wait: the library does not repeat what had come too fast (rule 8)."""
        try:
            return call()
        except stripe.RateLimitError as error:
            wait = (error.headers or {}).get("retry-after", "")
            if not wait.isdigit() or int(wait) > LONGEST_WAIT_SECONDS:
                raise
            time.sleep(int(wait))
            return call()

    def _said(self, error: stripe.StripeError, asked_at: datetime, silence: str) -> Refused | PaymentUnavailable:
        """The library's error as ours; what Stripe is too busy for is as good as no answer (rule 34).

        What came without Stripe's own error in it is somebody's on the way, and no refusal.
        """
        status = error.http_status or 0
        is_stripes = 400 <= status < 500 and error.error is not None
        self._note(error.headers, asked_at, heard=is_stripes and status != TOO_MANY)
        if is_stripes and status not in (409, TOO_MANY):
            return Refused(status, str(error.code or ""), str(error.user_message or ""))
        if status >= 500 and (error.headers or {}).get("idempotent-replayed") == "true":
            return StoredFailure(silence)
        return PaymentUnavailable(silence)

    def _note(self, headers: Mapping[str, str] | None, asked_at: datetime, *, heard: bool) -> None:
        found = skew(_date_in(headers), asked_at, self._clock())
        self.skew = self.skew if found is None else found
        if self._line is not None:
            self._line.heard() if heard else self._line.silent()


def _date_in(headers: Mapping[str, str] | None) -> str:
    return {name.lower(): value for name, value in (headers or {}).items()}.get("date", "")
