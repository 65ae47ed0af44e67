"""The small faults that are put into a module, one at a time: its mutants.

A mutant is a syntax tree with one thing changed: an operator, a boundary, a number, a word, a condition, what a
function returns, a statement that is left out. Sentences for people, annotations and decorators stay as they are.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMPUTED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "startswith": "endswith", "endswith": "startswith"}
CONDITIONS = {"where", "filter", "and_", "or_", "values", "order_by", "set_"}
"""Calls of SQL whose every part matters, so that each is left out once."""
WORD = re.compile(r"\S+")
LONGEST_CONTEXT = 90


@dataclass(frozen=True)
class Slot:
    """Where a node hangs: in a field of its parent, or in a list there."""

    parent: ast.AST
    field: str
    index: int | None = None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Mutant:
    """One fault. `name` says where it is and what it changes, and stays the same while lines come and go."""

    name: str
    line: int
    slot: Slot
    becomes: ast.AST

    def apply(self) -> None:
        """Puts the fault into the tree that the mutant was found in."""
        self.slot.put(self.becomes)


def find_mutants(tree: ast.Module) -> list[Mutant]:
    """In the order of the lines; two that would bear one name are numbered."""
    met: Counter[str] = Counter()
    found = []
    for owner, slot, node in _nodes(tree, ""):
        for becomes in _faults(slot, node):
            ast.copy_location(becomes, node)
            ast.fix_missing_locations(becomes)
            name = f"{owner}: {_change(slot, node, becomes)}"
            met[name] += 1
            numbered = name if met[name] == 1 else f"{name} ({met[name]})"
            found.append(Mutant(numbered, node.lineno, slot, becomes))
    return found


def _nodes(parent: ast.AST, owner: str) -> Iterator[tuple[str, Slot, Any]]:
    """Whatever may be changed, with the function or the constant it belongs to."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "decorator_list", "format_spec", "ctx", "op", "ops"):
            continue
        many = isinstance(value, list)
        for index, node in enumerate(value if many else [value]):
            if not isinstance(node, ast.AST) or _is_told_to_people(parent, node):
                continue
            inside = _owner(node, owner)
            if hasattr(node, "lineno") and not isinstance(node, ast.arg):
                yield inside, Slot(parent, field, index if many else None), node
            yield from _nodes(node, inside)


def _is_told_to_people(parent: ast.AST, node: ast.AST) -> bool:
    """Docstrings, the pieces of sentences, and what only imports."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return isinstance(parent, ast.Expr | ast.JoinedStr) or not (not node.value or WORD.fullmatch(node.value))
    return isinstance(node, ast.Import | ast.ImportFrom)


def _owner(node: ast.AST, owner: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return f"{owner}.{node.name}" if owner else node.name
    if owner == "" and isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return ast.unparse(target)
    return owner


def _faults(slot: Slot, node: Any) -> Iterator[ast.AST]:
    yield from _of_conditions(slot, node)
    yield from _of_statements(node)
    match node:
        case ast.Constant():
            yield from _of_constants(node)
        case ast.Compare():
            yield from _of_comparisons(node)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in COMPUTED:
            yield ast.BinOp(left, COMPUTED[type(op)](), right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (_without(node, place) for place in range(len(values)))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Call():
            yield from _of_calls(node)


def _of_statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.Constant(value=None)):
            return
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Pass()
            if type(op) in COMPUTED:
                yield ast.AugAssign(target, COMPUTED[type(op)](), value)
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()


def _of_comparisons(node: ast.Compare) -> Iterator[ast.Compare]:
    for place, op in enumerate(node.ops):
        for other in COMPARED[type(op)]:
            yield ast.Compare(node.left, [*node.ops[:place], other(), *node.ops[place + 1 :]], node.comparators)


def _of_conditions(slot: Slot, node: ast.AST) -> Iterator[ast.AST]:
    """A condition that always or never holds; a loop is only ever made to end."""
    if slot.field == "test" and isinstance(slot.parent, ast.If | ast.IfExp):
        yield ast.Constant(True)
        yield ast.Constant(False)
    elif slot.field == "ifs":
        yield ast.Constant(True)


def _of_constants(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield from (ast.Constant(other) for other in (node.value + 1, node.value - 1))
        case str():
            yield ast.Constant(f"not_{node.value}")


def _of_calls(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if other := CALLED.get(name):
        func = ast.Attribute(node.func.value, other, ast.Load()) if isinstance(node.func, ast.Attribute) else None
        yield ast.Call(func or ast.Name(other, ast.Load()), node.args, node.keywords)
    if name in CONDITIONS:
        for place in range(len(node.args)):
            yield ast.Call(node.func, node.args[:place] + node.args[place + 1 :], node.keywords)
        for place in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])


def _without(node: ast.BoolOp, place: int) -> ast.expr:
    left = node.values[:place] + node.values[place + 1 :]
    return left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def _change(slot: Slot, node: ast.AST, becomes: ast.AST) -> str:
    """`a < b → a <= b`, with what stands around it where that is short."""
    around = slot.parent if isinstance(slot.parent, ast.expr | ast.keyword) else node
    was = ast.unparse(around)
    if around is node or len(was) > LONGEST_CONTEXT:
        return f"{_first_line(node)} → {_first_line(becomes)}"
    slot.put(becomes)
    changed = ast.unparse(around)
    slot.put(node)
    return f"{was} → {changed}"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]
