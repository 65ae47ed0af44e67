"""A member's own pages: the account, and the browsers they are signed in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from store.errors import NotFound
from store.members import repository
from store.members.models import Member
from store.members.sessions import ServerSession
from store.web.access import members_only
from store.web.current import actor, db, reader

blueprint = Blueprint("members", __name__)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser somebody is signed in with."""

    id: int
    name: str
    since: datetime
    seen: datetime
    is_this: bool


@blueprint.get("/account")
@members_only
def account() -> str:
    member = reader().get_one(Member, actor().member_id)
    return render_template(
        "members/account.html",
        member=member,
        codes_left=repository.count_recovery_codes(reader(), member.id),
        devices=len(repository.list_sessions(reader(), member.id)),
        done=request.args.get("done"),
    )


@blueprint.get("/account/sessions")
@members_only
def sessions() -> str:
    here = _this_session()
    devices = [
        Device(row.id, row.device, row.created_at, row.seen_at, row.id == here)
        for row in repository.list_sessions(reader(), actor().member_id or 0)
    ]
    return render_template("members/sessions.html", devices=devices, done=request.args.get("done"))


@blueprint.post("/account/sessions/<id:session_id>/end")
@members_only
def end_session(session_id: int) -> Response:
    member_id = actor().member_id or 0
    if not db().run(lambda writing: repository.end_own_session(writing, member_id, session_id)):
        raise NotFound("This session has ended already.")
    return redirect(url_for("members.sessions", done="ended"), 303)


@blueprint.post("/account/sessions/end-others")
@members_only
def end_other_sessions() -> Response:
    member_id, here = actor().member_id or 0, _this_session()
    db().run(lambda writing: repository.end_sessions(writing, member_id, besides=here), repeatable=True)
    return redirect(url_for("members.sessions", done="others"), 303)


def _this_session() -> int | None:
    found = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - behind Flask's proxy
    return found.row.id if isinstance(found, ServerSession) and found.row else None
