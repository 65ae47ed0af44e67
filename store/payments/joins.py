"""How a new fact joins what is known (rule 21): states only move forward, any order of arrival ends the same. Pure."""

from __future__ import annotations

from store.payments.models import PaymentStage, SessionState

_SESSION_RANK = {
    SessionState.CREATING: 0,
    SessionState.NEVER_CREATED: 0,
    SessionState.OPEN: 1,
    SessionState.EXPIRED: 2,
    SessionState.COMPLETE: 2,
}
_PAYMENT_RANK = {stage: rank for rank, stage in enumerate(PaymentStage)}


def join_session(known: SessionState, said: SessionState) -> SessionState:
    """The further of the two. Of complete and expired, which exclude each other, complete wins: money may be in it."""
    if _SESSION_RANK[said] != _SESSION_RANK[known]:
        return max(known, said, key=_SESSION_RANK.__getitem__)
    return SessionState.COMPLETE if SessionState.COMPLETE in (known, said) else said


def contradict(known: SessionState, said: SessionState) -> bool:
    """Whether a session is said to be both complete and expired."""
    return {known, said} == {SessionState.COMPLETE, SessionState.EXPIRED}


def join_payment(known: PaymentStage, said: PaymentStage) -> PaymentStage:
    """unknown < open < processing < failed < paid."""
    return max(known, said, key=_PAYMENT_RANK.__getitem__)
