import pytest
import stripe

DAY = 24 * 3600
OPENED = ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
FRAUD_CARD, NOT_RECEIVED_CARD, INQUIRY_CARD = "4000000000000259", "4000000000002685", "4000000000001976"


def told(account):
    return account.event_types("charge.dispute")


def close(account, dispute, outcome):
    return account.tell(f"disputes/{dispute['id']}/close", outcome=outcome)


def refuse(account, path, **given):
    answer = account.control("POST", path, given)
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


def test_a_chargeback_takes_the_money_and_a_fee(account):
    intent = account.buy(2000)
    opened = account.tell(f"disputes/{intent}", reason="product_not_received")
    dispute = account.v1.disputes.retrieve(opened["id"])
    assert (dispute.amount, dispute.status, dispute.reason) == (2000, "needs_response", "product_not_received")
    assert (dispute.payment_intent, dispute.charge) == (intent, account.charge_of(intent).id)
    assert (dispute.is_charge_refundable, dispute.evidence_details.due_by - dispute.created) == (False, 9 * DAY)
    card = dispute.payment_method_details.card
    assert (card.case_type, card.network_reason_code) == ("chargeback", "13.1")
    (taken,) = dispute.balance_transactions
    assert (taken.amount, taken.fee, taken.net, taken.reporting_category) == (-2000, 1500, -3500, "dispute")
    assert account.posted("adjustment") == [(-2000, 1500, -3500, dispute.id)]
    assert account.charge_of(intent).disputed is True
    assert told(account) == OPENED
    event = account.v1.events.list({"type": "charge.dispute.created"}).data[0]
    assert event.data.object.balance_transactions[0].id == taken.id


@pytest.mark.parametrize(
    ("outcome", "refundable", "returned"),
    [("won", True, [(2000, -1500, 3500)]), ("lost", False, []), ("prevented", True, [(2000, -1500, 3500)])],
)
def test_a_chargeback_ends_once_and_what_is_won_comes_back_with_the_fee(account, outcome, refundable, returned):
    dispute = account.tell(f"disputes/{account.buy(2000)}")
    closed = close(account, dispute, outcome)
    assert (closed["status"], closed["is_charge_refundable"]) == (outcome, refundable)
    assert [line[:3] for line in account.posted("adjustment")] == [*returned, (-2000, 1500, -3500)]
    assert len(closed["balance_transactions"]) == 1 + len(returned)
    ends = ["charge.dispute.closed", *["charge.dispute.funds_reinstated"] * len(returned)]
    assert told(account) == OPENED + ends
    refuse(account, f"disputes/{dispute['id']}/close", outcome="won")
    assert account.v1.disputes.retrieve(dispute["id"]).status == outcome


def test_a_dispute_is_of_what_has_not_been_refunded(account):
    intent = account.buy(2000)
    account.refund(intent, amount=700)
    assert account.tell(f"disputes/{intent}")["amount"] == 1300
    assert account.tell(f"disputes/{account.buy(2000)}", amount=2000)["amount"] == 2000
    assert refuse(account, f"disputes/{account.buy(2000)}", amount=2001)["param"] == "amount"


@pytest.mark.parametrize(("outcome", "refunds"), [(None, False), ("lost", False), ("won", True)])
def test_a_charge_that_was_taken_back_is_not_refunded(account, outcome, refunds):
    intent = account.buy(2000)
    dispute = account.tell(f"disputes/{intent}")
    if outcome:
        close(account, dispute, outcome)
    if refunds:
        assert account.refund(intent).amount == 2000
        return
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.refund(intent)
    assert caught.value.code == "charge_disputed"
    assert account.refunded(intent) == (0, False)
    assert account.v1.refunds.list().data == []


def test_an_inquiry_moves_no_money_and_the_charge_stays_refundable(account):
    intent = account.buy(2000)
    inquiry = account.tell(f"disputes/{intent}", kind="inquiry")
    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    assert (inquiry["is_charge_refundable"], inquiry["id"][:3]) == (True, "du_")
    assert account.refund(intent, amount=500).status == "succeeded"
    refuse(account, f"disputes/{inquiry['id']}/close", outcome="won")
    assert close(account, inquiry, "warning_closed")["status"] == "warning_closed"
    assert account.posted("adjustment") == []
    assert told(account) == ["charge.dispute.created", "charge.dispute.closed"]


def test_an_inquiry_becomes_a_chargeback(account):
    inquiry = account.tell(f"disputes/{account.buy(2000)}", kind="inquiry")
    account.advance(5 * DAY)
    dispute = account.tell(f"disputes/{inquiry['id']}/escalate")
    assert (dispute["id"], dispute["status"], dispute["is_charge_refundable"]) == (
        inquiry["id"],
        "needs_response",
        False,
    )
    assert dispute["payment_method_details"]["card"]["case_type"] == "chargeback"
    assert account.posted("adjustment") == [(-2000, 1500, -3500, dispute["id"])]
    assert told(account) == [OPENED[0], "charge.dispute.updated", OPENED[1]]
    refuse(account, f"disputes/{inquiry['id']}/escalate")
    account.advance(8 * DAY)
    assert account.v1.disputes.retrieve(dispute["id"]).status == "needs_response"
    account.advance(2 * DAY)
    assert account.v1.disputes.retrieve(dispute["id"]).status == "lost"


def test_evidence_is_kept_then_handed_in_once(account):
    dispute = account.tell(f"disputes/{account.buy()}")
    text = {"evidence": {"customer_name": "Ana Ruiz", "uncategorized_text": "Signed for."}}
    kept = account.v1.disputes.update(dispute["id"], text | {"submit": False, "metadata": {"case": "7"}})
    assert (kept.status, kept.evidence.customer_name, kept.metadata.case) == ("needs_response", "Ana Ruiz", "7")
    assert (kept.evidence_details.has_evidence, kept.evidence_details.submission_count) == (True, 0)
    sent = account.v1.disputes.update(dispute["id"], {"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.uncategorized_text == "Signed for."
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.disputes.update(dispute["id"], text)
    assert told(account) == [*OPENED, "charge.dispute.updated", "charge.dispute.updated"]
    last = account.v1.events.list({"type": "charge.dispute.updated"}).data[0]
    assert last.data.previous_attributes.status == "needs_response"


def test_metadata_alone_hands_in_nothing(account):
    dispute = account.tell(f"disputes/{account.buy()}")
    assert account.v1.disputes.update(dispute["id"], {"metadata": {"case": "7"}}).status == "needs_response"
    assert told(account) == [*OPENED, "charge.dispute.updated"]


@pytest.mark.parametrize(
    ("kind", "words", "status"),
    [("chargeback", "winning_evidence", "won"), ("chargeback", "losing_evidence", "lost"),
     ("inquiry", "winning_evidence", "warning_closed"), ("inquiry", "escalate_inquiry_evidence", "needs_response")],
)  # fmt: skip
def test_some_words_in_evidence_decide(account, kind, words, status):
    dispute = account.tell(f"disputes/{account.buy()}", kind=kind)
    account.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": words}})
    assert account.v1.disputes.retrieve(dispute["id"]).status.endswith("under_review")
    account.advance(61)
    assert account.v1.disputes.retrieve(dispute["id"]).status == status


def test_the_shop_can_give_in(account):
    dispute = account.tell(f"disputes/{account.buy()}")
    assert account.v1.disputes.close(dispute["id"]).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.disputes.close(dispute["id"])
    assert told(account) == [*OPENED, "charge.dispute.closed"]


def test_a_chargeback_that_nobody_answers_is_lost(account):
    dispute = account.tell(f"disputes/{account.buy()}")
    account.advance(9 * DAY + 5)
    lost = account.v1.disputes.retrieve(dispute["id"])
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)


@pytest.mark.parametrize(
    ("card", "status", "reason"),
    [(FRAUD_CARD, "needs_response", "fraudulent"), (NOT_RECEIVED_CARD, "needs_response", "product_not_received"),
     (INQUIRY_CARD, "warning_needs_response", "fraudulent")],
)  # fmt: skip
def test_some_cards_are_disputed_by_themselves(account, card, status, reason):
    intent = account.buy(2000, card=card)
    (dispute,) = account.v1.disputes.list({"payment_intent": intent}).data
    assert (dispute.status, dispute.reason, dispute.amount) == (status, reason, 2000)


def test_a_payment_by_bank_debit_is_disputed_too(account):
    intent = account.pay(account.make_session(2000, "eur"), iban="AT611904300234573201")["payment_intent"]
    assert refuse(account, f"disputes/{intent}")["param"] == "payment_intent"
    account.tell(f"bank/{intent}", outcome="succeed")
    assert account.tell(f"disputes/{intent}")["amount"] == 2000


def test_disputes_are_listed_by_charge_and_payment_intent(account):
    first, second = account.buy(), account.buy()
    made = [account.tell(f"disputes/{intent}")["id"] for intent in (first, second)]
    assert [one.id for one in account.v1.disputes.list({"payment_intent": first})] == made[:1]
    assert [one.id for one in account.v1.disputes.list({"charge": account.charge_of(second).id})] == made[1:]
