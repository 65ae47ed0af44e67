"""The commands of the shop, as an operator types them."""

import json

import pytest
from sqlalchemy import text

from store.actors import SYSTEM
from store.audit.history import record
from store.migrations import commands
from tests.functional.accounts import (
    ANA,
    BEN,
    SECRET,
    accounts,
    code,
    come_in,
    halfway,
    is_signed_in,
    is_stranger,
    sign_in,
)
from tests.shop import Shop


@pytest.fixture
def flask(shop):
    return lambda *words: shop.app.test_cli_runner().invoke(args=words)


@pytest.fixture
def empty_shop(sqlite, sandbox, tmp_path):
    """A database that has been migrated and holds nothing."""
    shop = Shop(sqlite.make(), sandbox.url, tmp_path)
    yield shop
    shop.close()


def test_check_is_content_with_a_migrated_database_and_names_one_that_is_not(flask, shop):
    assert (flask("db", "check").exit_code, "The tables fit the code." in flask("db", "check").output) == (0, True)
    commands.downgrade(shop.db, "0001")
    behind = flask("db", "check")
    assert (behind.exit_code, behind.output) == (1, "Error: The database is not migrated. Run `flask db upgrade`.\n")
    assert flask("db", "upgrade").exit_code == 0
    assert flask("db", "check").exit_code == 0


def test_the_demo_is_loaded_once_and_a_second_time_changes_nothing(empty_shop):
    runner = empty_shop.app.test_cli_runner()
    first = runner.invoke(args=["demo", "load"])
    assert (first.exit_code, first.output.splitlines()[-1]) == (0, "The demo shop is loaded.")
    loaded = {
        "active": empty_shop.value("SELECT COUNT(*) FROM product WHERE status = 'active'"),
        "archived": empty_shop.value("SELECT COUNT(*) FROM product WHERE status = 'archived'"),
        "pictures": empty_shop.value("SELECT COUNT(*) FROM picture"),
        "tracks": empty_shop.value("SELECT COUNT(*) FROM track"),
        "units": empty_shop.value("SELECT SUM(on_hand) FROM stock_level"),
        "moved": empty_shop.value("SELECT SUM(quantity) FROM stock_movement"),
    }
    assert loaded == {"active": 20, "archived": 1, "pictures": 95, "tracks": 10, "units": 2320, "moved": 2320}
    assert empty_shop.rows(
        "SELECT sku, amount, on_hand FROM variant JOIN variant_price price ON price.variant_id = variant.id"
        " JOIN stock_level ON stock_level.variant_id = variant.id WHERE sku LIKE 'NMX-041-BLCK-%' ORDER BY position"
    ) == [
        ("NMX-041-BLCK-S", 3400, 12), ("NMX-041-BLCK-M", 3400, 31), ("NMX-041-BLCK-L", 3400, 4),
        ("NMX-041-BLCK-XL", 3400, 0), ("NMX-041-BLCK-2XL", 3400, 9),
    ]  # fmt: skip
    again = runner.invoke(args=["demo", "load"])
    assert (again.exit_code, again.output) == (0, "The demo shop was there already.\n")
    assert empty_shop.value("SELECT SUM(on_hand) FROM stock_level") == 2320
    assert empty_shop.breaches() == []


def test_the_demo_does_not_go_beside_other_products(flask, shop):
    shop.make_item()
    answer = flask("demo", "load")
    assert (answer.exit_code, shop.value("SELECT COUNT(*) FROM product")) == (1, 1)
    assert "the demo goes only into an empty one" in answer.output


def test_the_worker_does_what_is_due_and_what_would_be_due_at_another_time(flask, shop):
    tee = shop.make_item(units=3)
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    shop.deliver()
    assert flask("worker", "--once").exit_code == 0
    assert [mail.to for mail in shop.mails()] == ["ana@example.com"]
    abandoned = shop.check_out(shop.visitor_with(tee))
    assert shop.level(tee) == (3, 2)
    later = shop.clock().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert flask("worker", "--once", "--now", later).exit_code == 0
    assert shop.level(tee) == (3, 2)  # its hold lasts half an hour
    assert flask("worker", "--once", "--now", "2031-01-01T00:00:00Z").exit_code == 0
    assert (shop.level(tee), shop.account.v1.checkout.sessions.retrieve(abandoned).status) == ((3, 1), "expired")


def test_a_time_that_is_none_is_refused(flask):
    nonsense = flask("worker", "--once", "--now", "tomorrow")
    assert (nonsense.exit_code, "'tomorrow' is no time" in nonsense.output) == (1, True)


def test_verify_is_content_with_right_books_and_names_the_rows_of_wrong_ones(flask, shop):
    tee = shop.make_item(units=3)
    shop.buy(tee)
    assert (flask("verify").exit_code, flask("verify").output) == (0, "The books are right.\n")
    shop.write("UPDATE stock_level SET on_hand = 4 WHERE variant_id = :id", id=tee)
    wrong = flask("verify", "--json")
    assert (wrong.exit_code, json.loads(wrong.output)) == (
        1,
        [{"invariant": "on_hand is the sum of its movements", "rows": [{"variant_id": tee, "on_hand": 4, "moved": 3}]}],
    )
    assert "Broken: on_hand is the sum of its movements" in flask("verify").output
    shop.db.run(lambda session: session.execute(text("UPDATE stock_level SET on_hand = 3")))


def test_stripe_setup_creates_the_endpoint_and_shows_its_secret(flask, shop):
    answer = flask("stripe", "setup")
    (endpoint,) = shop.account.v1.webhook_endpoints.list().data
    assert (answer.exit_code, endpoint.url, endpoint.api_version) == (
        0, f"{shop.settings.public_url}/webhooks/stripe", "2026-10-28.endive",
    )  # fmt: skip
    assert "STRIPE_WEBHOOK_SECRET=whsec_" in answer.output
    assert "checkout.session.completed" in endpoint.enabled_events


def test_stripe_setup_says_so_when_stripe_does_not_answer(open_shop):
    shop = open_shop(stripe_api_base="http://127.0.0.1:9")
    answer = shop.app.test_cli_runner().invoke(args=["stripe", "setup"])
    assert (answer.exit_code, answer.output) == (
        1,
        "Error: Stripe does not answer just now. Please try again in a moment.\n",
    )


def _tell(shop, *titles):
    for title in titles:
        shop.db.run(
            lambda session, title=title: record(
                session, SYSTEM, "product.edit", "product:1", {}, {"title": title}, shop.clock()
            )
        )


def test_audit_verify_is_content_with_a_whole_history(flask, shop):
    assert flask("audit", "verify").output == "The history is whole: 0 entries.\n"
    _tell(shop, "Tee")
    assert (flask("audit", "verify").exit_code, flask("audit", "verify").output) == (
        0, "The history is whole: 1 entry.\n",
    )  # fmt: skip
    assert json.loads(flask("audit", "verify", "--json").output) == {"entries": 1, "faults": []}


def test_audit_verify_names_what_was_tampered_with(flask, shop):
    _tell(shop, "Tee", "Tape", "Cap")
    shop.write("UPDATE audit_head SET seq = 2")
    wrong = flask("audit", "verify")
    sentence = "The history ends at entry 3, and was written to 2."
    assert (wrong.exit_code, wrong.output) == (1, sentence + "\n")
    wrong = flask("audit", "verify", "--json")
    assert (wrong.exit_code, json.loads(wrong.output)["faults"]) == (1, [{"seq": 3, "sentence": sentence}])


def test_a_head_kept_elsewhere_finds_a_history_that_was_made_anew(flask, shop, tmp_path):
    kept = tmp_path / "anchors.txt"
    kept.write_text(flask("audit", "head").output)
    _tell(shop, "Tee", "Tape")
    kept.write_text(kept.read_text() + "\n" + flask("audit", "head").output)
    assert kept.read_text().splitlines()[0] == "0 " + "0" * 64
    assert flask("audit", "verify", "--anchors", str(kept)).output == "The history is whole: 2 entries.\n"
    kept.write_text("2 " + "0" * 64)
    wrong = flask("audit", "verify", "--anchors", str(kept))
    assert (wrong.exit_code, wrong.output) == (1, "Entry 2 has another seal than the one kept elsewhere.\n")
    kept.write_text("3 " + "0" * 64)
    assert flask("audit", "verify", "--anchors", str(kept)).output == (
        "Entry 3, whose seal was kept elsewhere, is missing.\n"
    )  # fmt: skip


@pytest.mark.parametrize("line", ["nothing", "2", "2 abc", "-1 " + "0" * 64, "2 " + "0" * 63 + "g", "\x00"])
def test_anchors_that_are_none_are_refused(flask, tmp_path, line):
    kept = tmp_path / "anchors.txt"
    kept.write_text(f"0 {'0' * 64}\n\n{line}\n")
    refused = flask("audit", "verify", "--anchors", str(kept))
    assert (refused.exit_code, refused.output) == (
        1, "Error: Line 3 is not a number and a seal, as `flask audit head` prints them.\n",
    )  # fmt: skip


def test_a_file_of_anchors_that_is_not_there_is_refused(flask):
    assert flask("audit", "verify", "--anchors", "/nowhere/anchors.txt").exit_code == 2


# -- accounts --


def last_word(answer, line):
    """What is shown once, at the end of a line."""
    return next(text.rpartition(": ")[2] for text in answer.output.splitlines() if text.startswith(line))


def test_a_member_is_made_with_a_password_that_is_shown_once_and_signs_in(flask, shop):
    made = flask("members", "create", "Ana@Example.com")
    assert (made.exit_code, made.output.splitlines()[0]) == (0, "Ana@Example.com has an account.")
    client = come_in(shop, ANA, last_word(made, "Password"))
    assert client.get("/account").status_code == 200
    assert shop.mails() == []


def test_a_member_is_made_with_a_password_from_the_first_line_of_input(flask, shop):
    made = shop.app.test_cli_runner().invoke(
        args=["members", "create", ANA, "--password-stdin"], input=f"{SECRET}\r\nanother line\n"
    )
    assert (made.exit_code, made.output) == (0, f"{ANA} has an account.\n")
    come_in(shop)


def test_the_first_owner_is_made_with_password_and_key_and_runs_the_shop(flask, shop):
    made = flask("staff", "create", ANA, "--role", "owner")
    assert (made.exit_code, made.output.splitlines()[-1]) == (0, f"{ANA} has the role owner.")
    client = halfway(shop, ANA, last_word(made, "Password"))
    assert client.post("/sign-in/code", data={"code": code(last_word(made, "Key"))}).location == "/account"
    assert client.get("/admin/staff").status_code == 200
    assert shop.rows("SELECT actor, action FROM audit_entry ORDER BY seq") == [
        ("system", "member.create"), ("system", "member.roles"),
    ]  # fmt: skip


def test_a_member_is_given_a_role_keeps_the_password_and_is_signed_out(flask, shop):
    shop.make_member(ANA, password=SECRET)
    client = come_in(shop)
    given = flask("staff", "create", ANA, "--role", "packer")
    assert (given.exit_code, given.output) == (0, f"{ANA} has the role packer.\n")
    assert is_stranger(client)
    assert sign_in(shop)[1].location == "/account/authenticator"
    again = flask("staff", "create", ANA, "--role", "packer")
    assert (again.exit_code, again.output) == (1, f"Error: {ANA} has this role already.\n")


def test_signing_out_ends_every_session_of_one_member(flask, shop):
    shop.make_member(ANA, password=SECRET)
    shop.make_member(BEN, password=SECRET)
    phone, laptop, bens = come_in(shop), come_in(shop), come_in(shop, BEN)
    ended = flask("members", "sign-out", ANA)
    assert (ended.exit_code, ended.output) == (0, f"{ANA} is signed out everywhere.\n")
    assert (is_stranger(phone), is_stranger(laptop), is_signed_in(bens)) == (True, True, True)


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        (["members", "create", "ana@example"], SECRET, "Error: 'ana@example' is no address; write it like"),
        (["members", "create", ANA], "short", "Error: At least 10 characters, please."),
        (["members", "create", ANA], "nastymixx1", "Error: This one is among the first that people guess."),
        (["members", "create", ANA], "", "Error: At least 10 characters, please."),
        (["members", "create", BEN.upper()], SECRET, "Error: BEN@EXAMPLE.COM has an account already."),
        (["staff", "create", ANA, "--role", "owner"], "violet harb", "Error: At least 15 characters, please."),
        (["staff", "create", "ana", "--role", "owner"], SECRET, "Error: 'ana' is no address; write it like"),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused_and_nothing_is_made(shop, words, password, sentence):
    shop.make_member(BEN, password=SECRET)
    before = accounts(shop)
    refused = shop.app.test_cli_runner().invoke(args=[*words, "--password-stdin"], input=f"{password}\n")
    assert (refused.exit_code, refused.output.startswith(sentence)) == (1, True), refused.output
    assert accounts(shop) == before


def test_a_role_that_there_is_not_and_none_at_all_are_refused(flask, shop):
    before = accounts(shop)
    for words in (["--role", "king"], []):
        refused = flask("staff", "create", ANA, *words)
        assert (refused.exit_code, "--role" in refused.output) == (2, True)
    assert accounts(shop) == before


def test_nobody_can_be_signed_out_who_has_no_account(flask):
    refused = flask("members", "sign-out", ANA)
    assert (refused.exit_code, refused.output) == (1, f"Error: {ANA} has no account.\n")
