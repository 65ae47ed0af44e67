from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from store.sandbox import idempotency
from store.sandbox.account import open_account
from store.sandbox.errors import ApiError
from store.sandbox.state import State

PRICE = "line_items[0][price_data]"
BODY = (
    f"mode=payment&{PRICE}[currency]=usd&{PRICE}[product_data][name]=x&{PRICE}[unit_amount]=900"
    "&line_items[0][quantity]=1&success_url=http://127.0.0.1/done"
)


def create(account, key, body=BODY):
    return account.raw("POST", "/v1/checkout/sessions", body, **{"Idempotency-Key": key})


def test_the_same_request_under_the_same_key_is_answered_from_memory(account):
    first, second = create(account, "k1"), create(account, "k1")
    assert (first.status_code, second.content) == (200, first.content)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(account.v1.checkout.sessions.list().data) == 1


def test_another_request_under_the_same_key_is_refused(account):
    create(account, "k1")
    other = create(account, "k1", BODY + "&customer_email=ana@example.com")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    with pytest.raises(stripe.IdempotencyError):
        account.v1.products.create({"name": "x"}, {"idempotency_key": "k1"})


def test_keys_of_other_accounts_do_not_count(account):
    assert create(account, "k1").json()["id"] != create(account.neighbour, "k1").json()["id"]


def test_a_request_that_fails_validation_leaves_its_key_free(account):
    assert create(account, "k1", BODY + "&surprise=1").status_code == 400
    assert create(account, "k1", BODY + "&expires_at=5").status_code == 400
    answer = create(account, "k1")
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)


def test_the_key_is_looked_up_before_the_request_is_validated(account):
    now = int(account.control("GET", "clock").json()["now"])
    body = f"{BODY}&expires_at={now + 1860}"
    first = create(account, "k1", body)
    account.advance(1200)
    assert create(account, "k1", body).json() == first.json()
    assert create(account, "k2", body).json()["error"]["param"] == "expires_at"


def test_a_decline_is_replayed_and_not_tried_again(account):
    body = "amount=2000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined"
    first = account.raw("POST", "/v1/payment_intents", body, **{"Idempotency-Key": "k1"})
    second = account.raw("POST", "/v1/payment_intents", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code, second.content) == (402, 402, first.content)
    assert len(account.v1.charges.list().data) == 1


def test_after_a_day_the_key_executes_again(account):
    first = create(account, "k1").json()["id"]
    account.advance(24 * 3600 + 5)
    assert create(account, "k1").json()["id"] != first


def test_a_key_is_at_most_255_characters_long(account):
    assert create(account, "k" * 255).status_code == 200
    assert create(account, "k" * 256).status_code == 400


def test_many_at_once_under_one_key_make_one_session(account):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: create(account, "k1"), range(32)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert {a.json()["error"]["code"] for a in answers if a.status_code == 409} <= {"idempotency_key_in_use"}
    assert len(account.v1.checkout.sessions.list().data) == 1


@pytest.fixture
def claiming():
    state = State()

    def claim(key="k1", print_="p1"):
        with state.transaction() as connection:
            return idempotency.claim(open_account(connection, "sk_test_unit"), key, print_)

    claim.state = state
    yield claim
    state.close()


def test_a_key_is_in_use_while_its_request_is_being_executed(claiming):
    assert claiming() is None
    with pytest.raises(ApiError) as caught:
        claiming()
    assert (caught.value.status, caught.value.code) == (409, "idempotency_key_in_use")


def test_a_kept_500_is_replayed_like_any_other_answer(claiming):
    claiming()
    with claiming.state.transaction() as connection:
        idempotency.keep(open_account(connection, "sk_test_unit"), "k1", 500, "{}")
    assert claiming() == idempotency.KeptAnswer(500, "{}")


def test_a_released_key_is_free_again(claiming):
    claiming()
    with claiming.state.transaction() as connection:
        idempotency.release(open_account(connection, "sk_test_unit"), "k1")
    assert claiming(print_="p2") is None
