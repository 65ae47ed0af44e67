"""The first thing a newcomer types, from a bare clone to a paid order, and Ctrl-C at the end."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import requests
from passlib.totp import TOTP

from tests.shop import US, wait_until

ROOT = Path(__file__).parents[2]
CARD = {"method": "card", "card_number": "4242424242424242", "expiry": "12/40", "cvc": "123", "postal_code": "11201"}


def free_ports():
    """Two ports in a row."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            try:
                second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            except OSError:
                continue
            return first.getsockname()[1]


@pytest.fixture
def clone(tmp_path):
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


@pytest.mark.prove
@pytest.mark.alone
@pytest.mark.timeout(400)
def test_make_run_brings_up_a_shop_from_a_bare_clone_that_takes_an_order_and_ends_with_ctrl_c(clone):
    port = free_ports()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    with (clone / "log").open("w") as log:
        running = subprocess.Popen(
            ["make", "run", f"PORT={port}"], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    shop = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: is_ready(shop), seconds=180)  # the promise: under three minutes
        buy(shop)
        member, staff = (printed(clone / "log", kind) for kind in ("member", "staff"))
        assert sign_in(shop, *member).url == f"{shop}/account"
        assert "Run the shop" in sign_in(shop, *staff).text
    finally:
        os.killpg(running.pid, signal.SIGINT)
    assert running.wait(30) is not None
    wait_until(lambda: not is_ready(shop) and not is_ready(f"http://127.0.0.1:{port + 1}", "/"), seconds=20)


def is_ready(shop, path="/readyz"):
    try:
        return requests.get(shop + path, timeout=2).ok
    except requests.RequestException:
        return False


def buy(shop):
    """As a browser without script does it."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    page = browser.get(f"{shop}/products/big-hole-45-adapter", timeout=10).text
    variant = re.search(r'name="variant"\s+value="(\d+)"', page)[1]
    browser.post(f"{shop}/cart/lines", data={"variant": variant, "quantity": 1}, timeout=10)
    payment_page = browser.post(f"{shop}/checkout", data=US, timeout=20)
    assert "/c/pay/" in payment_page.url
    thanks = browser.post(payment_page.url, data=CARD | {"name": US["name"], "email": US["email"]}, timeout=30)
    assert (thanks.status_code, "Thank you" in thanks.text) == (200, True), thanks.url
    number = re.search(r"NM-[0-9A-Z]{6}", thanks.text)[0]
    wait_until(lambda: number in browser.get(f"{shop}/dev/mail", timeout=10).text, seconds=30)


def printed(log, kind):
    """What follows `member` or `staff` on the one line that begins so."""
    (line,) = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith(f"{kind} ")]
    return line.split(" ")[1:]


def sign_in(shop, email, password, key=None):
    """The page on which somebody is after signing in, with a code where there is a key for it."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    page = browser.post(f"{shop}/sign-in", data={"email": email, "password": password}, timeout=10)
    if key is not None:
        assert page.url == f"{shop}/sign-in/code"
        page = browser.post(page.url, data={"code": TOTP(key=key).generate().token}, timeout=10)
    return page
