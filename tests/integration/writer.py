"""A process that writes one row after the other: `python -m tests.integration.writer DATABASE_URL NAME COUNT`.

Prints the longest time that one of its writes took, in seconds.
"""

from __future__ import annotations

import sys
import time

from sqlalchemy import text

from store.db import Database


def main() -> None:
    url, name, count = sys.argv[1:]
    db, longest = Database(url), 0.0
    sys.stdin.readline()  # everybody begins together
    for number in range(int(count)):
        begun = time.monotonic()
        db.run(lambda session, number=number: write(session, f"{name}-{number}"))
        longest = max(longest, time.monotonic() - begun)
    sys.stdout.write(f"{longest}\n")


def write(session, owner: str) -> None:
    total = session.execute(
        text("SELECT count FROM live_checkout_count WHERE owner = 'all' FOR UPDATE")
        if session.get_bind().dialect.name == "postgresql"
        else text("SELECT count FROM live_checkout_count WHERE owner = 'all'")
    ).scalar_one()
    session.execute(text("INSERT INTO live_checkout_count (owner, count) VALUES (:owner, 1)"), {"owner": owner})
    session.execute(text("UPDATE live_checkout_count SET count = :n WHERE owner = 'all'"), {"n": total + 1})


if __name__ == "__main__":
    main()
