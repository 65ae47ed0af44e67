"""Nobody learns from the time an answer takes whether an address has an account (200 runs each, medians)."""

import pytest

from tests.benchmarks.sign_in_timing import Doors, measure, table

BOUND = 0.15
"""Wide enough for a machine that does other things as well; a hash more or less would be beyond it by far."""


@pytest.mark.prove
@pytest.mark.alone
@pytest.mark.timeout(1200)
def test_an_answer_takes_as_long_for_members_as_for_nobody(postgresql, tmp_path):
    """On the database that answers from another process, so more slowly; either is sent the same statements."""
    doors = Doors(postgresql.make(), tmp_path)
    medians = measure(doors)
    doors.db.engine.dispose()
    print(table(medians))
    for door, kinds in medians.items():
        for kind, took in kinds.items():
            assert abs(took / kinds["nobody"] - 1) < BOUND, (door, kind, kinds)
