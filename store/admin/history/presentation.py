"""How an entry of the history is told: what was changed, from what to what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from store.audit.models import AuditEntry

LONGEST = 300
NOTHING = "–"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?\+00:00")
"""As the history keeps one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value; `before` is None where there was none to speak of, as with a reason given for this one time."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words."""

    seq: int
    at: datetime
    who: str
    action: str
    subject: str
    changes: tuple[Change, ...]


def tell(entry: AuditEntry, names: Mapping[str, str], when: Callable[[datetime], str]) -> Told:
    """`names` knows how each actor is called, `when` how a moment is written."""
    keys = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    changes = tuple(
        Change(
            name=name.replace("_", " "),
            before=_shown(entry.before[name], when) if name in entry.before else None,
            after=_shown(entry.after.get(name), when),
        )
        for name in keys
    )
    action = entry.action.replace(".", ": ").replace("_", " ")
    return Told(entry.seq, entry.at, names[entry.actor], action, entry.subject, changes)


def _shown(value: object, when: Callable[[datetime], str]) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        text = ", ".join(_shown(one, when) for one in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{name}: {_shown(one, when)}" for name, one in value.items())
    elif isinstance(value, str) and MOMENT.fullmatch(value):
        text = when(datetime.fromisoformat(value))
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
