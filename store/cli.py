"""The commands of the shop that are not their own folder's, and the list of all."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from store.audit import chain, checking
from store.catalog.search.service import catch_up, reindex
from store.clock import Clock
from store.db import Database
from store.errors import StoreError
from store.jobs.worker import Worker
from store.members.commands import members, staff, tokens
from store.migrations import commands
from store.ops.demo.load import load
from store.ops.products.commands import export_csv, import_csv
from store.ops.verify import verify
from store.payments.commands import reconcile
from store.payments.gateway import EVENT_TYPES, Refused


def register(app: Flask) -> None:
    for group in (database, demo, catalog, stripe, media, members, staff, tokens, audit):
        app.cli.add_command(group)
    stripe.add_command(reconcile)
    catalog.add_command(import_csv)
    catalog.add_command(export_csv)
    app.cli.add_command(worker)
    app.cli.add_command(verify_command)


def _db() -> Database:
    found: Database = current_app.extensions["db"]
    return found


database = AppGroup("db", help="The tables: migrate them, and see whether they fit the code.")
demo = AppGroup("demo", help="The demo shop.")
media = AppGroup("media", help="Pictures.")
catalog = AppGroup("catalog", help="What is for sale.")
stripe = AppGroup("stripe", help="Our side of the account at Stripe.")
audit = AppGroup("audit", help="The sealed history of what staff did.")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate the database to REVISION, the newest by default."""
    commands.upgrade(_db(), revision)
    if commands.is_current(_db()):
        catch_up(_db())  # what was there before there was an index
    click.echo("The database is migrated.")


@database.command("downgrade")
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Go back to REVISION, one step by default."""
    commands.downgrade(_db(), revision)
    click.echo("The database is back.")


@database.command("check")
def check() -> None:
    """Fail when the database is behind the migrations, or the migrations behind the models."""
    if not commands.is_current(_db()):
        raise click.ClickException("The database is not migrated. Run `flask db upgrade`.")
    if difference := commands.drift(_db()):
        raise click.ClickException(difference)
    click.echo("The tables fit the code.")


@catalog.command("reindex")
def catalog_reindex() -> None:
    """Make the search index anew from the catalogue, while the shop goes on."""
    count = reindex(_db())
    click.echo(f"{count} {'product is' if count == 1 else 'products are'} indexed.")


@demo.command("load")
def load_demo() -> None:
    """Fill an empty database with the demo shop; twice is the same as once."""
    extensions = current_app.extensions
    try:
        fresh = load(_db(), extensions["pictures"], extensions["settings"], extensions["clock"], _progress)
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo("The demo shop is loaded." if fresh else "The demo shop was there already.")


def _progress(names: list[str]) -> Iterator[str]:
    with click.progressbar(names, label="Drawing the pictures") as bar:
        yield from bar


@media.command("render")
def render() -> None:
    """Make the sizes and formats that pictures lack, as those do that came before pages used them."""
    pictures = current_app.extensions["pictures"]
    with click.progressbar(pictures.list_ids(), label="Rendering") as bar:
        made = sum(pictures.complete(picture_id) for picture_id in bar)
    click.echo(f"{made} made." if made else "No picture lacks anything.")


@stripe.command("setup")
def setup() -> None:
    """Create the webhook endpoint at Stripe with our events and API version; prints its signing secret, once."""
    settings, payments = current_app.extensions["settings"], current_app.extensions["payments"]
    url = f"{settings.public_url}/webhooks/stripe"
    try:
        secret = payments.gateway.create_webhook_endpoint(url)
    except (StoreError, Refused) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Stripe will send {len(EVENT_TYPES)} kinds of events to {url}.")
    click.echo("Set this, it is not shown again:")
    click.echo(f"STRIPE_WEBHOOK_SECRET={secret}")


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due, then exit.")
@click.option("--now", "pretended", help="Pretend it is this time (ISO 8601); never in production.")
@with_appcontext
def worker(*, once: bool, pretended: str | None) -> None:
    """Do the shop's jobs: mails, sweeping unpaid checkouts, pictures."""
    if pretended:
        current_app.extensions["clock"] = _pretend(pretended)
    found: Worker = current_app.extensions["make_worker"]()
    if once:
        click.echo(f"{found.drain()} jobs done.")
        return
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    found.run_until(stop)


def _pretend(text: str) -> Clock:
    if current_app.extensions["settings"].in_production:
        raise click.ClickException("--now is not for production: money has real times.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is no time; write it like 2026-12-04T20:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda: moment


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the breaches as JSON.")
@with_appcontext
def verify_command(*, as_json: bool) -> None:
    """Check every invariant of money and stock on the live data; exit 1 with the rows that break one."""
    breaches = verify(_db(), current_app.extensions["clock"]())
    if as_json:
        click.echo(json.dumps([asdict(breach) for breach in breaches], default=str))
    else:
        for breach in breaches:
            click.echo(f"Broken: {breach.invariant}")
            for row in breach.rows:
                click.echo(f"  {row}")
        if not breaches:
            click.echo("The books are right.")
    if breaches:
        raise SystemExit(1)


@audit.command("head")
def audit_head() -> None:
    """Print where the history ends, as `seq seal`: keep it on another machine, for --anchors."""
    with _db().reader() as reader:
        click.echo(str(checking.head(reader)))


@audit.command("verify")
@click.option(
    "--anchors",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lines of `flask audit head` that were kept elsewhere.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the count of entries and the faults as JSON.")
def audit_verify(*, kept: Path | None, as_json: bool) -> None:
    """Check the history from end to end; exit 1 with every place where it was changed, cut or re-written."""
    try:
        anchors = checking.read_anchors(kept.read_text(encoding="utf-8", errors="replace")) if kept else []
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    key = chain.key_of(current_app.extensions["settings"].secret_key)
    with _db().snapshot() as session:
        entries = checking.head(session).seq
        faults = checking.verify_chain(session, key, anchors)
    if as_json:
        click.echo(json.dumps({"entries": entries, "faults": [asdict(fault) for fault in faults]}))
    else:
        for fault in faults:
            click.echo(fault.sentence)
        if not faults:
            click.echo(f"The history is whole: {entries} {'entry' if entries == 1 else 'entries'}.")
    if faults:
        raise SystemExit(1)
