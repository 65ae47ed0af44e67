"""How long the doors of accounts take, for addresses that have an account and for those that have none.

`python -m tests.benchmarks.sign_in_timing` prints a table. Requests are made in process and in turns, so that whatever
else the machine does falls on all of them alike; what is compared are medians.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update

from store.app import create_app
from store.clock import utc_now
from store.members.models import Member
from store.settings import load
from tests.databases import SqliteFactory
from tests.people import People, Visitor

RUNS = 200
PASSWORD, WRONG = "tangerine ladder quiet moon", "violet harbor seldom brick"
KNOWN, SHUT, WAITING = "known@example.com", "shut@example.com", "waiting@example.com"


class Doors(People):
    """A shop with one account of each kind, and the requests that ask about them."""

    def __init__(self, database_url: str, folder: Path) -> None:
        given = {"database_url": database_url, "storage_url": f"file:{folder}/media", "stripe_secret_key": "sk_test_x"}
        usual = {"store_env": "test", "stripe_webhook_secret": "whsec_x", "stripe_api_base": "http://127.0.0.1:9"}
        self.settings, self.clock = load({}, **given | usual), utc_now
        self.app = create_app(self.settings, self.clock)
        self.app.test_client_class = Visitor
        self.db = self.app.extensions["db"]
        self.make_member(KNOWN, password=PASSWORD)
        self.make_member(WAITING, password=PASSWORD, proven=False)
        self.make_member(SHUT, password=PASSWORD)
        shut = update(Member).where(Member.email == SHUT).values(active=False)
        self.db.run(lambda session: session.execute(shut))
        self.numbers = iter(range(10**9))

    def visitor(self) -> Visitor:
        return self.app.test_client()

    def nobody(self) -> str:
        """An address that was never seen before."""
        return f"nobody{next(self.numbers)}@example.com"

    def ask(self, path: str, email: str | None, **form: str) -> float:
        """The seconds one request takes."""
        client, sent = self.visitor(), {"email": email or self.nobody(), **form}
        begun = time.perf_counter()
        answer = client.post(path, data=sent)
        took = time.perf_counter() - begun
        assert answer.status_code in (200, 302, 422), answer.status_code
        return took

    def change_address(self, taken: str | None) -> float:
        client, sent = self.asking, {"email": taken or self.nobody()}
        begun = time.perf_counter()
        answer = client.post("/account/email", data=sent)
        took = time.perf_counter() - begun
        assert answer.status_code == 200, answer.status_code
        return took

    def measures(self) -> dict[str, dict[str, Callable[[], float]]]:
        """For each door the one request that tells nothing, by the name `nobody`, and those that must not differ."""
        self.asking = self.signed_in(self.make_member("asking@example.com", password=PASSWORD))
        kinds = {"nobody": None, "member": KNOWN, "shut": SHUT, "waiting": WAITING}
        doors = {"sign in": ("/sign-in", {"password": WRONG}), "join": ("/join", {"password": WRONG})}
        doors |= {"reset": ("/reset", {}), "send again": ("/confirm", {})}
        found: dict[str, dict[str, Callable[[], float]]] = {
            door: {kind: lambda p=path, e=email, f=form: self.ask(p, e, **f) for kind, email in kinds.items()}  # type: ignore[misc]
            for door, (path, form) in doors.items()
        }
        found["sign in"]["shut, right password"] = lambda: self.ask("/sign-in", SHUT, password=PASSWORD)
        found["change address"] = {
            kind: lambda email=email: self.change_address(email)  # type: ignore[misc]
            for kind, email in (("nobody", None), ("member", KNOWN), ("shut", SHUT))
        }
        return found


def measure(doors: Doors, runs: int = RUNS) -> dict[str, dict[str, float]]:
    """The median of each in milliseconds."""
    took: dict[str, dict[str, list[float]]] = {}
    measures = doors.measures()
    for round_ in range(runs + 5):
        for door, requests in measures.items():
            for kind in random.sample(list(requests), len(requests)):
                seconds = requests[kind]()
                if round_ >= 5:  # the first ones find nothing warm
                    took.setdefault(door, {}).setdefault(kind, []).append(seconds)
    return {
        door: {kind: 1000 * statistics.median(times) for kind, times in kinds.items()} for door, kinds in took.items()
    }


def table(medians: dict[str, dict[str, float]]) -> str:
    lines = [f"{'door':<16}{'who':<22}{'median ms':>10}{'to nobody':>11}"]
    for door, kinds in medians.items():
        lines += [
            f"{door:<16}{kind:<22}{took:>10.2f}{took / kinds['nobody'] - 1:>+11.1%}" for kind, took in kinds.items()
        ]
    return "\n".join(lines)


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="timing-"))
    print(table(measure(Doors(SqliteFactory(folder).make(), folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
