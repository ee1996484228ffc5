"""What differs between two databases, cell by cell and day by day.

A *cell* is (holder, list, subject). On each day it shows a set of (ground, severity), or nothing.
A day on which two databases show different things is wrong in one of three ways: `wrongly_listed`
(only the second shows the subject), `wrongly_missing` (only the first does), `altered` (both do,
with another ground or severity). Measures and grades are compared in the same manner, with cells of
their own. Days are cut at the horizon, and the days of a cell are the union over all its rows.

Keys none of whose rows differ are put aside first, so that the work grows with the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases

KINDS = ("wrongly_listed", "wrongly_missing", "altered")

CELL = ("holder", "list", "subject_id")
MEASURE = ("agency", "measure", "subject_id")
SCORE = ("keeper", "subject_id")

# What each kind of cell shows and when, in one database. `raw` finds the keys that differ without a
# join: an entry's version tells its ground and severity.
_ROWS = {
    "lists": (
        CELL,
        "SELECT {u}holder, list, subject_id, entry_version, from_day, to_day "
        "FROM {db}.exchange.copies",
        """
        SELECT {u}holder, c.list, c.subject_id,
            concat_ws(' ', coalesce(e.ground, '∅'), coalesce(e.severity, '∅')) AS shows,
            c.from_day, c.to_day
        FROM {db}.exchange.copies AS c
        INNER JOIN keys USING ({u}holder, list, subject_id)
        LEFT JOIN (
            SELECT {u}entry_version, ground, severity FROM {db}.exchange.entries
        ) AS e USING ({u}entry_version)
        """,
    ),
    "measures": (
        MEASURE,
        "SELECT {u}agency, measure, subject_id, because_entry_version, link_path, from_day, to_day "
        "FROM {db}.consequences.measures",
        """
        SELECT {u}agency, measure, subject_id,
            concat_ws(' ', coalesce(m.list, '∅'), coalesce(e.ground, '∅'),
                coalesce(e.severity, '∅'), nullif(m.link_path, '')) AS shows,
            m.from_day, m.to_day
        FROM {db}.consequences.measures AS m
        INNER JOIN keys USING ({u}agency, measure, subject_id)
        LEFT JOIN (
            SELECT {u}entry_version AS because_entry_version, ground, severity
            FROM {db}.exchange.entries
        ) AS e USING ({u}because_entry_version)
        """,
    ),
    "scores": (
        SCORE,
        "SELECT {u}keeper, subject_id, points, grade, from_day, to_day FROM {db}.scores.grades",
        """
        SELECT {u}keeper, subject_id,
            concat_ws(' ', coalesce(g.grade, '∅'), CAST(g.points AS VARCHAR)) AS shows,
            g.from_day, g.to_day
        FROM {db}.scores.grades AS g
        INNER JOIN keys USING ({u}keeper, subject_id)
        """,
    ),
}

# What the keys are looked for in.
_TABLES = {
    "lists": "exchange.copies",
    "measures": "consequences.measures",
    "scores": "scores.grades",
    "points": "scores.points",
}

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
    """All that differs between a first database (clean) and a second.

    Attributes:
        horizon: the day at which every interval is cut (exclusive).
        lists: one row a cell and run of wrong days: holder, list, subject_id, kind, first_shows,
            second_shows, from_day, to_day.
        ways: one row a differing cell and path by which either side learned it: holder, list,
            subject_id, path, came_from, distance, side (1 or 2), first_day.
        measures: as `lists`, with agency and measure.
        tied: one row a differing measure cell and link path: agency, measure, subject_id,
            link_path.
        scores: as `lists`, with keeper; what is shown is grade and points. A subject of whom a
            keeper has no row has the points and the grade everybody starts with.
        points: rows of scores.points on one side only: keeper, subject_id, day, change, reason,
            side.
        owners: list -> holder that owns it.
        whole: one row a (holder, list) of the first database: entry_days, subject_days; and one
            with holder and list None for all together. The denominators.
    """

    horizon: date
    lists: pd.DataFrame
    ways: pd.DataFrame
    measures: pd.DataFrame
    tied: pd.DataFrame
    scores: pd.DataFrame
    points: pd.DataFrame
    owners: dict[str, str] = field(default_factory=dict)
    whole: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def differs(self) -> bool:
        """Whether anybody shows, does or scores something else."""
        return any(len(frame) for frame in (self.lists, self.measures, self.scores))

    def subjects(self) -> set[str]:
        """Everybody of whom anything differs."""
        frames = (self.lists, self.measures, self.scores)
        return {subject for frame in frames for subject in frame["subject_id"]}


def compare(
    db: Databases, first: str, second: str, whole: pd.DataFrame | None = None
) -> Difference:
    """Compare two databases attached side by side.

    Args:
        db: where both are attached.
        first: name under which the first database, the reference, is attached.
        second: name of the other.
        whole: the denominators of the first, if they are already known.

    Raises:
        DiffError: if the two were not built over one window of days.
    """
    horizon = _horizon(db, first)
    if _horizon(db, second) != horizon:
        raise DiffError(
            "The two databases cover different windows of days; build both from landing folders "
            "of the same length."
        )
    about = About(
        horizon=horizon,
        owners=_owners(db, first, second),
        starts=starts(db, first),
        whole=denominators(db, first, horizon) if whole is None else whole,
    )
    return differences(db, first, second, about)[None]


@dataclass(frozen=True)
class About:
    """What all comparisons with one first database have in common; see `Difference`.

    Attributes:
        horizon, owners, whole: as there.
        starts: keeper -> grade and points everybody starts with.
    """

    horizon: date
    owners: dict[str, str]
    starts: dict[str, str]
    whole: pd.DataFrame


def about(db: Databases, first: str) -> About:
    """What comparisons with a database have in common."""
    horizon = _horizon(db, first)
    return About(
        horizon, _owners(db, first, first), starts(db, first), denominators(db, first, horizon)
    )


def differences(db: Databases, first: str, second: str, about: About) -> dict[Any, Difference]:
    """Compare two databases, universe by universe if they hold several.

    Returns:
        Universe -> its difference, for those that differ; of databases that hold one world alone,
        None -> the difference, whether there is any or not.
    """
    frames = {
        n: _cells(db, n, first, second, about.horizon) for n in ("measures", "scores", "lists")
    }
    frames["scores"] = _from_the_start(frames["scores"], about.starts)
    frames["tied"] = _tied(db, first, second) if len(frames["measures"]) else _none(db, _NO_TIES)
    frames["ways"] = _ways(db, frames["lists"], first, second)
    frames["points"] = _points(db, first, second, about.horizon)
    parts = {name: db.split(frame) for name, frame in frames.items()}
    universes = sorted({u for by in parts.values() for u in by if u is not None}) or (
        [] if db.apart else [None]
    )
    empty = {n: f.drop(columns=list(db.apart), errors="ignore")[:0] for n, f in frames.items()}
    return {
        u: Difference(
            horizon=about.horizon,
            owners=about.owners,
            whole=about.whole,
            **{name: by.get(u, empty[name]) for name, by in parts.items()},
        )
        for u in universes
    }


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


def _none(db: Databases, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{column: pd.Series(dtype="int32") for column in db.apart})


def _horizon(db: Databases, name: str) -> date:
    return db.rows(f"SELECT max(horizon) FROM {name}.codes.run")[0][0]


def days_sql(keys: tuple[str, ...], first: str, second: str, horizon: date) -> str:
    """SQL of the wrong days between two SELECTs that give `keys`, `shows`, `from_day`, `to_day`."""
    return _DAYS.format(
        keys=", ".join(keys), first=first, second=second, horizon=f"DATE '{horizon}'"
    )


def _cells(db: Databases, name: str, first: str, second: str, horizon: date) -> pd.DataFrame:
    keys, raw, rows = _ROWS[name]
    keys = (*db.apart, *keys)
    one, two = raw.format(db=first, u=db.u), raw.format(db=second, u=db.u)
    any_keys = _keys(db, name, keys, one, two)
    one, two = (rows.format(db=side, u=db.u) for side in (first, second))
    sql = days_sql(keys, one, two, horizon)
    return db.frame(sql) if any_keys else db.no_rows(sql)


def _keys(db: Databases, name: str, keys: tuple[str, ...], one: str, two: str) -> int:
    """Make the table `keys` of those whose rows differ; how many there are."""
    select = f"SELECT DISTINCT {', '.join(keys)} FROM "
    if _TABLES[name] in db.alike:
        return db.make("keys", f"{select} ({one}) LIMIT 0")
    return db.make("keys", f"{select} (({one} EXCEPT {two}) UNION ALL ({two} EXCEPT {one}))")


_NO_WAYS = pd.DataFrame(columns=[*CELL, "path", "came_from", "distance", "side", "first_day"])
_NO_TIES = pd.DataFrame(columns=[*MEASURE, "link_path"])


def _ways(db: Databases, lists: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """The paths by which either side learned of the differing cells."""
    if not len(lists):
        return _none(db, _NO_WAYS)
    db.put("wrong_cells", lists[[*db.apart, *CELL]].drop_duplicates())
    sides = " UNION ALL ".join(
        f"SELECT {db.u}holder, list, subject_id, path, came_from, distance, {n} AS side, "
        f"min(from_day) AS first_day FROM {name}.exchange.copies "
        f"INNER JOIN given.wrong_cells USING ({db.u}holder, list, subject_id) GROUP BY ALL"
        for n, name in ((1, first), (2, second))
    )
    return db.frame(f"{sides} ORDER BY {db.u}holder, list, subject_id, distance, path, side")


def _tied(db: Databases, first: str, second: str) -> pd.DataFrame:
    """The link paths behind the differing measures."""
    raw = _ROWS["measures"][1]
    one, two = raw.format(db=first, u=db.u), raw.format(db=second, u=db.u)
    return db.frame(
        f"SELECT DISTINCT {db.u}agency, measure, subject_id, coalesce(link_path, '') AS link_path "
        f"FROM (({one} EXCEPT {two}) UNION ALL ({two} EXCEPT {one})) "
        f"ORDER BY {db.u}agency, measure, subject_id, link_path"
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


def _points(db: Databases, first: str, second: str, horizon: date) -> pd.DataFrame:
    """Changes of points on one side only, whatever they are owed to, up to the horizon."""
    raw = "SELECT {}keeper, subject_id, day, change, reason, because FROM {}.scores.points"
    one, two = raw.format(db.u, first), raw.format(db.u, second)
    any_keys = _keys(db, "points", (*db.apart, *SCORE), one, two)
    one, two = (
        f"SELECT {db.u}keeper, subject_id, day, change, reason FROM {name}.scores.points "
        f"SEMI JOIN keys USING ({db.u}keeper, subject_id) WHERE day < DATE '{horizon}'"
        for name in (first, second)
    )
    sql = (
        f"SELECT *, 1 AS side FROM ({one} EXCEPT ALL {two}) UNION ALL "
        f"SELECT *, 2 AS side FROM ({two} EXCEPT ALL {one}) "
        f"ORDER BY {db.u}keeper, subject_id, day, reason, change, side"
    )
    return db.frame(sql) if any_keys else db.no_rows(sql)


def _owners(db: Databases, first: str, second: str) -> dict[str, str]:
    rows = db.rows(
        f"SELECT list, min(holder) FROM (SELECT DISTINCT list, holder FROM {first}.exchange.copies "
        "WHERE distance = 0 UNION SELECT DISTINCT list, holder FROM "
        f"{second}.exchange.copies WHERE distance = 0) GROUP BY list ORDER BY list"
    )
    return dict(rows)


def denominators(db: Databases, name: str, horizon: date) -> pd.DataFrame:
    """Days of all cells of one database: by (holder, list), and for all together (holder None).

    The columns are `entry_days`, days summed over cells, and `subject_days`, days on which a
    subject stands in at least one cell, summed over subjects. Within one (holder, list) they are
    the same.
    """
    spans = (
        f"SELECT {{keys}}, from_day, least(coalesce(to_day, DATE '{horizon}'), DATE '{horizon}') "
        f"AS to_day FROM {name}.exchange.copies WHERE from_day < DATE '{horizon}'"
    )
    per_cell = _union_days(spans, ("holder", "list", "subject_id"))
    per_subject = _union_days(spans, ("subject_id",))
    return db.frame(
        f"""
        WITH cells AS ({per_cell}), pairs AS (
            SELECT holder, list, CAST(sum(days) AS BIGINT) AS days FROM cells GROUP BY holder, list
        )
        SELECT holder, list, days AS entry_days, days AS subject_days FROM pairs
        UNION ALL
        SELECT NULL, NULL, (SELECT CAST(coalesce(sum(days), 0) AS BIGINT) FROM pairs),
            (SELECT CAST(coalesce(sum(days), 0) AS BIGINT) FROM ({per_subject}))
        ORDER BY holder NULLS FIRST, list
        """
    )


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
