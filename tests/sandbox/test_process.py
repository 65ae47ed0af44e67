import os
import re
import sqlite3
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
import stripe

ROOT = Path(__file__).parents[2]


def test_a_restarted_sandbox_still_knows_its_sessions_keys_and_debts(start, tmp_path, receiver, make_account):
    options = ("--state", tmp_path / "deep" / "sandbox.db", "--account", f"sk_test_demo={receiver.url}=whsec_demo")
    first = start(*options)
    account = make_account(first.url, "sk_test_demo")
    account.control("POST", "deliveries", {"mode": "off"})
    paid, open_ = account.pay(account.make_session()), account.make_session()
    account.v1.products.create({"name": "x"}, {"idempotency_key": "k1"})
    account.advance(3600)
    first.stop()

    again = make_account(start(*options).url, "sk_test_demo")
    assert again.v1.checkout.sessions.retrieve(paid["id"]).payment_status == "paid"
    assert again.v1.checkout.sessions.retrieve(open_.id).status == "open"
    assert len(again.v1.webhook_endpoints.list().data) == 1
    with pytest.raises(stripe.IdempotencyError):
        again.v1.products.create({"name": "y"}, {"idempotency_key": "k1"})
    assert again.control("GET", "clock").json()["now"] == pytest.approx(time.time() + 3600, abs=5)
    again.control("POST", "deliveries/drain")
    assert [event.type for event in receiver.events("whsec_demo")][:2] == ["payment_intent.created", "charge.succeeded"]


def test_it_refuses_to_start_in_production():
    command = [sys.executable, "-m", "store.sandbox", "--port", "0"]
    environment = os.environ | {"STORE_ENV": "production"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert "STORE_ENV=production" in run.stderr


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 100, None])
def test_it_refuses_a_state_file_that_it_cannot_read(tmp_path, content):
    path = tmp_path / "sandbox.db"
    if content:
        path.write_bytes(content)
    else:
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
    command = [sys.executable, "-m", "store.sandbox", "--port", "0", "--state", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert "state file" in run.stderr


@pytest.mark.parametrize("account", ["sk_live_x=http://127.0.0.1/=whsec_x", "sk_test_x", "sk_test_x=http://127.0.0.1/"])
def test_it_refuses_an_account_that_it_cannot_serve(account):
    command = [sys.executable, "-m", "store.sandbox", "--port", "0", "--account", account]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, run.stdout) == (2, "")


def test_it_listens_on_this_machine_only(sandbox):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", sandbox.url)
    port = int(sandbox.url.rsplit(":", 1)[1])
    table = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
    listening = [row.split()[1] for row in table.splitlines()[1:] if row.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("key", ["sk_live_abcdefghijkl", "sk_test_", "pk_test_x", "nonsense", "sk_test_ü"])
def test_a_key_that_is_no_test_key_is_not_let_in(sandbox, key):
    headers = {"Authorization": f"Bearer {key}".encode()}
    answer = requests.get(f"{sandbox.url}/v1/checkout/sessions", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
    assert key not in answer.text or len(key) < 8
    assert (
        requests.post(f"{sandbox.url}/_test/clock", json={"advance": 1}, headers=headers, timeout=10).status_code == 401
    )


def test_without_a_key_nobody_is_let_in(sandbox):
    for method, path in [("GET", "/v1/events"), ("POST", "/v1/products"), ("GET", "/_test/requests")]:
        assert requests.request(method, sandbox.url + path, timeout=10).status_code == 401


def test_keys_work_as_basic_user_name_too_and_restricted_keys_count(sandbox):
    for key in ("sk_test_basic", "rk_test_basic"):
        assert requests.get(f"{sandbox.url}/v1/events", auth=(key, ""), timeout=10).json()["data"] == []


def test_answers_carry_a_request_id_and_the_time_of_the_account(account):
    account.advance(7200)
    answer = account.raw("GET", "/v1/checkout/sessions")
    assert re.fullmatch(r"req_\w{14}", answer.headers["Request-Id"])
    shown = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert shown == pytest.approx(time.time() + 7200, abs=5)


def test_a_body_above_one_megabyte_is_refused(account):
    answer = account.raw("POST", "/v1/products", "name=" + "x" * 1_100_000)
    assert answer.status_code == 413


def test_one_connection_serves_on_after_a_refusal(sandbox, account):
    with requests.Session() as connection:
        refused = connection.post(f"{sandbox.url}/v1/products", data={"name": "x" * 5000}, timeout=10)
        assert refused.status_code == 401
        headers = {"Authorization": f"Bearer {account.key}"}
        assert connection.get(f"{sandbox.url}/v1/products", headers=headers, timeout=10).json()["data"] == []


def test_an_address_that_is_none_is_answered_in_json(account):
    answer = account.raw("GET", "/v1/nothing")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")
    assert account.raw("PUT", "/v1/products").status_code == 404


def test_what_was_asked_can_be_looked_up(account):
    account.v1.products.create({"name": "x", "metadata": {"7": "y"}}, {"idempotency_key": "k1"})
    (asked,) = account.control("GET", "requests").json()["data"]
    assert (asked["method"], asked["path"], asked["status"]) == ("POST", "/v1/products", 200)
    assert asked["params"] == {"name": "x", "metadata": {"7": "y"}}
    assert asked["headers"]["Idempotency-Key"] == "k1"
    assert asked["headers"]["Stripe-Version"] == "2026-10-28.endive"


def test_ids_are_shaped_like_stripes(account):
    session = account.pay(account.make_session())
    assert re.fullmatch(r"cs_test_a1\w{56}", session["id"])
    assert re.fullmatch(r"pi_3\w{23}", session["payment_intent"])


def test_the_clock_is_set_and_moved(account):
    assert account.control("POST", "clock", {"now": 2_000_000_000}).json()["now"] == pytest.approx(2_000_000_000, abs=5)
    assert account.advance(60) == pytest.approx(2_000_000_060, abs=5)
    assert account.control("POST", "clock", {}).status_code == 400
