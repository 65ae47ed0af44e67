"""Whatever happens, in whatever order: the shop agrees with Stripe (machine.py says what can happen)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import SqliteFactory
from tests.properties.hand import Child
from tests.properties.machine import Money
from tests.properties.world import Ground

SEED = int(os.environ.get("SEED", "20261124"))
MEMORY = Path("/dev/shm")
"""No example cuts the power, and each writes some hundred transactions: where there is memory, files stay in it."""


@pytest.fixture(scope="module")
def folder():
    folder = Path(tempfile.mkdtemp(prefix="machine-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
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


def play(ground, examples, steps):
    """Run the machine; a failure tells its story and its seed, and SEED=… in the environment plays others."""
    machine = seed(SEED)(type("Money", (Money,), {"ground": ground, "story": f"SEED={SEED}"}))
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def test_money_and_stock_stay_right_in_one_process(ground):
    play(ground, 10, 30)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_money_and_stock_stay_right_in_one_process_for_long(ground):
    play(ground, 150, 50)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_money_and_stock_stay_right_with_four_processes(ground, hands):
    ground.children = hands
    play(ground, 60, 40)
