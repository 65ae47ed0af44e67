"""The sandbox misbehaves when told to, exactly there, and the same way from the same seed."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests
import stripe

from store.sandbox.faults.plan import CALLS, DELIVERIES, Board, read
from tests.faults.stripe_faults import log, plan
from tests.sandbox.conftest import ROOT

CREATE = "POST /v1/checkout/sessions"
PRODUCTS = "POST /v1/products"


def make(account, key="k1"):
    return account.raw("POST", "/v1/products", "name=x", **{"Idempotency-Key": key})


def count(account):
    return len(account.v1.products.list().data)


# -- which strikes --


def test_a_fault_strikes_the_call_it_names_at_the_time_it_names_and_is_written_down(account):
    plan(account, api=[{"do": "500", "on": "POST /v1/products", "nth": [2, 3]}])
    statuses = [make(account, f"k{number}").status_code for number in range(4)]
    assert (statuses, account.v1.customers.create({"name": "x"}).name) == ([200, 500, 500, 200], "x")
    assert [(entry["do"], entry["on"], entry["match"]) for entry in log(account)] == [
        ("500", "POST /v1/products", 2),
        ("500", "POST /v1/products", 3),
    ]
    assert [call["id"] for call in account.control("GET", "requests").json()["data"] if call["status"] == 500] == [
        entry["request"] for entry in log(account)
    ]


def test_a_star_is_one_part_of_a_path_and_two_are_all_of_it(account):
    session = account.make_session()
    plan(account, api=[{"do": "503", "on": "POST /v1/checkout/sessions/*/expire"}, {"do": "502", "on": "GET /v1/**"}])
    with pytest.raises(stripe.APIError) as caught:
        account.v1.checkout.sessions.expire(session.id)
    assert caught.value.http_status == 503
    account.make_session()
    assert account.raw("GET", f"/v1/checkout/sessions/{session.id}/line_items").status_code == 502
    assert account.raw("GET", "/v1/events").status_code == 502


def test_another_account_is_spared_and_an_empty_plan_ends_it_but_leaves_the_log(account):
    plan(account, api={"500": 1})
    assert (make(account).status_code, make(account.neighbour).status_code) == (500, 200)
    assert account.control("POST", "faults", {}).json()["api"] == []
    assert (make(account).status_code, len(log(account))) == (200, 1)


def draws(seed, rule=1, matches=200):
    given = {"seed": seed, "api": [{"do": "500", "chance": 0.3}] * rule}
    board = Board()
    board.put(1, given)
    return ["500" in board.call(1, "GET /v1/x", "req") for _ in range(matches)]


def test_a_seed_strikes_at_the_same_calls_again_and_another_at_others():
    assert draws(7) == draws(7)
    assert draws(7) != draws(8)
    assert 30 < sum(draws(7)) < 90


def test_rules_draw_apart_from_each_other():
    alone = {"seed": 7, "api": [{"do": "500", "chance": 0.5}]}
    joined = {"seed": 7, "api": [*alone["api"], {"do": "slow", "chance": 0.5}]}
    struck = []
    for given in (alone, joined):
        board = Board()
        board.put(1, given)
        struck.append(["500" in board.call(1, "GET /v1/x", "req") for _ in range(50)])
    assert struck[0] == struck[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "seven"}, {"surprise": 1}, {"api": "500"}, {"api": [{"do": "explode"}]}, {"api": {"drop": 0.5}},
        {"api": [{"do": "500", "nth": 0}]}, {"api": [{"do": "500", "nth": 1, "chance": 0.5}]},
        {"deliveries": {"drop": 1.5}}, {"deliveries": [{"do": "drop", "seconds": 5}]}, {"deliveries": ["drop"]},
    ],
)  # fmt: skip
def test_a_plan_that_means_nothing_is_refused_and_the_old_one_stays(account, wrong):
    plan(account, api=[{"do": "500"}])
    assert account.control("POST", "faults", wrong).status_code == 400
    assert make(account).status_code == 500


def test_every_fault_is_explained():
    told = (ROOT / "store/sandbox/README.md").read_text(encoding="utf-8")
    assert [fault for fault in (*CALLS, *DELIVERIES) if f"`{fault}`" not in told] == []


def test_an_empty_plan_reads_as_none():
    assert (read({}).api, read({}).deliveries, read({}).seed) == ([], [], 0)


# -- calls --


@pytest.mark.parametrize(
    ("do", "status", "code", "header"),
    [
        ("500", 500, None, None),
        ("502", 502, None, None),
        ("503", 503, None, None),
        ("key_in_use", 409, "idempotency_key_in_use", None),
        ("rate_limited", 429, "rate_limit", ("Retry-After", "2")),
        ("lock_timeout", 429, "lock_timeout", ("Stripe-Should-Retry", "true")),
    ],
)
def test_a_call_that_is_refused_has_done_nothing_and_leaves_its_key_free(account, do, status, code, header):
    options = {"retry_after": 2} if do == "rate_limited" else {}
    plan(account, api=[{"do": do, "nth": 1} | options])
    refused = make(account)
    assert (refused.status_code, refused.json()["error"].get("code")) == (status, code)
    assert header is None or refused.headers[header[0]] == header[1]
    assert (make(account).status_code, count(account)) == (200, 1)


def test_a_connection_cut_before_the_work_leaves_nothing_not_even_in_the_log_of_calls(account):
    plan(account, api=[{"do": "cut_before", "on": PRODUCTS}])
    with pytest.raises(requests.ConnectionError):
        make(account)
    assert count(account) == 0
    assert [call for call in account.control("GET", "requests").json()["data"] if call["method"] == "POST"] == []


@pytest.mark.parametrize("do", ["cut_after", "cut_within"])
def test_a_connection_cut_after_the_work_loses_the_answer_and_the_key_brings_it_back(account, do):
    plan(account, api=[{"do": do, "on": PRODUCTS, "nth": 1}])
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        make(account)
    assert count(account) == 1
    again = make(account)
    assert (again.status_code, again.headers["Idempotent-Replayed"], count(account)) == (200, "true", 1)


def test_the_official_library_comes_through_a_lost_answer_by_itself(account):
    plan(account, api=[{"do": "cut_after", "on": PRODUCTS, "nth": 1}])
    assert account.make_client(max_network_retries=1).v1.products.create({"name": "x"}).name == "x"
    assert count(account) == 1


def test_an_answer_may_be_slow_while_others_are_not(account):
    plan(account, api=[{"do": "slow", "seconds": 0.3, "on": PRODUCTS}])
    begun = time.monotonic()
    assert (make(account).status_code, time.monotonic() - begun > 0.3) == (200, True)


def test_html_and_half_a_body_come_after_the_work(account):
    plan(account, api=[{"do": "html", "nth": 1, "status": 502}, {"do": "truncated", "nth": 2}])
    html, half = make(account, "k1"), make(account, "k2")
    assert (html.status_code, html.headers["Content-Type"], html.text[:6]) == (
        502,
        "text/html; charset=utf-8",
        "<html>",
    )
    assert (half.status_code, len(half.content)) == (200, int(half.headers["Content-Length"]))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        half.json()
    assert count(account) == 2


@pytest.mark.parametrize(("work", "made"), [(True, 1), (False, 0)])
def test_a_stored_500_is_replayed_under_its_key_whether_or_not_the_work_was_done(account, work, made):
    plan(account, api=[{"do": "stored_500", "work": work, "on": PRODUCTS, "nth": 1}])
    first, second = make(account), make(account)
    assert (first.status_code, second.status_code, second.content) == (500, 500, first.content)
    assert (second.headers["Idempotent-Replayed"], count(account)) == ("true", made)
    assert (make(account, "k2").status_code, count(account)) == (200, made + 1)


def test_a_key_that_is_pruned_early_executes_again(account):
    plan(account, api=[{"do": "prune_keys", "on": PRODUCTS, "nth": 2}])
    assert make(account).json()["id"] != make(account).json()["id"]
    assert count(account) == 2


def test_the_date_of_an_answer_may_be_off(account):
    plan(account, api=[{"do": "date_off", "seconds": -130}])
    told = parsedate_to_datetime(make(account).headers["Date"])
    assert -133 < (told - datetime.now(UTC)).total_seconds() < -128
