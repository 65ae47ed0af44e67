"""Who may post events to us: Stripe, lately, in one piece. Everybody else gets a plain no, and nothing is kept."""

import gzip
import hashlib
import hmac
import json
import time

import pytest

from tests.functional.ours import everything
from tests.shop import SECRET

EVENT = {
    "id": "evt_of_a_kind_unknown", "object": "event", "type": "customer.created", "api_version": "2026-10-28.endive",
    "livemode": False, "created": 1796414400, "data": {"object": {"id": "cus_1", "object": "customer"}},
}  # fmt: skip
BODY = json.dumps(EVENT).encode()
BAD_SIGNATURE = "The signature does not fit the body."
NO_EVENT = "The body is no event."


def sign(body=BODY, secret=SECRET, at=None, scheme="v1"):
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},{scheme}={digest}"


def knock(shop, body=BODY, signature=None, **more):
    headers = {"Sec-Fetch-Site": "none"} | more.pop("headers", {})
    if signature is not None:
        headers["Stripe-Signature"] = signature
    return shop.visitor().post("/webhooks/stripe", data=body, headers=headers, **more)


@pytest.fixture
def door(shop):
    """The shop, in which nothing may have changed when the test ends."""
    before = everything(shop)
    yield shop
    assert everything(shop) == before
    assert shop.rows("SELECT id FROM webhook_event") == []


def test_what_stripe_did_not_sign_is_400(door):
    genuine = sign()
    moment, digest = genuine.split(",")
    unsigned = [
        None, "", ",", "=", "t", "t=", "v1=", moment, digest, f"{moment},v1=", f"{moment},v1={'0' * 64}",
        sign(secret="whsec_of_somebody_else"), sign(secret=""), sign(scheme="v0"), genuine.replace("v1", "v2"),
        genuine.upper(), genuine[:-1], f"t=abc,{digest}", f"t=,{digest}", f"t={'9' * 5000},{digest}",
        f"t=-1,{digest}", f"t=1.5,{digest}", f"{moment},v1=é", f"{moment},v1=\udcff", "t=١,v1=x", "x" * 10_000,
        f"t=0,{digest}", digest.replace("v1=", "t=") + "," + moment,
    ]  # fmt: skip
    for signature in unsigned:
        headers = (
            {} if signature is None else {"Stripe-Signature": signature.encode("utf-8", "replace").decode("latin-1")}
        )
        answer = knock(door, headers=headers)
        assert (answer.status_code, answer.text) == (400, BAD_SIGNATURE), signature


def test_a_signature_fits_its_own_bytes_alone(door):
    for body in (BODY + b" ", BODY.replace(b": ", b":"), b" " + BODY, b"", BODY[:-1]):
        answer = knock(door, body, sign(BODY))
        assert (answer.status_code, answer.text) == (400, BAD_SIGNATURE)


@pytest.mark.parametrize(("seconds", "status"), [(-302, 400), (-295, 200), (295, 200), (305, 400), (31_536_000, 400)])
def test_a_signature_is_good_for_five_minutes_either_way(door, seconds, status):
    assert knock(door, signature=sign(at=time.time() + seconds)).status_code == status


def test_an_old_signature_does_not_come_back_behind_a_young_time(door):
    old, now = sign(at=time.time() - 9000), int(time.time())
    for header in (f"{old},t={now}", f"t={now},{old}"):
        assert knock(door, signature=header).status_code == 400


def test_of_two_signatures_one_that_fits_is_enough(door):
    good = sign()
    moment, digest = good.split(",")
    for header in (f"{good},v1={'0' * 64}", f"{moment},v1={'0' * 64},{digest}", f"{good},v0=abc", f"{good},{digest}"):
        assert knock(door, signature=header).status_code == 200


def test_while_one_secret_replaces_another_both_are_good(open_shop):
    shop = open_shop(stripe_webhook_secret="whsec_the_old_one, whsec_the_new_one")
    for secret, status in (("whsec_the_old_one", 200), ("whsec_the_new_one", 200), (SECRET, 400), ("", 400)):
        assert knock(shop, signature=sign(secret=secret)).status_code == status


NONSENSE = [
    b"[]", b"{}", b"null", b"1", b'""', b"", b"true", b"NaN", b"{", b"\xff\xfe", '{"id": "é'.encode("latin-1"),
    b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, gzip.compress(BODY), b"id=evt_1&type=x", b"\x00",
    b"\xef\xbb\xbf{}",
    json.dumps(EVENT | {"data": None}).encode(), json.dumps(EVENT | {"data": []}).encode(),
    json.dumps(EVENT | {"data": {"object": None}}).encode(), json.dumps(EVENT | {"data": {"object": [1]}}).encode(),
    json.dumps(EVENT | {"created": "today"}).encode(), json.dumps(EVENT | {"created": 10**30}).encode(),
    json.dumps({name: value for name, value in EVENT.items() if name != "id"}).encode(),
    json.dumps(EVENT | {"data": {"object": {"object": "customer", "metadata": [1]}}}).encode(),
]  # fmt: skip


def test_what_stripe_signed_but_is_no_event_is_400_and_no_fault(door):
    for body in NONSENSE:
        answer = knock(door, body, sign(body))
        assert (answer.status_code, answer.text) in ((400, NO_EVENT), (400, BAD_SIGNATURE)), body[:60]


def test_an_event_whose_parts_are_of_the_wrong_kind_is_400_and_no_fault(door):
    known = EVENT | {"type": "refund.created", "data": {"object": {"id": "re_1", "object": "refund"}}}
    wrong = [{"id": 5}, {"id": None}, {"id": ["evt"]}, {"id": {}}, {"type": ["refund.created"]}, {"type": None},
             {"api_version": 7}, {"livemode": "no"}]  # fmt: skip
    for part in wrong:
        body = json.dumps(known | part).encode()
        answer = knock(door, body, sign(body))
        assert (answer.status_code, answer.text) == (400, NO_EVENT), part


def test_a_packed_body_is_refused_cleanly(door):
    packed = gzip.compress(BODY)
    for signature in (sign(), sign(packed)):
        answer = knock(door, packed, signature, headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 400


def test_more_than_256_kib_is_413_and_exactly_that_is_read(door):
    padded = json.dumps(EVENT | {"padding": ""}).encode()
    fits = json.dumps(EVENT | {"padding": "x" * (256 * 1024 - len(padded))}).encode()
    assert len(fits) == 256 * 1024
    assert knock(door, fits, sign(fits)).status_code == 200
    assert knock(door, fits + b" ", sign(fits + b" ")).status_code == 413


def test_only_posts_come_through_the_door(door):
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = door.visitor().open("/webhooks/stripe", method=method, headers={"Stripe-Signature": sign()})
        assert answer.status_code == 405
    answer = door.visitor().get("/webhooks/stripe")
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_a_kind_of_event_we_do_not_know_is_done_with(door):
    answer = knock(door, signature=sign())
    assert (answer.status_code, answer.text) == (200, "ignored")


def test_a_cookie_at_the_door_means_nothing(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    answer = client.post("/webhooks/stripe", data=BODY, headers={"Stripe-Signature": sign()})
    assert (answer.status_code, answer.text, "Set-Cookie" in answer.headers) == (200, "ignored", False)
    assert client.post("/webhooks/stripe", data=BODY).status_code == 400
    assert everything(shop) == before


def test_the_door_has_no_limit_and_knows_no_network(open_shop):
    shop = open_shop(rate_limits="on")
    assert {knock(shop, signature=sign()).status_code for _ in range(200)} == {200}
