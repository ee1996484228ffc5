"""The two sides of a comparison, `before` and `after`: databases in which every row has its universe.

Whether one state is compared or a thousand, and whether they were rebuilt or replayed, a comparison
reads these two. Of rebuilt states they are views of whole databases; of replayed ones tables of the
changed cells and entries and all behind them.
"""

from collections.abc import Iterable, Mapping

from pipelines.engine.databases import Databases
from pipelines.replay.recompute.differences import ADDED, REMOVED
from pipelines.replay.recompute.small import Small
from schemas.contract import Feed
from schemas.sql import quoted

BEFORE, AFTER = SIDES = ("before", "after")  # the base's rows, and those of each universe

# What a comparison reads beside what every feed gives in `conform`.
_READ = ("exchange.copies", "exchange.entries", "exchange.ancestry", "exchange.paths",
         "consequences.measures", "scores.grades", "scores.points", "quality.deliveries",
         "quality.verdicts")  # fmt: skip


def on_both_sides(sql: str, operator: str = "UNION ALL") -> str:
    """A SELECT from both sides: its `{db}` is the side's name, its `{side}` 1 and 2."""
    return f" {operator} ".join(sql.format(db=db, side=n) for n, db in enumerate(SIDES, start=1))


def as_sides(db: Databases, clean: str, states: Mapping[int, str]) -> None:
    """Make both sides of whole databases, as views.

    Args:
        clean: name of the clean state, which every universe is compared with.
        states: universe -> name of the database that holds it.
    """
    tables = [
        table
        for (table,) in db.rows(
            "SELECT DISTINCT concat(schema_name, '.', table_name) AS name FROM duckdb_columns() "
            "WHERE database_name = ? ORDER BY name",
            clean,
        )
        if table in _READ or table.startswith("conform.")
    ]
    for side, names in ((BEFORE, dict.fromkeys(states, clean)), (AFTER, states)):
        db.run(f"ATTACH ':memory:' AS {side}")
        for table in tables:
            rows = " UNION ALL BY NAME ".join(
                f"SELECT CAST({universe} AS INTEGER) AS universe, * FROM {name}.{table}"
                for universe, name in names.items()
            )
            db.run(f"CREATE SCHEMA IF NOT EXISTS {side}.{table.split('.')[0]}")
            db.run(f"CREATE VIEW {side}.{table} AS {rows}")


# What is compared, and by which of its columns the rows concerned are looked up.
_COMPARED = (
    ("exchange.copies", "entry_id"),
    ("exchange.entries", "entry_id"),
    ("consequences.measures", "subject_id"),
    ("scores.grades", "subject_id"),
    ("scores.points", "subject_id"),
)


class Sides:
    """The databases `before` and `after` of a small database."""

    def __init__(self, small: Small, feeds: Mapping[str, Feed]) -> None:
        self.small = small
        self.feeds = feeds
        self._columns: dict[str, str] = {}
        self._filled: set[str] = set()

    def fill(self, fed: set[str], corrected: bool) -> None:
        """Fill the databases `before` and `after`: the rows concerned, universe by universe.

        All rows of the cells and entries that changed, and of the entries behind them; so whatever a
        comparison asks about a changed cell, it finds what it would find in the whole database.
        """
        small = self.small
        if not self._columns:
            self._make_sides()
        self._concerned()
        for table, key in _COMPARED:
            keys = "concerned_entries"
            if key == "subject_id":
                keys = "concerned_subjects"
                self._fill(keys, self._ids(table, key))
            self._sides(table, keys, key)
        entries = [f"{side}.exchange.entries" for side in (BEFORE, AFTER)]
        self._fill(
            "concerned_versions",
            " UNION ".join(f"SELECT universe, entry_version FROM {name}" for name in entries),
            among=entries,
        )
        self._sides("exchange.ancestry", "concerned_versions", "entry_version")
        for name in sorted(fed if corrected else ()):
            table = f"conform.{name}"
            self._fill("concerned_records", self._ids(table, "record_id"))
            self._sides(table, "concerned_records", "record_id")
        for table in ("quality.deliveries", "quality.verdicts") if corrected else ():
            for side, which in ((BEFORE, REMOVED), (AFTER, ADDED)):
                select = (
                    f"SELECT universe, {self._columns[table]} FROM changed.{quoted(table)} "
                    f"WHERE side = {which}"
                )
                self._fill(f"{side}.{table}", select if table in small.moved else None)

    def _make_sides(self) -> None:
        """Make both databases and all their tables, with nothing in them."""
        engine, small = self.small.engine, self.small
        tables = [table for table, _ in _COMPARED]
        tables += ["exchange.ancestry", "quality.deliveries", "quality.verdicts"]
        tables += [f"conform.{name}" for name in self.feeds if f"conform.{name}" in small.columns]
        for table in tables:
            self._columns[table] = ", ".join(map(quoted, small.columns[table]))
        for side in (BEFORE, AFTER):
            engine.execute(f"ATTACH ':memory:' AS {side}")
            for schema in sorted({table.split(".")[0] for table in tables}):
                engine.execute(f"CREATE SCHEMA {side}.{schema}")
            engine.execute(
                f"CREATE VIEW {side}.exchange.paths AS SELECT * FROM base.exchange.paths"
            )
            for table, columns in self._columns.items():
                engine.execute(
                    f"CREATE TABLE {side}.{table} AS "
                    f"SELECT CAST(NULL AS INTEGER) AS universe, {columns} FROM base.{table} LIMIT 0"
                )
        for table, key in (
            ("concerned_entries", "entry_id"),
            ("concerned_subjects", "subject_id"),
            ("concerned_versions", "entry_version"),
            ("concerned_records", "record_id"),
            ("concerned_because", "entry_version"),
        ):
            engine.execute(f"CREATE TABLE {table} (universe INTEGER, {key} UUID)")

    def _fill(self, table: str, select: str | None, among: Iterable[str] = ()) -> bool:
        """Fill one of the tables made for comparing; whether it has any rows.

        Args:
            select: its rows; None: there are none.
            among: the tables they come from; if none of those has rows, there are none.
        """
        sources = set(among)
        if select is not None and (not sources or sources & self._filled):
            if self.small.make(table, select):
                self._filled.add(table)
            else:
                self._filled.discard(table)
        elif table in self._filled:
            self.small.engine.execute(f"DELETE FROM {table}")
            self._filled.discard(table)
        return table in self._filled

    def _ids(self, table: str, key: str) -> str | None:
        """SELECT of the keys of a table's changed rows; None if there are none."""
        if table not in self.small.moved:
            return None
        return f"SELECT DISTINCT universe, {key} FROM changed.{quoted(table)}"

    def _concerned(self) -> None:
        """The entries of changed cells and measures, and those they were adopted from."""
        small = self.small
        copies, measures = "exchange.copies", "consequences.measures"
        parts = []
        if copies in small.moved:
            parts += [
                f"SELECT universe, entry_id FROM changed.{quoted(copies)}",
                self._cells(copies, ("holder", "list"), "entry_id"),
            ]
        entries = "exchange.entries"
        because = None
        if measures in small.moved:
            because = (
                "SELECT universe, because_entry_version AS entry_version "
                f"FROM changed.{quoted(measures)} UNION "
                + self._cells(measures, ("agency", "measure"), "because_entry_version")
            )
        if self._fill("concerned_because", because):
            ctes = self._found_by_key(
                "behind", entries, "concerned_because", "entry_version", "t.entry_id"
            )
            parts.append(f"SELECT universe, entry_id FROM (WITH {', '.join(ctes)} FROM behind)")
        select = f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})" if parts else None
        if self._fill("concerned_entries", select):
            self._add_ancestors()

    def _cells(self, table: str, names: tuple[str, str], column: str) -> str:
        """SELECT of what the base says in a column, in the cells in which a table changed."""
        key = ("subject_id", *names)
        pairs = [(f"c.{name}", f"k.{name}") for name in key]
        cells = f"SELECT DISTINCT universe, {', '.join(key)} FROM changed.{quoted(table)}"
        rows = self.small.looked_up(table, pairs, f"({cells}) AS k", "c")
        return (
            f"SELECT universe, {column} FROM (WITH found AS MATERIALIZED ({rows}) "
            f"SELECT k.universe, c.{column} FROM ({cells}) AS k INNER JOIN found AS c ON "
            f"{' AND '.join(f'{left} = {right}' for left, right in pairs)})"
        )

    def _add_ancestors(self) -> None:
        """Add the entries that those concerned descend from."""
        entries, ancestry = "exchange.entries", "exchange.ancestry"
        parent = "CASE t.ancestor_kind WHEN 'entry' THEN as_id(t.ancestor_id) END AS entry_version"
        found = self._found_by_key
        ctes = [
            *found("versions", entries, "concerned_entries", "entry_id", "t.entry_version"),
            *found("ancestors", ancestry, "versions", "entry_version", parent),
            *found("parents", entries, "ancestors", "entry_version", "t.entry_id"),
        ]
        self.small.engine.execute(
            f"INSERT INTO concerned_entries WITH {', '.join(ctes)} "
            "SELECT universe, entry_id FROM parents "
            "EXCEPT SELECT universe, entry_id FROM concerned_entries"
        )

    def _found_by_key(
        self, name: str, table: str, keys: str, key: str, select: str
    ) -> tuple[str, str]:
        """Common table expressions that look up a table's rows by key, in the base and among changed rows.

        Changed rows count whether they were removed or added.

        Args:
            name: of the second expression, which gives `universe` and what is selected. The first,
                `<name>_found`, holds the base's rows.
            keys: a table of `universe` and the key.
            key: the column of both tables.
            select: an expression over the table, called t.
        """
        rows = self.small.looked_up(table, [(f"t.{key}", f"k.{key}")], f"{keys} AS k")
        picked = f"SELECT k.universe, {select} FROM {keys} AS k INNER JOIN"
        parts = [f"{picked} {name}_found AS t ON t.{key} = k.{key}"]
        if table in self.small.moved:
            changed = f"changed.{quoted(table)}"
            parts.append(
                f"{picked} {changed} AS t ON t.{key} = k.{key} AND t.universe = k.universe"
            )
        return (
            f"{name}_found AS MATERIALIZED ({rows})",
            f"{name} AS MATERIALIZED ({' UNION '.join(parts)})",
        )

    def _sides(self, table: str, keys: str, key: str) -> None:
        """A table's rows of some keys as they are in the base, and as they are in each universe."""
        small, columns = self.small, self._columns[table]
        listed = ", ".join(f"t.{quoted(c)}" for c in small.columns[table])
        self._fill(
            f"{BEFORE}.{table}",
            f"SELECT k.universe, {listed} FROM {keys} AS k "
            f"INNER JOIN base.{table} AS t ON t.{key} = k.{key}",
            among=[keys],
        )
        clean = f"SELECT {columns}, universe FROM {BEFORE}.{table}"
        select = f"SELECT universe, {columns} FROM ({small.rows_of(table, clean)})"
        if table in small.moved:
            select += (
                f" UNION ALL SELECT universe, {columns} FROM changed.{quoted(table)} "
                f"SEMI JOIN {keys} USING (universe, {key}) WHERE side = {ADDED}"
            )
        self._fill(f"{AFTER}.{table}", select, among=[keys])
