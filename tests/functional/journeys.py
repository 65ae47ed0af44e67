"""What members do on their way through the shop, in few words."""

import re

PASSWORD = "tangerine ladder quiet moon"
TOKEN = re.compile(r'csrf_token" value="([^"]+)"')


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
