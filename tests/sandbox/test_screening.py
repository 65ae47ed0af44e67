import pytest
import stripe

WARNED, REVIEWED = "radar.early_fraud_warning.created", "review.opened"


def told(account):
    return account.event_types("radar.", "review.")


def test_a_warning_calls_for_action_until_all_is_refunded(account):
    intent = account.buy(2000)
    warning = account.tell(f"warnings/{intent}", fraud_type="made_with_lost_card")
    assert (warning["actionable"], warning["fraud_type"]) == (True, "made_with_lost_card")
    assert (warning["payment_intent"], warning["charge"]) == (intent, account.charge_of(intent).id)
    warnings = account.v1.radar.early_fraud_warnings
    account.refund(intent, amount=500)
    assert warnings.retrieve(warning["id"]).actionable is True
    account.refund(intent)
    assert warnings.retrieve(warning["id"]).actionable is False
    assert told(account) == [WARNED, "radar.early_fraud_warning.updated"]
    assert [one.id for one in warnings.list({"payment_intent": intent})] == [warning["id"]]
    assert warnings.list({"charge": account.charge_of(account.buy()).id}).data == []


def test_a_warning_is_settled_by_a_chargeback_and_by_hand(account):
    intents = [account.buy(), account.buy()]
    made = [account.tell(f"warnings/{intent}")["id"] for intent in intents]
    account.tell(f"disputes/{intents[0]}")
    account.tell(f"warnings/{made[1]}/close")
    assert [one.actionable for one in account.v1.radar.early_fraud_warnings.list()] == [False, False]
    assert told(account) == [WARNED, WARNED, *["radar.early_fraud_warning.updated"] * 2]
    assert account.control("POST", f"warnings/{intents[0]}", {"fraud_type": "magic"}).status_code == 400


@pytest.mark.parametrize(
    ("close", "reason"),
    [(lambda account, intent, review: account.v1.reviews.approve(review), "approved"),
     (lambda account, intent, review: account.tell(f"reviews/{review}/close", reason="canceled"), "canceled"),
     (lambda account, intent, review: account.refund(intent), "refunded"),
     (lambda account, intent, review: account.refund(intent, reason="fraudulent"), "refunded_as_fraud"),
     (lambda account, intent, review: account.tell(f"disputes/{intent}"), "disputed")],
)  # fmt: skip
def test_a_review_is_closed_with_its_reason_and_only_once(account, close, reason):
    intent = account.buy()
    review = account.tell(f"reviews/{intent}", reason="manual")
    assert (review["open"], review["opened_reason"], review["reason"]) == (True, "manual", "manual")
    assert account.charge_of(intent).review == review["id"]
    assert [one.id for one in account.v1.reviews.list()] == [review["id"]]
    assert account.control("POST", f"reviews/{intent}").status_code == 400
    close(account, intent, review["id"])
    closed = account.v1.reviews.retrieve(review["id"])
    assert (closed.open, closed.closed_reason, closed.reason, closed.opened_reason) == (False, reason, reason, "manual")
    assert account.v1.reviews.list().data == []
    assert told(account) == [REVIEWED, "review.closed"]
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.reviews.approve(review["id"])


def test_a_refund_in_part_leaves_the_review_open(account):
    intent = account.buy(2000)
    review = account.tell(f"reviews/{intent}")
    account.refund(intent, amount=1999)
    assert account.v1.reviews.retrieve(review["id"]).open is True


@pytest.mark.parametrize(("card", "event"), [("4000000000005423", WARNED), ("4000000000009235", REVIEWED)])
def test_some_cards_raise_doubts_by_themselves(account, card, event):
    account.buy(card=card)
    assert told(account) == [event]
