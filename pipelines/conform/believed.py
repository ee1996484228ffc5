"""`conform.<feed>`: when each version of a record is believed, by the feed's delivery mode.

A version is believed from the day its delivery is published until the one that supersedes, withdraws
or omits it. Rows set aside by a gate and deliveries held by one are as if they had never come, but for
one thing: a snapshot's row that is kept aside still names its record, so the record is not absent, and
what was believed of it stays. Absence means withdrawn only where the snapshot is whole.
"""

from collections.abc import Iterable

from pipelines.model import Model
from quality.expectations import SET_ASIDE
from quality.from_contract import effect_sql
from schemas.contract import Feed
from schemas.sql import literal, quoted

PASSED = """passed AS (
    -- What the gates let through, one row a record and delivery: no quarantined row, no held delivery.
    SELECT
        landed.*,
        {effect} AS effect
    FROM landing.{feed} AS landed
    WHERE NOT EXISTS (
        SELECT 1
        FROM quality.verdicts
        WHERE verdicts.feed = '{feed}'
            AND {set_aside}
            AND verdicts.delivery = landed.delivery
            AND verdicts.line = landed.line
            AND verdicts.record_id = landed.record_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM quality.deliveries
        WHERE deliveries.feed = '{feed}'
            AND deliveries.outcome = 'hold'
            AND deliveries.delivery = landed.delivery
    )
)"""

SNAPSHOT = """WITH deliveries AS (
    -- Deliveries that are believed; a held one leaves the previous one in force. Of each, how many
    -- whole ones there are up to it, and when the next whole one comes: only those withdraw.
    SELECT
        delivery,
        count(CASE WHEN whole THEN 1 END) OVER (ORDER BY published) AS whole_upto,
        CASE WHEN whole THEN 1 ELSE 0 END AS itself,
        min(CASE WHEN whole THEN published END) OVER (
            ORDER BY published ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_whole
    FROM quality.deliveries
    WHERE feed = '{feed}' AND outcome <> 'hold'
),

judged AS (
    -- Rows that do not count; those kept aside name their records all the same.
    SELECT
        delivery,
        line,
        record_id,
        max(CASE WHEN outcome = 'quarantine' THEN 1 ELSE 0 END) AS aside
    FROM quality.verdicts
    WHERE feed = '{feed}' AND {set_aside}
    GROUP BY delivery, line, record_id
),

named AS (
    SELECT
        landed.*,
        {effect} AS effect,
        deliveries.whole_upto,
        deliveries.whole_upto - deliveries.itself AS whole_before,
        deliveries.next_whole,
        coalesce(judged.aside, 0) AS aside
    FROM landing.{feed} AS landed
    INNER JOIN deliveries ON deliveries.delivery = landed.delivery
    LEFT JOIN judged
        ON judged.delivery = landed.delivery
        AND judged.line = landed.line
        AND judged.record_id = landed.record_id
    WHERE judged.line IS NULL OR judged.aside = 1
),

gaps AS (
    -- Whether a whole delivery without the record came since it was named last.
    SELECT
        *,
        CASE
            WHEN whole_before > lag(whole_upto) OVER (
                PARTITION BY record_id ORDER BY published, line
            ) THEN 1
            ELSE 0
        END AS gap
    FROM named
),

stretches AS (
    SELECT
        *,
        sum(gap) OVER (PARTITION BY record_id ORDER BY published, line) AS stretch
    FROM gaps
),

ended AS (
    SELECT
        *,
        max(until(next_whole)) OVER (PARTITION BY record_id, stretch) AS end_day
    FROM stretches
),

turns AS (
    -- In a stretch, a version is believed until another one comes.
    SELECT
        *,
        lag(version) OVER (PARTITION BY record_id, stretch ORDER BY published) AS version_before
    FROM ended
    WHERE aside = 0
),

believed AS (
    SELECT
        *,
        lead(published) OVER (PARTITION BY record_id, stretch ORDER BY published) AS next_day
    FROM turns
    WHERE version_before IS NULL OR version_before <> version
)

SELECT
    {out},
    effect,
    published AS from_day,
    coalesce(next_day, nullif(end_day, DATE '9999-12-31')) AS to_day
FROM believed"""

CHANGES = """WITH {passed},

steps AS (
    SELECT
        *,
        CASE WHEN effect <> 'withdraw' THEN version END AS state
    FROM passed
),

turns AS (
    SELECT
        *,
        lag(state) OVER (PARTITION BY record_id ORDER BY published) AS state_before
    FROM steps
),

believed AS (
    -- A repeat of what is already believed changes nothing.
    SELECT
        *,
        lead(published) OVER (PARTITION BY record_id ORDER BY published) AS next_day
    FROM turns
    WHERE state_before IS DISTINCT FROM state
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
        *,
        row_number() OVER (PARTITION BY record_id, version ORDER BY published) AS nth
    FROM passed
)

SELECT
    {out},
    effect,
    published AS from_day,
    CAST(NULL AS DATE) AS to_day
FROM seen
WHERE nth = 1"""

TEMPLATES = {"snapshot": SNAPSHOT, "changes": CHANGES, "append": APPEND}


def believed_sql(feed: Feed) -> str:
    """The SELECT of `conform.<feed>`."""
    out = [f"as_id({c}) AS {c}" for c in ("record_id", "version")]
    out += ["feed", "delivery", "published", "file", "line"]
    for column in feed.columns:
        name = quoted(column.name)
        if column.means_open:  # what stands for "without end" says nothing
            values = ", ".join(map(literal, column.means_open))
            out.append(f"CASE WHEN normal_form({name}) NOT IN ({values}) THEN {name} END AS {name}")
        else:
            out.append(name)
    said = {"feed": feed.name, "effect": effect_sql(feed, "landed"), "set_aside": SET_ASIDE}
    return TEMPLATES[feed.mode].format(
        passed=PASSED.format(**said), out=",\n    ".join(out), **said
    )


def reads_of(feed: Feed) -> tuple[str, ...]:
    """The tables the templates above read, sorted; a test compares them with the SQL."""
    return tuple(sorted((f"landing.{feed.name}", "quality.deliveries", "quality.verdicts")))


def believed_models(feeds: Iterable[Feed]) -> list[Model]:
    """`conform.<feed>` for every feed."""
    found = []
    for feed in feeds:
        sql = believed_sql(feed)
        comment = (
            f"What {feed.island} is believed to say in {feed.name}, version by version "
            f"(mode: {feed.mode}).\ngrain: one row per record, version and period of belief\n"
            f"key: record_id, version, from_day"
        )
        origin = f"sources/{feed.island}/contract.odcs.yaml"
        found.append(Model(f"conform.{feed.name}", sql, reads_of(feed), origin, comment))
    return found
