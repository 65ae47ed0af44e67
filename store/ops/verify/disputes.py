"""What must hold of disputes and warnings, and of the parcels they hold back."""

from __future__ import annotations

from store.ops.verify.invariant import Invariant

INVARIANTS: tuple[Invariant, ...] = ()
