"""Whatever happens, in whatever order: the shop agrees with Stripe (machine.py says what can happen)."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import SqliteFactory, quick_folder
from tests.properties.hand import Child
from tests.properties.machine import Money
from tests.properties.world import Ground

SEED = int(os.environ.get("SEED", "20261124"))
EXAMPLES = {"sqlite": 10, "postgresql": 4}
"""Of 30 steps each, in the tests that everybody runs."""


@pytest.fixture(scope="module")
def folder():
    folder = quick_folder("machine-")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def sqlite_in_memory(folder):
    return SqliteFactory(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request, sandbox, folder):
    factory = request.getfixturevalue("sqlite_in_memory" if request.param == "sqlite" else "postgresql")
    return Ground(sandbox.url, factory, folder)


@pytest.fixture
def hands():
    children = [Child() for _ in range(4)]
    yield children
    for child in children:
        child.stop()


def play(ground, examples, steps, *, shrink):
    """Run the machine; a failure tells its story and its seed, and SEED=… in the environment plays others.

    `shrink`: look for the shortest story that fails, which takes some minutes.
    """
    machine = seed(SEED)(type("Money", (Money,), {"ground": ground, "story": f"SEED={SEED}"}))
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=(Phase.generate, *([Phase.shrink] if shrink else [])),
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def test_money_and_stock_stay_right_in_one_process(ground):
    play(ground, EXAMPLES["sqlite" if ground.is_sqlite else "postgresql"], 30, shrink=False)


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_money_and_stock_stay_right_in_one_process_for_long(ground):
    play(ground, 24, 50, shrink=True)


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_money_and_stock_stay_right_with_four_processes(ground, hands):
    ground.children = hands
    play(ground, 12, 40, shrink=True)
