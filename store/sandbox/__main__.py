"""`python -m store.sandbox --port 8001 [--state FILE] [--account KEY=URL=SECRET]…`

Listens on 127.0.0.1 only and refuses to start in production. Prints one line once it listens.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from store.sandbox.account import TEST_KEY, open_account
from store.sandbox.app import create_app
from store.sandbox.courier import Courier
from store.sandbox.resources import webhook_endpoints
from store.sandbox.state import LayoutError, State

HOST = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """Says nothing about requests that went well, and keeps connections open for the SDK."""

    protocol_version = "HTTP/1.1"

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without the Date of this machine: the answer brings the one of the account's clock."""
        self.send_response_only(code, message)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The log of requests is under `/_test/requests`."""


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if os.environ.get("STORE_ENV") == "production":
        print("The Stripe sandbox does not start with STORE_ENV=production.", file=sys.stderr)  # noqa: T201
        return 2
    logging.basicConfig(level=logging.WARNING, format="sandbox: %(message)s")
    try:
        state = State(options.state)
    except LayoutError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    for key, url, secret in options.account:
        with state.transaction() as connection:
            webhook_endpoints.ensure(open_account(connection, key), url, secret)
    courier = Courier(state)
    demo_key = options.account[0][0] if options.account else None
    app = create_app(state, courier, demo_key)
    server = make_server(HOST, options.port, app, threaded=True, request_handler=QuietHandler)
    signal.signal(signal.SIGTERM, _interrupt)
    courier.start()
    print(f"Stripe sandbox on http://{HOST}:{server.port}", flush=True)  # noqa: T201 - the one line that is promised
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        courier.stop()
        state.close()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m store.sandbox", description="A stand-in for Stripe.")
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one")
    parser.add_argument("--state", type=Path, help="SQLite file that survives restarts; in memory without")
    parser.add_argument("--account", type=_account, action="append", default=[], metavar="KEY=URL=SECRET")
    return parser.parse_args(arguments)


def _account(text: str) -> tuple[str, str, str]:
    key, _, rest = text.partition("=")
    url, _, secret = rest.rpartition("=")
    if not TEST_KEY.fullmatch(key) or not url or not secret:
        raise argparse.ArgumentTypeError("write KEY=URL=SECRET, with a key that starts with sk_test_ or rk_test_")
    return key, url, secret


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
