import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

CARD = {
    "email": "ana@example.com",
    "method": "card",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Ana Buyer",
    "postal_code": "10115",
}
BANK = {"email": "ana@example.com", "method": "bank", "iban": "AT61 1904 3002 3457 3201", "holder": "Ana Buyer"}


def look(session):
    return requests.get(session.url, timeout=10)


def press_pay(session, url=None, **typed):
    return requests.post(url or session.url, data=CARD | typed, allow_redirects=False, timeout=20)


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("usd", 123456, "$1,234.56"), ("eur", 4990, "€49.90"), ("jpy", 4500, "¥4,500"), ("kwd", 12340, "KWD 12.340"),
     ("isk", 150000, "ISK 1,500.00")],
)  # fmt: skip
def test_amounts_are_written_as_the_currency_has_them(account, currency, amount, shown):
    page = look(account.make_session(amount, currency))
    assert f"Pay {shown}" in text_of(page)


def test_the_page_says_what_is_bought_and_that_no_money_moves(account):
    page = look(account.make_session(customer_email="ana@example.com"))
    for words in (
        "T-shirt",
        "Total $19.99",
        "Sandbox, no money moves",
        "4000 0000 0000 0002",
        "Bank debit (takes days)",
    ):
        assert words in text_of(page)
    assert len(re.findall("<h1", page.text)) == 1
    assert 'value="ana@example.com"' in page.text
    assert 'href="http://127.0.0.1:9/cart"' in page.text
    assert "<script" not in page.text


def test_the_page_may_load_nothing_and_send_its_form_only_home_or_to_the_shop(account):
    headers = look(account.make_session()).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["style-src"]) == ("'none'", "'self'")
    assert policy["form-action"] == "'self' http://127.0.0.1:9"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"card_number": ""}, "Enter the card number."),
        ({"card_number": "4242 4242"}, "A card number has 13 to 19 digits. This one has 8."),
        ({"card_number": "4242424242424241"}, "This card number has a typing mistake. Check it digit by digit."),
        ({"card_number": "4242x42424242424"}, "A card number has digits only."),
        ({"expiry": "13/30"}, "Enter the expiry date as month and year, such as 12/30."),
        ({"expiry": "01/20"}, "This card's expiry date is in the past."),
        ({"cvc": "12"}, "The security code has three digits, or four on American Express."),
        ({"email": "ana"}, "Enter an e-mail address such as ana@example.com. The receipt goes there."),
        ({"name": " "}, "Enter the name on the card."),
        (BANK | {"iban": "DE00 1234"}, "An IBAN starts with two letters and two digits and has 15 to 34 characters."),
        (BANK | {"iban": "AT611904300234573202"}, "This IBAN has a typing mistake. Check it character by character."),
    ],
)
def test_a_mistake_is_named_at_the_field_and_in_the_summary_and_nothing_is_tried(account, typed, sentence):
    session = account.make_session()
    answer = press_pay(session, **typed)
    assert (answer.status_code, text_of(answer).count(sentence)) == (422, 2)
    assert 'aria-invalid="true"' in answer.text
    assert 'value="123"' not in answer.text
    assert account.event_types() == []


def test_a_declined_card_is_told_in_a_sentence_and_can_be_replaced(account):
    session = account.make_session()
    answer = press_pay(session, card_number="4000000000009995")
    assert answer.status_code == 402
    assert "There is not enough money on this card. Try another card. Nothing was charged." in text_of(answer)
    assert press_pay(session).status_code == 303
    assert account.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize(("answer", "status", "payment_status"), [("approve", 303, "paid"), ("fail", 402, "unpaid")])
def test_a_card_that_asks_leads_to_the_bank_and_back(account, answer, status, payment_status):
    session = account.make_session()
    asked = press_pay(session, card_number="4000002500003155")
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/c/pay/{session.id}/confirm")
    assert look(session).url == f"{session.url}/confirm"
    decided = requests.post(f"{session.url}/confirm", data={"answer": answer}, allow_redirects=False, timeout=20)
    assert decided.status_code == status
    assert account.v1.checkout.sessions.retrieve(session.id).payment_status == payment_status
    if status == 402:
        assert f'action="/c/pay/{session.id}"' in decided.text


def test_a_bank_debit_sends_the_buyer_back_unpaid(account):
    session = account.make_session()
    assert press_pay(session, **BANK).status_code == 303
    told = account.v1.checkout.sessions.retrieve(session.id)
    assert (told.status, told.payment_status, told.customer_details.name) == ("complete", "unpaid", "Ana Buyer")
    assert "Your payment is on its way" in text_of(requests.get(session.url, timeout=10))


def test_a_method_that_the_shop_excludes_is_not_offered_and_not_taken(account):
    session = account.make_session(excluded_payment_method_types=["sepa_debit"])
    assert session.payment_method_types == ["card"]
    assert "Bank debit" not in look(session).text
    assert press_pay(session, **BANK, card_number="").status_code == 422
    assert account.event_types() == []


def test_pressing_pay_twice_pays_once(account):
    session = account.make_session()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: press_pay(session), range(8)))
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, f"http://127.0.0.1:9/checkout/success?session_id={session.id}")
    }
    assert len(account.v1.charges.list().data) == 1


def test_pages_of_sessions_that_are_over_say_so(account):
    paid, expired = account.make_session(), account.make_session()
    account.pay(paid)
    account.v1.checkout.sessions.expire(expired.id)
    assert "Nothing left to pay" in text_of(look(paid))
    page = look(expired)
    assert (page.status_code, "This page has expired" in text_of(page)) == (410, True)
    assert (press_pay(expired).status_code, account.v1.charges.list().data[1:]) == (410, [])
    missing = requests.get(f"{account.url}/c/pay/cs_test_nothing", timeout=10)
    assert (missing.status_code, "No such page" in text_of(missing)) == (404, True)


def test_what_the_shop_names_is_escaped(account):
    line = {"price_data": {"currency": "usd", "product_data": {"name": "<b>&"}, "unit_amount": 900}, "quantity": 1}
    assert "&lt;b&gt;&amp;" in look(account.make_session(line_items=[line])).text


def test_the_buyer_waits_for_the_shops_answer_to_the_webhook(account, receiver):
    account.add_endpoint(receiver.url)
    order = []
    receiver.answer = lambda body: order.append("told") or 200
    press_pay(account.make_session())
    order.append("back")
    assert order == ["told"] * 4 + ["back"]


def test_the_index_shows_the_demo_account_only_and_no_key(start, receiver, make_account):
    process = start("--account", f"sk_test_demo={receiver.url}=whsec_demo")
    demo, other = make_account(process.url, "sk_test_demo"), make_account(process.url)
    shown, hidden = demo.make_session(), other.make_session()
    demo.pay(shown)
    receiver.wait_for(4)
    page = requests.get(process.url, timeout=10)
    assert shown.id in page.text
    assert hidden.id not in page.text
    assert "checkout.session.completed" in page.text
    assert not re.search(r"sk_test_|whsec_", page.text)
