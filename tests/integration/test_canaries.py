"""Nothing secret is kept or told where it could be read: a whole life of an account, with words found nowhere else.

Mails are the one place where links stand.
"""

import base64
import logging
from pathlib import Path

import pytest

from store.actors import SYSTEM, Role
from store.members import service
from tests.functional.accounts import (
    code,
    come_in,
    confirm,
    halfway,
    is_signed_in,
    join,
    key_on,
    links,
    recovery_codes,
    sign_in,
)
from tests.shop import US

EMAIL, NEW_EMAIL = "canary-quokka@example.com", "canary-wombat@example.org"
PASSWORDS = ["zither quagmire ocelot nine", "bassoon tundra lozenge four", "wrong kazoo of nobody here"]
PERSON = {"name": "Quillon Featherstonehaugh", "line1": "4711 Kanarienvogel Lane", "city": "Wexcombe-under-Quay"}
PHONE = "+1 555 0199 733"


class Nest:
    """Where canaries are looked for: every table and file of the database, gathered after each step."""

    def __init__(self, shop):
        self.shop = shop
        self.kept, self.secrets = "", list(PASSWORDS)

    def hide(self, *secrets):
        self.secrets += secrets

    def hide_cookie(self, client):
        self.hide(client.get_cookie("session").value)
        return client

    def hide_link(self, path):
        self.hide(path.rpartition("/")[2])
        return path

    def hide_key(self, key):
        plain = key.replace("-", "").replace(" ", "")
        raw = base64.b32decode(plain + "=" * (-len(plain) % 8))
        self.hide(
            plain, plain.lower(), key, raw.hex(), raw.decode("latin-1"), base64.b64encode(raw).decode().rstrip("=")
        )
        return key

    def gather(self):
        names = self.shop.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if self.shop.db.is_sqlite
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        self.kept += "".join(repr(self.shop.rows(f'SELECT * FROM "{name}"')) for (name,) in names)
        if self.shop.db.is_sqlite:
            path = Path(self.shop.db.engine.url.database)
            for file in path.parent.glob(f"{path.name}*"):
                self.kept += file.read_bytes().decode("latin-1")


def buy(shop):
    guest = shop.visitor_with(shop.make_item())
    shop.pay(shop.check_out(guest, **US | PERSON | {"email": EMAIL, "phone": PHONE}))
    shop.deliver()


def live(shop, nest):
    """Join, confirm, sign in, reset, second factor, recovery codes, role, another address, wrong tries of all."""
    client = join(shop, EMAIL, PASSWORDS[0])
    nest.gather()
    nest.hide_link(links(shop, EMAIL)[0])
    confirm(shop, client, EMAIL)
    sign_in(shop, email=EMAIL, password=PASSWORDS[2])
    nest.hide_cookie(come_in(shop, EMAIL, PASSWORDS[0]))
    shop.visitor().post("/reset", data={"email": EMAIL})
    nest.gather()
    reset = nest.hide_link(links(shop, EMAIL)[0])
    shop.visitor().get(reset)
    assert shop.visitor().post(reset, data={"password": PASSWORDS[1]}).status_code == 302
    client = nest.hide_cookie(come_in(shop, EMAIL, PASSWORDS[1]))
    key = nest.hide_key(key_on(client.post("/account/authenticator", data={"setup": "authenticator"})))
    nest.gather()
    assert client.post("/sign-in/code", data={"code": code(key)}).status_code == 302
    codes = recovery_codes(client)
    assert len(codes) == 10
    nest.hide(*codes, *(one.replace("-", "") for one in codes))
    service.grant(shop.db, SYSTEM, EMAIL, Role.PACKER, shop.clock())
    client = nest.hide_cookie(halfway(shop, EMAIL, PASSWORDS[1]))
    nest.gather()
    client.post("/sign-in/code", data={"code": "000000"})
    assert client.post("/sign-in/recovery", data={"code": codes[0]}).location == "/account"
    nest.hide_cookie(client)
    move(shop, nest)


def move(shop, nest):
    client = shop.signed_in(1)
    client.post("/account/email", data={"email": NEW_EMAIL})
    nest.gather()
    path = nest.hide_link(links(shop, NEW_EMAIL)[0])
    assert client.post(path).location == "/sign-in?done=email"
    assert not is_signed_in(client)
    shop.worker.drain()
    nest.gather()


@pytest.fixture
def whole_life(open_shop, caplog):
    caplog.set_level(logging.DEBUG)  # before there is a shop: some ask only once whether they may tell everything
    shop = open_shop(log_level="DEBUG")
    nest = Nest(shop)
    buy(shop)
    live(shop, nest)
    nest.logged = caplog.text
    return nest


def test_no_secret_is_kept_and_neither_secret_nor_person_is_logged(whole_life):
    kept, logged = whole_life.kept, whole_life.logged
    assert len(whole_life.secrets) == len(set(whole_life.secrets)) > 35
    assert [secret for secret in whole_life.secrets if secret in kept] == []
    assert [secret for secret in whole_life.secrets if secret in logged] == []
    people = [
        EMAIL,
        NEW_EMAIL,
        PHONE,
        *PERSON.values(),
        "canary-quokka",
        "Featherstonehaugh",
        "Kanarienvogel",
        "0199 733",
    ]
    assert [word for word in people if word in logged] == []
    # That it would have been found: who bought is kept, and the work was logged.
    assert EMAIL in kept
    assert "Kanarienvogel" in kept
    assert len(logged) > 500
