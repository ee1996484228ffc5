"""The lines of files that the wrong cells of a replay rest on, and the edges they came over.

A page wants for each wrong entry, measure and change of points the lines it comes from. That can be
asked of the databases only while they are open, and is asked only where a page is wanted. All cells
are asked about at once, a query a state and kind, never a trace a cell.
"""

from dataclasses import dataclass

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare.diff import CELL, MEASURE, Difference
from pipelines.replay.compare.remaining import Remaining
from pipelines.trace import steps_of

POINT = ("keeper", "reason", "subject_id", "day", "change")

# The kinds of wrong cell: the columns that name one, and what a state shows of it on its wrong days.
# `given.asked` holds the cells; `because` names the entry or event each rests on.
_SHOWN = {
    "lists": """
        SELECT c.holder, c.list AS item, c.subject_id, NULL AS day, NULL AS change, c.path AS way,
            '' AS link_path, NULL AS since, NULL AS ends,
            'entry:' || id_text(c.entry_version) AS because
        FROM {db}.exchange.copies AS c
        INNER JOIN given.asked AS a
            ON a.holder = c.holder AND a.list = c.list AND a.subject_id = c.subject_id
            AND c.from_day < CAST(a.to_day AS DATE)
            AND until(c.to_day) > CAST(a.from_day AS DATE)
        """,
    "measures": """
        SELECT m.agency AS holder, m.measure AS item, m.subject_id, NULL AS day, NULL AS change,
            '' AS way, coalesce(m.link_path, '') AS link_path, m.from_day AS since, m.to_day AS ends,
            'entry:' || id_text(m.because_entry_version) AS because
        FROM {db}.consequences.measures AS m
        INNER JOIN given.asked AS a
            ON a.agency = m.agency AND a.measure = m.measure AND a.subject_id = m.subject_id
            AND m.from_day < CAST(a.to_day AS DATE)
            AND until(m.to_day) > CAST(a.from_day AS DATE)
        """,
    "points": """
        SELECT p.keeper AS holder, p.reason AS item, p.subject_id, CAST(p.day AS VARCHAR) AS day,
            CAST(p.change AS VARCHAR) AS change, '' AS way, '' AS link_path, NULL AS since,
            NULL AS ends, p.because
        FROM {db}.scores.points AS p
        INNER JOIN given.asked AS a
            ON a.keeper = p.keeper AND a.reason = p.reason AND a.subject_id = p.subject_id
            AND CAST(a.day AS DATE) = p.day AND CAST(a.change AS BIGINT) = p.change
        """,
}
_ASKED = {
    "lists": (*CELL, "from_day", "to_day"),
    "measures": (*MEASURE, "from_day", "to_day"),
    "points": POINT,
}

COLUMNS = (
    "what", "holder", "item", "subject_id", "day", "change", "way", "link_path", "feed",
    "record_id", "delivery", "file", "line",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """Where a replay's wrong cells come from."""

    # One row a wrong cell and line it rests on: `what` (lists, measures, points), holder (or
    # agency, or keeper), item (list, measure or reason), subject_id, day and change (of points,
    # else None), way (holders from the owner on, joined by `>`), link_path, feed, record_id,
    # delivery, file (relative to the landing folder), line. A record that stands in several
    # deliveries is named where it first says so.
    rests: pd.DataFrame
    # Who can hand which list to whom: list, holder, came_from, every_days, lag_days, mode.
    edges: pd.DataFrame
    # One row a list cell, holder it came from, and period in which it was wrong and came that way:
    # holder, list, subject_id, came_from, from_day, to_day. With the correction, if there was one.
    carried: pd.DataFrame


def look_up(db: Databases, faulty: Difference, remaining: Remaining | None) -> Evidence:
    """Look up what every wrong cell rests on.

    Args:
        db: open databases; clean, faulty and, after a correction, corrected are attached as such.
        faulty: clean against faulty.
        remaining: what is left after a correction, if there was one.
    """
    rests = _rests(db, faulty, "faulty")
    if remaining is not None:
        # Most of what is wrong in the corrected state was found in the faulty one already.
        later = _rests(db, remaining.difference, "corrected")
        cell = ["what", "holder", "item", "subject_id", "day", "change"]
        known = pd.MultiIndex.from_frame(rests[cell])
        new = ~pd.MultiIndex.from_frame(later[cell]).isin(known)
        rests = pd.concat([rests, later[new]], ignore_index=True)
    edges = db.frame(
        "SELECT DISTINCT list, holder, came_from, every_days, lag_days, mode "
        "FROM clean.exchange.paths WHERE distance > 0 ORDER BY ALL"
    )
    followed, second = (
        (faulty, "faulty") if remaining is None else (remaining.difference, "corrected")
    )
    return Evidence(rests, edges, _carried(db, followed, second))


_CARRIED = """
SELECT DISTINCT c.holder, c.list, c.subject_id, c.came_from,
    greatest(c.from_day, CAST(a.from_day AS DATE)) AS from_day,
    least(c.to_day, CAST(a.to_day AS DATE)) AS to_day
FROM {db}.exchange.copies AS c
INNER JOIN given.asked AS a
    ON a.holder = c.holder AND a.list = c.list AND a.subject_id = c.subject_id
    AND c.from_day < CAST(a.to_day AS DATE)
    AND until(c.to_day) > CAST(a.from_day AS DATE)
WHERE c.distance > 0
"""


def _carried(db: Databases, difference: Difference, second: str) -> pd.DataFrame:
    """By way of whom each list cell was wrong, and when."""
    parts = []
    for state, missing in (("clean", True), (second, False)):
        db.put("asked", _cells(difference, missing)["lists"][list(_ASKED["lists"])])
        parts.append(db.frame(_CARRIED.format(db=state) + " ORDER BY ALL"))
    return pd.concat(parts, ignore_index=True)


def _rests(db: Databases, difference: Difference, second: str) -> pd.DataFrame:
    """Every cell of a difference with the lines it rests on, in the state that shows it."""
    parts = []
    for state, missing in (("clean", True), (second, False)):
        for what, cells in _cells(difference, missing).items():
            if len(cells):
                parts.append(_lines(db, state, what, cells))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)


def _cells(difference: Difference, missing: bool) -> dict[str, pd.DataFrame]:
    """The cells to ask one state about: those it alone shows, and for the second the altered ones."""
    cells = {}
    for what in ("lists", "measures"):
        frame = getattr(difference, what)
        days = {name: frame[name].astype("string").str[:10] for name in ("from_day", "to_day")}
        cells[what] = frame.assign(**days)[(frame["kind"] == "wrongly_missing") == missing]
    points = difference.points
    days = points.assign(
        day=points["day"].astype("string").str[:10], change=points["change"].astype("string")
    )
    cells["points"] = days[(points["side"] == 1) == missing]
    return cells


def _lines(db: Databases, state: str, what: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The lines some cells of one kind rest on in one state."""
    db.put("asked", cells[list(_ASKED[what])].drop_duplicates())
    db.run(
        f"CREATE OR REPLACE TEMP TABLE shown AS SELECT DISTINCT * FROM ({_SHOWN[what].format(db=state)})"
    )
    _behind(db, state)
    _follow_links(db, state)
    _find(db, state)
    frame = db.frame(
        f"""
        WITH records AS (
            SELECT s.*, b.record_id, b.version
            FROM shown AS s INNER JOIN behind AS b ON b.because = s.because
            UNION
            SELECT s.*, a.record_id, a.version
            FROM shown AS s
            INNER JOIN along AS a
                ON a.link_path = s.link_path AND a.subject_id = s.subject_id
                AND meet(a.from_day, a.to_day, CAST(s.since AS DATE), CAST(s.ends AS DATE))
        )
        SELECT DISTINCT '{what}' AS what, r.holder, r.item, r.subject_id, r.day, r.change, r.way,
            r.link_path, f.feed, f.record_id, f.delivery, f.file, f.line
        FROM records AS r
        INNER JOIN first_lines AS f ON f.record_id = r.record_id AND f.version = r.version
        ORDER BY ALL
        """
    )
    return frame[list(COLUMNS)]


def _behind(db: Databases, state: str) -> None:
    """The table `behind`: for each entry shown, the versions of records it comes from in the end."""
    db.run(
        f"""
        CREATE OR REPLACE TEMP TABLE behind AS
        WITH nodes AS (
            SELECT DISTINCT s.because, a.ancestor_id AS node
            FROM shown AS s
            INNER JOIN {state}.exchange.ancestry AS a
                ON 'entry:' || id_text(a.entry_version) = s.because
            WHERE a.ancestor_kind <> 'entry'
        )
        SELECT because, split_part(node, ':', 1) AS record_id, split_part(node, ':', 2) AS version
        FROM nodes
        """
    )


def _follow_links(db: Databases, state: str) -> None:
    """The table `along`: the records of the links a measure went along, and when they say so."""
    pairs = db.rows("SELECT DISTINCT link_path, subject_id FROM shown WHERE link_path <> ''")
    rows = [(*pair, *step) for pair in sorted(pairs) for step in steps_of(*pair)]
    names = ["link_path", "subject_id", "link_kind", "a_id", "b_id"]
    db.put("steps", pd.DataFrame(rows, columns=names, dtype="object"))
    db.run(
        f"""
        CREATE OR REPLACE TEMP TABLE along AS
        SELECT DISTINCT s.link_path, s.subject_id, k.feed,
            id_text(k.record_id) AS record_id, id_text(k.version) AS version,
            greatest(k.from_day, coalesce(k.valid_from, k.from_day)) AS from_day,
            least(k.to_day, k.valid_to) AS to_day
        FROM given.steps AS s
        INNER JOIN {state}.merge.links AS k
            ON k.link_kind = s.link_kind AND k.a_id = s.a_id AND k.b_id = s.b_id
        """
    )


def _find(db: Databases, state: str) -> None:
    """The table `first_lines`: where each of the records first stands in the delivered files."""
    believed = " UNION ".join(
        f"SELECT DISTINCT e.feed, b.record_id, b.version FROM {state}.conform.{shape} AS e "
        "INNER JOIN behind AS b ON e.record_id = as_id(b.record_id) AND e.version = as_id(b.version)"
        for shape in ("events", "statements", "links")
    )
    db.run(
        f"""
        CREATE OR REPLACE TEMP TABLE wanted AS
        {believed}
        UNION
        SELECT feed, record_id, version FROM along
        """
    )
    feeds = [row[0] for row in db.rows("SELECT DISTINCT feed FROM wanted ORDER BY feed")]
    landed = " UNION ALL ".join(
        f"SELECT feed, record_id, version, delivery, published, file, line "
        f"FROM {state}.landing.{feed} SEMI JOIN wanted USING (feed, record_id, version)"
        for feed in feeds
    )
    nowhere = (
        "SELECT '' AS feed, NULL AS record_id, NULL AS version, '' AS delivery, NULL AS published, "
        "'' AS file, 0 AS line WHERE false"
    )
    db.run(
        "CREATE OR REPLACE TEMP TABLE first_lines AS SELECT DISTINCT ON (record_id, version) * "
        f"FROM ({landed or nowhere}) ORDER BY record_id, version, published, file, line"
    )
