"""`flask catalog import-csv` and `export-csv`: products in and out as Shopify's product CSV."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from store.actors import SYSTEM
from store.errors import StoreError
from store.ops.products.drafts import Faults, Outcome
from store.ops.products.exporting import export_lines
from store.ops.products.importing import Import, Progress, Refused
from store.ops.products.source import MOST_BYTES

STREAM = "-"
MOST_NAMED = 12
NOT_NOW = "The database did not take this. Is it migrated (`flask db upgrade`), and does it answer?"
PATH = click.argument("path", type=click.Path(path_type=Path))


@click.command("import-csv")
@PATH
@click.option("--dry-run", is_flag=True, help="Do everything, then take it back: tells what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, or the faulty rows, as JSON.")
@with_appcontext
def import_csv(path: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take the products of PATH, a product CSV as Shopify writes it, into the catalog; - reads the input.

    All of the file or nothing: when rows cannot be taken, each is named and the exit code is 1. Products that are
    there already, by their handles, are changed; none is ever removed.
    """
    name = "the input" if str(path) == STREAM else path.name
    try:
        with _opened(path) as source:
            outcome = _import(source, name, dry_run=dry_run)
    except Refused as refusal:
        _refuse(refusal.faults, as_json=as_json)
    except StoreError as refusal:
        raise click.ClickException(str(refusal)) from None
    except SQLAlchemyError:
        raise click.ClickException(NOT_NOW) from None
    except OSError as fault:
        raise click.ClickException(f"{path}: {fault.strerror or fault}.") from None
    click.echo(json.dumps(asdict(outcome)) if as_json else "\n".join(_told(outcome)))


@click.command("export-csv")
@PATH
@with_appcontext
def export_csv(path: Path) -> None:
    """Write all products to PATH as a product CSV that Shopify and import-csv read; - writes to the output."""
    extensions = current_app.extensions
    settings = extensions["settings"]
    count = 0

    def note(done: int) -> None:
        nonlocal count
        count += done
        if sys.stderr.isatty():
            click.echo(f"\r{count} products written", err=True, nl=False)

    try:
        lines = export_lines(
            extensions["db"], settings.store_currency, settings.public_url, extensions["clock"](), note
        )
        with _written(path) as target:
            for line in lines:
                target.write(line.encode("utf-8"))
    except SQLAlchemyError:
        raise click.ClickException(NOT_NOW) from None
    except OSError as fault:
        raise click.ClickException(f"{path}: {fault.strerror or fault}.") from None
    click.echo(f"{_count(count, 'product')} written.", err=str(path) == STREAM)


def _import(source: BinaryIO, name: str, *, dry_run: bool) -> Outcome:
    extensions = current_app.extensions
    one = Import(extensions["catalog"], SYSTEM, source, name, extensions["clock"](), extensions["pictures"])
    looked = one.look()
    with _progress(looked.rows) as progress:
        return one.run(looked, progress, dry_run=dry_run)


@contextlib.contextmanager
def _progress(rows: int) -> Iterator[Progress]:
    """A bar where somebody is looking."""
    if not sys.stderr.isatty():
        yield lambda _rows: None
        return
    with click.progressbar(length=rows, label="Importing", file=sys.stderr) as bar:
        yield bar.update


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file; what comes from the input is kept first, for it may have to be read again."""
    if str(path) != STREAM:
        with path.open("rb") as source:
            yield source
        return
    with tempfile.TemporaryFile() as kept:
        left = MOST_BYTES + 1
        while left and (part := sys.stdin.buffer.read(min(left, 2**20))):
            kept.write(part)
            left -= len(part)
        yield kept


@contextlib.contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all."""
    if str(path) == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():  # a pipe or a device, which nothing may take the place of
        with path.open("wb") as target:
            yield target
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as half:
        try:
            yield half  # type: ignore[misc]
            half.flush()
            os.fsync(half.fileno())
            Path(half.name).chmod(0o644)
            Path(half.name).replace(path)
        except BaseException:
            Path(half.name).unlink(missing_ok=True)
            raise


def _refuse(faults: Faults, *, as_json: bool) -> None:
    if as_json:
        rows = [asdict(fault) for fault in faults.listed]
        click.echo(json.dumps({"errors": rows, "count": faults.count}))
        raise SystemExit(1)
    lines = ["Nothing was imported.", *faults.lines]
    raise click.ClickException("\n".join(lines))


def _told(outcome: Outcome) -> list[str]:
    would = "It would be: " if outcome.dry_run else ""
    done = (
        f"{would}{_count(outcome.created, 'product')} new, {outcome.updated} changed, {outcome.unchanged} as before;"
        f" stock of {_count(outcome.counted, 'variant')} counted."
    )
    notes = []
    if missing := outcome.pictures_missing:
        notes.append(
            "1 picture was not fetched; add it on its product's page."
            if missing == 1
            else f"{missing} pictures were not fetched; add them on their products' pages."
        )
    if held := outcome.held_back:
        notes.append(
            "1 product stays a draft until it has a price, and a picture with its words."
            if held == 1
            else f"{held} products stay drafts until each has a price, and a picture with its words."
        )
    if outcome.filled:
        notes.append(f"Combinations that the file lacks, and that have no price: {outcome.filled}.")
    if outcome.ignored:
        more = len(outcome.ignored) - MOST_NAMED
        named = ", ".join(outcome.ignored[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        notes.append(f"The shop keeps nothing of these columns: {named}.")
    return [done, *notes]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
