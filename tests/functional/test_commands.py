"""The commands of the shop, as an operator types them."""

import json

import pytest
from sqlalchemy import text

from store.actors import SYSTEM
from store.audit.history import record
from store.migrations import commands
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
        "units": empty_shop.value("SELECT SUM(on_hand) FROM stock_level"),
        "moved": empty_shop.value("SELECT SUM(quantity) FROM stock_movement"),
    }
    assert loaded == {"active": 20, "archived": 1, "pictures": 26, "units": 2320, "moved": 2320}
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
    assert (answer.exit_code, answer.output) == (1, "Error: Stripe does not answer just now. Nothing is charged.\n")


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
