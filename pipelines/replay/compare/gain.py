"""What joining gains, beside what it spoils: true listings known to a holder only because of it.

A listing is (holder, list, subject). It is *true* if the records that the entry rests on, followed back
through adoptions, tell of that subject: the world knows of the act of theirs that is told, of the link,
or of their entry in the register that says something of itself. Else it is *false*. The gain of a higher
level of joining over a lower one is the true listings of the higher that the lower does not have. Where
islands are not joined a subject has no registered identity; there a listing is true if the codes or the
name by which the island knows the subject are those of whoever did the act.

The world's truth decides; nothing here is read by the pipeline itself.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.build import tier_of
from pipelines.engine.databases import Databases, opened
from pipelines.exchange.network import JOINS, in_reach
from pipelines.home import Home, write_json
from pipelines.landing import read_manifest
from pipelines.replay.recompute.levels import folder_of, level, said_by
from schemas.contract import Feed, feeds
from schemas.progress import Progress
from schemas.said_once import read_json
from schemas.sql import literal


class GainError(ValueError):
    """Two builds whose gain cannot be told; the message says why in one sentence."""


# Numbers of subjects.
FIGURES = ("true_low", "true_high", "gained", "lost", "false_low", "false_high")


@dataclass(frozen=True)
class Gain:
    """What a higher level of joining lets holders know that a lower one does not."""

    # `low`, `high`: the two levels of joining.
    low: str
    high: str
    listings: pd.DataFrame  # one row a holder and list, with `FIGURES`

    def json(self) -> dict[str, Any]:
        """The figures, by holder and list and together."""
        sums = self.listings.drop(columns=["holder", "list"]).sum()
        return {
            "from": self.low,
            "to": self.high,
            **{name: int(value) for name, value in sums.items()},
            "lists": self.listings.to_dict("records"),
        }


def gain(high: Path, low: Path, feeds: Mapping[str, Feed], world: Path | None = None) -> Gain:
    """The gain of one build over another of the same landing folder, joined less far.

    Args:
        high: the database joined farther.
        low: the other.
        feeds: contracts by name; those with a `registry` say who is registered where.
        world: folder of the world's truth as Parquet; None: the schema `world` of `high` holds it.

    Raises:
        GainError: if the truth is missing.
    """
    with opened(high=high, low=low) as db:
        for table in ("subjects", "attributes", "links", "conduct"):
            db.run(f"CREATE TEMP VIEW true_{table} AS {_truth(db, table, world)}")
        levels = {n: db.rows(f"SELECT max(join_level) FROM {n}.codes.run")[0][0] for n in _SIDES}
        db.run(_SUBJECTS.format(registers=_registers(feeds)))
        for side in _SIDES:
            _listings(db, side)
        return Gain(levels["low"], levels["high"], db.frame(_COMPARED))


def has_truth(database: Path, world: Path | None = None) -> bool:
    """Whether the world's truth is at hand, in a folder or in the database itself."""
    if world is not None and (world / "subjects.parquet").exists():
        return True
    with opened(high=database) as db:
        return db.has("high", "world.subjects")


def _truth(db: Databases, table: str, world: Path | None) -> str:
    """SELECT of one table of the truth."""
    if world is not None and (world / f"{table}.parquet").exists():
        return f"SELECT * FROM read_parquet({literal(str(world / f'{table}.parquet'))})"
    if db.has("high", f"world.{table}"):
        return f"SELECT * FROM high.world.{table}"
    raise GainError(
        "Gain is told against the world's truth, which is not there; generate the world anew, or "
        "build from a home that holds it."
    )


_SIDES = ("low", "high")

_REGISTERED_KINDS = {
    "enterprise": ("enterprise",),
    "resident": ("resident",),
    "public_body": ("social_organisation", "government_body"),
}


def _registers(feeds: Mapping[str, Feed]) -> str:
    """Rows (kind of subject, feed that registers it)."""
    rows = [
        f"('{kind}', '{feed.name}')"
        for feed in feeds.values()
        if feed.registry
        for kind in _REGISTERED_KINDS[feed.registry]
    ]
    return ", ".join(rows)


# Everybody by the number the world gives, the identity a register gives, and what else they are
# known by.
_SUBJECTS = """
CREATE OR REPLACE TEMP TABLE truly AS
SELECT s.subject_no,
    as_id(md5(concat_ws('|', r.feed, s.file_no))) AS record_id,
    hash_id(concat_ws('|', r.feed, md5(concat_ws('|', r.feed, s.file_no)))) AS subject_id,
    s.uscc, s.org_code, s.registration_no, s.tax_no, s.resident_no
FROM true_subjects AS s
INNER JOIN (VALUES {registers}) AS r(kind, feed) ON r.kind = s.kind;
CREATE OR REPLACE TEMP TABLE known_by AS
SELECT subject_no, value FROM (
    SELECT subject_no, unnest([uscc, org_code, registration_no, tax_no, resident_no,
        mask_resident_no(resident_no)]) AS value FROM truly
) WHERE value IS NOT NULL
UNION
SELECT subject_no, name_key(value) AS value FROM true_attributes WHERE property = 'name';
"""

# Whom a version of a record tells of. An act: whoever did what stands in the document it names, else
# the act of that day by whoever bears the code or name it gives. A link: the two whom the world links
# so, by their codes or names. A register says something of its own entry.
_TELLS = """
CREATE OR REPLACE TEMP TABLE acts AS
SELECT DISTINCT concat_ws(':', id_text(record_id), id_text(version)) AS record,
    event_kind, event_day, document_no, id_value, name_key(name) AS name
FROM {side}.conform.events;
CREATE OR REPLACE TEMP TABLE links AS
SELECT DISTINCT concat_ws(':', id_text(record_id), id_text(version)) AS record, link_kind,
    unnest([a_value, name_key(a_name)]) AS a, b_value, name_key(b_name) AS b_name
FROM {side}.conform.links;
CREATE OR REPLACE TEMP TABLE sides AS
SELECT DISTINCT record, link_kind, a, unnest([b_value, b_name]) AS b FROM links WHERE a IS NOT NULL;
CREATE OR REPLACE TEMP TABLE tells AS
SELECT t.record, c.subject_no
FROM acts AS t
INNER JOIN true_conduct AS c
    ON c.conduct_kind = t.event_kind AND c.decided = t.event_day
    AND c.document_no = t.document_no
UNION
SELECT t.record, c.subject_no
FROM acts AS t
INNER JOIN true_conduct AS c
    ON c.conduct_kind = t.event_kind AND c.decided = t.event_day
    AND (t.document_no IS NULL OR c.document_no IS NULL)
INNER JOIN known_by AS k ON k.subject_no = c.subject_no AND k.value IN (t.id_value, t.name)
UNION
SELECT s.record, unnest([a.subject_no, b.subject_no]) AS subject_no
FROM sides AS s
INNER JOIN known_by AS a ON a.value = s.a
INNER JOIN known_by AS b ON b.value = s.b
INNER JOIN true_links AS t
    ON t.link_kind = s.link_kind AND t.a_no = a.subject_no AND t.b_no = b.subject_no
UNION
SELECT concat_ws(':', id_text(s.record_id), id_text(s.version)) AS record, t.subject_no
FROM {side}.conform.statements AS s
INNER JOIN truly AS t ON t.record_id = s.record_id;
"""

# A listing and whom it truly is about; subject_no is NULL where it is false.
_LISTINGS = """
CREATE OR REPLACE TEMP TABLE listings_{side} AS
WITH shown AS (
    SELECT DISTINCT holder, list, subject_id, entry_version FROM {side}.exchange.copies
),
named AS (
    SELECT m.subject_id, a.record, unnest([a.id_value, a.name]) AS value
    FROM {side}.merge.events AS m
    INNER JOIN acts AS a ON a.record = concat_ws(':', id_text(m.record_id), id_text(m.version))
    UNION
    SELECT m.a_id, s.record, s.a
    FROM {side}.merge.links AS m
    INNER JOIN sides AS s ON s.record = concat_ws(':', id_text(m.record_id), id_text(m.version))
    UNION
    SELECT m.b_id, s.record, s.b
    FROM {side}.merge.links AS m
    INNER JOIN sides AS s ON s.record = concat_ws(':', id_text(m.record_id), id_text(m.version))
),
own_right AS (
    SELECT DISTINCT n.subject_id, t.subject_no
    FROM named AS n
    INNER JOIN tells AS t ON t.record = n.record
    INNER JOIN known_by AS k ON k.subject_no = t.subject_no AND k.value = n.value
    WHERE n.subject_id NOT IN (SELECT subject_id FROM truly)
),
meant AS (
    SELECT subject_id, subject_no FROM truly
    UNION
    SELECT subject_id, subject_no FROM own_right
)
SELECT s.holder, s.list, s.subject_id, min(t.subject_no) AS subject_no
FROM shown AS s
LEFT JOIN {side}.exchange.ancestry AS r
    ON r.entry_version = s.entry_version AND r.ancestor_kind <> 'entry'
LEFT JOIN meant AS w ON w.subject_id = s.subject_id
LEFT JOIN tells AS t ON t.record = r.ancestor_id AND t.subject_no = w.subject_no
GROUP BY s.holder, s.list, s.subject_id
"""

_COMPARED = """
WITH counted AS (
    SELECT holder, list, subject_no, max(low) AS low, max(high) AS high FROM (
        SELECT holder, list, subject_no, 1 AS low, 0 AS high FROM listings_low
        WHERE subject_no IS NOT NULL
        UNION ALL
        SELECT holder, list, subject_no, 0, 1 FROM listings_high WHERE subject_no IS NOT NULL
    ) GROUP BY holder, list, subject_no
),
wrongs AS (
    SELECT holder, list, count(*) FILTER (side = 'low') AS false_low,
        count(*) FILTER (side = 'high') AS false_high
    FROM (
        SELECT 'low' AS side, holder, list FROM listings_low WHERE subject_no IS NULL
        UNION ALL
        SELECT 'high', holder, list FROM listings_high WHERE subject_no IS NULL
    ) GROUP BY holder, list
),
rights AS (
    SELECT holder, list,
        CAST(sum(low) AS BIGINT) AS true_low, CAST(sum(high) AS BIGINT) AS true_high,
        count(*) FILTER (high = 1 AND low = 0) AS gained,
        count(*) FILTER (low = 1 AND high = 0) AS lost
    FROM counted GROUP BY holder, list
)
SELECT holder, list, coalesce(true_low, 0) AS true_low, coalesce(true_high, 0) AS true_high,
    coalesce(gained, 0) AS gained, coalesce(lost, 0) AS lost,
    coalesce(false_low, 0) AS false_low, coalesce(false_high, 0) AS false_high
FROM rights FULL JOIN wrongs USING (holder, list)
ORDER BY holder, list
"""


def _listings(db: Databases, side: str) -> None:
    """Make the table `listings_<side>`."""
    db.run(_TELLS.format(side=side))
    db.run(_LISTINGS.format(side=side))


def told_gain(
    home: Home,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any] | None:
    """What a level of joining gains over the one below it.

    Returns:
        The figures; None where nothing is joined, so that there is no lower level, or where the
        world's truth is not at hand to tell a true listing from a false one.
    """
    built = said_by(home.database())
    joined = join or built.join
    at = JOINS.index(joined)
    high = level(home, joined, policy, progress)
    landing = home.delivered()
    truth = home.truth_behind(landing)
    if at == 0 or not has_truth(high, truth):
        return None
    numbers = dict(built.policy if policy is None else policy)
    tier = tier_of(read_manifest(landing))
    low = level(home, JOINS[at - 1], in_reach(numbers, tier, JOINS[at - 1]), progress)
    kept = folder_of(home) / (
        f"{low.stem}.gain-{hashlib.sha256(high.name.encode()).hexdigest()[:8]}.json"
    )
    found = _kept(kept, JOINS[at - 1], joined)
    if found is None:
        found = gain(high, low, feeds(), truth).json()
        write_json(kept, found)
    return found


def _kept(path: Path, low: str, high: str) -> dict[str, Any] | None:
    """What was worked out before; None if it was not, or what is kept of it cannot have been."""
    try:
        said = read_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("lists"), list):
        return None
    rows, told = said["lists"], {"holder": str, "list": str} | dict.fromkeys(FIGURES, int)
    for row in rows:
        if not isinstance(row, dict) or {name: type(value) for name, value in row.items()} != told:
            return None
    sums = {name: sum(row[name] for row in rows) for name in FIGURES}
    return said if said == {"from": low, "to": high, **sums, "lists": rows} else None
