"""What happens at Stripe to money after it was paid, as the sandbox plays it: dashboard, banks, card networks."""

from __future__ import annotations

from tests.sandbox.conftest import Account


class Aftermath:
    """For the payment of a shop's order, named by its payment intent."""

    account: Account

    def refund_at_stripe(self, payment_intent: str, **given) -> dict:
        """Somebody refunds in Stripe's dashboard: `amount`, `reason`, `metadata`, all of them optional; the refund."""
        return self.tell_stripe(f"refund/{payment_intent}", **given)

    def refund_outcome(self, refund: str, outcome: str, **more) -> dict:
        """succeed, fail (with a `reason`), cancel or require_action; the refund."""
        return self.tell_stripe(f"refunds/{refund}", outcome=outcome, **more)

    def dispute(self, payment_intent: str, **given) -> dict:
        """A chargeback, or with `kind="inquiry"` a question first; `amount` and `reason` if they matter."""
        return self.tell_stripe(f"disputes/{payment_intent}", **given)

    def close_dispute(self, dispute: str, outcome: str) -> dict:
        """won, lost or prevented for a chargeback; warning_closed or prevented for an inquiry."""
        return self.tell_stripe(f"disputes/{dispute}/close", outcome=outcome)

    def escalate_dispute(self, dispute: str) -> dict:
        """An inquiry becomes a chargeback."""
        return self.tell_stripe(f"disputes/{dispute}/escalate")

    def warn(self, payment_intent: str, **given) -> dict:
        """The card's bank reports fraud, with a `fraud_type` if it matters; the early fraud warning."""
        return self.tell_stripe(f"warnings/{payment_intent}", **given)

    def review(self, payment_intent: str) -> dict:
        """Stripe holds the payment for somebody to look at; the review."""
        return self.tell_stripe(f"reviews/{payment_intent}")

    def close_review(self, review: str, reason: str = "approved") -> dict:
        """approved, canceled, disputed, refunded or refunded_as_fraud."""
        return self.tell_stripe(f"reviews/{review}/close", reason=reason)

    def payout(self, **given) -> list[dict]:
        """All that is available goes to the bank, one payout per currency; money is available after two days."""
        return self.tell_stripe("payout", **given)["data"]

    def settle_in(self, currency: str, **rates: float) -> None:
        """The currency of the balance, and what one of each other is in it: `settle_in("eur", usd=0.92)`."""
        self.tell_stripe("account", settlement_currency=currency, exchange_rates=rates)

    def set_balance(self, *, enough: bool) -> None:
        """Whether refunds find enough money; those that waited succeed when there is."""
        self.tell_stripe("balance", enough=enough)

    def tell_stripe(self, control: str, **given) -> dict:
        """Use a test control of the sandbox; its answer."""
        return self.account.tell(control, **given)
