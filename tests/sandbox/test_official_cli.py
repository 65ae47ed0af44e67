"""Stripe's own command line as a witness: what it drives, it drives without knowing of us."""

import os
import subprocess
from pathlib import Path

import pytest

BINARY = Path(__file__).parents[1] / "browser" / "node_modules" / ".bin" / "stripe"
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
UNPAID = ["payment_intent.created", "payment_intent.processing", "checkout.session.completed"]
THREE_DAYS = 3 * 24 * 3600 + 5


@pytest.fixture
def trigger(account, tmp_path):
    assert BINARY.exists(), "Stripe's command line is missing: run npm ci in tests/browser first."
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "STRIPE_API_KEY": account.key}
    environment["STRIPE_CLI_TELEMETRY_OPTOUT"] = "1"

    def trigger(event):
        command = [str(BINARY), "trigger", event, "--api-base", account.url]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return trigger


def happened(account):
    """The payment's own events, oldest first."""
    return [name for name in account.event_types() if name.startswith(("checkout.", "charge.", "payment_intent."))]


def test_the_command_line_pays_a_session_by_card(account, trigger):
    run = trigger("checkout.session.completed")
    assert run.returncode == 0, run.stdout + run.stderr
    assert happened(account)[:4] == PAID
    assert account.v1.checkout.sessions.list().data[0].payment_status == "paid"


@pytest.mark.parametrize(
    ("outcome", "last", "payment_status"),
    [("succeeded", "checkout.session.async_payment_succeeded", "paid"),
     ("failed", "checkout.session.async_payment_failed", "unpaid")],
)  # fmt: skip
def test_the_command_line_pays_a_session_by_bank_debit(account, trigger, outcome, last, payment_status):
    run = trigger(f"checkout.session.async_payment_{outcome}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert happened(account) == UNPAID
    account.advance(THREE_DAYS)
    assert last in happened(account)
    session = account.v1.checkout.sessions.list().data[0]
    assert (session.status, session.payment_status) == ("complete", payment_status)


def test_the_command_line_expires_a_session(account, trigger):
    run = trigger("checkout.session.expired")
    assert run.returncode == 0, run.stdout + run.stderr
    assert happened(account) == ["checkout.session.expired"]


@pytest.mark.parametrize("event", ["charge.refunded", "charge.refund.updated"])
def test_the_command_line_refunds_a_charge(account, trigger, event):
    run = trigger(event)
    assert run.returncode == 0, run.stdout + run.stderr
    assert [(one.amount, one.status) for one in account.v1.refunds.list()] == [(100, "succeeded")]
    assert event in happened(account)


@pytest.mark.parametrize(
    ("event", "status"),
    [("created", "warning_needs_response"), ("updated", "warning_needs_response"), ("closed", "warning_closed")],
)
def test_the_command_line_pays_with_a_card_that_is_disputed(account, trigger, event, status):
    run = trigger(f"charge.dispute.{event}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert [(one.amount, one.status) for one in account.v1.disputes.list()] == [(100, status)]
    assert f"charge.dispute.{event}" in happened(account)


@pytest.mark.parametrize(
    "event",
    ["charge.succeeded", "charge.failed", "payment_intent.created", "payment_intent.succeeded",
     "payment_intent.canceled", "payment_intent.requires_action", "payment_intent.payment_failed"],
)  # fmt: skip
def test_the_command_line_drives_payment_intents_too(account, trigger, event):
    run = trigger(event)
    assert run.returncode == 0, run.stdout + run.stderr
    assert event in happened(account)
