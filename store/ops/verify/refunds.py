"""What must hold of refunds."""

from __future__ import annotations

from store.ops.verify.invariant import Invariant

INVARIANTS: tuple[Invariant, ...] = ()
