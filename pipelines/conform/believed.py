"""`conform.<feed>`: when each version of a record is believed, by the feed's delivery mode.

A version is believed from the day its delivery is published until the one that supersedes, withdraws
or omits it. Rows set aside by a gate and deliveries held by one are as if they had never come.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.models import Model
from schemas.contract import Feed

PASSED = """passed AS (
    -- What the gates let through: no quarantined row, no held delivery.
    SELECT
        l.*,
        {effect} AS effect
    FROM landing.{feed} AS l
    WHERE NOT EXISTS (
        SELECT 1
        FROM quality.verdicts AS v
        WHERE v.feed = '{feed}'
            AND v.outcome = 'quarantine'
            AND v.delivery = l.delivery
            AND v.record_id = l.record_id
            AND v.version = l.version
    )
    AND NOT EXISTS (
        SELECT 1
        FROM quality.deliveries AS d
        WHERE d.feed = '{feed}'
            AND d.outcome = 'hold'
            AND d.delivery = l.delivery
    )
)"""

SNAPSHOT = """WITH deliveries AS (
    -- Deliveries that are believed, numbered; a held one leaves the previous one in force.
    SELECT
        d.published,
        row_number() OVER (ORDER BY d.published) AS n,
        lead(d.published) OVER (ORDER BY d.published) AS next_published
    FROM landing.deliveries AS d
    WHERE d.feed = '{feed}'
        AND NOT EXISTS (
            SELECT 1
            FROM quality.deliveries AS q
            WHERE q.feed = d.feed AND q.delivery = d.delivery AND q.outcome = 'hold'
        )
),

{passed},

seen AS (
    -- One row a version and delivery, however often the delivery repeats it.
    SELECT
        {columns},
        p.effect,
        d.n,
        d.published AS seen_day,
        d.next_published,
        row_number() OVER (
            PARTITION BY p.record_id, p.version, d.n ORDER BY p.file, p.line
        ) AS nth
    FROM passed AS p
    INNER JOIN deliveries AS d ON d.published = p.published
),

runs AS (
    -- Deliveries in a row that all carry the version form one run: absence means withdrawn.
    SELECT
        *,
        n - row_number() OVER (PARTITION BY record_id, version ORDER BY n) AS run
    FROM seen
    WHERE nth = 1
),

edges AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY record_id, version, run ORDER BY n) AS place,
        max(n) OVER (PARTITION BY record_id, version, run) AS last_n,
        max(until(next_published)) OVER (PARTITION BY record_id, version, run) AS end_day
    FROM runs
)

SELECT
    {out},
    effect,
    seen_day AS from_day,
    nullif(end_day, DATE '9999-12-31') AS to_day
FROM edges
WHERE place = 1"""

CHANGES = """WITH {passed},

steps AS (
    -- One row a record and delivery. A repeat of what is already believed changes nothing.
    SELECT
        {columns},
        p.effect,
        CASE p.effect WHEN 'withdraw' THEN '∅' ELSE p.version END AS state,
        row_number() OVER (
            PARTITION BY p.record_id, p.published
            ORDER BY CASE p.effect WHEN 'withdraw' THEN 0 ELSE 1 END, p.version DESC, p.file, p.line
        ) AS nth
    FROM passed AS p
),

turns AS (
    SELECT
        *,
        lag(state) OVER (PARTITION BY record_id ORDER BY published) AS state_before
    FROM steps
    WHERE nth = 1
),

believed AS (
    SELECT
        *,
        lead(published) OVER (PARTITION BY record_id ORDER BY published) AS next_day
    FROM turns
    WHERE state_before IS NULL OR state_before <> state
)

SELECT
    {out},
    effect,
    published AS from_day,
    next_day AS to_day
FROM believed
WHERE effect <> 'withdraw'"""

APPEND = """WITH {passed},

seen AS (
    -- What was once published stays: nothing can be taken back.
    SELECT
        {columns},
        p.effect,
        row_number() OVER (
            PARTITION BY p.record_id, p.version ORDER BY p.published, p.file, p.line
        ) AS nth
    FROM passed AS p
)

SELECT
    {out},
    effect,
    published AS from_day,
    CAST(NULL AS DATE) AS to_day
FROM seen
WHERE nth = 1"""

TEMPLATES = {"snapshot": SNAPSHOT, "changes": CHANGES, "append": APPEND}


def effect_sql(feed: Feed) -> str:
    """SQL that turns the island's own code for what a row does into one of our five effects."""
    if not feed.effect_column:
        return "'assert'"
    cases = " ".join(
        f"WHEN '{code}' THEN '{effect}'" for code, effect in sorted(feed.effect_codes.items())
    )
    return f"CASE l.{quoted(feed.effect_column)} {cases} ELSE 'assert' END"


def quoted(name: str) -> str:
    """A column name as SQL writes it: in quotes, so that camel case survives."""
    return f'"{name}"'


def believed_sql(feed: Feed) -> str:
    """The SELECT of `conform.<feed>`."""
    kept = ["record_id", "version", "feed", "delivery", "published", "file", "line"]
    names = [*kept, *(c for c in feed.column_names)]
    return TEMPLATES[feed.mode].format(
        feed=feed.name,
        passed=PASSED.format(feed=feed.name, effect=effect_sql(feed)),
        columns=",\n        ".join(f"p.{quoted(c)}" for c in names),
        out=",\n    ".join(quoted(c) for c in names),
    )


def reads_of(feed: Feed) -> tuple[str, ...]:
    """The tables the templates above read, sorted; a test compares them with the SQL."""
    calendar = ("landing.deliveries",) if feed.mode == "snapshot" else ()
    return tuple(
        sorted((f"landing.{feed.name}", "quality.deliveries", "quality.verdicts", *calendar))
    )


def _touched(feed: Feed) -> str:
    """How changes pass: a held delivery touches the records in it, in a snapshot all there are."""
    snapshot = feed.mode == "snapshot"
    held = "with l ON" if snapshot else "ON d.delivery = l.delivery AND"
    calendar = (
        f"\ntouches: landing.deliveries c (feed, delivery, published) with l "
        f"ON c.feed = '{feed.name}'"
    )
    return (
        f"unit: record_id\ntouches: landing.{feed.name} l ON l.record_id = unit.record_id\n"
        "touches: quality.verdicts v (feed, delivery, record_id, version, outcome) "
        f"ON v.record_id = unit.record_id AND v.feed = '{feed.name}'\n"
        f"touches: quality.deliveries d (feed, delivery, outcome) {held} d.feed = '{feed.name}'"
    ) + (calendar if snapshot else "")


def believed_models(feeds: Iterable[Feed]) -> list[Model]:
    """`conform.<feed>` for every feed."""
    found = []
    for feed in feeds:
        sql = believed_sql(feed)
        comment = (
            f"What {feed.island} is believed to say in {feed.name}, version by version "
            f"(mode: {feed.mode}).\ngrain: one row a record, version and period of belief\n"
            f"key: record_id, version, from_day\n{_touched(feed)}"
        )
        origin = f"sources/{feed.island}/contract.odcs.yaml"
        found.append(Model(f"conform.{feed.name}", sql, reads_of(feed), origin, comment))
    return found
