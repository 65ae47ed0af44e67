"""What stands before and behind every view of Flask-Security.

Before: forms only, limits, links that are no longer good, a button where a mailed link would change something by being
looked at. Behind: everything is written in one transaction, a refused form answers 422, and those who have come or gone
take their bag along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from flask import Flask, g, make_response, render_template, request, session
from flask_security import user_authenticated
from flask_security.change_email import _verify_token_status as email_token_status
from flask_security.confirmable import confirm_email_token_status
from flask_security.recoverable import reset_password_token_status
from flask_security.signals import change_email_confirmed
from flask_security.tf_plugin import tf_clean_session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from store.errors import NotFound
from store.members import throttle, words
from store.members.datastore import Mail, MemberDatastore, pending
from store.members.models import Member
from store.members.sessions import SIGNED_IN, ServerSession
from store.web import cookies
from store.web.errors import page
from store.web.forms import own_path

View = Callable[..., Any]
Follow = Callable[[int, Response], None]
SILENT = {"register", "forgot_password", "send_confirmation", "change_email"}
"""Views that must not tell, even by their time, whether there is an account: each queues exactly one mail."""
PASSED_ON = {"confirm_email": "Confirm my address", "change_email_confirm": "Use this address"}
"""Mailed links that change something, with what their button says."""
CLOSED = {"two_factor_rescue", "tf_select", "two_factor_setup_validate"}
"""Doors that Flask-Security has and this shop does not use: other second factors, a cry for help by mail."""
MOST_CODES = 5


def close(app: Flask, datastore: MemberDatastore, csrf: CSRFProtect) -> None:
    """Put the gate before every view of Flask-Security, and tokens before every form of people who are signed in."""
    app.extensions["at_sign_in"] = []
    app.extensions["at_sign_out"] = []
    throttle.guard(app)
    for endpoint in [name for name in app.view_functions if name.startswith("security.")]:
        app.view_functions[endpoint] = _gated(app, datastore, endpoint.removeprefix("security."))
    email_link = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "security.change_email_confirm")
    app.add_url_rule(email_link.rule, "security.change_email_confirm", methods=["POST"])
    user_authenticated.connect(_signed_in, app)
    change_email_confirmed.connect(_address_changed, app)

    @app.before_request
    def require_token() -> None:
        """Staff and account forms carry a token of their session, beside coming from our own pages (design §5)."""
        if request.method not in ("GET", "HEAD", "OPTIONS") and _is_personal() and SIGNED_IN in session:
            csrf.protect()

    @app.errorhandler(CSRFError)
    def refuse(_error: CSRFError) -> tuple[str, int]:
        return page(403, "This form was opened before you signed in, or in another session. Open its page again.")


def _is_personal() -> bool:
    return (request.blueprint or "").startswith(("security", "members", "account", "admin"))


def _gated(app: Flask, datastore: MemberDatastore, name: str) -> View:
    view = app.view_functions[f"security.{name}"]

    @wraps(view)
    def gated(**values: Any) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
        if name in CLOSED:
            raise NotFound("There is no such page. Sign in, or set a new password.")
        if request.is_json or "auth_token" in request.args:
            raise UnsupportedMediaType
        if (token := values.get("token")) is not None and _is_stale(name, token):
            return page(400, words.STALE)
        if name in PASSED_ON and request.method != "POST":
            return render_template("members/press.html", button=PASSED_ON[name], kind=name)
        answer = make_response(view(**values))
        if name == "two_factor_token_validation" and g.get("form_refused"):
            _count_wrong_code()
        if request.method == "POST" and name in SILENT and not pending().mails:
            pending().mails.append(Mail("none", None))
        datastore.write()
        if g.get("form_refused") and answer.status_code == 200:
            answer.status_code = 422
        _keep_own_way(answer)
        _take_along(app, name, answer)
        return answer

    return gated


def _is_stale(name: str, token: str) -> bool:
    """Whether a mailed link can no longer be used."""
    if name == "confirm_email":
        expired, invalid, member = confirm_email_token_status(token)
        return bool(expired or invalid or member is None or member.confirmed_at is not None)
    if name == "reset_password":
        expired, invalid, member = reset_password_token_status(token)
        return bool(expired or invalid or member is None or not member.active)
    if name == "change_email_confirm":
        expired, invalid, member, _email = email_token_status(token)
        return bool(expired or invalid or member is None)
    return False


def _keep_own_way(answer: Response) -> None:
    """Where nobody said where to go on to, Flask-Security hands on the address of the sign-in page itself."""
    path, _, query = (answer.location or "").partition("?next=")
    if query and not own_path(unquote(query)):
        answer.location = path


def _count_wrong_code() -> None:
    """Five codes for each time the password was typed; then it has to be typed again."""
    tried = session.get("tf_tries", 0) + 1
    session["tf_tries"] = tried
    if tried >= MOST_CODES and SIGNED_IN not in session:
        tf_clean_session()


def _signed_in(_app: Flask, user: Any, **_: object) -> None:  # noqa: ANN401 - Flask-Security's signal
    """A password, and a code where one is needed, were right."""
    member: Member = user
    found = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - behind Flask's proxy
    if isinstance(found, ServerSession):
        found.pop("tf_tries", None)
        found.renew(member.id, staff=member.is_staff)
    g.has_signed_in = member


def _address_changed(_app: Flask, user: Any, old_email: str, **_: object) -> None:  # noqa: ANN401
    """The old address is told, and every link and session that was made with it ends."""
    member: Member = user
    pending().mails.append(Mail("address_changed", member, old_email))
    member.renew_uniquifier()


def _take_along(app: Flask, name: str, answer: Response) -> None:
    if (member := g.get("has_signed_in")) is not None:
        cookies.remember_device(answer, throttle.digest_of(member.email))
        for follow in app.extensions["at_sign_in"]:
            follow(member.id, answer)
    if name == "logout":
        for leave in app.extensions["at_sign_out"]:
            leave(answer)
