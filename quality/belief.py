"""What is expected of each feed once its rows have landed: none is lost, all that passed is believed."""

from collections.abc import Iterable

from quality.expectations import SET_ASIDE, Expectation, expect
from quality.from_contract import effect_sql, interval_expectation
from schemas.contract import Feed
from schemas.sql import literal


def rows_landed(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """What a reader gave out of a file stands in landing, row for row (promise 2)."""
    counted = " UNION ALL ".join(
        f"SELECT {literal(f.name)} AS feed, delivery, count(*) AS landed "
        f"FROM landing.{f.name} GROUP BY delivery"
        for f in feeds
    )
    if not counted:
        return ()
    query = (
        'SELECT d.feed, d.delivery, d."rows" AS read_rows, l.landed '
        f"FROM landing.deliveries AS d FULL OUTER JOIN ({counted}) AS l "
        "ON l.feed = d.feed AND l.delivery = d.delivery "
        'WHERE coalesce(d."rows", 0) <> coalesce(l.landed, 0)'
    )
    reason = "What a reader gave out of a file stands in landing, row for row."
    return (expect("landing.deliveries", "rows_landed", "no_rows", "fail", reason, query=query),)


def believed(feed: Feed) -> tuple[Expectation, ...]:
    """What `conform.<feed>` is expected to be: all that passed, and nothing else."""
    table, name = f"conform.{feed.name}", literal(feed.name)
    kept_aside = (
        f"EXISTS (SELECT 1 FROM quality.verdicts WHERE verdicts.feed = {name} AND {SET_ASIDE} "
        "AND verdicts.delivery = {row}.delivery AND verdicts.line = {row}.line)"
    )
    held = (
        f"EXISTS (SELECT 1 FROM quality.deliveries AS d WHERE d.feed = {name} "
        "AND d.outcome = 'hold' AND d.delivery = {row}.delivery)"
    )
    counts = f"{effect_sql(feed)} <> 'withdraw' AND " if feed.effect_column else ""
    wrongly = (
        f"SELECT c.record_id, c.version, c.delivery, c.line FROM {table} AS c "
        f"WHERE {kept_aside.format(row='c')} OR {held.format(row='c')}"
    )
    # Not by `NOT EXISTS`; see `quality.expectations.violations_sql`.
    missing = (
        f"SELECT l.record_id, l.version, l.delivery, l.line FROM landing.{feed.name} AS l "
        f"LEFT JOIN {table} AS c ON c.record_id = l.record_id AND c.version = l.version "
        "LEFT JOIN quality.verdicts AS verdicts "
        f"ON verdicts.feed = {name} AND {SET_ASIDE} "
        "AND verdicts.delivery = l.delivery AND verdicts.line = l.line "
        "LEFT JOIN quality.deliveries AS d "
        f"ON d.feed = {name} AND d.outcome = 'hold' AND d.delivery = l.delivery "
        f"WHERE {counts}c.record_id IS NULL AND verdicts.feed IS NULL AND d.feed IS NULL"
    )
    nothing = "What a gate kept aside or held is not believed."
    whole = "Every version that passed the gates, and counts, is believed at some time."
    one = "An island that can replace a record believes one version of it at a time."
    audit = "Counted from the landed rows alone, as many records are believed on the last day."
    found = [
        interval_expectation(table),
        expect(table, "recounted", "no_rows", "warn", audit, query=_recount(feed)),
        expect(table, "nothing_kept_aside", "no_rows", "fail", nothing, query=wrongly),
        expect(table, "whole", "no_rows", "fail", whole, query=missing),
    ]
    if feed.mode != "append" and feed.natural_key:
        key = ("record_id",)
        found.append(expect(table, "one_version_at_a_time", "no_overlap", "warn", one, key=key))
    return tuple(found)


def _recount(feed: Feed) -> str:
    """How many records of a feed are believed on the last day, counted by another way, where it is another
    number than in conform: whatever came last of a record decides.
    """
    name = literal(feed.name)
    rows = f"""SELECT l.record_id, l.version, l.published, {effect_sql(feed)} AS effect,
    max(CASE WHEN v.outcome = 'quarantine' THEN 1 ELSE 0 END) AS aside, count(v.line) AS verdicts
FROM landing.{feed.name} AS l
INNER JOIN quality.deliveries AS d
    ON d.feed = {name} AND d.delivery = l.delivery AND d.outcome <> 'hold'
LEFT JOIN quality.verdicts AS v
    ON v.feed = {name} AND v.delivery = l.delivery AND v.line = l.line
    AND (v.outcome = 'quarantine' OR v.expectation = 'one_row')
GROUP BY ALL"""
    if feed.mode == "append":
        counted = "SELECT count(DISTINCT concat_ws(':', record_id, version)) FROM given WHERE verdicts = 0"
    elif feed.mode == "changes":
        counted = """SELECT count(*) FROM (
    SELECT record_id, max(published) AS published FROM given WHERE verdicts = 0 GROUP BY record_id
) AS latest INNER JOIN given ON given.record_id = latest.record_id
    AND given.published = latest.published AND given.verdicts = 0 AND given.effect <> 'withdraw'"""
    else:
        counted = f"""SELECT count(DISTINCT record_id) FROM given
WHERE published >= (
    SELECT coalesce(max(published), DATE '0001-01-01') FROM quality.deliveries
    WHERE feed = {name} AND outcome <> 'hold' AND whole
) AND record_id IN (SELECT record_id FROM given WHERE verdicts = 0)"""
    return f"""WITH given AS (
{rows}
)
SELECT audit.recounted, conform.believed
FROM ({counted}) AS audit(recounted)
CROSS JOIN (
    SELECT count(*) FROM conform.{feed.name} AS c CROSS JOIN codes.run
    WHERE on_day(c.from_day, c.to_day, run.last_day)
) AS conform(believed)
WHERE audit.recounted <> conform.believed"""
