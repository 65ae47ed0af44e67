"""The outbox: work exists exactly when its transaction does, is done by one worker at a time, and never forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.jobs import repository
from store.jobs.models import JobState
from store.jobs.worker import LEASE, Scheduled, Worker, backoff


@pytest.fixture
def done(shop):
    """A worker whose jobs only note that they ran; `ran` is what they noted."""
    shop.ran = []
    shop.bench = worker(shop)
    return shop


def worker(shop, schedule=(), **handlers):
    usual = {"note": lambda job: shop.ran.append(job.payload["n"])}
    return Worker(shop.db, shop.clock, usual | handlers, schedule)


def enqueue(shop, n=1, kind="note", **how):
    return shop.db.run(lambda session: repository.enqueue(session, kind, {"n": n}, shop.clock(), **how))


def jobs(shop, kind="note"):
    return shop.rows("SELECT state, attempts FROM job WHERE kind = :kind ORDER BY id", kind=kind)


def fail(_job):
    raise ZeroDivisionError("it cannot be done")


def test_a_job_lives_and_dies_with_its_transaction(done):
    def work(session):
        repository.enqueue(session, "note", {"n": 1}, done.clock())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        done.db.run(work)
    assert (jobs(done), done.bench.drain() and done.ran) == ([], [])


def test_a_job_is_done_once_and_in_order(done):
    for n in range(3):
        enqueue(done, n)
    done.bench.drain()
    done.bench.drain()
    assert (done.ran, jobs(done)) == ([0, 1, 2], [("done", 1)] * 3)


def test_work_that_names_itself_is_queued_once(done):
    assert [enqueue(done, unique_key="receipt:1"), enqueue(done, unique_key="receipt:1")] == [True, False]
    assert jobs(done) == [("waiting", 0)]


def test_work_for_later_waits(done):
    enqueue(done, run_at=done.clock() + timedelta(hours=1))
    done.bench.drain()
    assert done.ran == []
    done.clock.advance(hours=1)
    done.bench.drain()
    assert done.ran == [1]


def test_a_job_that_fails_is_tried_again_later_and_later_and_then_laid_out_for_staff(done):
    enqueue(done, kind="hard", max_attempts=3)
    hard = worker(done, hard=fail)
    waits = []
    for _ in range(3):
        hard.drain()
        waits.append((done.value("SELECT state FROM job WHERE kind = 'hard'"), hard.run_one()))
        done.clock.advance(seconds=30)
    assert waits == [("waiting", False), ("waiting", False), ("dead", False)]
    assert jobs(done, "hard") == [("dead", 3)]
    assert done.value("SELECT last_error FROM job WHERE kind = 'hard'") == "ZeroDivisionError: it cannot be done"
    done.clock.advance(days=300)
    hard.drain()
    assert jobs(done, "hard") == [("dead", 3)]


def test_waits_double_up_to_an_hour():
    for attempts, seconds in ((1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (40, 3600)):
        assert seconds * 0.9 <= backoff(attempts).total_seconds() <= seconds * 1.1


def test_a_kind_that_nobody_knows_fails_and_stays(done):
    enqueue(done, kind="from tomorrow's release")
    done.bench.drain()
    assert jobs(done, "from tomorrow's release") == [("waiting", 1)]


def claim(shop):
    return shop.db.run(lambda session: repository.claim(session, shop.clock(), LEASE))


def test_a_job_is_leased_to_one_worker_and_taken_again_when_it_never_comes_back(done):
    enqueue(done)
    lost = claim(done)
    assert (lost.attempts, claim(done)) == (1, None)
    done.clock.advance(minutes=4)
    assert claim(done) is None
    done.clock.advance(minutes=2)
    done.bench.drain()
    assert (done.ran, jobs(done)) == ([1], [("done", 2)])


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(done):
    enqueue(done)
    slow = claim(done)
    done.clock.advance(minutes=6)
    quick = claim(done)
    late = done.db.run(lambda session: repository.finish(session, slow, state=JobState.DEAD))
    assert (late, jobs(done)) == (False, [("running", 2)])
    assert done.db.run(lambda session: repository.finish(session, quick, state=JobState.DONE))
    assert not done.db.run(lambda session: repository.finish(session, quick, state=JobState.DEAD))
    assert jobs(done) == [("done", 2)]


def test_a_job_that_kills_every_worker_is_laid_out_in_the_end(done):
    enqueue(done, max_attempts=3)
    for attempt in range(3):
        assert claim(done).attempts == attempt + 1
        done.clock.advance(minutes=6)
    done.bench.drain()
    assert (done.ran, jobs(done)) == ([], [("dead", 3)])


def test_four_workers_do_fifty_jobs_each_once(done):
    for n in range(50):
        enqueue(done, n)
    start = threading.Barrier(4)

    def work(_):
        own = worker(done)
        start.wait()
        while own.run_one() or done.value("SELECT COUNT(*) FROM job WHERE state = 'waiting'"):
            pass

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert sorted(done.ran) == list(range(50))
    assert jobs(done) == [("done", 1)] * 50


def test_what_the_clock_sets_is_queued_once_however_many_workers_tick(done):
    hourly = (Scheduled("note_hour", "0 * * * *"),)
    workers = [worker(done, hourly, note_hour=lambda _job: done.ran.append("hour")) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one: one.tick(), workers))
    assert jobs(done, "note_hour") == [("waiting", 0)]
    for _ in range(3):
        for one in workers:
            one.drain()
    assert done.ran == ["hour"]
    done.clock.advance(hours=1)
    for one in workers:
        one.drain()
    assert done.ran == ["hour", "hour"]


def test_after_a_pause_the_clocks_work_is_done_once_not_once_for_every_hour_missed(done):
    hourly = worker(done, (Scheduled("note_hour", "0 * * * *"),), note_hour=lambda _job: done.ran.append("hour"))
    hourly.drain()
    done.clock.advance(hours=9)
    hourly.drain()
    assert done.ran == ["hour", "hour"]


def test_what_was_done_a_week_ago_is_forgotten_and_the_dead_are_not(done):
    enqueue(done)
    enqueue(done, kind="hard", max_attempts=1)
    worker(done, hard=fail).drain()
    done.clock.advance(days=8)
    done.bench.drain()
    assert (jobs(done), jobs(done, "hard")) == ([], [("dead", 1)])
