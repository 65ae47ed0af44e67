"""How an entry of the history is told: what was changed, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.audit.models import AuditEntry

LONGEST = 300
NOTHING = "–"


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


def tell(entry: AuditEntry, names: Mapping[str, str]) -> Told:
    """`names` knows how each actor is called."""
    keys = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    changes = tuple(
        Change(
            name=name.replace("_", " "),
            before=_shown(entry.before[name]) if name in entry.before else None,
            after=_shown(entry.after.get(name)),
        )
        for name in keys
    )
    action = entry.action.replace(".", ": ").replace("_", " ")
    return Told(entry.seq, entry.at, names[entry.actor], action, entry.subject, changes)


def _shown(value: object) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        text = ", ".join(_shown(one) for one in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{name}: {_shown(one)}" for name, one in value.items())
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
