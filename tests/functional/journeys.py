"""What members do on their way through the shop, in few words."""

import re

PASSWORD = "tangerine ladder quiet moon"
TOKEN = re.compile(r'csrf_token" value="([^"]+)"')


def links(shop, to):
    """The paths in the newest mail to an address, after the worker has sent what waits."""
    shop.worker.drain()
    newest = next(mail for mail in shop.mails() if mail.to == to)
    return re.findall(rf"{re.escape(shop.settings.public_url)}(/\S+)", newest.text)


def join(shop, email, password=PASSWORD):
    client = shop.visitor()
    answer = client.post("/join", data={"email": email, "password": password})
    assert (answer.status_code, answer.location) == (302, "/join?done=sent"), answer.text
    return client


def confirm(shop, client, email):
    """Press the button behind the link in the mail."""
    (path, *_) = links(shop, email)
    assert "Press the button" in client.get(path).text
    assert client.post(path).location == "/sign-in?done=confirmed"


def sign_in(shop, client=None, email="ana@example.com", password=PASSWORD):
    """Through the form; the browser, whose requests then carry the token of its session."""
    client = client or shop.visitor()
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert (answer.status_code, answer.location) == (302, "/account"), answer.text
    client.token = TOKEN.search(client.get("/account").text)[1]
    return client


def sign_out(client):
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (302, "/"), answer.text
    client.token = None
