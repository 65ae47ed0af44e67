"""Somebody joins, confirms, signs in, is asked for a code, forgets the password, and signs out."""

import re

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
