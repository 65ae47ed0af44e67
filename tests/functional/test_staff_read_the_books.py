"""Staff read the books: the trial balance, an account, an entry, an order, payouts, and what does not agree."""

from __future__ import annotations

import csv
import io
import re

import pytest

from store.actors import Role
from store.payments.ledger.service import Books
from tests.functional.ours import assert_page


@pytest.fixture
def sold(shop):
    """One order paid, settled and paid out."""
    shop.buy(shop.make_item(price=3400))
    shop.clock.advance(days=3)
    assert shop.account.control("POST", "payout", {}).ok
    Books(shop.payments).read_all()
    return shop


def text_of(page):
    """What stands on a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])).strip()


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def days(shop):
    """A period that surely holds what was sold just now."""
    today = shop.clock().date()
    return f"?from={today.replace(year=today.year - 1)}&to={today.replace(year=today.year + 1)}"


def test_the_trial_balance_says_what_every_account_got_and_gave(sold):
    page = sold.staff(Role.REPORTS).get(f"/admin/ledger{days(sold)}")
    text = text_of(page)
    assert "USD Balances" in text
    assert "Stripe clearing $39.50 $39.50 Stripe balance" in text
    assert "Stripe balance $38.05 $38.05 Bank" in text
    assert "Bank $38.05 $38.05 Sales" in text
    assert "Sales $34.00 -$34.00" in text
    assert "Shipping $5.50 -$5.50" in text
    assert "Fees $1.45 $1.45" in text
    assert "Together $117.05 $117.05" in text
    assert "Agrees with Stripe" in text
    assert "What does not agree" not in text


def test_before_anything_was_booked_the_page_says_so(shop):
    text = text_of(shop.staff(Role.REPORTS).get("/admin/ledger"))
    assert "Nothing had been booked by the end of these days." in text
    assert "Stripe's balance has not been read yet" in text.replace("&#39;", "'")


def test_the_usual_days_are_those_of_this_month_in_the_shops_zone(shop):
    page = shop.staff(Role.REPORTS).get("/admin/ledger")
    today = shop.clock().astimezone(shop.settings.zone).date()
    assert f'value="{today.replace(day=1)}"' in page.text
    assert f'value="{today}"' in page.text


@pytest.mark.parametrize(
    ("asked", "sentence", "kept"),
    [
        ("from=soon&to=2026-01-01", "Write the day like 2026-11-24.", ["", "2026-01-01"]),
        ("from=2026-02-30", "Write the day like 2026-11-24.", ["", ""]),
        (
            "from=2026-01-02&to=2026-01-01",
            "The last day comes before the first. Choose a later one.",
            ["2026-01-02", "2026-01-01"],
        ),
        ("to=9999-12-31", "A day from 2000 to 2199, please.", ["", "9999-12-31"]),
        ("from=0001-01-01", "A day from 2000 to 2199, please.", ["0001-01-01", ""]),
        ("from=20260101", "Write the day like 2026-11-24.", ["", ""]),
    ],
)
@pytest.mark.parametrize("path", ["/admin/ledger", "/admin/ledger/accounts/sales"])
def test_days_that_cannot_be_are_refused_beside_their_field(shop, path, asked, sentence, kept):
    answer = shop.staff(Role.REPORTS).get(f"{path}?{asked}")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert re.findall(r'type="date"\s+value="([^"]*)"', answer.text) == kept


@pytest.mark.parametrize("name", ["trial-balance.csv", "entries.csv"])
def test_a_file_of_days_that_cannot_be_is_refused(shop, name):
    answer = shop.staff(Role.REPORTS).get(f"/admin/ledger/{name}?from=soon")
    assert_page(answer, 422, "cannot be understood")


@pytest.mark.parametrize(
    "asked", ["from=2026-01-01", "to=2020-01-01", "to=2199-12-31", "from=2199-12-31", "from=", "to=&from=2000-01-01"]
)
def test_one_day_is_enough(shop, asked):
    assert shop.staff(Role.REPORTS).get(f"/admin/ledger?{asked}").status_code == 200


def test_the_trial_balance_is_a_file_for_the_accountant(sold):
    rows = rows_of(sold.staff(Role.OWNER).get(f"/admin/ledger/trial-balance.csv{days(sold)}"))
    fees, sales = (next(row for row in rows if row["account"] == account) for account in ("fees", "sales"))
    assert fees == {
        "currency": "USD", "account": "fees", "label": "Fees", "opening_debit": "0.00", "opening_credit": "0.00",
        "debit": "1.45", "credit": "0.00", "closing_debit": "1.45", "closing_credit": "0.00",
    }  # fmt: skip
    assert (sales["credit"], sales["closing_credit"], sales["closing_debit"]) == ("34.00", "34.00", "0.00")


def test_the_entries_are_a_file_with_a_row_for_each_posting(sold):
    answer = sold.staff(Role.OWNER).get(f"/admin/ledger/entries.csv{days(sold)}")
    rows = rows_of(answer)
    number = sold.value('SELECT number FROM "order"')
    sale = [row for row in rows if row["kind"] == "sale"]
    assert [(row["account"], row["debit"], row["credit"], row["order"]) for row in sale] == [
        ("stripe_clearing", "39.50", "0.00", number),
        ("sales", "0.00", "34.00", number),
        ("shipping", "0.00", "5.50", number),
    ]
    assert {row["kind"] for row in rows} == {"sale", "settlement", "payout"}
    assert re.fullmatch(
        r"attachment; filename=entries-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d.csv", answer.headers["Content-Disposition"]
    )
    assert rows_of(sold.staff(Role.OWNER).get("/admin/ledger/entries.csv?from=2020-01-01&to=2020-01-02")) == []


def test_an_account_shows_its_meaning_and_what_was_booked_on_it(sold):
    page = sold.staff(Role.REPORTS).get(f"/admin/ledger/accounts/fees{days(sold)}&currency=usd")
    text = text_of(page)
    assert "Fees in USD" in text
    assert "What Stripe has kept for its services." in text
    assert "Stripe moved money into or out of our balance" in text
    assert "$1.45" in text
    none = sold.staff(Role.REPORTS).get(f"/admin/ledger/accounts/fees{days(sold)}&currency=eur")
    assert "Nothing was booked here in these days." in text_of(none)


def test_a_long_account_goes_on_from_page_to_page_and_misses_none(shop, monkeypatch):
    monkeypatch.setattr("store.admin.ledger.views.ON_A_PAGE", 2)
    for price in (1000, 2000, 3000, 4000, 5000):
        shop.buy(shop.make_item(price=price))
    client, seen = shop.staff(Role.REPORTS), []
    path = f"/admin/ledger/accounts/sales{days(shop)}"
    while path:
        page = client.get(path)
        seen += re.findall(r'<td class="end num"[^>]*>\s*(-\$[0-9.]+)', page.text)
        found = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = found[1].replace("&amp;", "&") if found else None
    assert seen == ["-$50.00", "-$40.00", "-$30.00", "-$20.00", "-$10.00"]


def test_an_entry_says_what_was_posted_and_why(sold):
    client = sold.staff(Role.REPORTS)
    entry = sold.value("SELECT id FROM journal_entry WHERE kind = 'settlement'")
    text = text_of(client.get(f"/admin/ledger/entries/{entry}"))
    assert "Stripe moved money into or out of our balance" in text
    assert sold.value("SELECT stripe_id FROM balance_transaction WHERE type = 'charge'") in text
    assert sold.value('SELECT number FROM "order"') in text
    assert sold.value("SELECT payment_intent FROM payment") in text
    assert "Stripe holds for us after its fees, in the currency of that balance. $38.05 Fees" in text
    assert "0 once everything is settled. $39.50" in text


def test_an_order_shows_its_entries_and_what_they_come_to(sold):
    client = sold.staff(Role.OWNER)
    number = sold.value('SELECT number FROM "order"')
    assert f'href="/admin/ledger/orders/{number}"' in client.get(f"/admin/orders/{number}").text
    text = text_of(client.get(f"/admin/ledger/orders/{number}"))
    assert "An order was paid" in text
    assert "Stripe moved money into or out of our balance" in text
    assert "Stripe clearing $0.00 Stripe balance $38.05 Sales $34.00 Shipping $5.50 Fees $1.45" in text


def test_who_may_not_read_reports_is_not_led_to_the_books_of_an_order(sold):
    number = sold.value('SELECT number FROM "order"')
    page = sold.staff(Role.ORDERS).get(f"/admin/orders/{number}")
    assert page.status_code == 200
    assert "In the books" not in page.text


def test_a_payout_names_the_movements_that_left_in_it(sold):
    client = sold.staff(Role.REPORTS)
    payout = sold.value("SELECT stripe_id FROM payout")
    listed = text_of(client.get("/admin/ledger/payouts"))
    assert payout in listed
    assert "Paid" in listed
    text = text_of(client.get(f"/admin/ledger/payouts/{payout}"))
    assert "Payout of $38.05" in text
    assert "Charge" in text
    assert sold.value('SELECT number FROM "order"') in text
    assert "$39.50 $1.45 $38.05" in text
    assert "What does not agree" not in text


def test_what_does_not_agree_is_named_with_both_sums_and_the_likely_cause(shop):
    shop.buy(shop.make_item(price=3400))
    client, number = shop.staff(Role.REPORTS), shop.value('SELECT number FROM "order"')
    path = f"/admin/ledger{days(shop)}"
    assert "Agrees with Stripe" in text_of(client.get(path))  # it may be on its way
    shop.clock.advance(days=3)
    text = text_of(shop.staff(Role.REPORTS).get(path))
    assert "Something does not agree" in text
    assert f"{number} {shop.value('SELECT payment_intent FROM payment')} Payment Captured $39.50 $0.00" in text
    assert "Stripe has not moved it, or its movement was not read." in text
    Books(shop.payments).read_all()
    assert "What does not agree" not in text_of(shop.staff(Role.REPORTS).get(path))


def test_a_payout_that_lost_a_movement_is_named(sold):
    payout = sold.value("SELECT stripe_id FROM payout")
    sold.write("UPDATE balance_transaction SET payout_id = NULL")
    client = sold.staff(Role.REPORTS)
    for path in (f"/admin/ledger{days(sold)}", f"/admin/ledger/payouts/{payout}"):
        text = text_of(client.get(path))
        assert "What left in it $0.00 $38.05" in text
        assert "A movement that left in it is missing here." in text
    sold.write("UPDATE balance_transaction SET payout_id = :payout WHERE type = 'charge'", payout=payout)


@pytest.mark.parametrize(
    "path", ["accounts/nothing", "entries/999", "entries/x", "orders/NM-XXXX", "payouts/po_nobodys", "movements/txn_no"]
)
def test_what_is_not_in_the_books_is_not_found(shop, path):
    assert shop.staff(Role.REPORTS).get(f"/admin/ledger/{path}").status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 30, "999999"])
def test_a_page_that_nonsense_asks_for_is_a_page(sold, before):
    client, payout = sold.staff(Role.REPORTS), sold.value("SELECT stripe_id FROM payout")
    for path in ("accounts/sales", "payouts", f"payouts/{payout}"):
        assert client.get(f"/admin/ledger/{path}?before={before}").status_code == 200


def test_a_movement_leads_to_its_entry(sold):
    movement = sold.value("SELECT stripe_id FROM balance_transaction WHERE type = 'charge'")
    answer = sold.staff(Role.REPORTS).get(f"/admin/ledger/movements/{movement}")
    entry = sold.value("SELECT id FROM journal_entry WHERE kind = 'settlement'")
    assert (answer.status_code, answer.location) == (303, f"/admin/ledger/entries/{entry}")
