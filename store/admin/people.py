"""Who somebody in a history is, in words for staff."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from store.members.repository import emails

PREFIX = "member:"
KNOWN = {"system": "the shop itself", "demo": "the demo", "stripe": "Stripe", "buyer": "the buyer"}


def named(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Each actor of a history with its name: a member's address, or what else it was."""
    wanted = set(actors)
    ids = {actor: int(actor.removeprefix(PREFIX)) for actor in wanted if _is_member(actor)}
    known = emails(session, ids.values())
    found = {actor: known.get(member_id, f"member {member_id}, since gone") for actor, member_id in ids.items()}
    return {actor: found.get(actor) or KNOWN.get(actor, actor) for actor in wanted}


def _is_member(actor: str) -> bool:
    number = actor.removeprefix(PREFIX)
    return actor.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) <= 18
