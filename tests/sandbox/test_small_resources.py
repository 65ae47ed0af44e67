import pytest
import stripe


def refusal(call, *arguments):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*arguments)
    return caught.value.http_status, caught.value.code, caught.value.param


def test_a_product_is_made_changed_and_listed(account):
    products = account.v1.products
    made = products.create({"name": "Slipmat", "metadata": {"sku": "S1"}})
    assert (made.active, made.name, made.metadata.sku) == (True, "Slipmat", "S1")
    changed = products.update(made.id, {"active": False, "metadata": {"sku": ""}})
    assert (changed.active, changed.metadata.to_dict()) == (False, {})
    pictured = products.update(made.id, {"images": ["http://127.0.0.1/1.png"], "description": "Felt"})
    assert (pictured.images, pictured.description) == (["http://127.0.0.1/1.png"], "Felt")
    bare = products.update(made.id, {"images": "", "description": ""})
    assert (bare.images, bare.description) == ([], None)
    other = products.create({"name": "Bag"})
    assert [one.id for one in products.list({"active": True}).data] == [other.id]
    assert [one.id for one in products.list({"ids": [made.id]}).data] == [made.id]
    assert products.retrieve(made.id).active is False
    assert refusal(products.create, {"description": "nameless"}) == (400, "parameter_missing", "name")
    assert refusal(products.retrieve, "prod_none") == (404, "resource_missing", "id")


def test_a_price_is_made_changed_and_listed(account):
    prices, product = account.v1.prices, account.v1.products.create({"name": "Slipmat"})
    given = {"product": product.id, "currency": "EUR", "unit_amount": 1250, "lookup_key": "slipmat"}
    made = prices.create(given)
    assert (made.currency, made.unit_amount, str(made.unit_amount_decimal)) == ("eur", 1250, "1250")
    prices.create(given | {"lookup_key": "other", "currency": "usd"})
    assert [one.id for one in prices.list({"lookup_keys": ["slipmat"]}).data] == [made.id]
    assert [one.id for one in prices.list({"currency": "eur"}).data] == [made.id]
    assert prices.update(made.id, {"active": False, "nickname": "old"}).nickname == "old"
    line = {"line_items": [{"price": made.id, "quantity": 1}]}
    assert refusal(lambda: account.make_session(**line)) == (400, None, "line_items[0][price]")
    assert prices.retrieve(made.id, {"expand": ["product"]}).product.name == "Slipmat"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"unit_amount": None}, None, "unit_amount"),
        ({"unit_amount_decimal": "1.5"}, None, "unit_amount"),
        ({"unit_amount": None, "unit_amount_decimal": "abc"}, None, "unit_amount_decimal"),
        ({"unit_amount": None, "unit_amount_decimal": "NaN"}, None, "unit_amount_decimal"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"currency": "euros"}, None, "currency"),
        ({"product": None}, "parameter_missing", "product"),
        ({"product": "prod_none"}, "resource_missing", "product"),
        ({"recurring": {"interval": "month"}}, "sandbox_unsupported", "recurring"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(account, change, code, param):
    good = {"product": account.v1.products.create({"name": "x"}).id, "currency": "eur", "unit_amount": 900}
    given = {name: value for name, value in (good | change).items() if value is not None}
    assert refusal(account.v1.prices.create, given)[1:] == (code, param)


def test_fractions_of_a_cent_are_rounded_once_per_line(account):
    price = {"currency": "usd", "product_data": {"name": "Sticker"}, "unit_amount_decimal": "33.335"}
    session = account.make_session(line_items=[{"price_data": price, "quantity": 10}])
    assert session.amount_total == 333


def test_a_customer_is_made_changed_and_found_by_email(account):
    customers = account.v1.customers
    made = customers.create({"email": "ana@example.com", "name": "Ana"})
    customers.create({"email": "bo@example.com"})
    assert customers.update(made.id, {"name": "Ana B", "metadata": {"tier": "1"}}).name == "Ana B"
    (found,) = customers.list({"email": "ana@example.com"}).data
    assert (found.id, found.metadata.tier) == (made.id, "1")


@pytest.mark.parametrize(
    ("line", "code", "param"),
    [
        ({"quantity": 1}, "parameter_missing", "line_items[0][price]"),
        ({"price": "price_none", "quantity": 1}, "resource_missing", "line_items[0][price]"),
        ({"price": "price_none"}, "parameter_missing", "line_items[0][quantity]"),
        ({"price": "price_none", "quantity": 0}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"price": "price_none", "quantity": 1, "tax_rates": ["txr_1"]}, "sandbox_unsupported",
         "line_items[0][tax_rates]"),
        ({"price": "price_none", "quantity": 1, "adjustable_quantity": {"enabled": True}}, "sandbox_unsupported",
         "line_items[0][adjustable_quantity][enabled]"),
    ],
)  # fmt: skip
def test_a_line_that_makes_no_sense_is_refused(account, line, code, param):
    assert refusal(lambda: account.make_session(line_items=[line]))[1:] == (code, param)


def test_payment_methods_are_made_by_number_token_and_iban(account):
    def make(**params):
        answer = account.raw("POST", "/v1/payment_methods", "&".join(f"{k}={v}" for k, v in params.items()))
        return answer.status_code, answer.json()

    assert make(type="card", **{"card[token]": "tok_visa"})[1]["card"]["last4"] == "4242"
    card = {"card[number]": "5555555555554444", "card[exp_month]": "12", "card[exp_year]": "2034"}
    status, made = make(type="card", **card)
    assert (status, made["card"]["brand"], made["card"]["exp_year"]) == (200, "mastercard", 2034)
    assert account.raw("GET", f"/v1/payment_methods/{made['id']}").json() == made
    assert make(type="sepa_debit", **{"sepa_debit[iban]": "AT611904300234573201"})[1]["sepa_debit"]["country"] == "AT"
    assert make(type="card", **(card | {"card[number]": "5555555555554445"}))[0] == 402
    assert make(type="card", **(card | {"card[exp_year]": "2020"}))[0] == 402
    assert make(type="card", **{"card[token]": "tok_unheard_of"})[0] == 404
    assert make(type="sepa_debit", **{"sepa_debit[iban]": "AT00"})[0] == 400
    assert make(type="klarna")[1]["error"]["code"] == "sandbox_unsupported"
    assert make()[1]["error"]["code"] == "parameter_missing"


def test_an_intent_is_made_changed_confirmed_and_canceled(account):
    intents = account.v1.payment_intents
    made = intents.create({"amount": 2000, "currency": "usd", "metadata": {"a": "1"}})
    assert (made.status, made.client_secret.startswith(made.id)) == ("requires_payment_method", True)
    assert intents.update(made.id, {"description": "x", "metadata": {"a": "2"}}).metadata.a == "2"
    assert refusal(intents.confirm, made.id)[:2] == (400, "payment_intent_unexpected_state")
    canceled = intents.cancel(made.id, {"cancellation_reason": "duplicate"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "duplicate")
    assert refusal(intents.confirm, made.id, {"payment_method": "pm_card_visa"})[:2] == (
        400,
        "payment_intent_unexpected_state",
    )
    waiting = intents.create({"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa"})
    assert waiting.status == "requires_confirmation"
    assert intents.confirm(waiting.id).status == "succeeded"
    assert [one.id for one in intents.list().data] == [waiting.id, made.id]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 2000}, "parameter_missing", "currency"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": 2000, "currency": "usd", "customer": "cus_none"}, "resource_missing", "customer"),
        ({"amount": 2000, "currency": "usd", "capture_method": "manual"}, "sandbox_unsupported",
         "capture_method=manual"),
        ({"amount": 2000, "currency": "usd", "payment_method_types": ["card"]},
         "payment_method_types_no_longer_supported", "payment_method_types"),
    ],
)  # fmt: skip
def test_an_intent_that_makes_no_sense_is_refused(account, params, code, param):
    assert refusal(account.v1.payment_intents.create, params)[1:] == (code, param)


def test_a_charge_can_be_annotated(account):
    session = account.pay(account.make_session())
    charge = account.v1.charges.list().data[0]
    changed = account.v1.charges.update(charge.id, {"metadata": {"note": "vip"}})
    assert (changed.metadata.note, changed.payment_intent) == ("vip", session["payment_intent"])


def test_money_becomes_available_after_two_days(account):
    account.pay(account.make_session())
    account.advance(2)
    posted = account.v1.balance_transactions.list().data[0]
    assert posted.status == "pending"
    account.advance(2 * 24 * 3600)
    assert account.v1.balance_transactions.retrieve(posted.id).status == "available"
    assert refusal(account.v1.balance_transactions.list, {"payout": "po_1"})[1:] == ("resource_missing", "payout")


def test_an_endpoint_has_an_address_and_known_events(account):
    create = account.v1.webhook_endpoints.create
    assert refusal(create, {"url": "ftp://x", "enabled_events": ["*"]})[1:] == ("url_invalid", "url")
    assert refusal(create, {"url": "http://127.0.0.1/", "enabled_events": ["made.up"]})[2] == "enabled_events[0]"
    assert refusal(create, {"url": "http://127.0.0.1/"})[1:] == ("parameter_missing", "enabled_events")
