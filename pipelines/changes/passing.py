"""How a change passes through each model."""

from dataclasses import asdict, replace
from functools import lru_cache

import sqlglot
from sqlglot import exp

from pipelines.changes.derive import derive
from pipelines.changes.said import said
from pipelines.changes.units import NOTHING, Recipe
from pipelines.model import Model, output_columns
from pipelines.remembered import remembered

# The same in every universe: lists of codes, and the network.
SHARED = frozenset({"exchange.paths", "exchange.adoptions"})


def shared(table: str) -> bool:
    """Whether a table is the same in every universe."""
    return table.startswith("codes.") or table in SHARED


@lru_cache(maxsize=1024)
def parsed(sql: str) -> exp.Expression:
    """The tree of a query; whoever changes it makes a copy."""
    return sqlglot.parse_one(sql, read="duckdb")


@lru_cache(maxsize=4096)
def recipe(model: Model, empty: frozenset[str] = frozenset()) -> Recipe:
    """How a change passes through a model: as its header says, or else as its SQL shows.

    Args:
        empty: tables it reads that have no rows, neither in the base nor in any universe.

    Raises:
        ModelError: if a line of the header cannot be understood.
    """
    asked = [*asdict(model).values(), sorted(empty)]
    return Recipe.of_plain(remembered("recipe", asked, lambda: asdict(_worked_out(model, empty))))


def _worked_out(model: Model, empty: frozenset[str]) -> Recipe:
    told = said(model, output_columns(model.sql), [t for t in model.reads if shared(t)])
    found = derived(model, empty)
    if told and found != NOTHING:
        return replace(told, kinds=found.kinds)
    return found


def derived(model: Model, empty: frozenset[str] = frozenset()) -> Recipe:
    """How a change passes through a model, as far as its SQL shows it."""
    return derive(parsed(model.sql).copy(), model.key, shared, empty)
