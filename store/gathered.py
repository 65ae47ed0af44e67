"""Many rows as one value of another row, spelt for both databases: what belongs to a thing comes along with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ScalarSelect, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Lists(FunctionElement[Any]):
    """A list with a list of these columns for every row; NULL or empty where there is no row."""

    type = JSON()
    inherit_cache = True


@compiles(_Lists, "sqlite")
def _sqlite(element: _Lists, compiler: Any, **given: Any) -> str:  # noqa: ANN401 - SQLAlchemy's compiler
    return f"json_group_array(json_array({compiler.process(element.clauses, **given)}))"


@compiles(_Lists, "postgresql")
def _postgresql(element: _Lists, compiler: Any, **given: Any) -> str:  # noqa: ANN401
    return f"json_agg(json_build_array({compiler.process(element.clauses, **given)}))"


def gathered(query: Select[*tuple[Any, ...]]) -> ScalarSelect[list[list[Any]] | None]:
    """The rows of `query`, which refers to the statement around it, as one column there: a list of lists.

    In no order: let a position be among the columns. Only numbers, text, truth (0 and 1 on SQLite) and NULL come
    through as they are.
    """
    lists = _Lists(*query.selected_columns)
    return query.with_only_columns(lists, maintain_column_froms=True).scalar_subquery()
