"""What people do at the door, in few words: they join, follow what was mailed, sign in, type codes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import time_machine
from passlib.totp import TOTP

ANA, SECRET = "ana@example.com", "tangerine ladder quiet moon"
BEN, OTHER = "ben@example.com", "violet harbor seldom brick"
EVE = "eve@example.com"
TOKEN = re.compile(r'csrf_token" value="([^"]+)"')
STALE = "This link was used already, or is too old. Ask for a new one."
OF_ANOTHER = "This link belongs to another account"
NO_MATCH = "No account has this address with this password."


def later(**by):
    """As long as it lasts it is later for everybody: the shop, Flask-Security, and what signs links."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**by), tick=True)


def links(shop, to=ANA):
    """The paths in the newest mail to an address, after the worker has sent what waits."""
    shop.worker.drain()
    newest = next(mail for mail in shop.mails() if mail.to == to)
    return re.findall(r"http://127\.0\.0\.1:8000(/\S+?)\.?(?:\s|$)", newest.text)


def subjects(shop, to=ANA):
    """The subjects of all mails to an address, in the order of the alphabet."""
    shop.worker.drain()
    return sorted(mail.subject for mail in shop.mails() if mail.to == to)


def join(shop, email=ANA, password=SECRET):
    client = shop.visitor()
    answer = client.post("/join", data={"email": email, "password": password})
    assert (answer.status_code, answer.location) == (302, "/join?done=sent"), answer.text
    return client


def confirm(shop, client, to=ANA):
    path = links(shop, to)[0]
    assert "Press the button" in client.get(path).text
    assert client.post(path).location == "/sign-in?done=confirmed"


def joined(shop, email=ANA, password=SECRET):
    client = join(shop, email, password)
    confirm(shop, client, email)
    return client


def sign_in(shop, client=None, email=ANA, password=SECRET):
    """The browser, and what it was answered."""
    client = client or shop.visitor()
    return client, client.post("/sign-in", data={"email": email, "password": password})


def carry_token(client, path="/account"):
    """The browser, whose requests from now on carry the token of its session, as our forms send it."""
    client.token = TOKEN.search(client.get(path).text)[1]
    return client


def come_in(shop, email=ANA, password=SECRET, client=None):
    """Signed in through the form."""
    client, answer = sign_in(shop, client, email, password)
    assert (answer.status_code, answer.location) == (302, "/account"), answer.text
    return carry_token(client)


def leave(client):
    """Signed out by the button of the account."""
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (302, "/"), answer.text
    client.token = None


def halfway(shop, email=ANA, password=SECRET):
    """The password was right, and the code is asked for."""
    client, answer = sign_in(shop, email=email, password=password)
    assert (answer.status_code, answer.location) == (302, "/sign-in/code"), answer.text
    return client


def is_signed_in(client):
    return client.get("/account").status_code == 200


def is_stranger(client):
    answer = client.get("/account")
    return (answer.status_code, answer.location) == (303, "/sign-in?next=/account")


def code(key):
    return TOTP(key=key).generate().token


def key_of(shop, email=ANA):
    """The key in somebody's app."""
    sealed = shop.value("SELECT tf_totp_secret FROM member WHERE email = :email", email=email)
    return shop.app.extensions["security"].totp_factory.get_totp_b32_key(sealed)


def key_on(page):
    """The key that a page of ours shows to be typed into an app."""
    return re.search(r'key num">\s*<span class="vh">Key:</span>\s*([A-Z2-7 -]+)', page.text)[1].strip()


def recovery_codes(client):
    """New ones, as the page shows them once."""
    page = client.post("/account/recovery-codes", data={"generate_new_codes": "yes"})
    return re.findall(r"<code>(.*?)</code>", page.text)


def accounts(shop):
    """All that a request could have changed about accounts."""
    tables = ("member", "member_role", "recovery_code", "audit_entry")
    found = {table: sorted(map(repr, shop.rows(f"SELECT * FROM {table}"))) for table in tables}
    return found | {"sessions": shop.rows("SELECT id, digest, member_id FROM member_session ORDER BY id")}


def at_once(*deeds):
    """Each in a thread of its own, all let go at the same instant; what they gave."""
    together = Barrier(len(deeds))

    def do(deed):
        together.wait(20)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [each.result(60) for each in [pool.submit(do, deed) for deed in deeds]]
