"""What an account's calls and deliveries are to suffer: rules, and which of them strikes the n-th time.

A rule matches calls by method and path or deliveries by the type of their event, and strikes at the n-th match, with a
chance, or always. The same seed strikes at the same matches, whatever other rules there are and however threads run.
"""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from store.sandbox.errors import ApiError

CALLS: dict[str, dict[str, Any]] = {
    "500": {},
    "502": {},
    "503": {},
    "key_in_use": {},
    "rate_limited": {"retry_after": 1},
    "lock_timeout": {},
    "cut_before": {},
    "cut_after": {},
    "cut_within": {},
    "slow": {"seconds": 1},
    "html": {"status": 200},
    "truncated": {},
    "stored_500": {"work": True},
    "prune_keys": {},
    "date_off": {"seconds": 60},
}
"""Each fault of a call, with the further members it knows and what they are by default."""
DELIVERIES: dict[str, dict[str, Any]] = {
    "duplicate": {"times": 2},
    "twin": {},
    "reorder": {"within": 3},
    "delay": {"seconds": 60},
    "drop": {},
    "slow_body": {"seconds": 1},
    "stale_version": {"version": "2025-12-15.clover"},
    "wrong_secret": {},
    "parallel": {},
}
ALWAYS, NEVER = 1.0, 0.0


@dataclass
class Rule:
    """`on` is the pattern as it was given; `met` counts its matches so far."""

    place: str
    number: int
    do: str
    on: str
    pattern: re.Pattern[str]
    nth: frozenset[int] | None
    chance: float
    options: dict[str, Any]
    met: int = 0

    def strikes(self, seed: int, text: str) -> bool:
        """Whether it applies to `text`, which then counts as one more match."""
        if not self.pattern.fullmatch(text):
            return False
        self.met += 1
        if self.nth is not None:
            return self.met in self.nth
        draw = random.Random(f"{seed}/{self.place}/{self.number}/{self.met}")  # noqa: S311 - to be repeated
        return draw.random() < self.chance

    def drawn(self, seed: int, most: int) -> int:
        """From 1 to `most`; the same at the same match."""
        return random.Random(f"{seed}/{self.place}/{self.number}/{self.met}/more").randint(1, most)  # noqa: S311

    def shown(self) -> dict[str, Any]:
        when: dict[str, Any] = {"chance": self.chance} if self.nth is None else {"nth": sorted(self.nth)}
        return {"do": self.do, "on": self.on} | when | self.options | {"met": self.met}


@dataclass(frozen=True)
class Strike:
    """All that befalls one call or one delivery: the options of each fault by its name."""

    faults: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __contains__(self, fault: str) -> bool:
        return fault in self.faults

    def __getitem__(self, fault: str) -> dict[str, Any]:
        return self.faults[fault]


NOTHING = Strike()


@dataclass
class Plan:
    """The rules of one account. `waiting` are deliveries whose lot is drawn, though they are still to be sent."""

    seed: int
    api: list[Rule]
    deliveries: list[Rule]
    waiting: set[int] = field(default_factory=set)


class Board:
    """The plans of all accounts, in memory only: a sandbox that starts again behaves itself.

    Where no account has a plan, finding that out is one look into an empty dict.
    """

    def __init__(self) -> None:
        self._plans: dict[int, Plan] = {}
        self._logs: dict[int, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def put(self, account: int, given: dict[str, Any]) -> None:
        """Replace the account's plan and begin a new log; an empty one ends it and leaves the log to be read."""
        plan = read(given)
        with self._lock:
            if not given:
                self._plans.pop(account, None)
                return
            self._plans[account], self._logs[account] = plan, []

    def shown(self, account: int) -> dict[str, Any]:
        plan = self._plans.get(account)
        log = self._logs.get(account, [])
        if plan is None:
            return {"seed": None, "api": [], "deliveries": [], "log": log}
        api, deliveries = ([rule.shown() for rule in rules] for rules in (plan.api, plan.deliveries))
        return {"seed": plan.seed, "api": api, "deliveries": deliveries, "log": log}

    def plan_of(self, account: int) -> Plan | None:
        return self._plans.get(account)

    def call(self, account: int, call: str, request: str) -> Strike:
        """What befalls a call, written as `POST /v1/refunds`."""
        plan = self._plans.get(account)
        return NOTHING if plan is None else self._draw(account, plan, plan.api, call, {"request": request})

    def delivery(self, account: int, plan: Plan, type_: str, event: str) -> Strike:
        return self._draw(account, plan, plan.deliveries, type_, {"event": event})

    def _draw(self, account: int, plan: Plan, rules: list[Rule], text: str, about: dict[str, str]) -> Strike:
        strike = Strike()
        with self._lock:
            for rule in rules:
                if not rule.strikes(plan.seed, text) or rule.do in strike:
                    continue
                options = dict(rule.options)
                if "within" in options:
                    options["places"] = rule.drawn(plan.seed, options["within"])
                strike.faults[rule.do] = options
                entry = {"do": rule.do, "on": text, "rule": rule.number, "match": rule.met} | options | about
                self._logs[account].append(entry)
        return strike


def read(given: dict[str, Any]) -> Plan:
    """Raises ApiError for what is no plan."""
    for name in given:
        if name not in ("seed", "api", "deliveries"):
            raise _refusal(f"A plan of faults has no {name}.", name)
    seed = given.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise _refusal("seed is a whole number.", "seed")
    api = _rules("api", given.get("api", []), CALLS, "* /**", _call_pattern)
    deliveries = _rules("deliveries", given.get("deliveries", []), DELIVERIES, "*", _type_pattern)
    return Plan(seed, api, deliveries)


def _rules(place: str, given: Any, known: dict[str, dict[str, Any]], everything: str, pattern: Any) -> list[Rule]:  # noqa: ANN401 - JSON
    """A list of rules, or `{fault: chance}` for all calls or deliveries."""
    if isinstance(given, dict):
        given = [{"do": do, "chance": chance} for do, chance in given.items()]
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _refusal(f"{place} is a list of rules, or chances by the name of the fault.", place)
    rules = []
    for number, one in enumerate(given, 1):
        do, on = str(one.get("do")), str(one.get("on", everything))
        if do not in known:
            raise _refusal(f"do is one of {', '.join(known)}.", place)
        options = {name: one[name] for name in one if name not in ("do", "on", "nth", "chance")}
        if not set(options) <= set(known[do]):
            raise _refusal(f"{do} knows {', '.join(known[do]) or 'nothing'} beside do, on, nth and chance.", place)
        nth, chance = _when(one, place)
        rules.append(Rule(place, number, do, on, pattern(on), nth, chance, known[do] | options))
    return rules


def _when(one: dict[str, Any], place: str) -> tuple[frozenset[int] | None, float]:
    if "nth" in one and "chance" in one:
        raise _refusal("A rule has nth or chance, or neither: then it always strikes.", place)
    nth = one.get("nth")
    if nth is not None:
        numbers = nth if isinstance(nth, list) else [nth]
        if not all(isinstance(number, int) and number > 0 for number in numbers):
            raise _refusal("nth is a number from 1 on, or a list of them.", place)
        return frozenset(numbers), NEVER
    chance = one.get("chance", ALWAYS)
    if isinstance(chance, bool) or not isinstance(chance, int | float) or not NEVER <= chance <= ALWAYS:
        raise _refusal("chance is from 0 to 1.", place)
    return None, float(chance)


def _call_pattern(on: str) -> re.Pattern[str]:
    """`POST /v1/checkout/sessions/*/expire`: a star is one part of the path, two are any number, `*` any method."""
    method, _, path = on.partition(" ")
    inner = re.escape(path).replace(r"\*\*", ".*").replace(r"\*", "[^/]+")
    return re.compile(("[A-Z]+" if method == "*" else re.escape(method)) + " " + inner)


def _type_pattern(on: str) -> re.Pattern[str]:
    return re.compile(re.escape(on).replace(r"\*", ".*"))


def _refusal(sentence: str, param: str) -> ApiError:
    return ApiError(sentence, param=param)
