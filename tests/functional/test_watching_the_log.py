"""What the log tells whoever watches it: guessed passwords, refused rights, reached limits; by number, not by name."""

import logging

from store.actors import Role
from tests.people import Visitor

ANA = "ana@example.com"


def warnings(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith("store.")]


def test_a_guessed_password_is_told_with_the_accounts_number(shop, caplog):
    ana = shop.make_member(ANA, password="tangerine ladder quiet moon")
    with caplog.at_level(logging.INFO, "store"):
        for email in (ANA, "nobody@example.com"):
            assert shop.visitor().post("/sign-in", data={"email": email, "password": "guess"}).status_code == 422
    told = warnings(caplog)
    assert f"member:{ana}: a wrong password was given at security.login" in told
    assert told.count("a sign-in was refused") == 2
    assert not any("@" in sentence for sentence in told)


def test_a_right_that_was_refused_is_told(shop, caplog):
    packer = shop.staff(Role.PACKER)
    number = shop.value("SELECT id FROM member")
    with caplog.at_level(logging.WARNING, "store"):
        assert packer.post("/admin/staff", data={"email": ANA, "role": "owner"}).status_code == 403
    assert warnings(caplog) == [f"member:{number} was refused POST admin_staff.grant"]


def test_a_limit_that_was_reached_is_told(open_shop, caplog):
    shop = open_shop(rate_limits="on")
    client: Visitor = shop.visitor()
    with caplog.at_level(logging.WARNING, "store"):
        answers = [client.post("/reset", data={"email": ANA}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert warnings(caplog) == ["a limit was reached at security.forgot_password"]
