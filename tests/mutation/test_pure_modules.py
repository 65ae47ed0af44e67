"""No fault in a pure module of money and stock goes unnoticed (`make prove`; see `__main__.py` for one by hand)."""

import subprocess
import sys

import pytest

from tests.mutation.running import ROOT
from tests.mutation.targets import PURE


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("module", PURE)
def test_each_fault_in_a_pure_module_is_noticed_by_its_tests_or_explained(module):
    command = [sys.executable, "-m", "tests.mutation", module]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_is_tried_and_what_tries_it_are_there():
    assert [
        name for name in [*PURE, *(test for tests in PURE.values() for test in tests)] if not (ROOT / name).is_file()
    ] == []
