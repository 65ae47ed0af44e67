"""Wherever a process is killed, the shop comes up again and ends right.

A story is told once to count its boundaries: before and after each commit, each call to Stripe, each job. Then it is
told anew for every one of them, in a process of its own that kills itself there (SIGKILL); another process opens the
same database, Stripe tells everything again, days pass, and all that must hold is asked for.
"""

import itertools
import queue
import random
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.stories import STORIES

INSTANTS = 1
LONGEST_DEED = 0.4
"""Seconds: most of them take less when they have the machine for themselves."""


def told(lives, databases, story, kill_at=None, kill_after=None):
    """Tell a story, cut short or not, and see it through: its boundaries, and what was wrong in the end."""
    url = databases.make()
    try:
        world = lives.new_world(url)
        first = lives.live(story, world, kill_at, kill_after)
        if first.signal != signal.SIGKILL and any("Traceback" in name for name in first.said):
            return [], first.said  # a telling may have a boundary less than the one that was counted, but not fail
        again = lives.live_again(story, world)
        return first.said, again.said if again.signal == 0 else [f"it ended by signal {again.signal}"]
    finally:
        databases.drop(url)


def two_at_a_time(two_lives, tell, cuts):
    """What `tell` says was wrong after each cut, for those after which something was."""
    free = queue.SimpleQueue()
    for lives in two_lives:
        free.put(lives)

    def one(cut):
        lives = free.get()
        try:
            return tell(lives, cut)[1]
        finally:
            free.put(lives)

    with ThreadPoolExecutor(len(two_lives)) as threads:
        return {cut: said for cut, said in zip(cuts, threads.map(one, cuts), strict=True) if said}


def killed_at(boundaries, names, two_lives, databases, story):
    wrong = two_at_a_time(two_lives, lambda lives, at: told(lives, databases, story, at), boundaries)
    return {f"{number} {names[number]}": said for number, said in wrong.items()}


def places(names):
    """Where to kill: at every boundary but those that leave the world as the one before them has left it.

    What comes before a step right after the end of another is the same moment: nothing in between outlives a process.
    """
    same = [later.startswith("before") and last.startswith("after") for last, later in itertools.pairwise(names)]
    return [number for number in range(len(names)) if number == 0 or not same[number - 1]]


def test_two_moments_with_nothing_between_them_are_one():
    commit, call = ["before a commit", "after a commit"], ["before GET /v1/refunds", "after GET /v1/refunds"]
    assert places([*commit, *call]) == [0, 1, 3]
    assert places(["before the job sweep", *commit, "after the job sweep", *commit]) == [0, 1, 2, 3, 5]


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("story", STORIES)
def test_killed_anywhere_it_ends_right(story, databases, two_lives):
    names, faults = told(two_lives[0], databases, story)
    assert faults == []
    assert killed_at(places(names), names, two_lives, databases, story) == {}


@pytest.mark.prove
@pytest.mark.parametrize("story", STORIES)
def test_killed_at_any_instant_it_ends_right(story, sqlite, two_lives):
    """In the middle of a statement, of a commit, of a page: wherever the instant falls."""
    instants = [random.uniform(0, LONGEST_DEED) for _ in range(INSTANTS)]
    tell = lambda lives, after: told(lives, sqlite, story, kill_after=after)  # noqa: E731
    assert two_at_a_time(two_lives, tell, instants) == {}


def test_killed_at_one_place_of_every_story_it_ends_right(sqlite, two_lives):
    """Which place is drawn with the run's own seed."""
    drawn = {story: random.random() for story in STORIES}

    def tell(lives, story):
        url = sqlite.make()
        names = lives.live(story, lives.new_world(url)).said
        place = int(drawn[story] * len(names))
        faults = told(lives, sqlite, story, place)[1]
        return names, [f"{place} {names[place]}", *faults] if faults else []

    assert two_at_a_time(two_lives, tell, list(STORIES)) == {}
