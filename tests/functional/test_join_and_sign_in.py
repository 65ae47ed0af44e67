"""Somebody joins, confirms, signs in, is asked for a code, forgets the password, and signs out."""

import re

from passlib.totp import TOTP

from store.actors import SYSTEM, Role
from store.members import service
from tests.functional.ours import assert_page

ANA, SECRET = "ana@example.com", "tangerine ladder quiet moon"
OTHER = "violet harbor seldom brick"


def links(shop, to=ANA):
    """The paths in the newest mail to an address, after the worker has sent what waits."""
    shop.worker.drain()
    newest = next(mail for mail in shop.mails() if mail.to == to)
    return re.findall(r"http://127\.0\.0\.1:8000(/\S+)", newest.text)


def join(shop, email=ANA, password=SECRET):
    client = shop.visitor()
    answer = client.post("/join", data={"email": email, "password": password})
    assert (answer.status_code, answer.location) == (302, "/join?done=sent"), answer.text
    return client


def confirm(shop, client):
    (path, *_) = links(shop)
    assert "Press the button" in client.get(path).text
    assert client.post(path).location == "/sign-in?done=confirmed"


def sign_in(shop, client=None, email=ANA, password=SECRET):
    client = client or shop.visitor()
    answer = client.post("/sign-in", data={"email": email, "password": password})
    return client, answer


def joined(shop):
    client = join(shop)
    confirm(shop, client)
    return client


def test_who_joins_confirms_and_signs_in_has_an_account(shop):
    client = joined(shop)
    client, answer = sign_in(shop, client)
    assert (answer.status_code, answer.location) == (302, "/account")
    page = client.get("/account")
    assert_page(page, 200, "Your account", ANA)


def code(secret):
    return TOTP(key=secret).generate().token


def test_a_new_owner_sets_up_an_app_at_the_first_sign_in_and_runs_the_shop(shop):
    client = joined(shop)
    service.grant(shop.db, SYSTEM, ANA, Role.OWNER, shop.clock())
    client, answer = sign_in(shop)
    assert answer.location == "/account/authenticator"
    assert client.get("/account").status_code == 303
    page = client.post("/account/authenticator", data={"setup": "authenticator"})
    secret = re.search(r'key num">\s*<span class="vh">Key:</span>\s*([A-Z2-7 -]+)', page.text)[1].strip()
    assert "<svg" in page.text
    answer = client.post("/sign-in/code", data={"code": code(secret)})
    assert (answer.status_code, answer.location) == (302, "/account"), answer.text
    page = client.get("/account")
    assert "Run the shop" in page.text
    token = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
    page = client.post("/account/recovery-codes", data={"csrf_token": token, "generate_new_codes": "yes"})
    codes = re.findall(r"<code>(.*?)</code>", page.text)
    assert len(codes) == 10
    assert client.get("/admin/staff").status_code == 200
    client, answer = sign_in(shop)
    assert answer.location == "/sign-in/code"
    answer = client.post("/sign-in/recovery", data={"code": codes[0]})
    assert answer.location == "/account", answer.text
