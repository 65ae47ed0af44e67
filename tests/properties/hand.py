"""A process of the shop, told one command after the other what people do to it: this one, or a child.

`python -m tests.properties.hand` reads a JSON command a line and answers each with a line. A command is
`{"do": …, "now": …, "trouble": …}` and what its method of `Hand` takes.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from store.actors import Actor, Role
from store.app import create_app, make_worker
from store.errors import Conflict, Invalid, NotFound, Unavailable
from store.fulfilment import service as fulfilment
from store.payments.accepting import Acceptance, accept
from store.payments.reconciling.service import Reconciler
from store.payments.refunds.rules import UnitsBack, Wish
from store.payments.refunds.service import Asked
from store.settings import load
from store.stock import service as stock
from tests.people import Visitor
from tests.properties.trouble import Died, befalls

OWNER = Actor(member_id=1, email="owner@example.com", roles=frozenset({Role.OWNER}))
REFUSALS = {Conflict: 409, Invalid: 422, NotFound: 404, Unavailable: 503}


class Hand:
    """An app and its worker on a database that outlives them."""

    def __init__(self, settings: dict, mails: str) -> None:
        self.settings, self.mails = load({}, **settings), Path(mails)
        self.now: datetime | None = None
        self.begin()

    def begin(self) -> None:
        self.app = create_app(self.settings, lambda: self.now)
        self.app.test_client_class = Visitor
        self.app.extensions["mailer"] = dataclasses.replace(self.app.extensions["mailer"], folder=self.mails)
        self.db, self.worker = self.app.extensions["db"], make_worker(self.app)

    def end(self) -> None:
        self.db.engine.dispose()

    def do(self, command: dict) -> dict:
        """What came of it; status 0 when the process has died and another has taken its place."""
        self.now = datetime.fromisoformat(command["now"])
        rest = {name: value for name, value in command.items() if name not in ("do", "now", "trouble")}
        try:
            with befalls(command.get("trouble")):
                return getattr(self, command["do"])(**rest)
        except Died:
            self.end()
            self.begin()
            return {"status": 0, "text": "died"}

    def ask(self, method: str, path: str, bag: str | None, form: dict | None = None) -> dict:
        """A buyer's browser, which is known by its bag."""
        client = self.app.test_client()
        if bag is not None:
            client.set_cookie("bag", bag, domain="localhost")
        answer = client.open(path, method=method, data=form)
        cookie = client.get_cookie("bag")
        text = answer.text if answer.status_code >= 400 else ""
        known = cookie.value if cookie else None
        return {"status": answer.status_code, "location": answer.location, "bag": known, "text": text}

    def webhook(self, body: str, signature: str) -> dict:
        headers = {"Stripe-Signature": signature, "Sec-Fetch-Site": "none"}
        answer = self.app.test_client().post("/webhooks/stripe", data=body, headers=headers)
        return {"status": answer.status_code, "text": answer.text}

    def work(self) -> dict:
        return {"status": 200, "text": f"{self.worker.drain()} jobs"}

    def reconcile(self) -> dict:
        """Every event since the last time, then every list; the worker does so too, when it is due."""
        reconciler = Reconciler(self.app.extensions["make_jobs_payments"]())

        def both() -> int:
            read = reconciler.reconcile().repairs
            return len(read) + len(reconciler.compare())

        return self._staff(both)

    def accept(self, intent: str, key: str) -> dict:
        payments, secret_key = self.app.extensions["payments"], self.settings.secret_key
        form = Acceptance("A step", key)
        return self._staff(lambda: accept(payments, OWNER, intent, form, secret_key, self.now))

    def move(self, verb: str, variant: int, numbers: list[int], key: str) -> dict:
        """Staff receive, adjust or count."""
        use_case = getattr(stock, verb)
        return self._staff(
            lambda: use_case(self.db, OWNER, variant, *numbers, reason="A step", request_key=key, now=self.now).quantity
        )

    def ship(self, number: str, wanted: dict[str, int], key: str) -> dict:
        units = {int(line): quantity for line, quantity in wanted.items()}
        return self._staff(lambda: fulfilment.ship(self.db, OWNER, number, units, "USPS", "9400", key, self.now).id)

    def refund(self, number: str, lines: dict[str, list], shipping: int, amount: int, key: str) -> dict:
        """`lines`: units not sent, units sent, and whether they can be sold again."""
        wish = Wish({int(line): UnitsBack(*units) for line, units in lines.items()}, shipping, amount)
        asked = Asked(number, wish, "requested_by_customer", "A step", key)
        return self._staff(lambda: self.app.extensions["refunds"].refund(OWNER, asked).id)

    def refund_unapplied(self, intent: str, key: str) -> dict:
        return self._staff(lambda: self.app.extensions["refunds"].refund_unapplied(OWNER, intent, key).id)

    def repay(self, refund: int, key: str) -> dict:
        return self._staff(lambda: self.app.extensions["refunds"].repay(OWNER, refund, key).id)

    def _staff(self, use_case) -> dict:
        try:
            return {"status": 200, "text": "done", "value": use_case()}
        except tuple(REFUSALS) as refusal:
            status = next(status for kind, status in REFUSALS.items() if isinstance(refusal, kind))
            return {"status": status, "text": str(refusal)}


class Child:
    """The parent's end of a hand in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.properties.hand"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, command: dict) -> None:
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        assert line, "a hand has ended by itself"
        return json.loads(line)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


def main() -> None:
    hand = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "open":
            if hand is not None:
                hand.end()
            hand = Hand(command["settings"], command["mails"])
            answer = {"status": 200}
        else:
            answer = hand.do(command)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
