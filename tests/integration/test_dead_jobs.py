"""A job that was given up stands before staff until it has been done; they may have it tried again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.audit import dead_jobs
from store.errors import Forbidden, NotFound
from store.jobs import repository
from store.jobs.worker import LEASE, Scheduled, Worker
from tests.integration.quarantined import OMAR, ORLA, RITA


@pytest.fixture
def bench(shop):
    """A worker as the shop has it, with a job that fails while `shop.broken`."""
    shop.broken = True

    def hard(_job):
        if shop.broken:
            raise ZeroDivisionError("it cannot be done")

    shop.bench = worker(shop, hard=hard)
    return shop


def worker(shop, schedule=(), **handlers):
    return Worker(shop.db, shop.clock, handlers, schedule, (), dead_jobs.tell, dead_jobs.settle)


def dead(shop, tries=2):
    """A job that was given up; its id."""
    shop.db.run(lambda session: repository.enqueue(session, "hard", {}, shop.clock(), max_attempts=tries))
    for _ in range(tries):
        shop.bench.drain()
        shop.clock.advance(minutes=1)
    (job,) = shop.rows("SELECT id, state FROM job WHERE kind = 'hard' ORDER BY id DESC LIMIT 1")
    assert job[1] == "dead"
    return job[0]


def matters(shop):
    return shop.rows("SELECT subject, closed_at IS NULL, closed_by FROM attention WHERE kind = 'job_dead' ORDER BY id")


def job(shop):
    return shop.rows("SELECT state, attempts, max_attempts FROM job WHERE kind = 'hard'")


def test_a_job_that_is_given_up_is_shown_to_staff(bench):
    number = dead(bench)
    assert matters(bench) == [(f"job:{number}", True, None)]
    assert bench.value("SELECT sentence FROM attention").startswith("The job hard was given up after 2 tries.")


def test_a_job_whose_worker_never_came_back_is_shown_in_the_transaction_that_gives_it_up(bench):
    bench.db.run(lambda session: repository.enqueue(session, "hard", {}, bench.clock(), max_attempts=1))
    bench.db.run(lambda session: repository.claim(session, bench.clock(), LEASE))
    bench.clock.advance(minutes=6)
    bench.bench.drain()
    assert job(bench) == [("dead", 1, 1)]
    assert [row[1:] for row in matters(bench)] == [(True, None)]


def test_what_fails_and_is_tried_again_in_time_is_shown_to_nobody(bench):
    bench.db.run(lambda session: repository.enqueue(session, "hard", {}, bench.clock(), max_attempts=3))
    bench.bench.drain()
    bench.broken = False
    bench.clock.advance(minutes=1)
    bench.bench.drain()
    assert (job(bench), matters(bench)) == ([("done", 2, 3)], [])


def test_tried_again_and_done_the_matter_settles_itself(bench):
    number = dead(bench)
    dead_jobs.try_again(bench.db, ORLA, number, bench.clock())
    assert job(bench) == [("waiting", 2, 5)]
    assert bench.rows("SELECT actor, action, subject FROM audit_entry") == [("member:5", "job.retry", f"job:{number}")]
    bench.broken = False
    bench.bench.drain()
    assert (job(bench), matters(bench)) == ([("done", 3, 5)], [(f"job:{number}", False, None)])


def test_tried_again_in_vain_it_stays_one_open_matter(bench):
    number = dead(bench)
    dead_jobs.try_again(bench.db, ORLA, number, bench.clock())
    for _ in range(3):
        bench.bench.drain()
        bench.clock.advance(minutes=1)
    assert (job(bench), matters(bench)) == ([("dead", 5, 5)], [(f"job:{number}", True, None)])


def test_two_of_the_staff_at_once_give_it_its_tries_once(bench):
    number = dead(bench)
    start = threading.Barrier(2)

    def press(actor):
        start.wait()
        dead_jobs.try_again(bench.db, actor, number, bench.clock())

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(press, (ORLA, OMAR)))
    assert (job(bench), bench.value("SELECT COUNT(*) FROM audit_entry")) == ([("waiting", 2, 5)], 1)


def test_a_worker_that_comes_back_after_its_job_was_revived_writes_nothing(bench):
    bench.db.run(lambda session: repository.enqueue(session, "hard", {}, bench.clock(), max_attempts=1))
    lost = bench.db.run(lambda session: repository.claim(session, bench.clock(), LEASE))
    bench.clock.advance(minutes=6)
    bench.bench.drain()
    dead_jobs.try_again(bench.db, ORLA, lost.id, bench.clock())
    assert not bench.db.run(lambda session: repository.finish(session, lost, state="done"))
    assert job(bench) == [("waiting", 1, 4)]


def test_a_firing_of_the_schedule_that_is_given_up_is_one_matter_until_a_later_one_is_done(bench):
    def hourly(_job):
        if bench.broken:
            raise ZeroDivisionError

    bench.bench = worker(bench, (Scheduled("hourly", "0 * * * *"),), hourly=hourly)
    for _ in range(8):
        bench.bench.drain()
        bench.clock.advance(minutes=30)
    assert bench.value("SELECT COUNT(*) FROM job WHERE kind = 'hourly' AND state = 'dead'") >= 1
    assert matters(bench) == [("job:hourly", True, None)]
    bench.broken = False
    bench.clock.advance(hours=1)
    bench.bench.drain()
    assert matters(bench) == [("job:hourly", False, None)]
    bench.db.run(lambda session: repository.purge_done(session, bench.clock() + timedelta(days=1)))
    assert bench.value("SELECT COUNT(*) FROM job WHERE kind = 'hourly'") == 0


def test_a_job_nobody_knows_is_not_there(bench):
    with pytest.raises(NotFound):
        dead_jobs.try_again(bench.db, ORLA, 999, bench.clock())


def test_who_may_refund_and_no_more_may_not_have_a_job_tried_again(bench):
    number = dead(bench)
    with pytest.raises(Forbidden):
        dead_jobs.try_again(bench.db, RITA, number, bench.clock())
    assert (job(bench), bench.value("SELECT COUNT(*) FROM audit_entry")) == ([("dead", 2, 2)], 0)
