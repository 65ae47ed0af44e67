"""Matters that wait for staff: raised once while open, the most urgent first, closed by a person or by themselves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.actors import Actor, Role
from store.audit.matters import close
from store.audit.repository import close_attention, list_closed, list_open, raise_attention
from store.errors import Conflict, Forbidden, NotFound
from tests.integration.quarantined import OMAR, ORLA, RITA
from tests.shop import token

PACKER = Actor(member_id=9, roles=frozenset({Role.PACKER}))


def tell(shop, kind="unapplied_mismatch", subject="payment:pi_1", due_at=None):
    now = shop.clock()
    shop.db.run(lambda session: raise_attention(session, kind, subject, f"About {subject}.", now, due_at))
    return shop.value("SELECT MAX(id) FROM attention")


def done(shop, matter, actor=ORLA, note="Refunded at Stripe.", form=None):
    close(shop.db, actor, matter, note, form or token(), shop.clock())


def rows(shop):
    return shop.rows("SELECT closed_at IS NOT NULL, closed_by, note FROM attention ORDER BY id")


def refused(shop, error, sentence, matter, **how):
    before = (rows(shop), shop.value("SELECT COUNT(*) FROM audit_entry"))
    with pytest.raises(error, match=sentence):
        done(shop, matter, **how)
    assert (rows(shop), shop.value("SELECT COUNT(*) FROM audit_entry")) == before


def test_a_person_closes_a_matter_with_a_note_and_the_history_has_it(shop):
    done(shop, tell(shop))
    assert rows(shop) == [(True, "member:5", "Refunded at Stripe.")]
    assert shop.rows("SELECT actor, action, subject FROM audit_entry") == [
        ("member:5", "attention.close", "attention:1")
    ]


def test_the_same_form_twice_closes_once(shop):
    matter, form = tell(shop), token()
    done(shop, matter, form=form)
    done(shop, matter, form=form)
    assert shop.value("SELECT COUNT(*) FROM audit_entry") == 1


def test_two_of_the_staff_at_once_and_the_second_is_told_of_the_first(shop):
    matter = tell(shop)
    start = threading.Barrier(2)

    def press(actor):
        start.wait()
        try:
            return done(shop, matter, actor)
        except Conflict as refusal:
            return str(refusal)

    with ThreadPoolExecutor(2) as threads:
        outcomes = set(threads.map(press, (ORLA, OMAR)))
    assert outcomes == {None, "Somebody has closed this matter meanwhile. Read their note below."}
    assert shop.value("SELECT COUNT(*) FROM audit_entry") == 1


def test_a_matter_that_has_settled_itself_is_not_closed_again(shop):
    matter = tell(shop)
    now = shop.clock()
    shop.db.run(lambda session: close_attention(session, "unapplied_mismatch", "payment:pi_1", now))
    refused(shop, Conflict, "has settled itself", matter)
    assert rows(shop) == [(True, None, None)]


def test_what_happens_again_after_it_was_closed_is_a_matter_of_its_own(shop):
    done(shop, tell(shop))
    assert tell(shop) == 2
    assert [row[0] for row in rows(shop)] == [True, False]


def test_whoever_may_refund_closes_what_is_about_money_and_nothing_else(shop):
    done(shop, tell(shop), actor=RITA)
    refused(shop, Forbidden, "Your role does not allow this", tell(shop, "job_dead", "job:1"), actor=RITA)


def test_who_only_reads_closes_nothing(shop):
    refused(shop, Forbidden, "Your role does not allow this", tell(shop), actor=PACKER)


def test_a_matter_nobody_knows_is_not_there(shop):
    refused(shop, NotFound, "We know no such matter", 999)


def test_a_form_of_another_matter_is_refused(shop):
    form = token()
    done(shop, tell(shop), form=form)
    refused(shop, Conflict, "sent for another matter", tell(shop, subject="payment:pi_2"), form=form)


def test_those_with_a_date_come_first_then_those_for_which_somebody_waits_then_the_oldest(shop):
    now = shop.clock()
    for kind, subject, due_at in (
        ("session_contradiction", "session:a", None),
        ("unapplied_mismatch", "payment:old", None),
        ("charge.dispute.created", "payment:late", now + timedelta(days=9)),
        ("unapplied_mismatch", "payment:new", None),
        ("charge.dispute.created", "payment:soon", now + timedelta(days=2)),
        ("job_dead", "job:b", None),
    ):
        tell(shop, kind, subject, due_at)
    with shop.db.reader() as reader:
        order = [matter.subject for matter in list_open(reader)]
        assert [matter.subject for matter in list_open(reader, 2, 2)] == order[2:4]
    assert order == ["payment:soon", "payment:late", "payment:old", "payment:new", "session:a", "job:b"]


def test_closed_ones_are_listed_the_latest_first(shop):
    for subject in ("payment:a", "payment:b", "payment:c"):
        done(shop, tell(shop, subject=subject))
        shop.clock.advance(minutes=1)
    with shop.db.reader() as reader:
        assert [matter.subject for matter in list_closed(reader, 0, 2)] == ["payment:c", "payment:b"]
        assert [matter.subject for matter in list_closed(reader, 2, 2)] == ["payment:a"]
