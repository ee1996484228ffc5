"""Which version of a record is in which delivery: the calendar as one SELECT a feed.

An island's register holds a version of a record over `[held_from, held_to)`. Delivery number d,
published on the day `first_day + d * cadence`, sees it iff that day lies in the interval. What of
it is written depends on the feed's mode:

* snapshot: every delivery holds all that is seen;
* changes: the net difference to what the delivery before saw. A key never delivered before is an
  assertion, one with other content a change, one no longer seen a withdrawal that repeats its last
  content. What came and went between two deliveries is never told;
* append: a version is written once, in the first delivery that sees it.

The SELECTs are DuckDB's, over a table `versions` with the contract's columns (all but the
effect's), `held_from` and `held_to`.
"""

from datetime import date

from schemas.contract import Feed
from schemas.sql import quoted


class CalendarError(ValueError):
    """A feed whose deliveries cannot be worked out; the message names the feed and the rule."""


def observed_columns(feed: Feed) -> tuple[str, ...]:
    """The columns an island's `observe.sql` gives: the contract's, but not what a row does."""
    return tuple(name for name in feed.column_names if name != feed.effect_column)


def versions_sql(feed: Feed, observe: str) -> str:
    """What `observe.sql` gives, with the columns in the contract's order and every value text."""
    columns = ",\n    ".join(
        f"CAST({quoted(n)} AS VARCHAR) AS {quoted(n)}" for n in observed_columns(feed)
    )
    return f"SELECT\n    {columns},\n    held_from,\n    held_to\nFROM (\n{observe.strip()}\n)"


def _numbered(feed: Feed, days: list[date]) -> str:
    """`seen`: versions that any delivery sees, from number `enters` up to, not with, `leaves`."""
    first, every, count = days[0].isoformat(), feed.cadence_days, len(days)

    def number(day: str) -> str:
        gone = f"greatest(date_diff('day', DATE '{first}', {day}), 0)"
        return f"least(({gone} + {every - 1}) // {every}, {count})"

    return f"""numbered AS (
    SELECT
        *,
        {number("held_from")} AS enters,
        CASE WHEN held_to IS NULL THEN {count} ELSE {number("held_to")} END AS leaves
    FROM versions
),

seen AS (
    SELECT *
    FROM numbered
    WHERE enters < leaves
)"""


def seen_sql(feed: Feed, days: list[date], beside: tuple[str, ...] = ()) -> str:
    """The rows of every delivery of a feed, each once, in the order they stand in a file.

    Args:
        days: on which its deliveries are published, in order, none missing; not empty.
        beside: further columns of `versions` to be given with each row.

    Returns:
        A SELECT of `enters` and `leaves` (a row is in the deliveries number `enters` up to, not
        with, `leaves`), then the contract's columns, then those beside. Rows that only one delivery
        holds come delivery by delivery; within a delivery by natural key, then content.

    Raises:
        CalendarError: if a feed of changes has no code for an effect it must write.
    """
    names = observed_columns(feed)
    effect = feed.effect_column
    order = [
        quoted(n) for n in (*feed.natural_key, *(n for n in names if n not in feed.natural_key))
    ]
    out = ", ".join(quoted(n) for n in (*feed.column_names, *beside))
    own = [quoted(n) for n in (*names, *beside)]
    steps = _changes(feed, len(days), own) if feed.mode == "changes" else _as_seen(feed, own)
    by_delivery = [] if feed.mode == "snapshot" else ["enters"]
    sort = ", ".join(f"{n} NULLS FIRST" for n in (*by_delivery, *order))
    if effect:
        sort += f", {quoted(effect)}"
    return (
        f"WITH {_numbered(feed, days)},\n\n{steps}\n\n"
        f"SELECT enters, leaves, {out}\nFROM rows\nORDER BY {sort}"
    )


def _code(feed: Feed, effect: str) -> str:
    try:
        return feed.effect_code(effect).replace("'", "''")
    except KeyError as error:
        raise CalendarError(
            f"feed {feed.name}: its contract has no effect code for {effect!r}; add one."
        ) from error


def _as_seen(feed: Feed, own: list[str]) -> str:
    leaves = "leaves" if feed.mode == "snapshot" else "enters + 1"
    columns = [f"{leaves} AS leaves", *own]
    if feed.effect_column:
        columns.append(f"'{_code(feed, 'assert')}' AS {quoted(feed.effect_column)}")
    return f"rows AS (\n    SELECT enters, {', '.join(columns)}\n    FROM seen\n)"


def _changes(feed: Feed, count: int, own: list[str]) -> str:
    key = ", ".join(quoted(n) for n in feed.natural_key or observed_columns(feed))
    content = ", ".join(quoted(n) for n in feed.content_columns)
    effect = quoted(feed.effect_column or "")
    return f"""turns AS (
    -- Beside each version its neighbours among those of the same record.
    SELECT
        *,
        lag(leaves) OVER record AS left_before,
        lag(row({content})) OVER record IS NOT DISTINCT FROM row({content}) AS same,
        lead(enters) OVER record AS enters_next
    FROM seen
    WINDOW record AS (PARTITION BY {key} ORDER BY enters, leaves)
),

rows AS (
    SELECT
        enters,
        enters + 1 AS leaves,
        CASE
            WHEN left_before IS NULL THEN '{_code(feed, "assert")}'
            ELSE '{_code(feed, "change")}'
        END AS {effect},
        {", ".join(own)}
    FROM turns
    WHERE left_before IS NULL OR left_before < enters OR NOT same
    UNION ALL
    SELECT
        leaves AS enters,
        leaves + 1 AS leaves,
        '{_code(feed, "withdraw")}' AS {effect},
        {", ".join(own)}
    FROM turns
    WHERE leaves < {count} AND (enters_next IS NULL OR enters_next > leaves)
)"""
