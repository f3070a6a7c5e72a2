"""Whether a column holds one of some names, however many these are.

A statement takes 32,767 parameters in PostgreSQL (appendix K) and 32,766 in SQLite (its limits, 9), and is compiled
anew for each number of them: many go as one, in JSON.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

ONE_BY_ONE = 500  # names: of few the planner knows more


class _Names(FunctionElement[str]):
    """The names in a JSON array, a row each."""

    inherit_cache = True


@compiles(_Names)
def _in_postgresql(element: _Names, compiler: Any, **options: Any) -> str:
    given = compiler.process(element.clauses, **options)
    return f"(SELECT json_array_elements_text(CAST({given} AS json)))"


@compiles(_Names, "sqlite")
def _in_sqlite(element: _Names, compiler: Any, **options: Any) -> str:
    given = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({given}))"  # noqa: S608 - a parameter's mark


def among(column: ColumnElement[str], names: Collection[str]) -> ColumnElement[bool]:
    """The condition that *column* is one of *names*."""
    if len(names) <= ONE_BY_ONE:
        return column.in_(names)
    return column.bool_op("IN")(_Names(json.dumps(sorted(names))))
