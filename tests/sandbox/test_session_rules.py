import time

import pytest
import stripe

SUCCESS_URL = "http://127.0.0.1:9/checkout/success?session_id={CHECKOUT_SESSION_ID}"
LINE = {"price_data": {"currency": "usd", "product_data": {"name": "T-shirt"}, "unit_amount": 1999}, "quantity": 1}
GOOD = {"mode": "payment", "line_items": [LINE], "success_url": SUCCESS_URL}


def line(**price_data):
    return [{"price_data": {"product_data": {"name": "T-shirt"}} | price_data, "quantity": 1}]


def refused(account, **params):
    """The error of a create that must be refused; nothing may have been made."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.v1.checkout.sessions.create(
            {name: value for name, value in (GOOD | params).items() if value is not ...}
        )
    assert caught.value.http_status == 400
    assert account.v1.checkout.sessions.list().data == []
    return caught.value


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"surprise": "1"}, "parameter_unknown", "surprise"),
        ({"line_items": [LINE | {"colour": "red"}]}, "parameter_unknown", "line_items[0][colour]"),
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"mode": "barter"}, None, "mode"),
        ({"line_items": [LINE | {"quantity": "abc"}]}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items": line(unit_amount=1999)}, "parameter_missing", "line_items[0][price_data][currency]"),
        ({"line_items": "x"}, None, "line_items"),
        ({"line_items": ...}, "parameter_missing", "line_items"),
        ({"line_items": [LINE] * 101}, None, "line_items"),
        ({"success_url": ...}, "parameter_missing", "success_url"),
        ({"success_url": "checkout/done"}, "url_invalid", "success_url"),
        ({"return_url": SUCCESS_URL}, None, "return_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"client_reference_id": "x" * 201}, "parameter_too_long", "client_reference_id"),
        ({"metadata": {"x" * 41: "1"}}, None, f"metadata[{'x' * 41}]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
        ({"line_items": [LINE, *line(currency="eur", unit_amount=500)]}, None, "line_items"),
        ({"currency": "eur"}, None, "line_items"),
        ({"line_items": line(currency="usd", unit_amount=49)}, "amount_too_small", "line_items"),
        ({"line_items": line(currency="isk", unit_amount=150050)}, "parameter_invalid_integer",
         "line_items[0][price_data][unit_amount]"),
        ({"line_items": line(currency="kwd", unit_amount=12345)}, "parameter_invalid_integer",
         "line_items[0][price_data][unit_amount]"),
        ({"line_items": line(currency="usd", unit_amount=-5)}, None, "line_items[0][price_data][unit_amount]"),
        ({"discounts": [{"coupon": "c"}]}, "sandbox_unsupported", "discounts"),
        ({"automatic_tax": {"enabled": True}}, "sandbox_unsupported", "automatic_tax[enabled]"),
    ],
)  # fmt: skip
def test_a_session_that_stripe_would_refuse_is_refused_and_names_the_parameter(account, params, code, param):
    error = refused(account, **params)
    assert (error.code, error.param) == (code, param)


@pytest.mark.parametrize("seconds", [30 * 60 - 60, 24 * 3600 + 60])
def test_a_session_lives_from_half_an_hour_to_a_day(account, seconds):
    assert refused(account, expires_at=int(time.time()) + seconds).param == "expires_at"


def test_the_lifetime_is_measured_on_the_clock_of_the_account(account):
    account.advance(-60)
    half_an_hour = int(time.time()) + 30 * 60 - 30
    assert account.make_session(expires_at=half_an_hour).expires_at == half_an_hour
    account.advance(120)
    with pytest.raises(stripe.InvalidRequestError):
        account.make_session(expires_at=half_an_hour)


def test_customer_and_customer_email_exclude_each_other(account):
    customer = account.v1.customers.create({"email": "ana@example.com"})
    assert refused(account, customer=customer.id, customer_email="ana@example.com").param == "customer_email"
    assert account.make_session(customer=customer.id).customer == customer.id


@pytest.mark.parametrize(
    ("currency", "amount"), [("jpy", 50), ("isk", 150000), ("kwd", 12340), ("mga", 500), ("eur", 50)]
)
def test_amounts_count_in_the_smallest_unit_of_each_currency(account, currency, amount):
    session = account.make_session(amount, currency)
    assert (session.amount_total, session.currency) == (amount, currency)


def test_an_older_version_or_none_at_all_still_takes_payment_method_types(account):
    body = f"mode=payment&line_items[0][price_data][currency]=eur&line_items[0][price_data][product_data][name]=x" \
           f"&line_items[0][price_data][unit_amount]=900&line_items[0][quantity]=1&success_url={SUCCESS_URL}" \
           "&payment_method_types[]=sepa_debit&ui_mode=hosted"  # fmt: skip
    answer = account.raw("POST", "/v1/checkout/sessions", body)
    assert (answer.status_code, answer.json()["payment_method_types"]) == (200, ["sepa_debit"])
    older = account.raw("POST", "/v1/checkout/sessions", body, **{"Stripe-Version": "2025-12-15.clover"})
    assert older.status_code == 200
    newest = account.raw("POST", "/v1/checkout/sessions", body, **{"Stripe-Version": "2026-10-28.endive"})
    assert (newest.status_code, newest.json()["error"]["param"]) == (400, "payment_method_types")


def test_an_unknown_version_is_refused(account):
    answer = account.raw("GET", "/v1/checkout/sessions", **{"Stripe-Version": "2031-01-01.future"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_metadata_is_merged_and_unset_by_an_empty_string(account):
    session = account.make_session(metadata={"a": "1", "b": "2"})
    update = account.v1.checkout.sessions.update
    assert update(session.id, {"metadata": {"b": "", "c": "3"}}).metadata.to_dict() == {"a": "1", "c": "3"}
    assert update(session.id, {"metadata": ""}).metadata.to_dict() == {}


def test_lines_made_from_prices_are_multiplied_and_listed(account):
    product = account.v1.products.create({"name": "Slipmat"})
    price = account.v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 1250})
    session = account.make_session(line_items=[{"price": price.id, "quantity": 3}])
    (item,) = account.v1.checkout.sessions.line_items.list(session.id).data
    assert (item.description, item.quantity, item.amount_total, session.amount_total) == ("Slipmat", 3, 3750, 3750)
    assert item.price.id == price.id


def test_the_placeholder_in_success_url_is_kept_literally(account):
    assert account.make_session().success_url == SUCCESS_URL
