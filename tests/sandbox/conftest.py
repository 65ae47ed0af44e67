"""One sandbox process for the whole test run; each test has a key, hence an account, of its own."""

import os
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import stripe

stripe.enable_telemetry = False
ROOT = Path(__file__).parents[2]
SUCCESS_URL = "http://127.0.0.1:9/checkout/success?session_id={CHECKOUT_SESSION_ID}"
CANCEL_URL = "http://127.0.0.1:9/cart"


class Process:
    """A running sandbox."""

    def __init__(self, *arguments, port=0):
        command = [sys.executable, "-m", "store.sandbox", "--port", str(port), *map(str, arguments)]
        environment = {name: value for name, value in os.environ.items() if name != "STORE_ENV"}
        self.child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        assert line.startswith("Stripe sandbox on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
        self.child.stdout.close()


@dataclass
class Account:
    """One key: the official SDK for the API, plain requests for the page and the test controls."""

    url: str
    key: str = field(default_factory=lambda: f"sk_test_{secrets.token_hex(8)}")

    @property
    def neighbour(self):
        """Another account of the same sandbox."""
        return Account(self.url)

    @property
    def client(self):
        return self.make_client()

    def make_client(self, **options):
        transport = stripe.RequestsClient(timeout=20)
        options = {"max_network_retries": 0, "http_client": transport} | options
        return stripe.StripeClient(self.key, base_addresses={"api": self.url}, **options)

    @property
    def v1(self):
        return self.client.v1

    def make_session(self, amount=1999, currency="usd", **more):
        line = {"price_data": {"currency": currency, "product_data": {"name": "T-shirt"}, "unit_amount": amount}}
        params = {
            "mode": "payment",
            "line_items": [line | {"quantity": 1}],
            "success_url": SUCCESS_URL,
            "cancel_url": CANCEL_URL,
        }
        return self.v1.checkout.sessions.create(params | more)

    def add_endpoint(self, url, events=("*",), **more):
        params = {"url": url, "enabled_events": list(events), "api_version": "2026-10-28.endive"}
        return self.v1.webhook_endpoints.create(params | more)

    def control(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, f"{self.url}/_test/{path}", json=body, headers=headers, timeout=20)

    def advance(self, seconds):
        return self.control("POST", "clock", {"advance": seconds}).json()["now"]

    def pay(self, session, **how):
        answer = self.control("POST", f"pay/{session.id}", how or {"card": "4242424242424242"})
        return answer.json()

    def buy(self, amount=2000, currency="usd", **how):
        """A session paid and its charge captured; the payment intent's id."""
        intent = self.pay(self.make_session(amount, currency), **how)["payment_intent"]
        self.advance(2)
        return intent

    def charge_of(self, intent, *expand):
        paths = [f"latest_charge.{name}" for name in expand] or ["latest_charge"]
        return self.v1.payment_intents.retrieve(intent, {"expand": paths}).latest_charge

    def refund(self, intent, **params):
        return self.v1.refunds.create({"payment_intent": intent} | params)

    def refunded(self, intent):
        """How much of it, and whether all."""
        charge = self.charge_of(intent)
        return charge.amount_refunded, charge.refunded

    def tell(self, path, **given):
        """Use a test control that has to work; its answer."""
        answer = self.control("POST", path, given)
        assert answer.ok, answer.text
        return answer.json()

    def posted(self, kind):
        """The balance transactions of a type, newest first."""
        listed = self.v1.balance_transactions.list({"type": kind, "limit": 100})
        return [(one.amount, one.fee, one.net, one.source) for one in listed]

    def event_types(self, *prefixes):
        """Oldest first; all of them, or those that begin so."""
        types = [event.type for event in reversed(self.v1.events.list({"limit": 100}).data)]
        return [name for name in types if not prefixes or name.startswith(prefixes)]

    def raw(self, method, path, body="", **headers):
        headers = {"Authorization": f"Bearer {self.key}"} | headers
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return requests.request(method, self.url + path, data=body, headers=headers, timeout=20)


class Receiver:
    """A shop's webhook endpoint that keeps what it gets and answers as it is told."""

    def __init__(self):
        self.got = []
        self.answer = lambda _body: 200
        self.location = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                self.send_response(receiver.answer(body))
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def events(self, secret):
        """Everything that came, as the official SDK verifies it."""
        return [stripe.Webhook.construct_event(body, head["Stripe-Signature"], secret) for _, head, body in self.got]

    def wait_for(self, count, seconds=5):
        end = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < end:
            time.sleep(0.02)
        return len(self.got)


@pytest.fixture(scope="session")
def sandbox():
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def account(sandbox):
    return Account(sandbox.url)


@pytest.fixture
def make_account():
    return Account


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def start():
    """Starts further sandboxes, which end with the test."""
    running = []

    def start(*arguments, port=0):
        running.append(Process(*arguments, port=port))
        return running[-1]

    yield start
    for process in running:
        if process.child.poll() is None:
            process.stop()
