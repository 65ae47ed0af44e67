"""Checking the history from end to end, against itself and against seals that were kept elsewhere."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.audit.chain import BEGINNING, Entry, prove, seal
from store.audit.models import AuditEntry, AuditHead
from store.errors import Invalid

ANCHOR = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the history ended when somebody wrote it down."""

    seq: int
    seal: str

    def __str__(self) -> str:
        return f"{self.seq} {self.seal}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the history is not what it was."""

    seq: int
    sentence: str


def head(session: Session) -> Anchor:
    """Where the history ends now: what to keep elsewhere."""
    row = session.get(AuditHead, 1)
    return Anchor(row.seq, row.seal) if row else Anchor(0, BEGINNING)


def read_anchors(text: str) -> list[Anchor]:
    """Lines of `seq seal`, as `flask audit head` prints them; raises Invalid with the first line that is none."""
    anchors = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found = ANCHOR.fullmatch(line.strip())
            if found is None:
                raise Invalid(f"Line {number} is not a number and a seal, as `flask audit head` prints them.")
            anchors.append(Anchor(int(found[1]), found[2]))
    return anchors


def verify_chain(session: Session, key: bytes, anchors: Iterable[Anchor] = ()) -> list[Fault]:
    """Every place where the history was changed, cut or re-written; an empty list when it is whole.

    Anchors find what the chain by itself cannot: that all of it was re-written with a stolen key, or put back.
    """
    chain = _Chain(key)
    wanted = sorted(set(anchors), key=str)
    numbers, seals = {anchor.seq for anchor in wanted}, {0: BEGINNING}
    try:
        for row in session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)):
            chain.follow(row)
            if row.seq in numbers:
                seals[row.seq] = row.seal
    except (ValueError, TypeError, AttributeError):  # a row holds what no entry ever held
        chain.blame(chain.seq + 1, f"Something from entry {chain.seq + 1} on cannot be read.")
    chain.end_at(session.get(AuditHead, 1))
    return chain.faults + [fault for anchor in wanted if (fault := _differs(anchor, seals))]


def _differs(anchor: Anchor, seals: dict[int, str]) -> Fault | None:
    if anchor.seq not in seals:
        return Fault(anchor.seq, f"Entry {anchor.seq}, whose seal was kept elsewhere, is missing.")
    if not _same(anchor.seal, seals[anchor.seq]):
        return Fault(anchor.seq, f"Entry {anchor.seq} has another seal than the one kept elsewhere.")
    return None


def _same(one: str, other: str) -> bool:
    """Compared as bytes: what a thief has written may be no hex at all."""
    return hmac.compare_digest(one.encode(), other.encode())


class _Chain:
    """Follows the entries one by one, and notes where they do not follow from each other."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.seq, self.seal, self.proof = 0, BEGINNING, BEGINNING
        self.faults: list[Fault] = []

    def blame(self, seq: int, sentence: str) -> None:
        self.faults.append(Fault(seq, sentence))

    def follow(self, row: AuditEntry) -> None:
        if row.seq != self.seq + 1:
            self.blame(self.seq + 1, _missing(self.seq + 1, row.seq - 1))
        told = Entry(row.seq, row.at, row.actor, row.action, row.subject, row.before, row.after)
        if not _same(seal(self.key, self.seal, told), row.seal):
            self.blame(row.seq, f"Entry {row.seq} is not what was sealed.")
        self.seq, self.seal, self.proof = row.seq, row.seal, prove(self.key, self.proof, row.seal)

    def end_at(self, head: AuditHead | None) -> None:
        seq, sealed, proof = (head.seq, head.seal, head.proof) if head else (0, BEGINNING, BEGINNING)
        if seq != self.seq:
            self.blame(min(seq, self.seq) + 1, f"The history ends at entry {self.seq}, and was written to {seq}.")
        elif not self.faults and not (_same(sealed, self.seal) and _same(proof, self.proof)):
            self.blame(seq, f"The end of the history, at entry {seq}, is not the one that was written.")


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."
