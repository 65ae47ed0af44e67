"""Flask-Security as this shop uses it: which of its doors are open, where they stand, and what they say.

Its views stay its own; `gate.py` stands before them, `datastore.py` behind. Times here are its configuration: how long
a mailed link is good, how fresh a password must be for what hurts.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g, render_template, request, session
from flask_security import Security, current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

from store.actors import ANONYMOUS, Actor
from store.db import Database
from store.members import forms, gate, words
from store.members.credentials import Credentials
from store.members.datastore import MemberDatastore
from store.members.factors import Authenticator, RecoveryCodes
from store.members.passwords import SHORTEST, Passwords
from store.members.sessions import SIGNED_IN, STAFF, ServerSessions
from store.members.tokens import Tokens
from store.settings import Settings

FRESH = timedelta(minutes=10)
ADDRESSES = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "REGISTER_URL": "/join",
    "CONFIRM_URL": "/confirm",
    "RESET_URL": "/reset",
    "CHANGE_URL": "/account/password",
    "CHANGE_EMAIL_URL": "/account/email",
    "VERIFY_URL": "/account/verify",
    "TWO_FACTOR_SETUP_URL": "/account/authenticator",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "TWO_FACTOR_SELECT_URL": "/sign-in/choose",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "POST_LOGIN_VIEW": "/account",
    "POST_LOGOUT_VIEW": "/",
    "POST_REGISTER_VIEW": "/join?done=sent",
    "POST_CONFIRM_VIEW": "/sign-in?done=confirmed",
    "POST_RESET_VIEW": "/sign-in?done=reset",
    "POST_CHANGE_VIEW": "/account?done=password",
    "POST_CHANGE_EMAIL_VIEW": "/sign-in?done=email",
    "POST_VERIFY_VIEW": "/account",
    "TWO_FACTOR_POST_SETUP_VIEW": "/account/recovery-codes",
    "TWO_FACTOR_ERROR_VIEW": "/sign-in?done=again",
}
MAILS = {
    "REGISTER_EMAIL_TEMPLATE": "confirm",
    "EMAIL_TEMPLATE_CONFIRM": "confirm",
    "REGISTER_EMAIL_EXISTING_TEMPLATE": "already_member",
    "EMAIL_TEMPLATE_PASSWORD_RESET": "reset",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "password_changed",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "password_changed",
    "CHANGE_EMAIL_EMAIL_TEMPLATE": "change_email",
}


def install(app: Flask, settings: Settings, db: Database, clock: Callable[[], datetime]) -> MemberDatastore:
    """Give an app accounts; the datastore, on which `app.py` hangs what depends on them."""
    app.config.update({f"SECURITY_{name}": value for name, value in _configuration(settings, clock).items()})
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.session_interface = ServerSessions(db, clock)
    csrf = CSRFProtect(app)
    datastore = MemberDatastore(db, clock)
    # mail_util_cls is only heeded in the constructor.
    security = Security(
        app,
        datastore,
        mail_util_cls=forms.OutboxMail,
        password_util_cls=Passwords,
        totp_cls=Authenticator,
        mf_recovery_codes_util_cls=RecoveryCodes,
        login_form=forms.SignIn,
        register_form=forms.Join,
        verify_form=forms.StepUp,
        forgot_password_form=forms.Forgot,
        send_confirmation_form=forms.SendAgain,
        reset_password_form=forms.Reset,
        change_password_form=forms.NewPassword,
        two_factor_setup_form=forms.SetUpApp,
        two_factor_rescue_form=forms.NoRescue,
        render_template=_render,
    )
    security.want_json(lambda _request: False)
    security.login_manager.request_loader(lambda _request: None)  # nobody is known by what an address or a body says
    security.login_manager._load_user_from_remember_cookie = lambda _cookie: None  # noqa: SLF001 - the only way to say so
    _silence(app)
    gate.close(app, datastore, csrf)
    app.extensions["identify"] = identify
    app.extensions["identify_program"] = Tokens(db, clock).identify
    app.extensions["credentials"] = Credentials(app)
    app.jinja_env.globals.update(csrf_field=csrf_field, as_form=as_form)
    return datastore


def _configuration(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Any]:
    return {
        **ADDRESSES,
        **MAILS,
        **{f"MSG_{name}": (sentence, "info") for name, sentence in words.SENTENCES.items()},
        **dict.fromkeys(("REGISTERABLE", "CONFIRMABLE", "RECOVERABLE", "CHANGEABLE", "CHANGE_EMAIL"), True),
        **dict.fromkeys(("TWO_FACTOR", "MULTI_FACTOR_RECOVERY_CODES", "RETURN_GENERIC_RESPONSES"), True),
        **dict.fromkeys(("FLASH_MESSAGES", "PASSWORD_CONFIRM_REQUIRED", "EMAIL_PLAINTEXT", "EMAIL_HTML"), False),
        **dict.fromkeys(("STATIC_FOLDER", "CLI_USERS_NAME", "CLI_ROLES_NAME", "CSRF_COOKIE_NAME"), None),
        "CACHE_CONTROL": None,  # web/headers.py says it for all pages
        "API_ENABLED_METHODS": ["session"],
        "CSRF_IGNORE_UNAUTH_ENDPOINTS": True,  # nobody is signed in there: the origin check guards them
        "LOGOUT_CSRF": True,
        "DATETIME_FACTORY": clock,
        "FRESHNESS": FRESH,
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "RESET_PASSWORD_WITHIN": timedelta(minutes=30),
        "CHANGE_EMAIL_WITHIN": timedelta(hours=2),
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2", "plaintext"],
        # OWASP's password storage cheat sheet names 46 MiB, one pass and one lane among its equal choices.
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__time_cost": 1,
            "argon2__memory_cost": 46 * 1024,
            "argon2__parallelism": 1,
        },
        "PASSWORD_SALT": derived(settings.secret_key, "password pepper"),
        # What mailed links carry of an address or a password's hash: a plain digest, for a slow one would tell by its
        # time whether there is an account.
        "HASHING_SCHEMES": ["hex_sha256"],
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_ALWAYS_VALIDATE": True,
        "TOTP_SECRETS": {"1": derived(settings.secret_key, "totp")},
        "TOTP_ISSUER": settings.shop_name,
    }


def derived(secret_key: str, purpose: str) -> str:
    """A key of its own for each purpose, so that none can stand in for another."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _silence(app: Flask) -> None:
    """Take back the hooks by which Flask-Login and Flask-Principal would ask who is there on every public page."""
    before, after = app.before_request_funcs[None], app.after_request_funcs[None]
    before[:] = [hook for hook in before if not (hook.__module__ or "").startswith("flask_principal")]
    after[:] = [hook for hook in after if not (hook.__module__ or "").startswith("flask_login")]
    around = app.template_context_processors[None]
    around[:] = [hook for hook in around if not (hook.__module__ or "").startswith("flask_login")]


def identify() -> Actor:
    """Who sends this request. Nobody is asked for where no session cookie came along."""
    member = current_user._get_current_object()  # noqa: SLF001 - the way to what the proxy stands for
    if member is None or not member.is_authenticated:
        return ANONYMOUS
    found: Actor = member.as_actor(in_session_of_staff=session.get(STAFF) is True)
    return found


def csrf_field() -> Markup:
    """The hidden field of forms of signed-in people; nothing for strangers, who have no session to bind it to."""
    if SIGNED_IN not in session:
        return Markup()
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def as_form(form: FlaskForm) -> dict[str, Any]:
    """A form of Flask-Security as our macros take it: what was typed (passwords never), and the sentences beside it."""
    shown = {name: field.data for name, field in form._fields.items() if field.type != "PasswordField"}
    sentences = {name: [str(one) for one in field.errors] for name, field in form._fields.items() if field.errors}
    return {"values": shown, "errors": sentences, "summary": [str(one) for one in form.form_errors]}


def _render(template: str, **context: Any) -> str:  # noqa: ANN401
    """Flask-Security's pages through our templates; notes whether a form on it has been refused."""
    sent = [form for form in context.values() if isinstance(form, FlaskForm)]
    g.form_refused = request.method == "POST" and any(form.errors or form.form_errors for form in sent)
    somebody = identify().email  # for programs that keep passwords, on pages that ask for nothing else
    return render_template(template, done=request.args.get("done"), whose=somebody, **context)
