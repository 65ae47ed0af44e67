"""Runs tests against each mutant of a module, every time in a process forked from one that has its libraries loaded.

Nothing on disk changes: the mutated module is handed to the import of that process alone.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import pytest

from tests.mutation.mutants import Mutant, find_mutants

ROOT = Path(__file__).parents[2]
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "--tb=no", "--assert=plain")
BROKEN = 99
"""The exit code of a run in which the tests could not even be started."""
AT_LEAST = 20.0
"""Seconds before a mutant that does not come back is taken for killed, whatever the tests take without it."""


@dataclass
class Report:
    """What became of the mutants of one module."""

    module: str
    tried: int = 0
    timed_out: list[str] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.tried - len(self.survivors)


class Mutated(SourceFileLoader):
    """Finds and loads one module from a tree instead of its file."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        super().__init__(_dotted(module), str(ROOT / module))
        self.tree = tree

    def find_spec(self, name: str, *_: object) -> object:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.path, "exec", dont_inherit=True)


def try_mutants(
    module: str, tests: Sequence[str], *, sample: int | None = None, seed: int = 0, tell: Callable[[str], None] = print
) -> Report:
    """Every mutant of a module, or a sample of them. Raises RuntimeError when the tests fail without any fault."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    limit = _warm_up(module, tree, tests)
    mutants = find_mutants(tree)
    if sample is not None and sample < len(mutants):
        mutants = sorted(random.Random(seed).sample(mutants, sample), key=lambda mutant: mutant.line)
    report = Report(module)
    for mutant in mutants:
        outcome = _fork(module, tree, tests, limit, mutant.apply)
        report.tried += 1
        if outcome is None:
            report.timed_out.append(mutant.name)
        if outcome == 0:
            report.survivors.append(mutant)
            tell(f"{module}:{mutant.line} {mutant.name}")
    return report


def _warm_up(module: str, tree: ast.Module, tests: Sequence[str]) -> float:
    """Runs the tests on the module as it is, loads here what they have loaded, and says how long a mutant may take."""
    with tempfile.NamedTemporaryFile(suffix=".json") as kept:

        def tell_libraries() -> None:
            names = [name for name in sys.modules if name.partition(".")[0] not in ("store", "tests", "wsgi")]
            Path(kept.name).write_text(json.dumps(names), encoding="utf-8")

        started = time.monotonic()
        if _fork(module, tree, tests, 900, lambda: None, tell_libraries) != 0:
            raise RuntimeError(f"the tests of {module} fail without any fault in it")
        took = time.monotonic() - started
        for name in json.loads(Path(kept.name).read_text(encoding="utf-8")):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if _fork(module, tree, tests, 900, lambda: None) != 0:
            raise RuntimeError(f"the tests of {module} fail once their libraries are loaded beforehand")
    return max(AT_LEAST, 5 * took)


def _fork(
    module: str,
    tree: ast.Module,
    tests: Sequence[str],
    limit: float,
    before: Callable[[], None],
    after: Callable[[], None] = lambda: None,
) -> int | None:
    """The tests' exit code in a process of its own; None when the time was up."""
    with _folder() as folder:
        child = os.fork()
        if not child:
            os.setsid()
            _become_the_test_run(module, tree, tests, folder, before, after)
        code = _wait(child, limit)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if code is None:
            os.waitpid(child, 0)
        if code == BROKEN:
            raise RuntimeError(f"the tests of {module} could not be started")
        return code


def _become_the_test_run(
    module: str,
    tree: ast.Module,
    tests: Sequence[str],
    folder: str,
    before: Callable[[], None],
    after: Callable[[], None],
) -> None:
    """Never comes back."""
    code = BROKEN
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = f"{folder}/hypothesis"
        before()
        sys.meta_path.insert(0, Mutated(module, tree))
        code = int(pytest.main([*OPTIONS, "--basetemp", f"{folder}/pytest", *tests], plugins=[Quickly()]))
        after()
    finally:
        if code == BROKEN:
            traceback.print_exc()  # seen by whoever takes the silence away
        os._exit(code)


class Quickly:
    """Hypothesis only has to find a fault, in the same way each time; nobody reads the smallest example."""

    def pytest_configure(self) -> None:
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutation",
            max_examples=40,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")


def _wait(child: int, limit: float) -> int | None:
    until = time.monotonic() + limit
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="mutant-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _dotted(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")
