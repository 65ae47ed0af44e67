"""A process of its own with the whole shop in it, told through its pipes what to do, and at which instant.

`python -m tests.integration.racer SETTINGS` reads one JSON command a line and answers each with one line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.shop import SECRET, US, Shop, Visitor

SOON = 0.02


class Racer:
    """The parent's end of the pipes."""

    def __init__(self, shop: Shop) -> None:
        given = {
            "store_env": "test",
            "database_url": shop.settings.database_url,
            "storage_url": shop.settings.storage_url,
            "stripe_secret_key": shop.account.key,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": shop.settings.stripe_api_base,
        }
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.racer", json.dumps(given)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, **command: object) -> None:
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()

    def answer(self) -> dict:
        return json.loads(self.child.stdout.readline())

    def ask(self, **command: object) -> dict:
        self.tell(**command)
        return self.answer()

    def stop(self) -> None:
        self.child.stdin.close()
        self.child.wait(20)
        self.child.stdout.close()


def at_once(*commands: tuple[Racer, dict]) -> list[dict]:
    """Each racer does its command at the same instant; their answers."""
    instant = time.time() + SOON
    for racer, command in commands:
        racer.tell(at=instant, **command)
    return [racer.answer() for racer, _ in commands]


def main() -> None:
    from store.app import create_app
    from store.settings import load

    app = create_app(load({}, **json.loads(sys.argv[1])))
    app.test_client_class = Visitor
    client = app.test_client()
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "fill":
            client = app.test_client()
            statuses = [client.post("/cart/lines", data={"variant": one}).status_code for one in command["variants"]]
            answer = {"statuses": statuses}
        else:
            while time.time() < command["at"]:
                pass
            reply = _do(client, command)
            answer = {"status": reply.status_code, "location": reply.location, "text": reply.text}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _do(client: Visitor, command: dict) -> object:
    if command["do"] == "place":
        return client.post("/checkout", data=US | {"email": command["email"]})
    if command["do"] == "cancel":
        return client.post("/checkout/cancel")
    if command["do"] == "get":
        return client.get(command["path"])
    headers = {"Stripe-Signature": command["signature"], "Sec-Fetch-Site": "none"}
    return client.application.test_client().post("/webhooks/stripe", data=command["body"], headers=headers)


if __name__ == "__main__":
    main()
