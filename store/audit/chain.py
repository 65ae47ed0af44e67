"""How an entry of the history is sealed. Pure.

HMAC-SHA-256 over the seal before it and the entry as canonical JSON. Whoever has the database but not the key can
change no entry without being found; whoever has both can only be found by a seal that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

BEGINNING = "0" * 64
"""The seal before the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is sealed."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def key_of(secret_key: str) -> bytes:
    """The chain's own key, made from the shop's secret."""
    return hmac.new(secret_key.encode(), b"audit chain", hashlib.sha256).digest()


def seal(key: bytes, previous: str, entry: Entry) -> str:
    """The entry's seal, in hex."""
    told = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, previous.encode() + canonical.encode(), hashlib.sha256).hexdigest()
