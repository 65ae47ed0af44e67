"""Encoding pictures takes seconds each; nobody's receipt waits for them."""

from datetime import timedelta

from store.jobs.repository import enqueue
from store.ops.demo.drawing import draw


def test_a_job_that_is_due_later_still_goes_before_the_pictures(shop):
    now = shop.clock()
    done = []
    shop.worker.handlers |= {kind: lambda job: done.append(job.kind) for kind in ("make_avif", "order_confirmation")}

    def queue(session):
        enqueue(session, "make_avif", {"picture_id": 1}, now - timedelta(minutes=5))
        enqueue(session, "order_confirmation", {"order_id": 1}, now - timedelta(minutes=1))

    shop.db.run(queue)
    shop.worker.run_one()
    shop.worker.run_one()
    assert done == ["order_confirmation", "make_avif"]


def test_a_job_encodes_its_own_picture_and_no_other(shop):
    pictures = shop.app.extensions["pictures"]
    names = ["012-white-label-stickers", "037-hand-signals"]
    prepared = [pictures.prepare(draw(name)) for name in names]
    first, second = shop.db.run(lambda session: [one.add(session, shop.clock()) for one in prepared])
    shop.worker.run_one()
    assert shop.rows("SELECT DISTINCT picture_id FROM rendition WHERE format = 'avif'") == [(first,)]
    shop.worker.drain()
    assert shop.rows("SELECT DISTINCT picture_id FROM rendition WHERE format = 'avif' ORDER BY 1") == [
        (first,),
        (second,),
    ]
