"""`flask members` and `flask staff`: accounts from the command line, already confirmed."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from store.actors import SCOPES, SYSTEM, Role
from store.errors import StoreError
from store.mail.addresses import mail_key
from store.members import repository, service
from store.members import tokens as api_tokens
from store.members.credentials import Credentials
from store.members.passwords import fault_of
from store.web.forms import EMAIL

members = AppGroup("members", help="Accounts of members.")
staff = AppGroup("staff", help="Accounts of those who run the shop.")
tokens = AppGroup("tokens", help="Tokens by which programs use the API for somebody.")
PASSWORD = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of input.")


@members.command("create")
@click.argument("email")
@PASSWORD
def create_member(email: str, *, password_stdin: bool) -> None:
    """Make a confirmed account; without --password-stdin its password is made and printed."""
    _create(email, None, from_stdin=password_stdin)


@staff.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@PASSWORD
def create_staff(email: str, role: str, *, password_stdin: bool) -> None:
    """Give EMAIL a role; a new account gets a password and the key for an authenticator app, both printed once."""
    extensions = current_app.extensions
    with extensions["db"].reader() as reader:
        known = repository.find_member(reader, email)
    if known is None:
        _create(email, Role(role), from_stdin=password_stdin)
    try:
        service.grant(extensions["db"], SYSTEM, email, Role(role), extensions["clock"]())
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{email} has the role {role}.")


@members.command("sign-out")
@click.argument("email")
def sign_out(email: str) -> None:
    """End every session of EMAIL, on the day a laptop is stolen."""
    extensions = current_app.extensions
    with extensions["db"].reader() as reader:
        known = repository.find_member(reader, email)
    if known is None:
        raise click.ClickException(f"{email} has no account.")
    service.end_sessions(extensions["db"], SYSTEM, known.id, extensions["clock"]())
    click.echo(f"{email} is signed out everywhere.")


@tokens.command("create")
@click.argument("email")
@click.option(
    "--scopes", required=True, help=f"Separated by commas, of: {', '.join(SCOPES)}. Writing includes reading."
)
@click.option("--label", default="", help="What it is for, so that it is known again.")
@click.option("--days", type=int, help="How long it is good; without it, until it is revoked.")
def create_token(email: str, scopes: str, label: str, days: int | None) -> None:
    """Make a token for EMAIL and print it, once and alone; only its digest is kept."""
    extensions = current_app.extensions
    asked = frozenset(scope for text in scopes.split(",") if (scope := text.strip()))
    wanted = api_tokens.Wanted(email, asked, label, days)
    try:
        click.echo(api_tokens.create(extensions["db"], SYSTEM, wanted, extensions["clock"]()))
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None


@tokens.command("list")
def list_tokens() -> None:
    """Every token by its id and first letters, with whose it is and what for."""
    with current_app.extensions["db"].reader() as reader:
        for row, email in repository.list_tokens(reader):
            ends = f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "until revoked"
            used = f"used {row.used_on:%Y-%m-%d}" if row.used_on else "never used"
            click.echo(f"{row.id}  {row.hint}…  {email}  {','.join(row.scopes)}  {ends}, {used}  {row.label}".rstrip())


@tokens.command("revoke")
@click.argument("token_id", type=click.IntRange(1, 10**18 - 1))
def revoke_token(token_id: int) -> None:
    """End the token with this id, as the list shows it."""
    extensions = current_app.extensions
    try:
        api_tokens.revoke(extensions["db"], SYSTEM, token_id, extensions["clock"]())
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Token {token_id} is worth nothing from now on.")


def _create(email: str, role: Role | None, *, from_stdin: bool) -> None:
    if not EMAIL.fullmatch(email):
        raise click.ClickException(f"{email!r} is no address; write it like ana@example.com.")
    extensions = current_app.extensions
    credentials: Credentials = extensions["credentials"]
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else credentials.new_password()
    if fault := fault_of(password, mail_key(email), staff=role is not None):
        raise click.ClickException(fault)
    sealed, key = credentials.new_totp() if role is not None else (None, None)
    account = service.Account(email, credentials.hash(password), sealed)
    try:
        service.create_account(extensions["db"], SYSTEM, account, extensions["clock"]())
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{email} has an account.")
    if not from_stdin:
        click.echo(f"Password, not shown again: {password}")
    if key is not None:
        click.echo(f"Key for an authenticator app, not shown again: {key}")
