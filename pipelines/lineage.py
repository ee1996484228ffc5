"""Where each column of a model comes from, read out of its SQL, for Dagster and the documents.

A column comes from those columns that its expression names, followed through subqueries, common table
expressions and unions down to tables. What only decides which rows there are (joins, conditions) is
not counted, but a subquery inside the expression is, whole.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from pipelines.model import Model

Origin = tuple[str, str]  # table and column


def column_lineage(
    model: Model, schema: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[Origin, ...]]:
    """Output column -> the (table, column) pairs its value is made of, sorted.

    Args:
        schema: table -> column -> type, for the tables the model reads and for its own.

    Returns:
        Nothing if sqlglot cannot follow the query.
    """
    known = tuple(
        (table, tuple(columns.items()))
        for table, columns in sorted(schema.items())
        if table in model.reads
    )
    try:
        found = _lineage(model.sql, known)
    except SqlglotError:
        return {}
    # SQL does not care for capitals, and sqlglot makes them small; the tables have them.
    spelled = {table: {name.lower(): name for name in columns} for table, columns in schema.items()}
    return {
        spelled.get(model.name, {}).get(column.lower(), column): tuple(
            (table, spelled[table].get(name.lower(), name) if table in spelled else name)
            for table, name in origins
        )
        for column, origins in found.items()
    }


@lru_cache(maxsize=512)
def _lineage(
    sql: str, schema: tuple[tuple[str, tuple[Origin, ...]], ...]
) -> dict[str, tuple[Origin, ...]]:
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in schema:
        stage, name = table.split(".")
        nested.setdefault(stage, {})[name] = dict(columns)
    query = qualify(
        sqlglot.parse_one(sql, read="duckdb"),
        schema=nested,
        dialect="duckdb",
        validate_qualify_columns=False,
        identify=False,
    )
    scopes = traverse_scope(query)
    return _Followed(scopes).outputs(scopes[-1]) if scopes else {}


class _Followed:
    """The scopes of one query; each output of each is followed once."""

    def __init__(self, scopes: list[Scope]) -> None:
        self.of_query = {id(scope.expression): scope for scope in scopes}
        self.found: dict[int, dict[str, tuple[Origin, ...]]] = {}

    def outputs(self, scope: Scope) -> dict[str, tuple[Origin, ...]]:
        """Output column -> origins, of one scope."""
        if id(scope) not in self.found:
            self.found[id(scope)] = {}  # a query that reads itself ends here
            self.found[id(scope)] = dict(self._outputs(scope))
        return self.found[id(scope)]

    def _outputs(self, scope: Scope) -> Iterator[tuple[str, tuple[Origin, ...]]]:
        names = scope.expression.named_selects
        if isinstance(scope.expression, exp.SetOperation):
            parts = [list(self.outputs(part).values()) for part in scope.set_operation_scopes]
            for at, name in enumerate(names):
                yield name, _joined(part[at] for part in parts if at < len(part))
        else:
            for name, select in zip(names, scope.expression.selects, strict=True):
                columns = select.find_all(exp.Column)
                yield name, _joined(self._origins(column, scope) for column in columns)

    def _origins(self, column: exp.Column, scope: Scope) -> tuple[Origin, ...]:
        inner = column.find_ancestor(exp.Select)
        looked: Scope | None = self.of_query.get(id(inner), scope)
        while looked is not None and column.table not in looked.sources:
            looked = looked.parent
        if looked is None:
            return ()
        source = looked.sources[column.table]
        if isinstance(source, Scope):
            return self.outputs(source).get(column.name, ())
        return ((f"{source.db}.{source.name}", column.name),) if source.db else ()


def _joined(several: Iterator[tuple[Origin, ...]]) -> tuple[Origin, ...]:
    return tuple(sorted({origin for one in several for origin in one}))
