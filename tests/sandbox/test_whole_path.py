import requests

CARD = {
    "email": "ana@example.com",
    "method": "card",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "cvc": "123",
    "name": "Ana Buyer",
    "postal_code": "10115",
}
SUCCESS = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_a_session_is_paid_on_the_page_told_by_signed_webhook_and_the_buyer_sent_back(account, receiver):
    endpoint = account.add_endpoint(receiver.url)
    session = account.make_session(payment_intent_data={"metadata": {"attempt": "a1"}}, metadata={"checkout": "c1"})
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)

    page = requests.get(session.url, timeout=10)
    assert (page.status_code, "Pay $19.99" in page.text) == (200, True)
    answer = requests.post(session.url, data=CARD, allow_redirects=False, timeout=20)

    back = f"http://127.0.0.1:9/checkout/success?session_id={session.id}"
    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert [event.type for event in receiver.events(endpoint.secret)] == SUCCESS
    told = receiver.events(endpoint.secret)[-1]
    assert (told.data.object.id, told.data.object.payment_status) == (session.id, "paid")
    assert told.data.object.metadata.checkout == "c1"
    paid = account.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.url, paid.customer_details.email) == ("complete", None, "ana@example.com")
    assert paid.payment_intent.metadata.attempt == "a1"
    assert (paid.payment_intent.latest_charge.amount_captured, paid.payment_intent.latest_charge.paid) == (1999, True)
