"""Mailed links: which of them are still good, and whose they are. They are signed, and stored nowhere."""

from __future__ import annotations

from flask_security.change_email import _verify_token_status as email_token_status
from flask_security.confirmable import confirm_email_token_status
from flask_security.recoverable import reset_password_token_status

from store.members.models import Member

PASSED_ON = {"confirm_email": "Confirm my address", "change_email_confirm": "Use this address"}
"""Links that change something by being followed, with what the button says that stands before."""


def owner_of(view: str, token: str) -> Member | None:
    """The member for whom a link still does what this view of Flask-Security does, if there is one."""
    if view == "confirm_email":
        expired, invalid, member = confirm_email_token_status(token)
        invalid = invalid or (member is not None and member.confirmed_at is not None)
    elif view == "reset_password":
        expired, invalid, member = reset_password_token_status(token)
    elif view == "change_email_confirm":
        expired, invalid, member, _email = email_token_status(token)
    else:
        return None
    if expired or invalid or member is None or not member.active:
        return None
    found: Member = member
    return found
