"""What differs between two databases, cell by cell and day by day.

A *cell* is (holder, list, subject). On each day it shows a set of (ground, severity, value), or nothing.
A day on which two databases show different things is wrong in one of three ways: `wrongly_listed`
(only the second shows the subject), `wrongly_missing` (only the first does), `altered` (both do,
with another ground, severity or value). Measures and grades are compared in the same manner, with cells of
their own; a measure hangs on ground and severity, not on what else an entry says. Days are cut at the
horizon, and the days of a cell are the union over all its rows.

Keys none of whose rows differ are put aside first, so that the work grows with the difference.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare.sides import BEFORE, SIDES, as_sides, on_both_sides
from pipelines.replay.plan.laid_out import LaidOut
from schemas.sql import literal

KINDS = ("wrongly_listed", "wrongly_missing", "altered")

CELL = ("holder", "list", "subject_id")
MEASURE = ("agency", "measure", "subject_id")
SCORE = ("keeper", "subject_id")
DAYS_OF_CELLS = "days_of_cells"  # the table of `denominators`


@dataclass(frozen=True)
class _Compared:
    """A table whose rows are compared by key."""

    table: str
    key: tuple[str, ...]  # the columns that name a cell
    # Further columns by which two rows differ; an entry's version tells its ground and severity, so
    # that no join is needed to find the keys of rows that differ.
    others: tuple[str, ...]
    shows: str = ""  # SQL of what a row `shown` shows, with its entry as `entries`
    version: str | None = None  # the column that names the entry; None: there is none

    def rows(self, db: str) -> str:
        """SELECT of what tells the rows of one side apart."""
        return f"SELECT universe, {', '.join((*self.key, *self.others))} FROM {db}.{self.table}"

    def shown(self, db: str) -> str:
        """SELECT of what one side shows of the table `keys`, and when."""
        keys = ", ".join(("universe", *self.key))
        entries = ""
        if self.version:
            entries = (
                f"LEFT JOIN {db}.exchange.entries AS entries ON entries.universe = shown.universe "
                f"AND entries.entry_version = shown.{self.version}"
            )
        return (
            f"SELECT {', '.join(f'shown.{k}' for k in ('universe', *self.key))}, "
            f"{self.shows} AS shows, shown.from_day, shown.to_day "
            f"FROM {db}.{self.table} AS shown INNER JOIN keys USING ({keys}) {entries}"
        )


_WHY = "coalesce(entries.ground, '∅'), coalesce(entries.severity, '∅')"
_LISTS = _Compared(
    "exchange.copies",
    CELL,
    ("entry_version", "from_day", "to_day"),
    f"concat_ws(' ', {_WHY}, entries.value)",
    "entry_version",
)
_MEASURES = _Compared(
    "consequences.measures",
    MEASURE,
    ("because_entry_version", "link_path", "from_day", "to_day"),
    f"concat_ws(' ', coalesce(shown.list, '∅'), {_WHY}, nullif(shown.link_path, ''))",
    "because_entry_version",
)
_SCORES = _Compared(
    "scores.grades",
    SCORE,
    ("points", "grade", "from_day", "to_day"),
    "concat_ws(' ', coalesce(shown.grade, '∅'), CAST(shown.points AS VARCHAR))",
)
_POINTS = _Compared("scores.points", SCORE, ("day", "change", "reason", "because"))

_DAYS = """
WITH both_sides AS (
    SELECT * EXCLUDE (to_day), 1 AS side, least(coalesce(to_day, {horizon}), {horizon}) AS to_day
    FROM ({first})
    UNION ALL
    SELECT * EXCLUDE (to_day), 2 AS side, least(coalesce(to_day, {horizon}), {horizon}) AS to_day
    FROM ({second})
),
spans AS (SELECT * FROM both_sides WHERE from_day < to_day),
turns AS (
    SELECT {keys}, from_day AS day FROM spans
    UNION
    SELECT {keys}, to_day AS day FROM spans
),
pieces AS (
    SELECT {keys}, day AS from_day, lead(day) OVER (PARTITION BY {keys} ORDER BY day) AS to_day
    FROM turns
),
shown AS (
    SELECT {keys}, p.from_day, p.to_day,
        string_agg(DISTINCT s.shows, ', ' ORDER BY s.shows) FILTER (s.side = 1) AS first_shows,
        string_agg(DISTINCT s.shows, ', ' ORDER BY s.shows) FILTER (s.side = 2) AS second_shows
    FROM pieces AS p
    INNER JOIN (SELECT * RENAME (from_day AS since, to_day AS until_day) FROM spans) AS s
        USING ({keys})
    WHERE s.since <= p.from_day AND p.to_day <= s.until_day
    GROUP BY ALL
),
wrong AS (
    SELECT *,
        CASE
            WHEN first_shows IS NULL THEN 'wrongly_listed'
            WHEN second_shows IS NULL THEN 'wrongly_missing'
            ELSE 'altered'
        END AS kind
    FROM shown
    WHERE first_shows IS DISTINCT FROM second_shows
),
opened AS (
    SELECT *,
        CASE WHEN from_day = lag(to_day) OVER (
            PARTITION BY {keys}, kind, first_shows, second_shows ORDER BY from_day
        ) THEN 0 ELSE 1 END AS opens
    FROM wrong
),
runs AS (
    SELECT *, sum(opens) OVER (
        PARTITION BY {keys}, kind, first_shows, second_shows ORDER BY from_day
        ROWS UNBOUNDED PRECEDING
    ) AS run
    FROM opened
)
SELECT {keys}, kind, first_shows, second_shows,
    min(from_day) AS from_day, max(to_day) AS to_day
FROM runs
GROUP BY {keys}, kind, first_shows, second_shows, run
ORDER BY {keys}, from_day, kind
"""


class DiffError(ValueError):
    """Two databases that cannot be compared; the message says why in one sentence."""


@dataclass(frozen=True)
class Difference:
    """All that differs between a first database (clean) and a second."""

    horizon: date  # the day at which every interval is cut (exclusive)
    # One row a cell and run of wrong days: holder, list, subject_id, kind, first_shows,
    # second_shows, from_day, to_day.
    lists: pd.DataFrame
    # One row a differing cell and path by which either side learned it: holder, list, subject_id,
    # path, came_from, distance, side (1 or 2), first_day.
    ways: pd.DataFrame
    measures: pd.DataFrame  # as `lists`, with agency and measure
    # One row a differing measure cell and link path: agency, measure, subject_id, link_path.
    tied: pd.DataFrame
    # As `lists`, with keeper; what is shown is grade and points. A subject of whom a keeper has no
    # row has the points and the grade everybody starts with.
    scores: pd.DataFrame
    # Rows of scores.points on one side only: keeper, subject_id, day, change, reason, side.
    points: pd.DataFrame
    owners: dict[str, str] = field(default_factory=dict)  # list -> holder that owns it
    # One row a (holder, list) of the first database: entry_days, subject_days; and one with holder
    # and list None for all together. The denominators.
    whole: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def differs(self) -> bool:
        """Whether anybody shows, does or scores something else."""
        return any(len(frame) for frame in (self.lists, self.measures, self.scores))

    def subjects(self) -> set[str]:
        """Everybody of whom anything differs."""
        frames = (self.lists, self.measures, self.scores)
        return {subject for frame in frames for subject in frame["subject_id"]}


@dataclass(frozen=True)
class Reached:
    """How far a difference goes, in numbers alone; see `Difference`."""

    begun: pd.DataFrame  # a row a day: day, cells (holder, list, subject) first wrong on that day
    subjects: int = 0  # of whom anything differs

    @property
    def cells(self) -> int:
        """How many cells are wrong on any day."""
        return int(self.begun["cells"].sum())

    def cells_before(self, day: date) -> int:
        """How many are wrong on a day before this one."""
        return int(self.begun.loc[self.begun["day"] < pd.Timestamp(day), "cells"].sum())


NOTHING_REACHED = Reached(
    pd.DataFrame({"day": [], "cells": []}).astype({"day": "datetime64[us]", "cells": "int64"})
)


@dataclass(frozen=True)
class About:
    """What all comparisons with one first database have in common; see `Difference`."""

    # `horizon`, `owners`, `whole`: as there.
    horizon: date
    owners: dict[str, str]
    starts: dict[str, str]  # keeper -> grade and points everybody starts with
    whole: pd.DataFrame


def about(db: Databases, first: str, second: str | None = None) -> About:
    """What comparisons with a database have in common.

    Args:
        first: its name.
        second: name of another, in which lists may have owners that the first knows nothing of.

    Raises:
        DiffError: if the two were not built over one window of days.
    """
    horizon = _horizon(db, first)
    if second and _horizon(db, second) != horizon:
        raise DiffError(
            "The two databases cover different windows of days; build both from landing folders "
            "of the same length."
        )
    whole = LaidOut(db, first).table(DAYS_OF_CELLS, denominators)
    return About(
        horizon,
        _owners(db, first, second or first),
        starts(db, first),
        db.frame(f"FROM {whole} ORDER BY holder NULLS FIRST, list"),
    )


def compare(db: Databases, first: str, second: str) -> Difference:
    """Compare two databases attached side by side.

    Args:
        first: name under which the first database, the reference, is attached.
        second: name of the other.

    Raises:
        DiffError: if the two were not built over one window of days.
    """
    known = about(db, first, second)
    as_sides(db, first, {0: second})
    return differences(db, known).get(0) or nothing(known)


def differences(db: Databases, about: About) -> dict[int, Difference]:
    """Compare the sides `before` and `after`, universe by universe.

    Returns:
        Universe -> its difference, for those that differ.
    """
    frames = {
        "lists": _cells(db, _LISTS, about.horizon),
        "measures": _cells(db, _MEASURES, about.horizon),
        "scores": _from_the_start(_cells(db, _SCORES, about.horizon), about.starts),
        "points": _points(db, about.horizon),
    }
    none = nothing(about)
    parts = {name: db.split(frame) for name, frame in frames.items()}
    parts["tied"] = _tied(db, frames["measures"]) if parts["measures"] else {}
    parts["ways"] = _ways(db, frames["lists"]) if parts["lists"] else {}
    return {
        universe: replace(
            none, **{name: by[universe] for name, by in parts.items() if universe in by}
        )
        for universe in sorted(set().union(*parts.values()))
    }


def reached(db: Databases, about: About) -> dict[int, Reached]:
    """How far the differences of the sides `before` and `after` go, universe by universe.

    The same as counting in what `differences` gives, without a row of it leaving the database.

    Returns:
        Universe -> its reach, for those that differ in what anybody shows, does or scores.
    """
    horizon = about.horizon
    begun = (
        f"SELECT {', '.join(('universe', *CELL))}, min(from_day) AS day FROM ({{}}) GROUP BY ALL"
    )
    some = _make_wrong(db, "wrong_lists", _LISTS, horizon, begun)
    some += _make_wrong(
        db, "wrong_measures", _MEASURES, horizon, "SELECT universe, subject_id FROM ({})"
    )
    start = "".join(f" WHEN {literal(k)} THEN {literal(v)}" for k, v in about.starts.items())
    start = f"CASE keeper{start} END" if start else "NULL"
    some += _make_wrong(
        db,
        "wrong_scores",
        _SCORES,
        horizon,
        "SELECT universe, subject_id FROM ({}) WHERE "
        f"coalesce(first_shows, {start}) IS DISTINCT FROM coalesce(second_shows, {start})",
    )
    days = db.split(
        db.frame(
            "SELECT universe, day, count(*) AS cells FROM wrong_lists GROUP BY universe, day "
            "ORDER BY universe, day"
        )
    )
    wrong = " UNION ".join(f"SELECT universe, subject_id FROM {table}" for table in some)
    counted = f"SELECT universe, count(*) FROM ({wrong}) GROUP BY universe ORDER BY universe"
    return {
        universe: Reached(days.get(universe, NOTHING_REACHED.begun), subjects)
        for universe, subjects in (db.rows(counted) if some else ())
    }


def _make_wrong(
    db: Databases, table: str, what: _Compared, horizon: date, select: str
) -> list[str]:
    """Make a table of the wrong days of what is compared; its name, if there can be any row.

    Args:
        select: SELECT of what is kept of them, which stand for `{}`.
    """
    any_keys = _keys(db, what)
    one, two = map(what.shown, SIDES)
    sql = select.format(days_sql(("universe", *what.key), one, two, horizon))
    db.make(table, sql if any_keys else f"SELECT * FROM ({sql}) LIMIT 0")
    return [table] if any_keys else []


def nothing(about: About) -> Difference:
    """The difference of two databases that are alike."""
    runs = ["kind", "first_shows", "second_shows", "from_day", "to_day"]
    return Difference(
        horizon=about.horizon,
        lists=_empty([*CELL, *runs]),
        ways=_NO_WAYS,
        measures=_empty([*MEASURE, *runs]),
        tied=_NO_TIES,
        scores=_empty([*SCORE, *runs]),
        points=_empty(["keeper", "subject_id", "day", "change", "reason", "side"]),
        owners=about.owners,
        whole=about.whole,
    )


def _empty(columns: list[str]) -> pd.DataFrame:
    days = {c: "datetime64[us]" for c in ("from_day", "to_day", "day") if c in columns}
    return pd.DataFrame(columns=columns).astype(days)


def _horizon(db: Databases, name: str) -> date:
    return db.rows(f"SELECT max(horizon) FROM {name}.codes.run")[0][0]


def days_sql(keys: tuple[str, ...], first: str, second: str, horizon: date) -> str:
    """SQL of the wrong days between two SELECTs that give `keys`, `shows`, `from_day`, `to_day`."""
    return _DAYS.format(
        keys=", ".join(keys), first=first, second=second, horizon=f"DATE '{horizon}'"
    )


def _cells(db: Databases, what: _Compared, horizon: date) -> pd.DataFrame:
    """Runs of wrong days, universe by universe."""
    any_keys = _keys(db, what)
    one, two = map(what.shown, SIDES)
    sql = days_sql(("universe", *what.key), one, two, horizon)
    return db.frame(sql) if any_keys else db.no_rows(sql)


def _on_one_side(what: _Compared) -> str:
    """SELECT of the rows that stand on one side alone."""
    one, two = map(what.rows, SIDES)
    return f"(({one} EXCEPT {two}) UNION ALL ({two} EXCEPT {one}))"


def _keys(db: Databases, what: _Compared) -> int:
    """Make the table `keys` of those whose rows differ; how many there are."""
    keys = f"SELECT DISTINCT universe, {', '.join(what.key)} FROM"
    if what.table in db.alike:
        return db.make("keys", f"{keys} {BEFORE}.{what.table} LIMIT 0")
    return db.make("keys", f"{keys} {_on_one_side(what)}")


_NO_WAYS = pd.DataFrame(columns=[*CELL, "path", "came_from", "distance", "side", "first_day"])
_NO_TIES = pd.DataFrame(columns=[*MEASURE, "link_path"])


def _ways(db: Databases, lists: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """The paths by which either side learned of the differing cells."""
    db.put("wrong_cells", lists[["universe", *CELL]].drop_duplicates())
    return db.split(
        db.frame(
            on_both_sides(
                "SELECT universe, holder, list, subject_id, path, came_from, distance, "
                "{side} AS side, min(from_day) AS first_day FROM {db}.exchange.copies "
                "INNER JOIN given.wrong_cells USING (universe, holder, list, subject_id) "
                "GROUP BY ALL"
            )
            + " ORDER BY universe, holder, list, subject_id, distance, path, side"
        )
    )


def _tied(db: Databases, measures: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """The link paths behind the differing measures; rows may differ in what no cell shows."""
    db.put("wrong_measures", measures[["universe", *MEASURE]].drop_duplicates())
    return db.split(
        db.frame(
            "SELECT DISTINCT universe, agency, measure, subject_id, "
            f"coalesce(link_path, '') AS link_path FROM {_on_one_side(_MEASURES)} "
            "SEMI JOIN given.wrong_measures USING (universe, agency, measure, subject_id) "
            "ORDER BY universe, agency, measure, subject_id, link_path"
        )
    )


def starts(db: Databases, name: str) -> dict[str, str]:
    """Keeper -> the grade and points everybody starts with."""
    return dict(
        db.rows(
            "SELECT k.keeper, concat_ws(' ', max_by(g.grade, CAST(g.min_points AS INTEGER)), "
            f"max(k.start)) FROM {name}.codes.keepers AS k INNER JOIN {name}.codes.grades AS g "
            "ON g.keeper = k.keeper AND CAST(g.min_points AS INTEGER) <= CAST(k.start AS INTEGER) "
            "GROUP BY k.keeper"
        )
    )


def _from_the_start(scores: pd.DataFrame, starts: dict[str, str]) -> pd.DataFrame:
    """Wrong days of scores, where a subject without a row has the points everybody starts with."""
    start = scores["keeper"].map(starts)
    filled = scores.assign(
        kind="altered",
        first_shows=scores["first_shows"].fillna(start),
        second_shows=scores["second_shows"].fillna(start),
    )
    return filled[filled["first_shows"] != filled["second_shows"]].reset_index(drop=True)


def _points(db: Databases, horizon: date) -> pd.DataFrame:
    """Changes of points on one side only, whatever they are owed to, up to the horizon."""
    any_keys = _keys(db, _POINTS)
    one, two = (
        f"SELECT universe, keeper, subject_id, day, change, reason FROM {side}.scores.points "
        f"SEMI JOIN keys USING (universe, keeper, subject_id) WHERE day < DATE '{horizon}'"
        for side in SIDES
    )
    sql = (
        f"SELECT *, 1 AS side FROM ({one} EXCEPT ALL {two}) UNION ALL "
        f"SELECT *, 2 AS side FROM ({two} EXCEPT ALL {one}) "
        "ORDER BY universe, keeper, subject_id, day, reason, change, side"
    )
    return db.frame(sql) if any_keys else db.no_rows(sql)


def _owners(db: Databases, first: str, second: str) -> dict[str, str]:
    rows = db.rows(
        f"SELECT list, min(holder) FROM (SELECT DISTINCT list, holder FROM {first}.exchange.copies "
        "WHERE distance = 0 UNION SELECT DISTINCT list, holder FROM "
        f"{second}.exchange.copies WHERE distance = 0) GROUP BY list ORDER BY list"
    )
    return dict(rows)


def denominators(db: str = "") -> str:
    """SELECT of the days of all cells: by (holder, list), and for all together (holder None).

    The columns are `entry_days`, days summed over cells, and `subject_days`, days on which a
    subject stands in at least one cell, summed over subjects. Within one (holder, list) they are
    the same.

    Args:
        db: the database, with a dot.
    """
    spans = (
        "SELECT {keys}, from_day, least(coalesce(to_day, horizon), horizon) AS to_day "
        f"FROM {db}exchange.copies CROSS JOIN (SELECT max(horizon) AS horizon FROM {db}codes.run) "
        "WHERE from_day < horizon"
    )
    per_cell = _union_days(spans, ("holder", "list", "subject_id"))
    per_subject = _union_days(spans, ("subject_id",))
    return f"""
        WITH cells AS ({per_cell}), pairs AS (
            SELECT holder, list, CAST(sum(days) AS BIGINT) AS days FROM cells GROUP BY holder, list
        )
        SELECT holder, list, days AS entry_days, days AS subject_days FROM pairs
        UNION ALL
        SELECT NULL, NULL, (SELECT CAST(coalesce(sum(days), 0) AS BIGINT) FROM pairs),
            (SELECT CAST(coalesce(sum(days), 0) AS BIGINT) FROM ({per_subject}))
        """


def _union_days(spans: str, keys: tuple[str, ...]) -> str:
    """SQL of the number of days each key is covered at least once."""
    by = ", ".join(keys)
    return f"""
        SELECT {by}, sum(greatest(0, date_diff('day', greatest(from_day, seen), to_day))) AS days
        FROM (
            SELECT *, coalesce(max(to_day) OVER (
                PARTITION BY {by} ORDER BY from_day, to_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), from_day) AS seen
            FROM ({spans.format(keys=by)}) WHERE from_day < to_day
        ) GROUP BY {by}"""
