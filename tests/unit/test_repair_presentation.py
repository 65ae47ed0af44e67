"""A repair in words, and what counts as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from store.actors import Actor, Role
from store.admin.repairs.presentation import Changed, view_repair
from store.payments.gateway import EVENT_TYPES
from store.payments.reconciling.events import MOST_TYPES, batches, cursor_name
from store.payments.reconciling.models import Repair
from store.payments.reconciling.portraits import About, difference

AT = datetime(2026, 12, 4, 20, tzinfo=UTC)
OWNER = Actor(member_id=1, roles=frozenset({Role.OWNER}))
READER = Actor(member_id=2, roles=frozenset({Role.REPORTS}))


def repair(name, before, after, kind="missed_event"):
    return Repair(kind=kind, subject="payment:pi_123", before={name: before}, after={name: after}, at=AT)


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("checkout", "open", "awaiting_payment", Changed("Checkout", "Open", "Awaiting payment")),
        ("session 7hd", "open", "complete", Changed("Payment page", "Open", "Complete")),
        ("payment", "processing", "paid", Changed("Payment", "On its way", "Paid")),
        ("paid", None, "3950 usd", Changed("Paid", "–", "$39.50")),
        ("refunded", None, "500 jpy", Changed("Gone back", "–", "¥500")),
        ("order", None, "NM-7K4Q", Changed("Order", "–", "NM-7K4Q")),
        ("order's payment", "paid", "charged_back", Changed("Order is", "Paid", "Charged back")),
        ("unapplied", None, "duplicate", Changed("No order because", "–", "The checkout was paid twice.")),
        ("refund 3", "sent", "succeeded", Changed("Refund", "Asked for", "Paid back")),
        ("dispute dp_1", None, "needs_response", Changed("Dispute", "–", "Needs response")),
        ("review prv_1", "open", "closed", Changed("Review", "Open", "Closed")),
        ("early_fraud_warning issfr_1", None, "open", Changed("Warning of fraud", "–", "Open")),
    ],
)
def test_each_thing_is_told_in_the_words_of_the_other_pages(name, before, after, words):
    assert view_repair(repair(name, before, after), OWNER).changes == [words]


def test_the_payment_is_a_link_for_whom_it_is_open():
    told = [view_repair(repair("paid", None, "1 usd"), one).about for one in (OWNER, READER)]
    assert [(one.label, one.url) for one in told] == [
        ("Payment pi_123", "/admin/payments/pi_123"), ("Payment pi_123", None)
    ]  # fmt: skip


def test_a_kind_that_an_older_version_has_written_is_called_by_its_name():
    assert view_repair(repair("paid", None, "1 usd", kind="something"), OWNER).found == "something"


def test_only_what_has_changed_is_kept():
    before = {"checkout": "open", "payment": "paid", "refund 1": "sent"}
    after = {"checkout": "paid", "payment": "paid", "order": "NM-7K4Q"}
    assert difference(before, after) == (
        {"checkout": "open", "refund 1": "sent", "order": None},
        {"checkout": "paid", "refund 1": None, "order": "NM-7K4Q"},
    )
    assert difference(after, after) == ({}, {})


def test_a_repair_is_about_the_payment_or_before_there_is_one_about_the_checkout():
    assert About("c1", "pi_1").subject == "payment:pi_1"
    assert About("c1", None).subject == "checkout:c1"


def test_stripe_is_asked_for_no_more_types_at_a_time_than_it_allows_and_each_batch_has_its_cursor():
    types = [f"type.{number}" for number in range(45)]
    assert [len(batch) for batch in batches(types)] == [20, 20, 5]
    assert [one for batch in batches(types) for one in batch] == types
    assert [cursor_name(number) for number in range(3)] == ["events", "events_2", "events_3"]
    assert all(len(batch) <= MOST_TYPES for batch in batches(EVENT_TYPES))
