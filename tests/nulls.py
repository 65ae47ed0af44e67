"""Whoever compares a column with None has to say so: `column == value` finds every row without one when value is None.

Left to itself, SQLAlchemy writes IS NULL for it, and a fact that said nothing found somebody else's row.
"""

from __future__ import annotations

from sqlalchemy.sql import default_comparator, operators

compare, extra = default_comparator.operator_lookup["eq"]


def compare_with_something(expr, op, obj, **how):
    if op is operators.eq and obj is None:
        raise AssertionError(f"{expr} == None would find every row without one; say is_(None) if that is meant")
    return compare(expr, op, obj, **how)


def refuse_silent_nulls() -> None:
    default_comparator.operator_lookup = {
        **default_comparator.operator_lookup,
        "eq": (compare_with_something, extra),
    }
