"""A server between the shop and the sandbox, which does to a call what a test asks for: refuse it, lose its answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

CREATE = ("POST", "/v1/checkout/sessions")
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "host", "content-encoding", "accept-encoding"}


@dataclass(frozen=True)
class Reply:
    """What goes back to the shop."""

    status: int
    body: bytes
    headers: dict[str, str]


Forward = Callable[[], Reply]
Trick = Callable[[Forward], Reply | None]
"""Given the way on to the sandbox; None cuts the connection."""


def answers(status: int, kind: str = "api_error", **headers: str) -> Trick:
    """Stripe answers this, and has done nothing."""
    body = json.dumps({"error": {"type": kind, "message": "as the test wants it"}}).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _forward: Reply(status, body, {"Content-Type": "application/json"} | sent)


def lost(forward: Forward) -> None:
    """Stripe does it, and the answer never arrives."""
    forward()


def never_arrives(_forward: Forward) -> None:
    """The connection is cut before Stripe has seen anything."""


class Relay:
    """Passes everything on, unless `tricks` holds something for the method and path."""

    def __init__(self, target: str) -> None:
        self.tricks: dict[tuple[str, str], Trick] = {}
        self.asked: list[tuple[str, str]] = []
        self.over = threading.Event()
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = (self.command, self.path.partition("?")[0])
                relay.asked.append(call)
                given = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}

                def forward() -> Reply:
                    answer = requests.request(
                        self.command, target + self.path, data=body, headers=given, timeout=20, allow_redirects=False
                    )
                    kept = {name: text for name, text in answer.headers.items() if name.lower() not in HOP_BY_HOP}
                    return Reply(answer.status_code, answer.content, kept)

                reply = relay.tricks.get(call, lambda forward: forward())(forward)
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response_only(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = _pass_on  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def hangs(self, _forward: Forward) -> None:
        """Stripe says nothing at all, for longer than anybody waits."""
        self.over.wait(30)

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
