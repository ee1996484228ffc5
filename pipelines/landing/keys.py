"""`record_id` and `version`: the same from run to run. `schemas.record_id` makes those of a single row.

A record is named by its natural key; a feed that has none names it by all it says, and the n-th
identical row of a delivery by its n. Both are taken in normal form (see `schemas.normal_form`), so
that a withdrawal finds its record whichever width its digits have. Never a line number.

A version is a record as one delivery gave it, to the letter: it is the evidence, and what was
written otherwise is another delivery's word. Two spellings of one content are therefore two versions
that say the same: belief passes from one to the other and nothing that is made of them differs. What
the row does (its effect) and columns that are no content do not make another version.

In landing, where all is text, both are the 32 hexadecimal digits of the md5; `conform.<feed>` makes
UUIDs of them.
"""

from schemas.contract import Feed
from schemas.record_id import MISSING
from schemas.sql import literal, quoted

PLACE = ("delivery", "published", "file", "line")


def landing_columns(feed: Feed) -> tuple[str, ...]:
    """Columns of `landing.<feed>`, in order."""
    return ("record_id", "version", "feed", *PLACE, *feed.column_names)


def record_id_sql(feed: Feed) -> str:
    """The SQL of `record_id`; a feed without a natural key must have a column `nth` beside its own."""
    names = feed.natural_key or feed.content_columns
    parts = [f"coalesce(part_of_key({quoted(name)}), '{MISSING}')" for name in names]
    nth = [] if feed.natural_key else ["CAST(nth AS VARCHAR)"]
    return f"md5(concat_ws('|', {', '.join([literal(feed.name), *parts, *nth])}))"


def version_sql(feed: Feed) -> str:
    """The SQL of `version`, from a column `record_id` and the feed's own."""
    columns = [quoted(name) for name in feed.content_columns]
    plain = "".join(f", coalesce({column}, '{MISSING}')" for column in columns)
    careful = "".join(f", coalesce(escaped({column}), '{MISSING}')" for column in columns)
    # One look at all columns together; hardly a row needs the second branch.
    whole = f"concat_ws('', {', '.join(columns)})"
    return (
        f"md5(CASE WHEN regexp_matches({whole}, '[|\\\\∅]') THEN "
        f"concat_ws('|', record_id{careful}) ELSE concat_ws('|', record_id{plain}) END)"
    )


def landing_select(feed: Feed, arrived: str = "arriving") -> str:
    """The SELECT that makes rows of `landing.<feed>` of rows as read.

    Args:
        arrived: the table of rows as read: `delivery`, `published`, `file`, `line` and the
            contract's columns, each delivery whole.
    """
    names = [*PLACE, *(quoted(name) for name in feed.column_names)]
    own = ",\n    ".join(names)
    if feed.natural_key:
        source = arrived
    else:
        same = ", ".join(f"part_of_key({quoted(name)})" for name in feed.content_columns)
        source = (
            "(\n        SELECT\n            *,\n            row_number() OVER (\n"
            f"                PARTITION BY delivery, {same} ORDER BY line\n"
            f"            ) AS nth\n        FROM {arrived}\n    ) AS numbered"
        )
    return (
        f"WITH keyed AS (\n    SELECT\n        {record_id_sql(feed)} AS record_id,\n        "
        + ",\n        ".join(names)
        + f"\n    FROM {source}\n)\n\nSELECT\n    record_id,\n    {version_sql(feed)} AS version,\n"
        f"    '{feed.name}' AS feed,\n    {own}\nFROM keyed"
    )
