"""Lives of the shop, each a process of its own that may be killed in the middle.

`python -m tests.faults.lives` has everything imported and nothing open; for each line of JSON it forks a process that
lives that life, and answers with how it ended and what it said.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class World:
    """What outlives a process: the database, the account at Stripe, the folder of mails and notes."""

    database_url: str
    sandbox_url: str
    key: str
    folder: str


@dataclass(frozen=True)
class End:
    """`signal` is 0 for a life that came to its own end."""

    signal: int
    said: Any


class Lives:
    """The test's end of the pipes."""

    def __init__(self, sandbox_url: str, folder: Path) -> None:
        self.sandbox_url, self.folder = sandbox_url, folder
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.lives"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def new_world(self, database_url: str) -> World:
        folder = self.folder / secrets.token_hex(8)
        folder.mkdir()
        return World(database_url, self.sandbox_url, f"sk_test_{secrets.token_hex(8)}", str(folder))

    def live(self, story: str, world: World, kill_at: int | None = None, kill_after: float | None = None) -> End:
        """Tell `story` up to its end, which may be at boundary `kill_at`, or so many seconds after its beginning.

        It says the names of all boundaries, if it lives.
        """
        return self._ask(life="first", story=story, world=asdict(world), kill_at=kill_at, kill_after=kill_after)

    def live_again(self, story: str, world: World) -> End:
        """Come up in the same world and see it through; says what is wrong in the end."""
        return self._ask(life="again", story=story, world=asdict(world))

    def warm_up(self, story: str, world: World) -> None:
        """Tell a story in the process that forks all others: what it has imported and worked out they have too."""
        self._ask(life="common", story=story, world=asdict(world))

    def _ask(self, **what: object) -> End:
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()
        return End(**json.loads(self.child.stdout.readline()))

    def stop(self) -> None:
        self.child.stdin.close()
        self.child.wait(20)
        self.child.stdout.close()


def _first(story: Any, world: World, kill_at: int | None, kill_after: float | None) -> list[str]:
    from tests.faults.boundaries import Boundaries

    shop, notes = _open(world), {}
    story.before(shop, notes)
    Path(world.folder, "notes.json").write_text(json.dumps(notes))
    shop.worker.schedule = ()  # the deed alone; the clock's own work comes afterwards
    boundaries = Boundaries(kill_at)
    boundaries.install(shop)
    if kill_after is not None:
        threading.Timer(kill_after, os.kill, (os.getpid(), signal.SIGKILL)).start()
    boundaries.armed = True
    story.deed(shop, notes)
    return boundaries.names


def _again(story: Any, world: World) -> list[str]:
    from tests.faults import afterlife

    shop = _open(world)
    notes = json.loads(Path(world.folder, "notes.json").read_text())
    story.after(shop, notes)
    return [*afterlife.go_on(shop), *afterlife.faults_of(shop, notes, story)]


def _in_common(story: Any, world: World) -> list[str]:
    """Nothing stays open or running: a fork would share it."""
    from tests.faults import afterlife

    shop, notes = _open(world), {}
    for tell in (story.before, story.deed, story.after):
        tell(shop, notes)
    faults = [*afterlife.go_on(shop), *afterlife.faults_of(shop, notes, story)]
    shop.close()
    return faults


def _open(world: World) -> Any:
    """A shop at the time its world has come to."""
    from datetime import timedelta

    from tests.sandbox.conftest import Account
    from tests.shop import Shop

    shop = Shop(world.database_url, world.sandbox_url, Path(world.folder), Account(world.sandbox_url, world.key))
    shop.clock.offset = timedelta(seconds=shop.account.control("GET", "clock").json()["offset"])
    return shop


def _live(command: dict[str, Any]) -> Any:
    from tests.faults.stories import STORIES

    world, story = World(**command["world"]), STORIES[command["story"]]
    if command["life"] == "first":
        return _first(story, world, command["kill_at"], command["kill_after"])
    return _again(story, world) if command["life"] == "again" else _in_common(story, world)


def _fork(command: dict[str, Any]) -> End:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = _live(command)
        except BaseException:  # noqa: BLE001 - whatever it was, the test must hear of it
            said = [traceback.format_exc()]
        with os.fdopen(writing, "w") as pipe:
            json.dump(said, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return End(os.WTERMSIG(status), None)  # it may have been cut off in the middle of a word
    return End(0, json.loads(text))


def main() -> None:
    import tests.faults.afterlife
    import tests.faults.stories  # noqa: F401 - each life finds it imported

    for line in sys.stdin:
        command = json.loads(line)
        end = End(0, _live(command)) if command["life"] == "common" else _fork(command)
        sys.stdout.write(json.dumps(asdict(end)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
