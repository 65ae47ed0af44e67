from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

DAY = 24 * 3600
CREATED = "payment_intent.created"
DECLINE = ["charge.failed", "payment_intent.payment_failed"]
PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
SUCCEEDING_IBAN, FAILING_IBAN = "AT611904300234573201", "IT60X0542811101000000123456"


def intent_of(account, session):
    return account.v1.payment_intents.retrieve(session["payment_intent"], {"expand": ["latest_charge"]})


def test_a_card_payment_leaves_session_intent_charge_and_later_the_balance_transaction(account):
    session = account.pay(account.make_session(1999, payment_intent_data={"description": "Order"}))
    assert (session["status"], session["payment_status"], session["url"]) == ("complete", "paid", None)
    intent = intent_of(account, session)
    assert (intent.status, intent.amount_received, intent.description) == ("succeeded", 1999, "Order")
    assert intent.latest_charge.balance_transaction is None
    account.advance(2)
    assert account.event_types() == [CREATED, *PAID, "charge.updated"]
    (posted,) = account.v1.balance_transactions.list().data
    assert (posted.amount, posted.fee, posted.net, posted.source) == (1999, 88, 1911, intent.latest_charge.id)
    assert account.v1.charges.retrieve(posted.source).balance_transaction == posted.id
    assert [charge.id for charge in account.v1.charges.list({"payment_intent": intent.id}).data] == [posted.source]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
    ],
)
def test_a_declined_card_keeps_the_session_open_and_another_card_pays_it(account, card, code, decline_code):
    made = account.make_session()
    session = account.pay(made, card=card)
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")
    intent = intent_of(account, session)
    assert intent.status == "requires_payment_method"
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (code, decline_code)
    assert (intent.latest_charge.status, intent.latest_charge.failure_code) == ("failed", code)

    again = account.pay(made)
    assert (again["payment_status"], again["payment_intent"]) == ("paid", session["payment_intent"])
    assert account.event_types() == [CREATED, *DECLINE, *PAID]
    assert intent_of(account, again).last_payment_error is None


@pytest.mark.parametrize("card", ["4000002500003155", "4000000000003220"])
def test_a_card_that_asks_is_paid_once_the_bank_has_approved(account, card):
    made = account.make_session()
    session = account.pay(made, card=card)
    intent = intent_of(account, session)
    assert (session["status"], intent.status, intent.next_action.type) == ("open", "requires_action", "redirect_to_url")
    assert account.pay(made, card=card, bank="approve")["payment_status"] == "paid"
    assert account.event_types() == [CREATED, *["payment_intent.requires_action"] * 2, *PAID]


def test_a_card_that_asks_is_not_paid_when_the_bank_says_no(account):
    session = account.pay(account.make_session(), card="4000002500003155", bank="fail")
    intent = intent_of(account, session)
    assert (session["status"], intent.status) == ("open", "requires_payment_method")
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert account.event_types() == [CREATED, "payment_intent.requires_action", "payment_intent.payment_failed"]


@pytest.mark.parametrize(
    ("iban", "late", "status", "payment_status"),
    [
        (SUCCEEDING_IBAN, ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"],
         "succeeded", "paid"),
        (FAILING_IBAN, [*DECLINE, "checkout.session.async_payment_failed"], "requires_payment_method", "unpaid"),
    ],
)  # fmt: skip
def test_a_bank_debit_completes_the_session_unpaid_and_is_settled_after_three_days(
    account, iban, late, status, payment_status
):
    session = account.pay(account.make_session(), iban=iban)
    early = [CREATED, "payment_intent.processing", "checkout.session.completed"]
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    assert intent_of(account, session).status == "processing"
    account.advance(3 * DAY - 60)
    assert account.event_types() == early
    account.advance(120)
    assert account.event_types()[3:6] == late
    assert intent_of(account, session).status == status
    assert account.v1.checkout.sessions.retrieve(session["id"]).payment_status == payment_status


@pytest.mark.parametrize(("outcome", "payment_status"), [("succeed", "paid"), ("fail", "unpaid")])
def test_the_bank_can_be_made_to_answer_at_once(account, outcome, payment_status):
    session = account.pay(account.make_session(), iban=SUCCEEDING_IBAN)
    answer = account.control("POST", f"bank/{session['payment_intent']}", {"outcome": outcome})
    assert answer.status_code == 200
    assert account.v1.checkout.sessions.retrieve(session["id"]).payment_status == payment_status
    account.advance(4 * DAY)
    assert account.v1.checkout.sessions.retrieve(session["id"]).payment_status == payment_status


def test_a_session_is_expired_by_hand_once(account):
    session = account.make_session()
    expired = account.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.expire(session.id)
    assert account.event_types() == ["checkout.session.expired"]
    assert account.pay(session)["error"]["code"] == "checkout_session_not_open"


def test_a_session_expires_by_itself_at_its_time_and_its_intent_is_canceled(account):
    session = account.make_session()
    account.pay(session, card="4000000000000002")
    account.advance(24 * 3600 + 5)
    expired = account.v1.checkout.sessions.retrieve(session.id)
    assert expired.status == "expired"
    assert account.v1.payment_intents.retrieve(expired.payment_intent).status == "canceled"
    event = account.v1.events.list({"type": "checkout.session.expired"}).data[0]
    assert (event.created, event.request.id) == (session.expires_at, None)


def test_a_paid_session_neither_expires_nor_is_paid_again(account):
    session = account.make_session()
    account.pay(session)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.expire(session.id)
    assert account.pay(session)["error"]["code"] == "checkout_session_not_open"
    account.advance(25 * 3600)
    assert account.v1.checkout.sessions.retrieve(session.id).status == "complete"
    assert len(account.v1.charges.list().data) == 1


def test_of_paying_and_expiring_at_once_exactly_one_happens(account):
    for _ in range(10):
        session = account.make_session()
        with ThreadPoolExecutor(2) as pool:
            expiring = pool.submit(account.raw, "POST", f"/v1/checkout/sessions/{session.id}/expire")
            paying = pool.submit(account.pay, session)
        won = account.v1.checkout.sessions.retrieve(session.id)
        assert (won.status, won.payment_status) in {("complete", "paid"), ("expired", "unpaid")}
        assert (expiring.result().status_code == 200) == (won.status == "expired")
        assert ("error" in paying.result()) == (won.status == "expired")
    paid = account.v1.checkout.sessions.list({"status": "complete", "limit": 100}).data
    assert len(account.v1.charges.list({"limit": 100}).data) == len(paid)


def test_a_customer_is_made_only_when_asked_for(account):
    assert account.pay(account.make_session(), email="ana@example.com", card="4242424242424242")["customer"] is None
    session = account.pay(
        account.make_session(customer_creation="always"), email="ana@example.com", card="4242424242424242"
    )
    assert account.v1.customers.retrieve(session["customer"]).email == "ana@example.com"
    assert session["customer_details"]["email"] == "ana@example.com"


def test_an_intent_made_by_api_is_declined_with_402_and_stays_payable(account):
    params = {"amount": 2000, "currency": "usd", "confirm": True, "payment_method": "pm_card_chargeDeclined"}
    with pytest.raises(stripe.CardError) as caught:
        account.v1.payment_intents.create(params)
    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    intent = caught.value.error.payment_intent
    paid = account.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.v1.payment_intents.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
