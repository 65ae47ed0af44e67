"""How an entry of the history is sealed. Pure.

HMAC-SHA-256 over the seal before it and the entry as canonical JSON. Each seal also goes into a proof, another keyed
hash that only the head has, so that the end cannot be cut off and the head be set back to where it was cut. Whoever has
the database but not the key can change, take away or put in no entry without being found; whoever has both, or puts
back a copy of the whole, can only be found by a seal that was kept elsewhere.
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
"""The seal, and the proof, before the first entry."""


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


def prove(key: bytes, proof: str, sealed: str) -> str:
    """The proof once another entry was sealed.

    It is made from the proof before it, wrong or right: who has tampered with one spoils all that follow.
    """
    return hmac.new(key, f"{proof}{sealed}".encode(), hashlib.sha256).hexdigest()
