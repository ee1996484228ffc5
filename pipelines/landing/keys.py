"""`record_id` and `version`: the same from run to run, in SQL and, for a single row, in Python.

A record is named by its natural key; a feed that has none names it by all it says, and the n-th
identical row of a delivery by its n. Both are taken in normal form (see `schemas.normal_form`), so
that a withdrawal finds its record whichever width its digits have. Never a line number.

A version is a record as one delivery gave it, to the letter: it is the evidence, and what was
written otherwise is another delivery's word. Two spellings of one content are therefore two versions
that say the same: belief passes from one to the other and nothing that is made of them differs. What
the row does (its effect) and columns that are no content do not make another version.

In landing, where all is text, both are the 32 hexadecimal digits of the md5; `conform.<feed>` makes
UUIDs of them.

Parts are joined by `|` after a backslash was put before every `|`, `∅` and backslash inside them, so
that no two rows of parts join to the same; a missing part is `∅`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from schemas.contract import Feed
from schemas.normal_form import escaped, part_of_key
from schemas.sql import literal, quoted

MISSING = "∅"
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


def _md5(parts: Sequence[str]) -> str:
    return hashlib.md5("|".join(parts).encode("utf-8"), usedforsecurity=False).hexdigest()


def record_id(feed: Feed, row: Mapping[str, str | None], nth: int = 1) -> str:
    """The `record_id` of a row.

    Args:
        row: column -> text, None if missing.
        nth: of the identical rows of its delivery, from 1; feeds with a natural key ignore it.

    Raises:
        KeyError: if a column it is made of is not in the row.
    """
    names = feed.natural_key or feed.content_columns
    parts = [part_of_key(row[name]) or MISSING for name in names]
    return _md5([feed.name, *parts, *([] if feed.natural_key else [str(nth)])])


def version(feed: Feed, row: Mapping[str, str | None], nth: int = 1) -> str:
    """The `version` of a row; see `record_id`."""
    texts = [row[name] for name in feed.content_columns]
    parts = [MISSING if text is None else escaped(text) for text in texts]
    return _md5([record_id(feed, row, nth), *parts])


def landing_select(feed: Feed, arrived: str = "arriving") -> str:
    """The SELECT that makes rows of `landing.<feed>` of rows as read.

    Args:
        feed: the contract.
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
