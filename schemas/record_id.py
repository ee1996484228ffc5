"""`record_id` and `version` of a single row, as `pipelines.landing.keys` makes them in SQL.

Parts are joined by `|` after a backslash was put before every `|`, `∅` and backslash inside them, so
that no two rows of parts join to the same; a missing part is `∅`.
"""

import hashlib
from collections.abc import Mapping, Sequence

from schemas.contract import Feed
from schemas.normal_form import escaped, part_of_key

MISSING = "∅"


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
