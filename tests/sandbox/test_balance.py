import pytest

DAY = 24 * 3600


def balance(account):
    shown = account.v1.balance.retrieve()
    return [[(part.amount, part.currency) for part in parts] for parts in (shown.available, shown.pending)]


def test_the_balance_is_pending_for_two_days_then_available(account):
    intent = account.buy(2000)
    account.refund(intent, amount=500)
    assert balance(account) == [[(0, "usd")], [(1412, "usd")]]
    account.advance(2 * DAY)
    assert balance(account) == [[(1412, "usd")], [(0, "usd")]]


def test_a_payout_takes_all_that_is_available_and_lists_it(account):
    intent = account.buy(2000)
    refund = account.refund(intent, amount=500)
    account.advance(2 * DAY)
    account.buy(1000)
    (payout,) = account.tell("payout")["data"]
    assert (payout["amount"], payout["status"], payout["automatic"]) == (1412, "paid", True)
    members = account.v1.balance_transactions.list({"payout": payout["id"]}).data
    assert [(one.type, one.net) for one in members] == [("payout", -1412), ("refund", -500), ("charge", 1912)]
    assert (members[0].id, members[1].source) == (payout["balance_transaction"], refund.id)
    assert sum(one.net for one in members) == 0
    assert account.event_types("payout.") == ["payout.created", "payout.paid"]
    assert [one.id for one in account.v1.payouts.list({"status": "paid"})] == [payout["id"]]
    assert account.v1.payouts.retrieve(payout["id"]).amount == 1412
    assert account.control("POST", "payout").json()["error"]["code"] == "balance_insufficient"
    assert balance(account) == [[(0, "usd")], [(941, "usd")]]


def test_some_money_is_available_at_once(account):
    account.buy(2000, card="4000000000000077")
    assert [one["amount"] for one in account.tell("payout")["data"]] == [1912]


def test_each_currency_has_a_payout_of_its_own(account):
    for currency in ("usd", "eur"):
        account.buy(2000, currency)
    account.advance(2 * DAY)
    assert [one["currency"] for one in account.tell("payout", currency="eur")["data"]] == ["eur"]
    assert [one["currency"] for one in account.tell("payout")["data"]] == ["usd"]


def test_a_balance_below_zero_is_not_paid_out(account):
    intent = account.buy(2000)
    account.advance(2 * DAY)
    account.tell(f"disputes/{intent}")
    assert account.control("POST", "payout").status_code == 400
    assert balance(account)[0] == [(-1588, "usd")]


def test_a_charge_in_another_currency_is_settled_in_the_accounts_own(account):
    account.tell("account", settlement_currency="eur", exchange_rates={"usd": 0.92, "jpy": 0.0061})
    intent = account.buy(2000, "usd")
    charge = account.charge_of(intent, "balance_transaction")
    posted = charge.balance_transaction
    assert (charge.amount, charge.currency) == (2000, "usd")
    assert (posted.amount, posted.currency, posted.exchange_rate) == (1840, "eur", 0.92)
    assert (posted.fee, posted.net) == (83, 1757)
    yen = account.charge_of(account.buy(1000, "jpy"), "balance_transaction").balance_transaction
    assert (yen.amount, yen.currency) == (610, "eur")
    kept = account.charge_of(account.buy(2000, "gbp"), "balance_transaction").balance_transaction
    assert (kept.amount, kept.currency, kept.exchange_rate) == (2000, "gbp", None)


def test_a_refund_is_exchanged_at_the_rate_of_its_day_and_comes_back_at_the_same(account):
    account.tell("account", settlement_currency="eur", exchange_rates={"usd": 0.92})
    intent = account.buy(2000, "usd")
    account.tell("account", settlement_currency="eur", exchange_rates={"usd": 0.90})
    refund = account.refund(intent, amount=1000)
    assert account.posted("refund") == [(-900, 0, -900, refund.id)]
    account.tell("account", settlement_currency="eur", exchange_rates={"usd": 0.80})
    account.tell(f"refunds/{refund.id}", outcome="fail")
    assert account.posted("refund_failure") == [(900, 0, 900, refund.id)]
    assert account.tell(f"disputes/{intent}", amount=1000)["balance_transactions"][0]["amount"] == -800


def test_balance_transactions_are_listed_by_source_type_and_currency(account):
    intents = [account.buy(2000, currency) for currency in ("usd", "eur")]
    refund = account.refund(intents[0], amount=500)
    listed = account.v1.balance_transactions.list
    assert [one.type for one in listed({"source": refund.id})] == ["refund"]
    assert [one.amount for one in listed({"type": "charge", "currency": "eur"})] == [2000]
    assert [one.type for one in listed({"source": account.charge_of(intents[0]).id})] == ["charge"]
    assert listed({"source": "ch_none"}).data == []


@pytest.mark.parametrize(
    "given", [{}, {"settlement_currency": "euro"}, {"settlement_currency": "eur", "exchange_rates": {"usd": "x"}}]
)
def test_an_account_that_makes_no_sense_is_refused(account, given):
    assert account.control("POST", "account", given).status_code == 400
