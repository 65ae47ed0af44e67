"""Every list of the API honours time, cursor and limit: three of each thing, a hundred seconds apart."""

import pytest
import requests

from tests.sandbox.conftest import Account

LISTS = [
    ("checkout/sessions", {}),
    ("payment_intents", {}),
    ("charges", {}),
    ("refunds", {}),
    ("disputes", {}),
    ("radar/early_fraud_warnings", {}),
    ("reviews", {}),
    ("balance_transactions", {"type": "refund"}),
    ("payouts", {}),
    ("customers", {}),
    ("events", {"type": "charge.succeeded"}),
]


@pytest.fixture(scope="module")
def busy(sandbox):
    """An account in which everything has happened three times."""
    account = Account(sandbox.url)
    for _ in range(3):
        session = account.make_session(2000, customer_creation="always")
        intent = account.pay(session, card="4000000000000077")["payment_intent"]
        account.advance(2)
        account.refund(intent, amount=100)
        account.tell(f"disputes/{intent}", kind="inquiry")
        account.tell(f"warnings/{intent}")
        account.tell(f"reviews/{intent}")
        account.tell("payout")
        account.advance(98)
    return account


def listed(account, path, params):
    answer = requests.get(f"{account.url}/v1/{path}", params, auth=(account.key, ""), timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(("path", "filters"), LISTS)
def test_a_list_honours_time_cursor_and_limit(busy, path, filters):
    def ids(**params):
        return [one["id"] for one in listed(busy, path, filters | params)["data"]]

    newest, middle, oldest = listed(busy, path, filters)["data"]
    moment = middle["created"]
    assert newest["created"] - moment == pytest.approx(100, abs=5)
    expected = {"gt": [newest], "gte": [newest, middle], "lt": [oldest], "lte": [middle, oldest]}
    for bound, found in expected.items():
        assert ids(**{f"created[{bound}]": moment}) == [one["id"] for one in found], bound
    assert ids(created=moment) == [middle["id"]]
    assert ids(starting_after=newest["id"]) == [middle["id"], oldest["id"]]
    assert ids(ending_before=oldest["id"]) == [newest["id"], middle["id"]]
    assert ids(ending_before=oldest["id"], limit=1) == [middle["id"]]
    first = listed(busy, path, filters | {"limit": 2})
    assert ([one["id"] for one in first["data"]], first["has_more"]) == ([newest["id"], middle["id"]], True)
    assert listed(busy, path, filters | {"limit": 3})["has_more"] is False


def test_members_of_a_payout_are_paged(busy):
    payout = listed(busy, "payouts", {})["data"][0]["id"]
    whole = listed(busy, "balance_transactions", {"payout": payout})["data"]
    assert [one["type"] for one in whole] == ["payout", "refund", "charge"]
    first = listed(busy, "balance_transactions", {"payout": payout, "limit": 2})
    assert (first["data"], first["has_more"]) == (whole[:2], True)
    rest = listed(busy, "balance_transactions", {"payout": payout, "starting_after": whole[1]["id"]})
    assert (rest["data"], rest["has_more"]) == (whole[2:], False)
