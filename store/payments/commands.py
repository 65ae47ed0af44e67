"""`flask stripe reconcile`: repair by hand what webhooks did not tell, and after a restore."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from store.errors import StoreError
from store.payments.gateway import Refused
from store.payments.reconciling.models import Repair
from store.payments.reconciling.service import Outcome, Reconciler


@click.command("reconcile")
@click.option("--since", "text", metavar="ISO", help="Read everything again from this time on, e.g. a backup's.")
@click.option("--after-restore", is_flag=True, help="Keep checkout closed until it is done; needs --since.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read and repaired as JSON.")
@with_appcontext
def reconcile(*, text: str | None, after_restore: bool, as_json: bool) -> None:
    """Read what has happened at Stripe, and repair what the shop was never told; prints what it repaired."""
    since = _moment(text) if text else None
    if after_restore and since is None:
        raise click.ClickException("Say with --since when the backup was made.")
    reconciler = Reconciler(current_app.extensions["make_jobs_payments"]())
    progress = _show if sys.stderr.isatty() else _hide
    try:
        if since is None:
            outcome = reconciler.reconcile(progress=progress)
        else:
            outcome = reconciler.reconcile_since(since, progress, after_restore=after_restore)
    except (StoreError, Refused) as refusal:
        raise click.ClickException(f"{refusal} What was read stays read; run it again to go on.") from None
    click.echo(json.dumps(_plain(outcome), default=str) if as_json else "\n".join(_told(outcome)))


def _show(read: int) -> None:
    click.echo(f"\r{read} events read", err=True, nl=False)


def _hide(_read: int) -> None:
    """Nobody is watching."""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is no time; write it like 2026-12-04T20:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > current_app.extensions["clock"]():
        raise click.ClickException("That time has not come yet.")
    return moment.astimezone(UTC)


def _told(outcome: Outcome) -> list[str]:
    lines = []
    if outcome.gone_before is not None:
        lines.append(
            f"Stripe keeps no events from before {outcome.gone_before:%Y-%m-%d %H:%M} UTC. What happened earlier was"
            " taken from its lists of sessions, refunds and disputes."
        )
    for repair in outcome.repairs:
        lines.append(f"Repaired {repair.subject} ({repair.kind.replace('_', ' ')})")
        lines += [f"  {name}: {_word(repair.before[name])} → {_word(repair.after[name])}" for name in repair.after]
    if outcome.failed:
        lines.append(f"{_count(outcome.failed, 'event')} could not be handled; they are tried again, see Attention.")
    count = len(outcome.repairs)
    lines.append(f"{_count(outcome.events, 'event')} read, {count or 'nothing'} repaired.")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _word(value: object) -> str:
    return "–" if value is None else str(value)


def _plain(outcome: Outcome) -> dict[str, object]:
    return {
        "events": outcome.events,
        "failed": outcome.failed,
        "gone_before": outcome.gone_before,
        "repairs": [_row(repair) for repair in outcome.repairs],
    }


def _row(repair: Repair) -> dict[str, object]:
    return {
        "kind": repair.kind,
        "subject": repair.subject,
        "before": repair.before,
        "after": repair.after,
        "at": repair.at.isoformat(),
    }
