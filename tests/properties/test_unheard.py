"""Every story ends here as with its webhooks when none of them arrives: by the event list, and by the lists alone."""

from __future__ import annotations

import pytest

from store.payments.ledger.service import Books
from store.payments.reconciling.comparing import Comparison
from store.payments.reconciling.rereading import Rereading
from store.payments.reconciling.service import Reconciler
from tests.properties.confluence import Copies, differences, state, told_to_us, work
from tests.properties.test_any_order import MAILS, STORIES

NOT_HEARD = "('repaired', 'system')"
LISTED = [story for story in STORIES if str(story) not in ("declined then nothing",)]
"""A declined card leaves no trace in any list but that of the events."""


def by_events(shop):
    Reconciler(shop.payments).reconcile()


def by_lists(shop):
    with shop.db.reader() as reader:
        since = Reconciler(shop.payments)._since(reader)
    Comparison(Rereading(shop.payments)).compare(since)
    Books(shop.payments).read_all()


def told(shop):
    """How it stands, without what only says that the reconciler has been here."""
    stands = state(shop)
    return stands | {"timeline": [row for row in stands["timeline"] if row != NOT_HEARD]}


def ended(shop):
    """The same without what no list remembers: by which steps it came so, and reviews that are over."""
    stands = told(shop)
    over = [row for row in stands["fraud_warning"] if "'review'" in row]
    return stands | {"timeline": [], "fraud_warning": [row for row in stands["fraud_warning"] if row not in over]}


def ends_alike(shop, databases, story, hear, look):
    shop.worker.handlers |= dict.fromkeys(MAILS, lambda job: None)
    session = shop.check_out(shop.visitor_with(shop.make_item(units=10)))
    story.before(shop, session)
    copies = Copies.of(shop, databases)
    story.happens(shop, session)
    for event in told_to_us(shop.events()):
        assert shop.post_event(event)[0] == 200
    work(shop)
    heard = look(shop)
    copies.put_back()
    hear(shop)
    work(shop)
    assert differences(heard, look(shop)) == {}
    assert shop.value("SELECT COUNT(*) FROM repair") > 0
    hear(shop)
    work(shop)
    assert differences(heard, look(shop)) == {}
    copies.forget()


FEW = ("card", "debit that fails", "refunded in parts of which one fails", "disputed and lost")
"""Played by `make test`; the others, which differ less from these, by `make prove`."""


def by_story(stories, few):
    """A test for each."""
    return pytest.mark.parametrize(
        "story",
        [pytest.param(one, id=str(one), marks=[] if str(one) in few else [pytest.mark.prove]) for one in stories],
    )


@by_story(STORIES, FEW)
def test_with_every_webhook_dropped_the_event_list_alone_tells(shop, databases, story):
    ends_alike(shop, databases, story, by_events, told)


@by_story(LISTED, FEW[2:])
def test_without_a_single_event_the_lists_of_objects_tell_the_same(shop, databases, story):
    ends_alike(shop, databases, story, by_lists, ended)
