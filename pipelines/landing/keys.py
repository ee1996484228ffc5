"""`record_id` and `version`: the same from run to run, in SQL and, for a single row, in Python.

A record is named by its natural key; a feed that has none names it by all it says, and the n-th
identical row of a delivery by its n. A version is a record as one delivery gave it: what the row
does (its effect) and columns that are no content do not make another. Never a line number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from schemas.contract import Feed

MISSING = "∅"
PLACE = ("delivery", "published", "file", "line")


def quoted(name: str) -> str:
    """A column's name as SQL writes it, so that camel case survives."""
    return '"' + name.replace('"', '""') + '"'


def landing_columns(feed: Feed) -> tuple[str, ...]:
    """Columns of `landing.<feed>`, in order."""
    return ("record_id", "version", "feed", *PLACE, *feed.column_names)


def _parts(names: Sequence[str], alias: str) -> str:
    return "".join(f", coalesce({alias}{quoted(name)}, '{MISSING}')" for name in names)


def record_id_sql(feed: Feed, alias: str = "") -> str:
    """The SQL of `record_id`; a feed without a natural key must have a column `nth` beside its own.

    Args:
        alias: of the table the columns come from, if it is to be named.
    """
    dot = f"{alias}." if alias else ""
    if feed.natural_key:
        return f"md5(concat_ws('|', '{feed.name}'{_parts(feed.natural_key, dot)}))"
    content = _parts(feed.content_columns, dot)
    return f"md5(concat_ws('|', '{feed.name}'{content}, CAST({dot}nth AS VARCHAR)))"


def version_sql(feed: Feed, alias: str = "") -> str:
    """The SQL of `version`, from a column `record_id` and the feed's own.

    Args:
        alias: of the table the columns come from, if it is to be named.
    """
    dot = f"{alias}." if alias else ""
    return f"md5(concat_ws('|', {dot}record_id{_parts(feed.content_columns, dot)}))"


def _md5(parts: Sequence[str]) -> str:
    return hashlib.md5("|".join(parts).encode("utf-8"), usedforsecurity=False).hexdigest()


def _texts(row: Mapping[str, str | None], names: Sequence[str]) -> list[str]:
    return [row[name] or MISSING for name in names]


def record_id(feed: Feed, row: Mapping[str, str | None], nth: int = 1) -> str:
    """The `record_id` of a row.

    Args:
        row: column -> text, None or '' if missing.
        nth: of the identical rows of its delivery, from 1; feeds with a natural key ignore it.

    Raises:
        KeyError: if a column it is made of is not in the row.
    """
    if feed.natural_key:
        return _md5([feed.name, *_texts(row, feed.natural_key)])
    return _md5([feed.name, *_texts(row, feed.content_columns), str(nth)])


def version(feed: Feed, row: Mapping[str, str | None], nth: int = 1) -> str:
    """The `version` of a row; see `record_id`."""
    return _md5([record_id(feed, row, nth), *_texts(row, feed.content_columns)])


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
        same = ", ".join(quoted(name) for name in feed.content_columns)
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
