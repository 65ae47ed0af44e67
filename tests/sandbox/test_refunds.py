from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

MADE = ["refund.created", "charge.refunded"]
CHANGED = ["refund.updated", "charge.refund.updated"]
PENDING_CARD, FAILING_CARD, IBAN = "4000000000007726", "4000000000005126", "AT611904300234573201"


def told(account):
    return account.event_types("refund.", "charge.refund")


def test_a_part_is_refunded_then_the_rest(account):
    intent = account.buy(2000)
    first = account.refund(intent, amount=500, reason="requested_by_customer", metadata={"refund": "r1"})
    assert (first.amount, first.status, first.currency) == (500, "succeeded", "usd")
    assert first.reason == "requested_by_customer"
    assert (first.metadata.to_dict(), first.payment_intent) == ({"refund": "r1"}, intent)
    assert first.destination_details.card.reference_status == "pending"
    assert account.refunded(intent) == (500, False)
    rest = account.refund(intent)
    assert rest.amount == 1500
    assert account.refunded(intent) == (2000, True)
    assert account.posted("refund") == [(-1500, 0, -1500, rest.id), (-500, 0, -500, first.id)]
    assert account.v1.balance_transactions.retrieve(first.balance_transaction).reporting_category == "refund"
    assert told(account) == MADE * 2
    parts = account.v1.events.list({"type": "charge.refunded"}).data
    assert [event.data.previous_attributes.to_dict() for event in parts] == [
        {"amount_refunded": 500, "refunded": False},
        {"amount_refunded": 0},
    ]
    assert [one.id for one in account.charge_of(intent, "refunds").refunds.data] == [rest.id, first.id]


def test_more_than_is_left_is_refused_and_nothing_changes(account):
    intent = account.buy(2000)
    account.refund(intent, amount=1500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.refund(intent, amount=501)
    assert (caught.value.http_status, caught.value.param, caught.value.code) == (400, "amount", None)
    account.refund(intent, amount=500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.refund(intent)
    assert (caught.value.http_status, caught.value.code) == (400, "charge_already_refunded")
    assert account.refunded(intent) == (2000, True)
    assert len(account.v1.refunds.list().data) == 2


@pytest.mark.parametrize(
    ("params", "param"),
    [({"amount": 0}, "amount"), ({"amount": -5}, "amount"), ({"reason": "expired_uncaptured_charge"}, "reason"),
     ({"reverse_transfer": True}, "reverse_transfer"), ({"charge": "ch_none"}, "payment_intent"),
     ({"payment_intent": "pi_none"}, "payment_intent"), ({"surprise": 1}, "surprise")],
)  # fmt: skip
def test_a_refund_that_cannot_be_is_refused(account, params, param):
    intent = account.buy()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.refund(intent, **params)
    assert caught.value.param == param
    assert account.refunded(intent) == (0, False)
    assert told(account) == []


def test_what_was_not_paid_is_not_refunded(account):
    declined = account.pay(account.make_session(), card="4000000000000002")["payment_intent"]
    on_its_way = account.pay(account.make_session(), iban=IBAN)["payment_intent"]
    for intent in (declined, on_its_way):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            account.refund(intent)
        assert caught.value.param == "payment_intent"
    assert account.v1.refunds.list().data == []


def test_of_many_refunds_at_once_no_more_goes_out_than_came_in(account):
    intent = account.buy(1000)

    def click(_):
        try:
            return account.refund(intent, amount=300).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(click, range(6))) == 900
    assert account.refunded(intent) == (900, False)


def test_one_key_makes_one_refund(account):
    intent = account.buy()
    params, options = {"payment_intent": intent, "amount": 700}, {"idempotency_key": "refund:1"}
    made = [account.v1.refunds.create(params, options).id for _ in range(3)]
    assert len(set(made)) == 1
    assert account.refunded(intent) == (700, False)
    event = account.v1.events.list({"type": "refund.created"}).data[0]
    assert event.request.idempotency_key == "refund:1"


def test_a_refusal_for_want_of_money_is_kept_under_its_key(account):
    intent = account.buy(2000, card=FAILING_CARD)
    made = account.refund(intent)
    params, options = {"payment_intent": intent, "amount": 1}, {"idempotency_key": "refund:2"}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            account.v1.refunds.create(params, options)
        assert caught.value.code == "charge_already_refunded"
        account.control("POST", f"refunds/{made.id}", {"outcome": "fail"})
    assert account.refunded(intent) == (0, False)


@pytest.mark.parametrize(
    ("currency", "amount", "refund"), [("jpy", 2000, 501), ("kwd", 20000, 5010), ("isk", 50000, 5000)]
)
def test_a_refund_keeps_to_the_steps_of_its_currency(account, currency, amount, refund):
    intent = account.buy(amount, currency)
    assert account.refund(intent, amount=refund).amount == refund
    if currency != "jpy":
        with pytest.raises(stripe.InvalidRequestError) as caught:
            account.refund(intent, amount=refund + 1)
        assert caught.value.param == "amount"
    assert account.refunded(intent) == (refund, False)


@pytest.mark.parametrize("given", [{"amount": "10"}, {"amount": True}, {"amount": 0}, {"reason": "whim"}])
def test_a_refund_in_the_dashboard_that_makes_no_sense_is_refused(account, given):
    intent = account.buy(2000)
    assert account.control("POST", f"refund/{intent}", given).status_code == 400
    assert account.control("POST", "refund/pi_none", {}).status_code == 404
    assert account.refunded(intent) == (0, False)


def test_a_refund_gets_its_reference_after_a_while(account):
    made = account.refund(account.buy(), amount=100)
    account.advance(61)
    card = account.v1.refunds.retrieve(made.id).destination_details.card
    assert (card.reference_status, len(card.reference)) == ("available", 10)
    assert told(account) == MADE + CHANGED
    assert account.v1.events.list({"type": "refund.updated"}).data[0].request.id is None


def test_a_refund_to_the_slow_card_is_pending_then_succeeds(account):
    intent = account.buy(card=PENDING_CARD)
    made = account.refund(intent)
    assert (made.status, made.pending_reason) == ("pending", "processing")
    assert account.refunded(intent) == (2000, True)
    account.advance(61)
    settled = account.v1.refunds.retrieve(made.id)
    assert (settled.status, "pending_reason" in settled) == ("succeeded", False)
    assert told(account) == MADE + CHANGED
    assert account.posted("refund") == [(-2000, 0, -2000, made.id)]


def test_a_refund_to_a_bank_account_takes_a_day(account):
    intent = account.pay(account.make_session(2000, "eur"), iban=IBAN)["payment_intent"]
    account.control("POST", f"bank/{intent}", {"outcome": "succeed"})
    made = account.refund(intent)
    assert (made.status, made.id[:4]) == ("pending", "pyr_")
    account.advance(24 * 3600 + 1)
    assert account.v1.refunds.retrieve(made.id).status == "succeeded"
    assert account.posted("payment_refund") == [(-2000, 0, -2000, made.id)]


def test_a_refund_that_succeeded_can_fail_and_its_money_comes_back(account):
    intent = account.buy(card=FAILING_CARD)
    made = account.refund(intent, amount=800)
    assert made.status == "succeeded"
    account.advance(61)
    failed = account.v1.refunds.retrieve(made.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    back = account.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.type, back.amount, back.fee, back.source) == ("refund_failure", 800, 0, made.id)
    assert account.refunded(intent) == (0, False)
    assert told(account) == [*MADE, *CHANGED, "refund.failed"]
    assert account.refund(intent).amount == 2000


@pytest.mark.parametrize(
    ("outcome", "status", "refunded"),
    [("succeed", "succeeded", 2000), ("fail", "failed", 0), ("cancel", "canceled", 0)],
)
def test_a_waiting_refund_ends_as_it_is_told_and_only_once(account, outcome, status, refunded):
    intent = account.buy(card=PENDING_CARD)
    made = account.refund(intent)
    assert account.control("POST", f"refunds/{made.id}", {"outcome": outcome}).json()["status"] == status
    assert account.refunded(intent) == (refunded, refunded == 2000)
    assert account.control("POST", f"refunds/{made.id}", {"outcome": "succeed"}).status_code == 400
    account.advance(3600)
    assert account.v1.refunds.retrieve(made.id).status == status
    assert ("refund.failed" in told(account)) == (status == "failed")


def test_a_refund_is_canceled_by_api_only_while_the_buyer_has_to_act(account):
    intent = account.buy(card=PENDING_CARD)
    made = account.refund(intent)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.refunds.cancel(made.id)
    asked = account.control("POST", f"refunds/{made.id}", {"outcome": "require_action"}).json()
    assert (asked["status"], asked["next_action"]["type"]) == ("requires_action", "display_details")
    assert account.v1.refunds.cancel(made.id).status == "canceled"
    assert account.refunded(intent) == (0, False)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.refunds.cancel(made.id)


def test_refunds_wait_while_the_balance_is_too_low(account):
    intent = account.buy()
    account.control("POST", "balance", {"enough": False})
    made = account.refund(intent, amount=400)
    assert (made.status, made.pending_reason, made.balance_transaction) == ("pending", "insufficient_funds", None)
    assert account.refunded(intent) == (400, False)
    account.advance(3 * 24 * 3600)
    assert account.v1.refunds.retrieve(made.id).status == "pending"
    account.control("POST", "balance", {"enough": True})
    assert account.v1.refunds.retrieve(made.id).status == "succeeded"
    assert account.posted("refund") == [(-400, 0, -400, made.id)]


def test_somebody_refunds_in_the_dashboard(account):
    intent = account.buy()
    made = account.control("POST", f"refund/{intent}", {"amount": 250}).json()
    assert (made["amount"], made["metadata"], made["reason"]) == (250, {}, None)
    assert [one.id for one in account.v1.refunds.list({"payment_intent": intent})] == [made["id"]]
    assert account.v1.events.list({"type": "refund.created"}).data[0].request.id is None
    assert account.control("POST", f"refund/{intent}", {"amount": 1751}).status_code == 400
    assert account.refunded(intent) == (250, False)


def test_metadata_of_a_refund_is_changed_and_told(account):
    made = account.refund(account.buy(), amount=100, metadata={"a": "1"})
    assert account.v1.refunds.update(made.id, {"metadata": {"a": "", "b": "2"}}).metadata.to_dict() == {"b": "2"}
    assert told(account) == MADE + CHANGED


def test_refunds_are_listed_by_charge_and_payment_intent(account):
    first, second = account.buy(), account.buy()
    made = [account.refund(intent, amount=100).id for intent in (first, second, first)]
    listed = account.v1.refunds.list
    assert [one.id for one in listed({"payment_intent": first})] == [made[2], made[0]]
    assert [one.id for one in listed({"charge": account.charge_of(second).id})] == [made[1]]
