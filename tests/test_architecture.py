"""The rules of the house that no linter knows. Each failure names the place."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STORE = ROOT / "store"
TEMPLATES = ROOT / "templates"
MONEY = (
    "money.py",
    "pricing/quote.py",
    "payments/units.py",
    "payments/balance_facts.py",
    "payments/ledger/booking.py",
    "payments/ledger/closing.py",
    "payments/ledger/comparing.py",
    "payments/ledger/settlement.py",
    "payments/ledger/trial.py",
    "payments/refunds/rules.py",
    "checkout/taking.py",
    "cart/contents.py",
)
"""Where amounts are computed: whole numbers only."""
FITTED = "commands credentials datastore factors forms gate links models passwords security sessions step_up throttle"
SIGNS_IN = {f"members/{name}.py" for name in FITTED.split()}
"""How Flask-Security is fitted in; use cases and SQL of members stand beside it and know nothing of it."""
SPEAKS_HTTP = {
    "app.py",
    "cli.py",
    "__main__.py",
    "ops/health.py",
    "ops/products/commands.py",
    "payments/commands.py",
} | SIGNS_IN
"""Beside views, api and web/, what may know Flask."""
KNOWS_FLASK = {"flask", "werkzeug", "flask_limiter", "flask_wtf", "flask_security", "wtforms"}
MOST_LINES, LONGEST_FUNCTION = 300, 40


def modules(*, sandbox=True):
    """The store's own modules; migrations are written by a tool and kept as history."""
    for path in sorted(STORE.rglob("*.py")):
        inside = path.relative_to(STORE).as_posix()
        if not inside.startswith("migrations/versions/") and (sandbox or not inside.startswith("sandbox/")):
            yield inside, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(node):
    """`commit` for `session.commit()`, `float` for `float()`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def files():
    """What belongs to the repository, whether or not it was committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no checkout of git")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def page_templates():
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name != "email"]


def test_only_the_database_module_commits():
    """A savepoint's commit commits nothing."""
    commits = [
        inside
        for inside, tree in modules(sandbox=False)
        for node in calls(tree)
        if called(node) == "commit" and getattr(node.func.value, "id", "") != "savepoint"
    ]
    assert commits == ["db.py"]


def test_only_what_speaks_http_knows_flask():
    knows = {
        inside
        for inside, tree in modules(sandbox=False)
        if any(name.split(".")[0] in KNOWS_FLASK for name in imported(tree))
    }
    allowed = {inside for inside in knows if inside.startswith("web/") or Path(inside).name in ("views.py", "api.py")}
    assert knows - allowed == SPEAKS_HTTP


def test_nobody_below_the_views_asks_who_is_signed_in():
    for inside, tree in modules():
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert "current_user" not in names or inside == "members/security.py", inside


def test_only_the_gateway_imports_stripe():
    assert [inside for inside, tree in modules() if "stripe" in list(imported(tree))] == ["payments/gateway.py"]


def test_money_is_never_a_float():
    for inside, tree in modules(sandbox=False):
        assert "float" not in [called(node) for node in calls(tree)], inside
        if inside in MONEY:
            divided = [
                node.lineno for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            ]
            floats = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
            assert (inside, divided, floats) == (inside, [], [])
    assert {inside for inside, _ in modules()} >= set(MONEY)


def test_a_function_fits_on_a_screen():
    long = [
        f"{inside}:{node.lineno} {node.name}"
        for inside, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_a_file_is_one_idea():
    python = [path for path in files() if path.suffix == ".py" and "versions" not in path.parts]
    assert [str(path) for path in python if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES] == []


def test_every_module_says_what_it_is_for():
    silent = [inside for inside, tree in modules() if not ast.get_docstring(tree)]
    assert silent == []


def test_schemas_and_templates_ask_no_database():
    for inside, tree in modules():
        if Path(inside).name == "schemas.py":
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not {"session", "reader", "select", "db"} & names, inside
            assert not any("repository" in name or "sqlalchemy" in name for name in imported(tree)), inside
    for path in TEMPLATES.rglob("*.*"):
        assert not re.search(r"\b(session|reader|query|execute)\b\.", path.read_text(encoding="utf-8")), path


def test_the_locks_name_packages_and_hashes_only():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert not re.search(r"^--", text, re.M), path.name
        packages = re.findall(r"^([A-Za-z0-9_.-]+(?:\[[a-z, ]+\])?)==", text, re.M)
        assert len(packages) == len(re.findall(r"^\S", re.sub(r"^#.*\n", "", text, flags=re.M), re.M)), path.name


def test_the_repository_names_no_place_of_the_machine_it_was_made_on():
    places = ["/wo" + "rk/", "sha" + "red/", "py" + "pi.org", "python" + "hosted", "registry.np" + "mjs"]
    for path in files():
        text = path.read_bytes().decode("utf-8", "ignore")
        assert [place for place in places if place in text] == [], path


def test_every_setting_has_its_comment():
    """Above it, or above the group it stands in."""
    told = False
    for line in (ROOT / "config" / "default.toml").read_text(encoding="utf-8").splitlines():
        told = line.startswith("#") or (told and line != "")
        assert told or not line, line


ROOTS = {"base.html", "admin/base.html"}


def root_of(path):
    """The template that the last of its parents is."""
    parent = path.read_text(encoding="utf-8").partition('{% extends "')[2].partition('"')[0]
    return parent if parent in ROOTS or not parent else root_of(TEMPLATES / parent)


def test_every_page_extends_the_base_of_its_side():
    """Staff pages have a frame of their own."""
    for path in page_templates():
        inside = path.relative_to(TEMPLATES).as_posix()
        if inside in ROOTS or path.name.startswith("_") or path.parent.name == "macros":
            continue
        assert root_of(path) == ("admin/base.html" if inside.startswith("admin/") else "base.html"), path


INLINE = {
    "a style": r"\sstyle\s*=",
    "a handler": r"\son[a-z]+\s*=\s*[\"']",
    "a style sheet": r"<style\b",
    "a script": r"<script\b(?![^>]*\bsrc=)(?! type=\"application/ld\+json\">\{\{ \w+\|tojson \}\}<)",
    "another site": r"(?:src|href|action|srcset)\s*=\s*[\"'](?:https?:)?//",
    "a script's address": r"javascript:",
    "text that is not escaped": r"(?<![\"'])\|\s*safe\b|autoescape",
}


@pytest.mark.parametrize("what", INLINE)
def test_no_page_holds_what_its_policy_forbids(what):
    for path in page_templates():
        assert re.search(INLINE[what], path.read_text(encoding="utf-8")) is None, path
