"""/dev/mail: what the shop would have sent, where no mail server is set. Never in production."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from store.mail.kept import get_kept, list_kept
from store.mail.service import Mailer

blueprint = Blueprint("mail", __name__)


def mailer() -> Mailer:
    found: Mailer = current_app.extensions["mailer"]
    return found


@blueprint.get("/dev/mail")
def inbox() -> str:
    return render_template("mail/inbox.html", messages=list_kept(mailer().folder))


@blueprint.get("/dev/mail/<message_id>")
def message(message_id: str) -> str:
    return render_template("mail/message.html", message=get_kept(mailer().folder, message_id))


@blueprint.get("/dev/mail/<message_id>/html")
def html_part(message_id: str) -> Response:
    answer = Response(get_kept(mailer().folder, message_id).html)
    # As a mail program would: its inline styles work, and nothing else does.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
