"""Flask-Security's forms as this shop asks: one password field, no «remember me», and our own rule for addresses."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_security import (
    ChangePasswordForm,
    EmailValidateException,
    ForgotPasswordForm,
    LoginForm,
    MailUtil,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    VerifyForm,
    hash_password,
)
from wtforms import Field, HiddenField, RadioField

from store.members import words
from store.members.datastore import Mail, pending, plain
from store.web.forms import EMAIL, own_path

LONGEST_ADDRESS = 254


class Onwards:
    """Where people go on to: one of our own pages, or nowhere in particular; never a reason to refuse a form."""

    def validate_next(self, field: Field) -> None:
        field.data = own_path(field.data)


class SignIn(Onwards, LoginForm):
    # None is how WTForms is told to leave a field out.
    remember = None  # type: ignore[assignment]


class Join(Onwards, RegisterFormV2):
    pass


class StepUp(Onwards, VerifyForm):
    pass


def no_address(form: SendConfirmationForm | ForgotPasswordForm) -> list[str]:
    """Flask-Security keeps quiet about all that is wrong with an address; that it is none may be said."""
    said = (words.SENTENCES["EMAIL_NOT_PROVIDED"], words.SENTENCES["INVALID_EMAIL_ADDRESS"])
    return [sentence for sentence in said if sentence in form.email.errors]


class SendAgain(SendConfirmationForm):
    def validate(self, **options: Any) -> bool:  # noqa: ANN401 - WTForms' own
        fits = super().validate(**options)
        self.form_errors = no_address(self)
        return fits


class Forgot(ForgotPasswordForm):
    """Also for an account that waits for its address to be proven: who follows the link has proven it."""

    def validate(self, **options: Any) -> bool:  # noqa: ANN401 - WTForms' own
        if not super(ForgotPasswordForm, self).validate(**options):
            self.form_errors = no_address(self)
            return False
        if self.user is not None and self.user.is_active:
            return True
        self.email.errors = [*self.email.errors, words.NO_MATCH]
        return False


class Reset(ResetPasswordForm):
    password_confirm = None  # type: ignore[assignment]


class NewPassword(ChangePasswordForm):
    new_password_confirm = None  # type: ignore[assignment]


class SetUpApp(TwoFactorSetupForm):
    """There is one kind of second factor here, so nothing to choose among."""

    setup = HiddenField()  # type: ignore[assignment]


class NoRescue(TwoFactorRescueForm):
    """Flask-Security lists here what to do without a phone; our page names the recovery codes itself."""

    help_setup = RadioField(choices=[])


class OutboxMail(MailUtil):
    """Addresses by the shop's rule; mails into the outbox, without the secret that Flask-Security has put into them."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def normalize(self, email: str) -> str:
        """As the till reads an address (`web/forms.py`), so that whoever could order can join."""
        text = email.strip()
        if len(text) > LONGEST_ADDRESS or not EMAIL.fullmatch(text) or "=?" in text:
            raise EmailValidateException(words.SENTENCES["INVALID_EMAIL_ADDRESS"])
        local, _, domain = text.rpartition("@")
        return f"{local}@{domain.lower()}"

    def validate(self, email: str) -> str:
        return self.normalize(email)

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,  # noqa: ANN401
        sender: Any,  # noqa: ANN401
        body: str | None,
        html: str | None,
        **context: Any,  # noqa: ANN401
    ) -> None:
        """Note the mail; the worker writes it, and makes its link."""
        if template == "reset":
            hash_password("as long as for an address without an account")  # Flask-Security does so for those
        pending().mails.append(Mail(template, plain(context["user"]), str(recipient)))
