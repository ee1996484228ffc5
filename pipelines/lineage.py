"""Where each column of a model comes from, read out of its SQL, for Dagster and the documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from pipelines.models import Model


def _sources(column: exp.Column, scope: Scope, seen: frozenset[int]) -> set[tuple[str, str]]:
    """Tables and columns behind one column reference, through subqueries and unions."""
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        return {(f"{source.db}.{source.name}", column.name)} if source.db else set()
    if isinstance(source, Scope) and id(source) not in seen:
        return _of_output(source, column.name, seen | {id(source)})
    return set()


def _of_output(scope: Scope, name: str, seen: frozenset[int]) -> set[tuple[str, str]]:
    """Tables and columns behind one output column of a scope."""
    found: set[tuple[str, str]] = set()
    if scope.set_operation_scopes:
        first = scope.set_operation_scopes[0].expression.named_selects
        at = first.index(name) if name in first else None
        for part in scope.set_operation_scopes:
            names = part.expression.named_selects
            if at is not None and at < len(names):
                found |= _of_output(part, names[at], seen)
        return found
    for select in scope.expression.selects:
        if select.alias_or_name == name:
            for column in select.find_all(exp.Column):
                found |= _sources(column, scope, seen)
    return found


@lru_cache(maxsize=512)
def _lineage(sql: str, schema: tuple) -> dict[str, tuple[tuple[str, str], ...]]:
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in schema:
        db, name = table.split(".")
        nested.setdefault(db, {})[name] = dict(columns)
    tree = sqlglot.parse_one(sql, read="duckdb")
    qualified = qualify(
        tree, schema=nested, dialect="duckdb", validate_qualify_columns=False, identify=False
    )
    scope = build_scope(qualified)
    if scope is None:
        return {}
    return {
        name: tuple(sorted(_of_output(scope, name, frozenset())))
        for name in qualified.named_selects
    }


def column_lineage(
    model: Model, schema: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Output column -> the (table, column) pairs its value is made of.

    Args:
        schema: table -> column -> type, for the tables the model reads.
    """
    known = tuple(
        (table, tuple(columns.items())) for table, columns in schema.items() if table in model.reads
    )
    try:
        return _lineage(model.sql, known)
    except SqlglotError:
        return {}
