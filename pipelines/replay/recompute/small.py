"""The small database: models run again as far as a change reaches, in all universes at once.

For every model in order, by what `pipelines.changes` derives from its SQL. Row by row: the rows that
changed are put through the SQL. By unit: what changed in the tables it reads tells which units may
differ; the rows those units are worked out from come from the base, with the universe's own changes
made; the model's own SQL, lifted, is run on them; and what comes out is compared with the base's rows of
the same units. Only what really differs goes on. A model that reads no changed row is not run.

By induction every table of a universe is then the base's table with its changes made, and that is what
rebuilding from the edited files gives: each model has a test that no other unit changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp

from pipelines.changes.passing import parsed, recipe, shared
from pipelines.changes.units import UNIT, Recipe, Tie, sought_by
from pipelines.engine.duckdb_engine import RaisedByQuery
from pipelines.engine.side_by_side import side_by_side
from pipelines.model import Model
from pipelines.remembered import remembered
from pipelines.replay.recompute.differences import ADDED, REMOVED, Differences, Values, difference
from pipelines.replay.recompute.lift import UNIVERSES, lift
from schemas.sql import literal, quoted

WHOLE = Recipe("whole")
NO_VALUE = "A unit has no value."


class Small(Differences):
    """The differences of many universes, and the models run on them."""

    def run(self, models: Sequence[Model]) -> list[str]:
        """Run every model that a change reaches, in an order in which each comes after those it reads.

        Two at a time, if asked: most of what a small query takes is its planning, which one thread does.

        Returns:
            Names of the models that were run.
        """
        pieces = {f"{n} {model.name}": model for n, model in enumerate(models)}
        after: dict[str, list[str]] = {}
        making: dict[str, list[str]] = {}  # table -> pieces that make it; one a feed of a gate's
        for piece, model in pieces.items():
            after[piece] = [
                p for table in {*model.reads, model.name} for p in making.get(table, ())
            ]
            making.setdefault(model.name, []).append(piece)
        ran = side_by_side(
            self, list(pieces), lambda one, piece: one.run_model(pieces[piece]), after
        )
        return list(dict.fromkeys(pieces[piece].name for piece, done in ran.items() if done))

    def run_model(self, model: Model) -> bool:
        """Work out how one model's table differs; False if no change reaches it."""
        moved = self.moved.intersection(t for t in model.reads if not shared(t))
        if not moved:
            return False
        how = recipe(model, self._without_rows(model))
        if how.way == "nothing":
            return False
        moved = frozenset(t for t in moved if self._counts(how, t))
        if not moved:
            return False
        if how.way == "rows":
            self.change(model.name, self._row_by_row(model, moved))
            return True
        if how.way == "units":
            touched = self.touched(how, moved)
            if touched is None:
                how = WHOLE
            elif not touched:
                return False
        self.change(model.name, self._worked_out(model, how))
        return True

    def _without_rows(self, model: Model) -> frozenset[str]:
        """Tables a model reads that have no rows, neither in the base nor in any universe."""
        return frozenset(self.empty.intersection(model.reads) - self.moved)

    def _counts(self, how: Recipe, table: str) -> bool:
        """Whether a row of a table has changed of a kind that can change a row of the model."""
        places = dict(how.kinds).get(table)
        return places is None or any(
            all(self._has_kind(table, *kind) for kind in kinds) for kinds in places
        )

    def _has_kind(self, table: str, columns: tuple[str, ...], select: str) -> bool:
        """Whether a changed row of a table has, in some columns, values that a SELECT gives.

        Values of two types may be alike though they are written differently, so then it has.
        """
        if select not in self._allowed:
            self._allowed[select] = self._values(select, len(columns))
        changed = self._changed_values.get((table, columns))
        if changed is None:
            listed = ", ".join(map(quoted, columns))
            changed = self._values(f"SELECT {listed} FROM changed.{quoted(table)}", len(columns))
            self._changed_values[table, columns] = changed
        allowed = self._allowed[select]
        one_type = len({*changed.values(), *allowed.values()}) <= 1
        return not one_type or not changed.keys().isdisjoint(allowed)

    def _values(self, select: str, columns: int) -> Values:
        """What a SELECT gives -> the types of its columns; rows that have a value in each."""
        names = [f"c{n}" for n in range(columns)]
        types = ", ".join(f"typeof({name})" for name in names)
        rows = self.engine.fetch(
            f"SELECT DISTINCT *, {types} FROM ({select}) AS given ({', '.join(names)})"
        )
        return {row[:columns]: row[columns:] for row in rows if None not in row}

    def _row_by_row(self, model: Model, moved: frozenset[str]) -> str:
        """What the model makes of the changed rows: each side of each universe apart from the rest.

        Args:
            moved: the tables whose changed rows can give any.
        """
        select = _lifted(model.sql, moved)
        ctes = []
        for table in model.reads:
            name = quoted(f"in {table}")
            if shared(table) or name not in select:
                continue
            rows = (
                f"2 * universe + CAST(side = {ADDED} AS INTEGER) AS universe "
                f"FROM changed.{quoted(table)}"
                if table in moved
                else f"CAST(NULL AS INTEGER) AS universe FROM base.{table} WHERE FALSE"
            )
            ctes.append(f"{name} AS (SELECT {self.listed(table)}, {rows})")
        columns = self.listed(model.name)
        return (
            f"WITH {', '.join(ctes)}, made AS ({select}) "
            f"SELECT CAST(sign(sum(side)) AS TINYINT) AS side, universe, {columns} FROM ("
            f"SELECT CASE universe % 2 WHEN 1 THEN {ADDED} ELSE {REMOVED} END AS side, "
            f"universe // 2 AS universe, {columns} FROM made"
            f") GROUP BY universe, {columns} HAVING sum(side) <> 0"
        )

    # --- upwards: from what changed to units ------------------------------------------------------

    def touched(self, how: Recipe, moved: Collection[str] | None = None) -> int | None:
        """Make the table `unit` of the units to work out again, of this connection; how many there are.

        None if one has no value in a column of a unit: such rows are not found by it.

        Args:
            moved: the tables whose changed rows count; None: all.
        """
        parts = [
            self._units_of(how, tie, self._changes(tie.table, tie.only))
            for tie in how.ties
            if tie.table in (self.moved if moved is None else moved)
        ]
        if not parts:
            return 0
        columns = ", ".join(
            f"CASE WHEN {c} IS NULL THEN error('{NO_VALUE}') ELSE {c} END AS {c}" for c in how.unit
        )
        try:
            return self.engine.fetch(
                f"CREATE OR REPLACE TEMP TABLE {UNIT} AS "
                f"SELECT DISTINCT universe, {columns} FROM ({' UNION ALL '.join(parts)})"
            )[0][0]
        except RaisedByQuery as error:
            if NO_VALUE not in str(error):
                raise
            return None

    def _changes(self, table: str, only: Sequence[str]) -> str:
        """SELECT of the changed rows of a table, as far as they are looked at.

        A column that names no table counts as looked at in all tables it could be of, as the SQL alone
        does not tell which has it.

        Args:
            only: the columns looked at; empty: all.
        """
        changed = f"changed.{quoted(table)}"
        there = self.columns[table]
        columns = ", ".join(quoted(column) for column in only if column in there)
        if not columns:
            return f"SELECT * FROM {changed}"
        return (
            f"SELECT universe, {columns} FROM {changed} GROUP BY universe, {columns} "
            "HAVING sum(side) <> 0"
        )

    def _units_of(self, how: Recipe, tie: Tie, rows: str) -> str:
        """SELECT of the units that rows of a tie's table matter to."""
        where = _where(tie.filters)
        a = tie.alias
        if tie.parent == UNIT:
            given = {right: left for left, right in tie.pairs}
            columns = ", ".join(f"{given[f'{UNIT}.{c}']} AS {c}" for c in how.unit)
            return f"SELECT {a}.universe AS universe, {columns} FROM ({rows}) AS {a}{where}"
        parent = how.tie(tie.parent)
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
                f"AND {p}.side = {ADDED}{' AND ' + tied if tied else ''}{where}"
            )
        up = (
            f"(WITH {a}_rows AS ({rows}), {p}_found AS MATERIALIZED ({found}) "
            f"{' UNION ALL '.join(parts)})"
        )
        return self._units_of(how, parent, f"SELECT * FROM {up}")

    # --- downwards: from units to the rows they are worked out from -------------------------------

    def _worked_out(self, model: Model, how: Recipe) -> str:
        """SELECT of how the touched units' rows differ from the base's."""
        ctes: list[str] = []
        made: dict[str, list[str]] = {}
        needless = self._needless(how)
        for tie in how.ties:
            if tie.alias not in needless:
                ctes += self._needed(how, tie)
                made.setdefault(tie.table, []).append(quoted(f"{tie.alias} needed"))
        empty = frozenset(tie.table for tie in how.ties if tie.table not in made)
        empty |= self._without_rows(model)
        select = _lifted(model.sql, None, empty)
        for table in model.reads:
            if not shared(table) and quoted(f"in {table}") in select:
                columns = self.listed(table)
                rows = (
                    " UNION ".join(
                        f"SELECT {columns}, universe FROM {n}" for n in made.get(table, ())
                    )
                    or f"SELECT {columns}, CAST(NULL AS INTEGER) AS universe FROM base.{table} WHERE FALSE"
                )
                if how.way == "whole":
                    rows = self._everywhere(table)
                ctes.append(f"{quoted('in ' + table)} AS ({rows})")
        if how.way == "whole":
            ctes += [f"made AS ({select})", f"had AS ({self._everywhere(model.name)})"]
            return f"WITH {', '.join(ctes)} " + difference(self.listed(model.name), "had", "made")
        columns = self.listed(model.name)
        keys = ", ".join(f"{right} AS {quoted(c)}" for c, right in how.gives)
        pairs = [(f"m.{quoted(c)}", f"k.{quoted(c)}") for c, _ in how.gives]
        tied = " AND ".join(f"{left} = {right}" for left, right in pairs)
        ctes += [
            f"keys AS (SELECT DISTINCT unit.universe, {keys} FROM unit)",
            f"made AS (SELECT {self.listed(model.name, 'm')}, m.universe FROM "
            f"({select}) AS m SEMI JOIN keys AS k ON k.universe = m.universe AND {tied})",
            f"found AS MATERIALIZED ({self.looked_up(model.name, pairs, 'keys AS k', 'm')})",
            f"had AS (SELECT {self.listed(model.name, 'm')}, k.universe FROM keys AS k "
            f"INNER JOIN found AS m ON {tied})",
        ]
        return f"WITH {', '.join(ctes)} " + difference(columns, "had", "made")

    def _needless(self, how: Recipe) -> set[str]:
        """Aliases of ties to rows of one kind (`'court_dishonest' = unit.list`) of which none is needed."""
        kinds: dict[str, set[str]] = {}
        found: set[str] = set()
        for tie in how.ties:
            for left, right in tie.pairs:
                if tie.parent in found or not _text(left):
                    continue
                if right not in kinds:
                    rows = self.engine.fetch(self._kinds(how, tie.parent, right))
                    kinds[right] = {literal(str(kind)) for (kind,) in rows}
                if left not in kinds[right]:
                    found.add(tie.alias)
            if tie.parent in found:
                found.add(tie.alias)
        return found

    def _kinds(self, how: Recipe, parent: str, kind: str) -> str:
        """SELECT of the values of one column in the touched units, or in the rows they need of a tie."""
        ctes: list[str] = []
        needed, at = UNIT, parent
        if parent != UNIT:
            needed = quoted(f"{parent} needed")
        while at != UNIT:
            tie = how.tie(at)
            ctes = self._needed(how, tie) + ctes
            at = tie.parent
        before = f"WITH {', '.join(ctes)} " if ctes else ""
        return f"{before}SELECT DISTINCT {kind} FROM {needed} AS {parent}"

    def _everywhere(self, table: str) -> str:
        """SELECT of a whole table in each universe."""
        columns = self.listed(table)
        rows = self.rows_of(
            table, f"SELECT {columns}, universe FROM base.{table} CROSS JOIN {UNIVERSES}"
        )
        if table in self.moved:
            rows += (
                f" UNION ALL SELECT {columns}, universe FROM changed.{quoted(table)} "
                f"WHERE side = {ADDED}"
            )
        return rows

    def _needed(self, how: Recipe, tie: Tie) -> list[str]:
        """Common table expressions: `<alias> needed`, the rows of one tie that the touched units need."""
        a, table = tie.alias, tie.table
        source = UNIT if tie.parent == UNIT else quoted(f"{tie.parent} needed")
        keys = ", ".join(f"{right} AS k{n}" for n, (_, right) in enumerate(tie.pairs))
        given, found = quoted(f"{a} given"), quoted(f"{a} found")
        pairs = [(left, f"given.k{n}") for n, (left, _) in enumerate(tie.pairs)]
        tied = " AND ".join(f"{left} = {right}" for left, right in pairs)
        columns = self.listed(table, a)
        where = _where(tie.filters)
        rows = self.rows_of(
            table,
            f"SELECT {columns}, given.universe FROM {given} AS given "
            f"INNER JOIN {found} AS {a} ON {tied or 'TRUE'}{where}",
        )
        if table in self.moved:
            rows += (
                f" UNION ALL SELECT {columns}, {a}.universe FROM {given} AS given INNER JOIN "
                f"changed.{quoted(table)} AS {a} ON {a}.universe = given.universe AND {a}.side = {ADDED}"
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
        """SELECT of the base's rows of a table by the first column there is to tie them by.

        Args:
            pairs: (expression over the table, expression over what is given) that must be equal.
            given: what stands behind FROM, and perhaps WHERE, to have the values.
            alias: what the expressions call the table.
        """
        columns = self.listed(table, alias)
        for left, right in pairs:
            by = sought_by(left)
            if by is not None:
                column, form = by
                return (
                    f"SELECT {columns} FROM (SELECT DISTINCT {form.format(right)} AS k FROM {given}) "
                    f"AS sought INNER JOIN base.{table} AS {alias} ON {alias}.{quoted(column)} = sought.k"
                )
        return f"SELECT {columns} FROM base.{table} AS {alias}"


def _where(filters: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(filters)}" if filters else ""


@lru_cache(maxsize=4096)
def _text(text: str) -> bool:
    """Whether an expression is a text written out."""
    found = sqlglot.parse_one(text, read="duckdb")
    return isinstance(found, exp.Literal) and found.is_string


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
def _lifted(sql: str, moved: frozenset[str] | None, empty: frozenset[str] = frozenset()) -> str:
    """A model's SQL, lifted, reading `in <table>`.

    Args:
        moved: of a model that works row by row: the tables that changed; a branch of its union that
            reads none of them adds nothing.
        empty: of any other: tables of which no row is needed; nor is a branch of a union that reads
            one of them alone.
    """
    asked = [sql, moved if moved is None else sorted(moved), sorted(empty)]
    return remembered("lifted", asked, lambda: _lifted_anew(sql, moved, empty))


def _lifted_anew(sql: str, moved: frozenset[str] | None, empty: frozenset[str]) -> str:
    tree = parsed(sql).copy()
    if moved is not None:
        tree = _branches(tree, lambda tables: bool(tables & moved))
    for cte in reversed(list(tree.find_all(exp.CTE))) if empty else ():
        cte.set("this", _branches(cte.this, lambda tables: not tables or bool(tables - empty)))
    lift(tree, lambda table: None if shared(table) else f"in {table}")
    return tree.sql(dialect="duckdb", comments=False)


def _branches(tree: exp.Expression, counts: Callable[[set[str]], bool]) -> exp.Expression:
    """A union without the branches that add nothing, by the tables they read; one is always left."""
    if tree.args.get("with_"):  # what stands before the first branch belongs to all
        return tree
    found: list[exp.Expression] = []

    def walk(node: exp.Expression) -> None:
        if isinstance(node, exp.Union) and not node.args.get("distinct"):
            walk(node.this)
            walk(node.expression)
        else:
            found.append(node.copy())

    walk(tree)
    read = [{f"{t.db}.{t.name}" for t in node.find_all(exp.Table)} for node in found]
    first, *rest = [node for node, tables in zip(found, read, strict=True) if counts(tables)] or (
        found[:1]
    )
    for other in rest:
        first = exp.union(first, other, distinct=False, copy=False)
    return first
