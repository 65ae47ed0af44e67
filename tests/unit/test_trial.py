"""The trial balance."""

import pytest

from store.payments.ledger.trial import Line, Trial, moved_on, trial_balances

SOLD = {("usd", "stripe_clearing"): (3950, 0), ("usd", "sales"): (0, 3400), ("usd", "shipping"): (0, 550)}
SETTLED = {
    ("usd", "stripe_clearing"): (3950, 3950),
    ("usd", "stripe_balance"): (3805, 0),
    ("usd", "fees"): (145, 0),
    ("usd", "sales"): (0, 3400),
    ("usd", "shipping"): (0, 550),
}


def test_an_account_has_what_it_held_what_it_got_and_gave_and_what_it_holds():
    (trial,) = trial_balances(SOLD, SETTLED)
    assert trial.lines == (
        Line("stripe_clearing", opening=3950, debit=0, credit=3950, closing=0),
        Line("stripe_balance", opening=0, debit=3805, credit=0, closing=3805),
        Line("sales", opening=-3400, debit=0, credit=0, closing=-3400),
        Line("shipping", opening=-550, debit=0, credit=0, closing=-550),
        Line("fees", opening=0, debit=145, credit=0, closing=145),
    )
    assert (trial.currency, trial.debit, trial.credit, trial.closing) == ("usd", 3950, 3950, 0)
    assert trial.balances


def test_every_currency_stands_for_itself_and_the_one_with_most_accounts_comes_first():
    yen = {("jpy", "stripe_clearing"): (500, 0), ("jpy", "sales"): (0, 500)}
    dinars = {("kwd", "stripe_clearing"): (1230, 0), ("kwd", "sales"): (0, 1230)}
    trials = trial_balances({}, {**dinars, **yen, **SETTLED})
    assert [(trial.currency, trial.debit, trial.balances) for trial in trials] == [
        ("usd", 7900, True),
        ("jpy", 500, True),
        ("kwd", 1230, True),
    ]


def test_what_does_not_add_up_is_said_to():
    (trial,) = trial_balances({}, {**SOLD, ("usd", "sales"): (0, 3399)})
    assert (trial.debit, trial.credit, trial.closing) == (3950, 3949, 1)
    assert not trial.balances


@pytest.mark.parametrize(("debit", "credit", "closing"), [(3950, 3949, 0), (3950, 3950, 1)])
def test_books_balance_only_when_the_period_and_all_before_it_do(debit, credit, closing):
    assert not Trial("usd", (), debit, credit, closing).balances


def test_an_account_that_nobody_has_named_comes_last():
    (trial,) = trial_balances({}, {("usd", "novelty"): (1, 0), ("usd", "fees"): (0, 1)})
    assert [line.account for line in trial.lines] == ["fees", "novelty"]


def test_no_booking_is_no_currency():
    assert trial_balances({}, {}) == []


def test_what_a_period_added_to_an_account_leaves_out_currencies_in_which_that_is_nothing():
    yen = {("jpy", "stripe_balance"): (500, 500), ("jpy", "fees"): (0, 0)}
    trials = trial_balances({("usd", "stripe_balance"): (1000, 0)}, {**SETTLED, **yen})
    assert moved_on("stripe_balance", trials) == {"usd": 2805}
    assert moved_on("stripe_clearing", trial_balances({}, {("usd", "stripe_clearing"): (500, 4450)})) == {"usd": -3950}
    assert moved_on("bank", trials) == {}
