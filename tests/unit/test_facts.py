from datetime import UTC, datetime

import pytest

from store.payments.facts import SessionFact, read_event, read_session

AT = datetime(2026, 12, 4, 20, 0, tzinfo=UTC)
VERSION = "2026-10-28.endive"
SESSION = {
    "id": "cs_1", "object": "checkout.session", "metadata": {"store": "s", "checkout": "c", "attempt": "a"},
    "status": "complete", "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 3950, "currency": "usd",
    "livemode": False, "url": None,
}  # fmt: skip
EVENT = {
    "id": "evt_1", "type": "checkout.session.completed", "api_version": VERSION, "livemode": False,
    "created": 1796414400, "data": {"object": SESSION},
}  # fmt: skip


def fact(**changes) -> SessionFact:
    return read_session(SESSION | changes, AT)


def event(**changes):
    return read_event(EVENT | {"data": {"object": SESSION | changes}}, VERSION)


def test_a_session_is_read_into_our_own_words():
    assert fact() == SessionFact(
        session_id="cs_1", store_id="s", checkout_id="c", attempt_id="a", status="complete", payment_status="paid",
        payment_intent="pi_1", intent_status=None, amount_total=3950, currency="usd", livemode=False, url=None,
        happened_at=AT,
    )  # fmt: skip


def test_an_open_session_says_where_it_is_paid_and_a_recovered_one_what_it_continues():
    read = fact(status="open", url="https://checkout.stripe.com/c/pay/cs_1", recovered_from="cs_0")
    assert (read.url, read.recovered_from) == ("https://checkout.stripe.com/c/pay/cs_1", "cs_0")
    assert fact().recovered_from is None


def test_a_sum_is_told_as_people_read_it():
    assert fact().sum_shown == "$39.50"
    assert fact(currency="xxx").sum_shown == "a sum in XXX that we cannot read"
    assert fact(amount_total=None).sum_shown == "a sum in USD that we cannot read"


def test_an_expanded_payment_intent_says_how_it_stands():
    read = fact(payment_intent={"id": "pi_1", "status": "processing"})
    assert (read.payment_intent, read.intent_status) == ("pi_1", "processing")


def test_a_session_that_bears_no_mark_of_ours_names_nobody():
    for metadata in ({}, None):
        read = fact(metadata=metadata)
        assert (read.store_id, read.checkout_id, read.attempt_id) == (None, None, None)


@pytest.mark.parametrize(
    ("amount", "currency", "ours"),
    [(3950, "usd", 3950), (395000, "isk", 3950), (395001, "isk", None), (None, "usd", None), (100, "xxx", None)],
)
def test_an_amount_that_cannot_be_ours_is_none_rather_than_a_guess(amount, currency, ours):
    assert fact(amount_total=amount, currency=currency).amount_total == ours


@pytest.mark.parametrize(
    ("status", "payment_status", "intent", "paid", "dead"),
    [
        ("open", "unpaid", None, False, False),
        ("open", "unpaid", "requires_payment_method", False, False),  # only a decline
        ("open", "paid", None, False, False),
        ("complete", "paid", "succeeded", True, False),
        ("complete", "unpaid", "processing", False, False),
        ("complete", "unpaid", "requires_action", False, False),
        ("complete", "unpaid", None, False, False),
        ("complete", "unpaid", "requires_payment_method", False, True),
        ("complete", "unpaid", "canceled", False, True),
        ("complete", "paid", "canceled", True, False),
        ("complete", "no_payment_required", None, False, False),
        ("expired", "unpaid", None, False, True),
        ("expired", "unpaid", "requires_payment_method", False, True),
    ],
)
def test_a_session_is_paid_dead_or_waits(status, payment_status, intent, paid, dead):
    read = fact(status=status, payment_status=payment_status, payment_intent={"id": "pi_1", "status": intent})
    assert (read.is_paid, read.is_dead) == (paid, dead)


def test_a_failed_delayed_payment_is_dead_though_its_snapshot_does_not_say_so():
    failed = read_event(
        EVENT
        | {
            "type": "checkout.session.async_payment_failed",
            "data": {"object": SESSION | {"payment_status": "unpaid"}},
        },
        VERSION,
    )
    assert failed.session.is_dead is True


def test_an_event_is_read_with_its_session():
    read = event()
    assert (read.id, read.object_id, read.object_kind, read.store_id) == ("evt_1", "cs_1", "checkout.session", "s")
    assert (read.payment_intent, read.session, read.happened_at) == ("pi_1", fact(), AT)


def test_a_session_of_another_api_version_is_never_read():
    for type_ in ("checkout.session.completed", "checkout.session.async_payment_failed"):
        read = read_event(EVENT | {"api_version": "2020-08-27", "type": type_}, VERSION)
        assert (read.session, read.api_version, read.object_id) == (None, "2020-08-27", "cs_1")


def test_what_is_no_session_is_never_read_as_one():
    assert event(object="payment_intent").session is None


def test_an_event_may_name_neither_its_version_nor_what_it_is_about():
    read = read_event(EVENT | {"api_version": None, "data": {"object": {"metadata": None}}}, VERSION)
    assert (read.api_version, read.object_id, read.object_kind, read.store_id) == ("", "", "", None)
    assert (event().api_version, event().livemode, event().type) == (VERSION, False, "checkout.session.completed")


@pytest.mark.parametrize(
    "wrong",
    [{"id": 7}, {"id": None}, {"type": 7}, {"type": None}, {"api_version": 7}, {"livemode": "false"}, {"livemode": 0}],
)
def test_an_event_with_a_part_of_another_kind_is_none(wrong):
    with pytest.raises(TypeError, match="a part of the event is of the wrong kind"):
        read_event(EVENT | wrong, VERSION)


def test_whose_payment_an_event_is_about():
    assert event(object="payment_intent", id="pi_9").payment_intent == "pi_9"
    assert event(object="charge", payment_intent="pi_8").payment_intent == "pi_8"
    assert event(object="balance", payment_intent=None).payment_intent is None
    assert event(object="charge", payment_intent={"id": "pi_8"}).payment_intent is None  # no event expands it
    assert event(payment_intent={"id": "pi_7", "status": "succeeded"}).session.payment_intent == "pi_7"


@pytest.mark.parametrize("body", [[], {}, None, 3, "text", {"data": None}, {"data": {}}, {"data": {"object": []}}])
def test_what_is_no_event_is_not_taken_for_one(body):
    with pytest.raises((KeyError, TypeError, AttributeError)):
        read_event(body, VERSION)


@pytest.mark.parametrize("missing", ["id", "type", "api_version", "livemode", "created", "data"])
def test_an_event_without_one_of_its_parts_is_none(missing):
    with pytest.raises(KeyError):
        read_event({name: value for name, value in EVENT.items() if name != missing}, VERSION)
