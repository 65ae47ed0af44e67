"""`python -m store`, what `make run` starts: the whole shop on one machine, one process group that Ctrl-C ends.

This process migrates, loads the demo into an empty database and is the worker; beside it run the web server and, while
no Stripe key is set, the sandbox. When any of them dies, all end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from store import paths
from store.app import create_app, make_worker
from store.catalog.models import Product
from store.catalog.search.service import catch_up
from store.migrations import commands
from store.ops.demo import accounts
from store.ops.demo.load import is_loaded, load
from store.settings import BadSettings, Settings

WAIT_SECONDS = 15


def main() -> int:
    """Run the shop until it is told to stop; the exit status."""
    try:
        app = create_app()
    except BadSettings as faults:
        print(faults, file=sys.stderr)  # noqa: T201 - the answer to whoever typed the command
        return 2
    settings: Settings = app.extensions["settings"]
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    has_demo = _prepare(app)
    children = [_start(command) for command in _commands(settings)]
    # A daemon: what it is doing when the shop ends is leased, and done again after the lease.
    worker = threading.Thread(target=make_worker(app).run_until, args=(stop,), name="worker", daemon=True)
    worker.start()
    print(f"The shop is at {settings.public_url}. Ctrl-C ends it.", flush=True)  # noqa: T201
    if has_demo:
        print(*accounts.lines(), sep="\n", flush=True)  # noqa: T201
    try:
        while not stop.wait(0.5):
            if any(child.poll() is not None for child in children):
                print("A part of the shop has ended; so does the rest.", file=sys.stderr)  # noqa: T201
                return 1
        return 0
    finally:
        stop.set()
        for child in children:
            child.terminate()
        for child in children:
            _reap(child)
        worker.join(1)


def _prepare(app: Flask) -> bool:
    """Migrate, and fill an empty database with the demo (never in production); whether it is there."""
    db, settings = app.extensions["db"], app.extensions["settings"]
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    commands.upgrade(db)
    catch_up(db)
    with db.reader() as reader:
        is_empty = reader.scalar(select(Product.id).limit(1)) is None
    if is_empty and not settings.in_production:
        print("Drawing the demo shop's pictures, a few seconds …", flush=True)  # noqa: T201
        load(db, app.extensions["pictures"], settings, app.extensions["clock"])
    with db.reader() as reader:
        has_demo = not settings.in_production and is_loaded(reader)
    if has_demo:
        accounts.make_accounts(db, app.extensions["credentials"], app.extensions["clock"])
    return has_demo


def _commands(settings: Settings) -> list[list[str]]:
    granian = Path(sys.executable).with_name("granian")
    web = [str(granian), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(settings.port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    web += ["--workers-kill-timeout", "5", "wsgi:app"]
    commands = [web]
    if settings.uses_sandbox:
        webhook = f"http://127.0.0.1:{settings.port}/webhooks/stripe"
        account = f"{settings.stripe_secret_key}={webhook}={settings.webhook_secrets[0]}"
        sandbox = [sys.executable, "-m", "store.sandbox", "--port", str(settings.sandbox_port)]
        commands.insert(0, [*sandbox, "--state", str(settings.var / "sandbox.db"), "--account", account])
    return commands


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # The terminal's Ctrl-C reaches the whole group; the children wait for our word, so that nothing is cut off.
    return subprocess.Popen(command, cwd=paths.ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})  # noqa: S603 - our own


def _reap(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    raise SystemExit(main())
