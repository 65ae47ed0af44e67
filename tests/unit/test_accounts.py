"""The chart of accounts: the words that are stored, and those that people read."""

from store.payments.ledger.accounts import ACCOUNTS, KINDS, account_label, kind_label


def test_accounts_are_stored_under_these_words_and_read_under_their_labels():
    assert {account: account_label(account) for account in ACCOUNTS} == {
        "stripe_clearing": "Stripe clearing",
        "stripe_balance": "Stripe balance",
        "bank": "Bank",
        "sales": "Sales",
        "discounts": "Discounts",
        "shipping": "Shipping",
        "tax": "Tax",
        "refunds": "Refunds",
        "disputes": "Disputes",
        "fees": "Fees",
        "customer_liability": "Owed to buyers",
        "fx": "Exchange",
        "accepted_differences": "Accepted differences",
        "other_business": "Other business",
        "unexplained": "Unexplained",
    }


def test_kinds_of_entries_are_stored_under_these_words_and_say_what_happened():
    assert " ".join(KINDS) == (
        "sale unapplied accepted refund refund_failed dispute settlement settlement_fx payout stripe_fee unexplained"
    )
    assert kind_label("refund") == "Money went back to a buyer"


def test_what_an_older_or_newer_shop_has_booked_is_called_by_its_name():
    assert (account_label("gift_cards"), kind_label("gift_card_sold")) == ("Gift cards", "Gift card sold")
