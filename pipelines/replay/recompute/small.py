"""The small database: models run again for the units a change touches, in all universes at once.

For every model in order: what changed in the tables it reads tells which of its units are touched; the
rows those units are worked out from come from the base, with the universe's own changes made; the
model's own SQL, lifted, is run on them; and what comes out is held against the base's rows of the same
units. Only what really differs goes on. A model nothing touches is not run.

By induction every table of a universe is then the base's table with its changes made, and that is what
rebuilding from the edited files gives: each model has a test that no unit outside `touches` changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.model import Model, ModelError
from pipelines.replay.recompute.lift import UNIVERSE, UNIVERSES, lift
from pipelines.replay.recompute.touches import UNIT, Tie, Touches, touches
from schemas.sql import quoted

GONE, COME = -1, 1  # a row of the base that a universe has not; a row it has instead

# An index is used only if one condition alone is asked of a table, and as a list of values. So rows
# are looked up by one column in an expression of its own, which no other condition may enter.
_KEPT_APART = ("cte_filter_pusher",)

# A replay asks many wide questions about few rows: what these would save is less than they cost.
_NOT_WORTH_IT = (
    "aggregate_reuse",
    "column_lifetime",
    "common_subexpressions",
    "common_subplan",
    "duplicate_groups",
    "join_elimination",
    "outer_join_simplification",
    "projection_placement",
    "projection_pullup",
    "statistics_propagation",
)
_SETTINGS = (
    f"SET disabled_optimizers = '{','.join((*_KEPT_APART, *_NOT_WORTH_IT))}'",
    "SET dynamic_or_filter_threshold = 1000",
)

MOST_SEEN = 5000  # queries whose texts are remembered

# The same in every universe: lists of codes, and the network.
SHARED = frozenset({"exchange.paths", "exchange.adoptions"})


def shared(table: str) -> bool:
    """Whether a table is the same in every universe."""
    return table.startswith("codes.") or table in SHARED


class Small:
    """Changes of many universes against one base, and the models run on them.

    Args:
        base: the database of the clean state; only read.
        threads: how many the engine may use.
    """

    def __init__(self, base: Path, threads: int | None = None) -> None:
        self.base = base
        self.engine: Engine = open_engine("duckdb", threads=threads)
        self.engine.attach("base", base)
        for setting in _SETTINGS:
            self.engine.execute(setting)
        self.columns: dict[str, list[str]] = {}
        for schema, table, column in self.engine.fetch(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
            "WHERE database_name = 'base' ORDER BY schema_name, table_name, column_index"
        ):
            self.columns.setdefault(f"{schema}.{table}", []).append(column)
        for table in self.columns:
            if shared(table):
                self.engine.create_table(table, f"SELECT * FROM base.{table}")
        self.engine.create_schema("changed")
        self.moved: set[str] = set()
        self._feeds: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        self._seen: set[str] = set()
        self._views: dict[str, str] = {}

    def __enter__(self) -> Small:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    # --- what differs -------------------------------------------------------------------------

    def begin(self, universes: Iterable[int]) -> None:
        """Forget all changes and name the universes to come."""
        self.moved = set()
        self._feeds = {}
        listed = ", ".join(map(str, universes))
        self.engine.execute(
            f"CREATE OR REPLACE TABLE {UNIVERSES} AS "
            f"SELECT unnest(CAST([{listed}] AS INTEGER[])) AS {UNIVERSE}"
        )

    def change(self, table: str, select: str) -> int:
        """Say how a table differs: a SELECT of `side`, `universe` and the table's columns.

        Returns:
            How many rows differ; if none, the table counts as untouched.
        """
        rows = self.make(f"changed.{quoted(table)}", select)
        if rows:
            self.moved.add(table)
            self._feeds = {seen: feeds for seen, feeds in self._feeds.items() if seen[0] != table}
        return rows

    def make(self, table: str, select: str) -> int:
        """Make a table of a query; how many rows it has.

        Most of what a small query costs is the reading of its text, so one that comes up again is
        kept as a view.
        """
        if select in self._seen and select not in self._views:
            self._views[select] = f"query_{len(self._views)}"
            self.engine.execute(f"CREATE VIEW {self._views[select]} AS {select}")
        elif len(self._seen) < MOST_SEEN:
            self._seen.add(select)
        select = f"FROM {self._views[select]}" if select in self._views else select
        return self.engine.fetch(f"CREATE OR REPLACE TABLE {table} AS {select}")[0][0]

    def rows_of(self, table: str, select: str) -> str:
        """SQL of rows of a table in each universe, from a SELECT of rows of the base.

        Args:
            table: its name.
            select: gives `universe` and the table's columns, as the base has them.
        """
        if table not in self.moved:
            return select
        columns = self._listed(table)
        return (
            f"SELECT {columns}, universe FROM (({select}) EXCEPT SELECT {columns}, universe "
            f"FROM changed.{quoted(table)} WHERE side = {GONE})"
        )

    def whole(self, table: str, universe: int | None, columns: str) -> str:
        """SELECT of a whole table as one universe has it; None: as the base has it."""
        select = f"SELECT {columns} FROM base.{table}"
        if universe is None or table not in self.moved:
            return select
        changed = f"SELECT {columns} FROM changed.{quoted(table)} WHERE universe = {universe}"
        return (
            f"({select} EXCEPT ALL {changed} AND side = {GONE}) "
            f"UNION ALL {changed} AND side = {COME}"
        )

    def as_database(self, name: str, universe: int | None) -> None:
        """Attach a database of views: every table as a whole, as one universe has it.

        Args:
            name: to attach it under.
            universe: which; None: the base itself.
        """
        self.engine.execute(f"ATTACH ':memory:' AS {name}")
        for schema in {table.split(".")[0] for table in self.columns}:
            self.engine.execute(f"CREATE SCHEMA {name}.{schema}")
        for table in self.columns:
            select = self.whole(table, universe, self._listed(table))
            # A view of another catalogue names it in full.
            self.engine.execute(
                f"CREATE VIEW {name}.{table} AS {select.replace('FROM changed.', 'FROM memory.changed.')}"
            )

    def _listed(self, table: str, alias: str = "") -> str:
        dot = f"{alias}." if alias else ""
        return ", ".join(dot + quoted(column) for column in self.columns[table])

    # --- running models -------------------------------------------------------------------------

    def run(self, models: Sequence[Model]) -> list[str]:
        """Run every model that something touches, in the order given.

        Returns:
            Names of the models that were run.
        """
        ran = []
        for model in models:
            if self.run_model(model):
                ran.append(model.name)
        return ran

    def run_model(self, model: Model) -> bool:
        """Work out how one model's table differs; False if nothing touches it."""
        varying = [t for t in model.reads if not shared(t)]
        if not self.moved.intersection(varying):
            return False
        said = touches(model)
        if said is None:
            raise ModelError(
                f"{model.name} does not say what touches it; give its header a `unit:`."
            )
        if said.passes:
            self.change(model.name, self._passed_on(model))
            return True
        if not self._touched(said):
            return False
        self.change(model.name, self._worked_out(model, said))
        return True

    def _passed_on(self, model: Model) -> str:
        """The changes of the tables a plain union is made of."""
        columns = self._listed(model.name)
        return " UNION ALL ".join(
            f"SELECT side, universe, {columns} FROM changed.{quoted(table)}"
            for table in model.reads
            if table in self.moved
        )

    # --- upwards: from what changed to units ------------------------------------------------------

    def _touched(self, said: Touches) -> int:
        """Make the table `unit` of the units to work out again; how many there are."""
        parts = [
            self._climb(said, tie, self._changes(tie))
            for tie in said.ties
            if tie.touching and self._stirs(tie)
        ]
        if not parts:
            return 0
        columns = ", ".join(said.unit)
        return self.make(
            "unit", f"SELECT DISTINCT universe, {columns} FROM ({' UNION ALL '.join(parts)})"
        )

    def _stirs(self, tie: Tie) -> bool:
        """Whether a tie's table has changed, in rows of the feed that it speaks of."""
        if tie.table not in self.moved:
            return False
        if tie.feed is None or (tie.only and "feed" not in tie.only):
            return True
        seen = (tie.table, tie.only)
        if seen not in self._feeds:
            found = self.engine.fetch(f"SELECT DISTINCT feed FROM ({self._changes(tie)})")
            self._feeds[seen] = {feed for (feed,) in found}
        return tie.feed in self._feeds[seen]

    def _changes(self, tie: Tie) -> str:
        """SELECT of the changed rows of a table, as far as the tie looks at them."""
        changed = f"changed.{quoted(tie.table)}"
        if not tie.only:
            return f"SELECT * FROM {changed}"
        columns = ", ".join(map(quoted, tie.only))
        sides = [
            f"SELECT universe, {columns} FROM {changed} WHERE side = {s}" for s in (GONE, COME)
        ]
        return " UNION ALL ".join(f"({a} EXCEPT {b})" for a, b in (sides, sides[::-1]))

    def _climb(self, said: Touches, tie: Tie, rows: str) -> str:
        """SELECT of the units that rows of a tie's table matter to."""
        where = _where(tie.filters)
        a = tie.alias
        if tie.parent == UNIT:
            given = {right: left for left, right in tie.pairs}
            columns = ", ".join(f"{given[f'{UNIT}.{c}']} AS {c}" for c in said.unit)
            return f"SELECT {a}.universe AS universe, {columns} FROM ({rows}) AS {a}{where}"
        parent = said.tie(tie.parent)
        p = parent.alias
        columns = "".join(f", {p}.{quoted(c)}" for c in sorted(_columns_used(parent)))
        tied = " AND ".join(
            [f"{left} = {right}" for left, right in tie.pairs] + list(tie.parent_filters)
        )
        found = self.looked_up(
            parent.table,
            [(right, left) for left, right in tie.pairs],
            f"{a}_rows AS {a}{where}",
            parent.alias,
        )
        select = (
            f"SELECT DISTINCT {a}.universe AS universe{columns} FROM {a}_rows AS {a} INNER JOIN "
        )
        parts = [f"{select}{p}_found AS {p} ON {tied or 'TRUE'}{where}"]
        if parent.table in self.moved:
            parts.append(
                f"{select}changed.{quoted(parent.table)} AS {p} ON {p}.universe = {a}.universe "
                f"AND {p}.side = {COME}{' AND ' + tied if tied else ''}{where}"
            )
        up = (
            f"(WITH {a}_rows AS ({rows}), {p}_found AS MATERIALIZED ({found}) "
            f"{' UNION ALL '.join(parts)})"
        )
        return self._climb(said, parent, f"SELECT * FROM {up}")

    # --- downwards: from units to the rows they are worked out from -------------------------------

    def _worked_out(self, model: Model, said: Touches) -> str:
        """SELECT of how the touched units' rows differ from the base's."""
        ctes: list[str] = []
        made: dict[str, list[str]] = {}
        moved = self.moved.intersection(model.reads) if said.apart else None
        select = _lifted(model.sql, model.name, None if moved is None else frozenset(moved))
        for tie in said.ties:
            if said.apart and quoted(f"in {tie.table}") not in select:
                continue  # read by a branch that nothing touches
            name = f"{tie.alias} needed"
            ctes += self._needed(said, tie)
            made.setdefault(tie.table, []).append(name)
        for table in model.reads:
            if shared(table) or quoted(f"in {table}") not in select:
                continue
            columns = self._listed(table)
            parts = [
                f"SELECT {columns}, universe FROM {quoted(n)}" for n in made.get(table, ())
            ] or [
                f"SELECT {columns}, CAST(NULL AS INTEGER) AS universe FROM base.{table} WHERE FALSE"
            ]
            ctes.append(f"{quoted('in ' + table)} AS ({' UNION '.join(parts)})")
        columns = self._listed(model.name)
        out_of = self._outputs(model, said)
        pairs = [(f"m.{quoted(c)}", f"k.{quoted(c)}") for c, _ in said.gives]
        tied = " AND ".join(f"{left} = {right}" for left, right in pairs)
        ctes += [
            f"keys AS ({out_of})",
            f"made AS (SELECT {self._listed(model.name, 'm')}, m.universe FROM "
            f"({select}) AS m SEMI JOIN keys AS k ON k.universe = m.universe AND {tied})",
            f"found AS MATERIALIZED ({self.looked_up(model.name, pairs, 'keys AS k', 'm')})",
            f"had AS (SELECT {self._listed(model.name, 'm')}, k.universe FROM keys AS k "
            f"INNER JOIN found AS m ON {tied})",
        ]
        return f"WITH {', '.join(ctes)} " + difference(columns, "had", "made")

    def _needed(self, said: Touches, tie: Tie) -> list[str]:
        """Common table expressions: `<alias> needed`, the rows of one tie that the touched units need."""
        a, table = tie.alias, tie.table
        source = UNIT if tie.parent == UNIT else quoted(f"{tie.parent} needed")
        keys = ", ".join(f"{right} AS k{n}" for n, (_, right) in enumerate(tie.pairs))
        given, found = quoted(f"{a} given"), quoted(f"{a} found")
        pairs = [(left, f"given.k{n}") for n, (left, _) in enumerate(tie.pairs)]
        tied = " AND ".join(f"{left} = {right}" for left, right in pairs)
        columns = self._listed(table, a)
        where = _where(tie.filters)
        rows = self.rows_of(
            table,
            f"SELECT {columns}, given.universe FROM {given} AS given "
            f"INNER JOIN {found} AS {a} ON {tied or 'TRUE'}{where}",
        )
        if table in self.moved:
            rows += (
                f" UNION ALL SELECT {columns}, {a}.universe FROM {given} AS given INNER JOIN "
                f"changed.{quoted(table)} AS {a} ON {a}.universe = given.universe AND {a}.side = {COME}"
                f"{' AND ' + tied if tied else ''}{where}"
            )
        return [
            f"{given} AS (SELECT DISTINCT {tie.parent}.universe AS universe"
            f"{', ' + keys if keys else ''} FROM {source} AS {tie.parent}"
            f"{_where(tie.parent_filters)})",
            f"{found} AS MATERIALIZED ({self.looked_up(table, pairs, f'{given} AS given', a)})",
            f"{quoted(f'{a} needed')} AS ({rows})",
        ]

    def looked_up(
        self, table: str, pairs: Sequence[tuple[str, str]], given: str, alias: str = "t"
    ) -> str:
        """SELECT of the base's rows of a table by the first plain column there is to tie them by.

        Args:
            table: its name.
            pairs: (expression over the table, expression over what is given) that must be equal.
            given: what stands behind FROM, and perhaps WHERE, to have the values.
            alias: what the expressions call the table.
        """
        columns = self._listed(table, alias)
        for left, right in pairs:
            if _plain(left):
                return (
                    f"SELECT {columns} FROM (SELECT DISTINCT {right} AS k FROM {given}) AS sought "
                    f"INNER JOIN base.{table} AS {alias} ON {left} = sought.k"
                )
        return f"SELECT {columns} FROM base.{table} AS {alias}"

    def _outputs(self, model: Model, said: Touches) -> str:
        """SELECT of the keys by which rows of the output belong to the touched units."""
        if said.through is None:
            keys = ", ".join(f"{right} AS {quoted(c)}" for c, right in said.gives)
            return f"SELECT DISTINCT unit.universe, {keys} FROM unit"
        (column, alias), tie = said.gives[0], said.tie(said.through)
        name = quoted(column)
        parts = [f"SELECT universe, {name} FROM {quoted(alias + ' needed')}"]
        if tie.table in self.moved:
            parts.append(
                f"SELECT universe, {name} FROM changed.{quoted(tie.table)} WHERE side = {GONE}"
            )
        return " UNION ".join(parts)


def difference(columns: str, had: str, has: str) -> str:
    """SELECT of how two tables of one universe each differ: `side`, `universe` and the columns."""
    return (
        f"SELECT CAST(sign(sum(side)) AS TINYINT) AS side, universe, {columns} FROM ("
        f"SELECT {GONE} AS side, universe, {columns} FROM {had} UNION ALL "
        f"SELECT {COME} AS side, universe, {columns} FROM {has}"
        f") GROUP BY universe, {columns} HAVING sum(side) <> 0"
    )


def _where(filters: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(filters)}" if filters else ""


@lru_cache(maxsize=4096)
def _plain(text: str) -> bool:
    """Whether an expression is a column and nothing more."""
    return isinstance(sqlglot.parse_one(text, read="duckdb"), exp.Column)


@lru_cache(maxsize=4096)
def _columns_used(tie: Tie) -> frozenset[str]:
    """Columns of a tie's own table that its conditions speak of."""
    return frozenset(
        column.name
        for text in (*(left for left, _ in tie.pairs), *tie.filters)
        for column in sqlglot.parse_one(text, read="duckdb").find_all(exp.Column)
        if column.table == tie.alias
    )


@lru_cache(maxsize=1024)
def _lifted(sql: str, name: str, moved: frozenset[str] | None) -> str:
    """A model's SQL, lifted, reading `in <table>`.

    Args:
        moved: of a union whose branches have no unit in common: the tables that changed; a branch
            that reads none of them is left out.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    if moved is not None:
        tree = _branches(tree, moved)
    lift(tree, lambda table: None if shared(table) else f"in {table}")
    return tree.sql(dialect="duckdb", comments=False)


def _branches(tree: exp.Expression, moved: Collection[str]) -> exp.Expression:
    """The branches of a union that read a table that changed."""
    found: list[exp.Expression] = []

    def walk(node: exp.Expression) -> None:
        if isinstance(node, exp.Union) and not node.args.get("distinct"):
            walk(node.this)
            walk(node.expression)
        elif any(f"{t.db}.{t.name}" in moved for t in node.find_all(exp.Table)):
            found.append(node.copy())

    walk(tree)
    first, *rest = found
    for other in rest:
        first = exp.union(first, other, distinct=False, copy=False)
    return first
