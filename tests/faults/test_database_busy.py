"""Others hold what the shop needs, or a job cannot be done: all wait their turn, and nobody else waits with them."""

import threading
import time

import psycopg
from sqlalchemy import text

from store.jobs import repository
from store.jobs.worker import Worker
from tests.faults.outages import paid_once
from tests.integration.stories import told
from tests.shop import wait_until


def test_somebody_elses_lock_is_waited_for_and_stripe_hears_yes(between):
    """A backup, a migration, a person at the prompt: for a moment the rows of the sale are theirs."""
    between.pay(between.check_out(between.client))
    completed = told(between, "checkout.session.completed")
    taken, let_go = threading.Event(), threading.Event()

    def hold():
        with between.db.engine.begin() as other:  # BEGIN IMMEDIATE on SQLite, without waiting in the writers' queue
            other.execute(text("UPDATE checkout SET name = name"))
            taken.set()
            let_go.wait(5)
            time.sleep(0.2)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(5)
    let_go.set()
    begun = time.monotonic()
    assert between.post_event(completed) == (200, "applied")
    assert time.monotonic() - begun > 0.15
    holder.join()
    assert paid_once(between)


def test_a_sale_that_a_deadlock_ends_is_made_in_another_try(shop):
    """PostgreSQL only: SQLite's writers queue. Somebody locks hold and checkout the other way round."""
    if shop.db.is_sqlite:
        return
    tee = shop.make_item(units=5)
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    completed = told(shop, "checkout.session.completed")
    url = shop.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as other:
        other.execute("SET deadlock_timeout = '5s'")  # so that it is the sale's own transaction that is ended
        other.execute("UPDATE hold SET quantity = quantity")
        answers = []
        sale = threading.Thread(target=lambda: answers.append(shop.post_event(completed)))
        sale.start()
        wait_until(lambda: shop.value("SELECT COUNT(*) FROM pg_locks WHERE NOT granted"))
        other.execute("UPDATE checkout SET name = name")  # waits for the sale, which waits for us
    sale.join()
    assert answers == [(200, "applied")]
    assert (shop.counts()["order"], shop.level(tee)) == (1, (5, 1))


def test_a_poisoned_job_keeps_no_other_waiting_and_ends_before_staff(shop):
    def poison(_job):
        raise ZeroDivisionError

    ran = []
    worker = Worker(shop.db, shop.clock, {"poison": poison, "note": lambda job: ran.append(job.payload["n"])})

    def queue(session):
        repository.enqueue(session, "poison", {}, shop.clock(), max_attempts=3)
        for n in range(3):
            repository.enqueue(session, "note", {"n": n}, shop.clock())

    shop.db.run(queue)
    for _ in range(4):
        worker.drain()
        shop.clock.advance(minutes=1)
    assert ran == [0, 1, 2]
    assert shop.rows("SELECT kind, state, attempts FROM job WHERE kind IN ('poison', 'note') ORDER BY id") == [
        ("poison", "dead", 3), ("note", "done", 1), ("note", "done", 1), ("note", "done", 1),
    ]  # fmt: skip
