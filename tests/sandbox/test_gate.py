"""What cannot be seen over HTTP with a well-behaved client."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.sandbox import forms, gate, shapes
from store.sandbox.account import open_account
from store.sandbox.app import create_app
from store.sandbox.courier import Courier
from store.sandbox.errors import ApiError, ShapeError
from store.sandbox.routes import ROUTES
from store.sandbox.state import State


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("a=1&b[c]=2&b[d][0][e]=3", {"a": "1", "b": {"c": "2", "d": {"0": {"e": "3"}}}}),
        ("a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        ("metadata[7]=x", {"metadata": {"7": "x"}}),
        ("a=&b=%C3%BC+%26", {"a": "", "b": "ü &"}),
        ("", {}),
    ],
)
def test_bracket_notation_is_decoded(encoded, decoded):
    assert forms.decode(encoded) == decoded


@pytest.mark.parametrize("encoded", ["a[b=1", "a]=1", "[a]=1", "a=1&a[b]=2", "a[b]=2&a=1", "&".join(["a=1"] * 10_001),
                                     "a" + "[b]" * 13 + "=1"])  # fmt: skip
def test_what_is_no_bracket_notation_is_refused(encoded):
    with pytest.raises(ApiError):
        forms.decode(encoded)


@pytest.fixture
def client():
    state = State()
    app = create_app(state, Courier(state))
    with app.test_client() as client:
        client.state = state
        yield client
    state.close()


def make_product(client, name="x"):
    headers = {"Authorization": "Bearer sk_test_unit", "Idempotency-Key": "k1"}
    return client.post("/v1/products", data={"name": name}, headers=headers)


def products(client):
    with client.state.transaction() as connection:
        return list(open_account(connection, "sk_test_unit").newest_first("product"))


def test_an_answer_that_breaks_the_official_shape_is_a_500_and_nothing_is_done(client, monkeypatch, caplog):
    def break_shape(_body):
        raise ShapeError("product: name: 5 is not of type 'string'")

    monkeypatch.setattr(gate, "_hold_to_shape", break_shape)
    answer = make_product(client)
    assert (answer.status_code, answer.json["error"]["type"]) == (500, "api_error")
    assert "product: name" in answer.json["error"]["message"]
    assert products(client) == []
    assert "The sandbox failed at POST /v1/products" in caplog.text


def test_a_500_is_kept_under_its_key_and_replayed(client, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(gate, "_hold_to_shape", lambda _body: 1 / 0)
        first = make_product(client)
    second = make_product(client)
    assert (first.status_code, second.status_code, second.data) == (500, 500, first.data)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert products(client) == []


def test_the_log_of_requests_tells_replays_apart(client):
    for _ in range(2):
        make_product(client)
    headers = {"Authorization": "Bearer sk_test_unit"}
    asked = client.get("/_test/requests", headers=headers).json["data"]
    assert [(one["status"], one["replayed"]) for one in asked] == [(200, False), (200, True)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/_test/deliveries", {"mode": "perhaps"}),
        ("POST", "/_test/clock", {"advance": "a day"}),
        ("POST", "/_test/bank/pi_none", {"outcome": "maybe"}),
        ("POST", "/_test/bank/pi_none", {"outcome": "fail"}),
        ("POST", "/_test/pay/cs_none", {"card": "4242424242424242"}),
        ("POST", "/_test/events/evt_none/redeliver", {}),
        ("POST", "/_test/webhook_endpoints/we_none/roll", {}),
        ("GET", "/_test/nothing", None),
    ],
)
def test_a_control_that_cannot_be_obeyed_is_refused(client, method, path, body):
    headers = {"Authorization": "Bearer sk_test_unit"}
    answer = client.open(path, method=method, json=body, headers=headers)
    assert answer.status_code in (400, 404)
    assert answer.json["error"]["type"] == "invalid_request_error"


VALUES = st.sampled_from(
    ["", "0", "-1", "1999", "true", "usd", "ü", "\x00", "²", "NaN", "1e9", "9" * 30, "http://x/", "pm_card_visa"]
)
CREATES = [route.path for route in ROUTES if route.method == "POST" and "{" not in route.path and route.shaped]


@st.composite
def forms_of(draw):
    """An address, and a body that names its real parameters but fills them with anything."""
    path = draw(st.sampled_from(CREATES))
    names = draw(st.lists(st.sampled_from(sorted(shapes.parameters("POST", path)["properties"])), max_size=5))
    inside = st.sampled_from(["", "[]", "[0]", "[0][price]", "[enabled]", "[name]", "[address][line1]"])
    return path, {name + draw(inside): draw(VALUES) for name in names}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms_of())
def test_whatever_is_sent_the_sandbox_answers_in_stripes_way(client, form):
    path, body = form
    answer = client.post(path, data=body, headers={"Authorization": "Bearer sk_test_unit"})
    assert answer.status_code in (200, 400, 402, 404), answer.json
    assert answer.json.get("id") or answer.json["error"]["message"]
