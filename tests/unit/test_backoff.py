import random
from datetime import timedelta

import pytest

from store.jobs.worker import backoff


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (10, 2560), (11, 3600), (12, 3600), (500, 3600)]
)
def test_pauses_double_up_to_an_hour_with_a_little_left_to_chance(attempts, seconds):
    for seed in range(50):
        random.seed(seed)
        pause = backoff(attempts)
        assert timedelta(seconds=seconds * 0.9) <= pause <= timedelta(seconds=seconds * 1.1)


def test_two_workers_do_not_come_back_in_step():
    assert len({backoff(5) for _ in range(20)}) > 1
