"""What stands before and behind every view of Flask-Security.

Before: forms only, limits, links that are no longer good, a button where a mailed link would change something by being
looked at. Behind: everything is written in one transaction, a refused form answers 422, and those who have come or gone
take their bag along.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import unquote

from flask import Flask, g, make_response, render_template, request, session, url_for
from flask_security import hash_password, user_authenticated
from flask_security.signals import change_email_confirmed, password_reset, user_failed_authn, user_not_registered
from flask_security.tf_plugin import tf_clean_session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from store.errors import NotFound
from store.members import links, repository, throttle, words
from store.members.datastore import Mail, MemberDatastore, pending
from store.members.models import Member
from store.members.sessions import HALFWAY, SIGNED_IN, ServerSession
from store.web import cookies
from store.web.access import ask_to_sign_in
from store.web.current import actor, db, now, reader
from store.web.errors import page
from store.web.forms import own_path

log = logging.getLogger(__name__)

View = Callable[..., Any]
Follow = Callable[[int, Response], None]
SILENT = {"register", "forgot_password", "send_confirmation", "change_email"}
"""Views that must not tell, even by their time, whether there is an account: each queues exactly one mail."""
DROWNED = {"send_confirmation", "change_email"}
"""Of these, the ones that are so quick that looking an account up would show; the others hash a password anyway."""
CLOSED = {"two_factor_rescue", "tf_select", "two_factor_setup_validate"}
"""Doors that Flask-Security has and this shop does not use: other second factors, a cry for help by mail."""
CODES = {"two_factor_token_validation", "mf_recovery"}
MOST_CODES = 5
AT_ONCE = timedelta(seconds=10)
"""Within which a second press of the button is taken for one person's, not for somebody else's."""


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
    user_failed_authn.connect(_note_guess, app)
    change_email_confirmed.connect(_address_changed, app)
    password_reset.connect(_password_set, app)
    user_not_registered.connect(_joined_again, app)

    @app.before_request
    def require_token() -> None:
        """Staff and account forms carry a token of their session, beside coming from our own pages (design §5)."""
        if request.method not in ("GET", "HEAD", "OPTIONS") and _is_personal() and SIGNED_IN in session:
            csrf.protect()

    @app.errorhandler(CSRFError)
    def refuse(_error: CSRFError) -> tuple[str, int]:
        return page(403, "This form was opened before you signed in, or in another session. Open its page again.")


def _is_personal() -> bool:
    """By what a page belongs to, and by where it stands, so that none is forgotten."""
    of_ours = (request.blueprint or "").startswith(("security", "members", "account", "admin"))
    return of_ours or request.path.startswith(("/account", "/admin"))


def _gated(app: Flask, datastore: MemberDatastore, name: str) -> View:
    view = app.view_functions[f"security.{name}"]

    @wraps(view)
    def gated(**values: Any) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
        refusal = _before(name, values.get("token"))
        if refusal is not None:
            return refusal
        answer = make_response(view(**values))
        if answer.location is not None and not pending().members and _has_ended(name, values.get("token")):
            return page(400, words.STALE)
        return _behind(app, datastore, name, answer)

    return gated


def _before(name: str, token: str | None) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
    """What is answered instead of the view; None where it may go on."""
    if name in CLOSED:
        raise NotFound("There is no such page. Sign in, or set a new password.")
    if request.is_json or "auth_token" in request.args:
        raise UnsupportedMediaType
    if token is not None and (refusal := _refuse_link(name, token)) is not None:
        return refusal
    if name in links.PASSED_ON and request.method != "POST":
        return render_template("members/press.html", button=links.PASSED_ON[name], kind=name)
    if HALFWAY in session and SIGNED_IN not in session:
        _check_halfway(name)
    return None


def _has_ended(name: str, token: str | None) -> bool:
    """Whether a mailed link was used up since `_before`: the view has then sent on without a word."""
    return token is not None and links.owner_of(name, token) is None


def _behind(app: Flask, datastore: MemberDatastore, name: str, answer: Response) -> Response:
    """The view's answer, with all that follows from it written."""
    refused = bool(g.get("form_refused"))
    if refused and name == "login":
        log.info("a sign-in was refused")
    if refused and g.get("codes_tried", 0) >= MOST_CODES:
        tf_clean_session()
    if request.method == "POST" and name in SILENT and not _sends_elsewhere(answer):
        _keep_silent(name)
    datastore.write()
    if refused and answer.status_code == 200:
        answer.status_code = 422
    _keep_own_way(answer)
    _take_along(app, name, answer)
    return answer


def _keep_silent(name: str) -> None:
    """Make it as long, and as much to write, for an address that nobody has as for one that somebody has."""
    if not pending().mails:
        pending().mails.append(Mail("none", None))
    if name in DROWNED:
        hash_password("as long as the others take")


def _sends_elsewhere(answer: Response) -> bool:
    """To sign in, or to type the password again: the form was not looked at yet."""
    return (answer.location or "").startswith(("/sign-in", "/account"))


def _refuse_link(name: str, token: str) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
    """The answer to a link that does not work here; None when it does.

    A new address is taken over only where its member is signed in: a link alone proves the mailbox, not the account,
    and could have been asked for by somebody who hopes that its reader presses the button.
    """
    owner = links.owner_of(name, token)
    if owner is None:
        return page(400, words.STALE)
    if actor().member_id not in (None, owner.id):
        return page(400, words.OF_ANOTHER)
    if name == "change_email_confirm" and actor().member_id is None:
        return ask_to_sign_in()
    return None


def _check_halfway(name: str) -> None:
    """Between password and code: five codes, counted before they are looked at, then the password is asked again.

    And an app is set up here only for whoever has none yet: it may have been set up meanwhile in another browser.
    """
    found = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - behind Flask's proxy
    row = found.row if isinstance(found, ServerSession) else None
    if name in CODES and request.method == "POST" and row is not None:
        g.codes_tried = db().run(lambda writing: repository.count_code(writing, row.id)) or MOST_CODES + 1
        if g.codes_tried > MOST_CODES:
            tf_clean_session()
    if session.get("tf_state") in ("setup_from_login", "validating_profile"):
        member = repository.find_by_uniquifier(reader(), session[HALFWAY])
        if member is not None and member.tf_totp_secret is not None:
            tf_clean_session()


def _keep_own_way(answer: Response) -> None:
    """Flask-Security sends people on to more than our own pages, and to the sign-in page itself for want of another."""
    if answer.location is not None:
        path, _, query = answer.location.partition("?next=")
        wanted = path if query and not own_path(unquote(query)) else answer.location
        answer.location = own_path(wanted) or url_for("members.account")


def _signed_in(_app: Flask, user: Any, **_: object) -> None:  # noqa: ANN401 - Flask-Security's signal
    """A password, and a code where one is needed, were right."""
    member: Member = user
    found = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - behind Flask's proxy
    if isinstance(found, ServerSession):
        found.renew(member.id, staff=member.is_staff)
    g.has_signed_in = member


def _note_guess(_app: Flask, user: Any, auth_type: str, **_: object) -> None:  # noqa: ANN401
    """For whoever watches the log: whose account is being guessed at, by its number and never by its address."""
    log.warning("member:%s: a wrong %s was given at %s", user.id, auth_type, request.endpoint)


def _address_changed(_app: Flask, user: Any, old_email: str, **_: object) -> None:  # noqa: ANN401
    """The old address is told, and every link and session that was made with it ends."""
    member: Member = user
    pending().mails.append(Mail("address_changed", member, old_email))
    member.renew_uniquifier()


def _password_set(_app: Flask, user: Any, **_: object) -> None:  # noqa: ANN401
    """By a link: who has followed it has proven the address as well."""
    member: Member = user
    if member.confirmed_at is None:
        member.confirmed_at = now()


def _joined_again(_app: Flask, user: Any, **_: object) -> None:  # noqa: ANN401
    """Two people say that an address is theirs, and nobody has proven it yet.

    Whoever owns it must not confirm, with the button in the first one's mail, an account that opens with a stranger's
    password. So nobody's password is kept: the new mail leads to where one is set.
    """
    member: Member = user
    if member.confirmed_at is None and now() - member.created_at > AT_ONCE:
        member.password = None
        member.renew_uniquifier()
        pending().members.append(member)


def _take_along(app: Flask, name: str, answer: Response) -> None:
    if (member := g.get("has_signed_in")) is not None:
        cookies.remember_device(answer, throttle.digest_of(member.email))
        for follow in app.extensions["at_sign_in"]:
            follow(member.id, answer)
    if name == "logout":
        answer.headers["Clear-Site-Data"] = '"cache"'  # nor does the browser's back button show what was private
        for leave in app.extensions["at_sign_out"]:
            leave(answer)
