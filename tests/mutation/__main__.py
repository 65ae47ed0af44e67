"""`python -m tests.mutation [--sample N] [--seed S] MODULE [TESTS…]`: which faults in a module its tests let pass."""

from __future__ import annotations

import argparse
import sys
import time

from tests.mutation.running import try_mutants
from tests.mutation.targets import explained, tests_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("module", help="a file, such as store/money.py")
    parser.add_argument("tests", nargs="*", help="what to give to pytest; else what targets.py lists for that module")
    parser.add_argument("--sample", type=int, help="so many of its mutants instead of all")
    parser.add_argument("--seed", type=int, default=0)
    asked, options = parser.parse_known_args()
    tests = [*asked.tests, *options] or tests_of(asked.module)
    started = time.monotonic()
    known = explained(asked.module)
    report = try_mutants(asked.module, tests, sample=asked.sample, seed=asked.seed, tell=lambda line: None)
    unexplained = [mutant for mutant in report.survivors if mutant.name not in known]
    for mutant in unexplained:
        sys.stdout.write(f"{report.module}:{mutant.line} {mutant.name}\n")
    stale = known.keys() - {mutant.name for mutant in report.survivors} if asked.sample is None else ()
    for name in sorted(stale):
        sys.stdout.write(f"{report.module} explained, but killed or gone: {name}\n")
    sys.stdout.write(
        f"{report.module}: {report.tried} mutants, {report.killed} killed ({len(report.timed_out)} by the clock),"
        f" {len(report.survivors) - len(unexplained)} explained, {len(unexplained)} not;"
        f" {time.monotonic() - started:.0f} s\n"
    )
    return bool(unexplained or stale)


if __name__ == "__main__":
    sys.exit(main())
