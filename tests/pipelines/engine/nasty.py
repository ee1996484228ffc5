"""Texts on which engines are known to differ, and landing files that hold them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

from schemas.contract import Feed
from sources.files import read, write

NASTY = (
    # letters whose capitals differ from library to library; marks that stand alone
    "ß", "ŉ", "İ", "ı", "ǅ", "ﬁ", "é", "e\u0301", "\u0301", "straße 7", "Σίσυφος",
    # ends of lines, control characters, characters that show nothing, blanks of all kinds
    "甲\n", "甲\r\n", "\n", "a\nb", "\t甲", "\x0b", "a\x07b", "\x7f", "\x85甲\x85", "甲\u2028乙",
    "\u200b", "甲\u200d乙", "\ufeff甲", "甲\u00ad", "\u3000甲\u3000", "\u00a0", "甲\ufe00", " ", "  甲  ",
    # beyond the basic plane, other forms of the same character
    "😀", "😀" * 95, "𠮷野家", "𝐀𝟏", "\U0002f800", "\U000e0100", "⾦⽊", "⻓⻔", "ＡＢ１２",
    "（甲）", "①", "㈱",
    # what means something to SQL, to patterns and to the ids
    "it's", '"', "\\", "\\N", "\\n", "%", "_", "a|b", "|", "∅", "\\∅", "$1", "\\1", ".*", "[甲]", "{{x}}",
    "?", ":a", ";", "--", "/*", "NULL", "null", "None", "NaN", "true", "",
    # words for nothing and codes that are none
    "无", "/", "-", "0", "N/A", "不详", "00000000-0", "000000000", "000000000000000", "0" * 18,
    "91870101pdy00001xe", "91870101PDY00001XE\n", "９1870101PDY00001XE", "8701011985＊＊＊＊0111",
    "8701011985****0111\n", "870101198504120111 ", "PDY00001－X", "1" * 18,
    # days
    "99991231", "9999-12-31", "9998/12/31", "10000-01-01", "00010101", "0999-12-31", "2024-02-30",
    "2024-13-01", "2024/1/2", "20240101\n", "2024-01-01 00:00:00", "２０２４０１０１", "1582-10-10",
    "8999年12月31日", "1000-01-01",
    # numbers
    "9999999999999999", "999999999999999.99", "-999999999999999.99", "0.005", "1e400", "1E5", "+5", "-0",
    "1,000", ".5", "5.", "Infinity", "NaN", "0x1F", "９９", "٣", "一百", "999999999999999999999999999999",
    "99999999999.999999", "000000000000001", "1 000",
    # long ones
    "长" * 5000, "a|" * 500,
)  # fmt: skip


def spoil(landing: Path, target: Path, feeds: dict[str, Feed], of_six: int = 4) -> int:
    """A copy of a landing folder in which many cells hold nasty texts.

    Of the rows of every delivery some have one cell spoilt, always the same one in the same way
    wherever the row comes again. What a format cannot hold is left out.

    Args:
        of_six: how many of six rows.

    Returns:
        How many cells were spoilt.
    """
    shutil.copytree(landing, target)
    spoilt = 0
    for feed in feeds.values():
        for path in sorted((target / feed.name).iterdir()):
            table, _ = read(feed, path)
            rows = table.select(list(feed.column_names)).to_pylist()
            changed = [_spoilt(feed, row, of_six) for row in rows]
            spoilt += _written(feed, path, rows, changed)
    return spoilt


def _spoilt(feed: Feed, row: dict[str, str | None], of_six: int) -> dict[str, str | None]:
    mark = sum(map(ord, "".join(row[name] or "" for name in feed.natural_key))) + len(feed.name)
    if mark % 6 >= of_six:
        return row
    names = feed.column_names
    return row | {names[mark // 6 % len(names)]: NASTY[mark * 7 % len(NASTY)] or None}


def _written(feed: Feed, path: Path, rows: list[dict], changed: list[dict]) -> int:
    """Write the rows with as many of the changes as the format can hold; how many those are."""
    schema = pa.schema([(name, pa.string()) for name in feed.column_names])
    try:
        write(feed, pa.Table.from_pylist(changed, schema), path)
        return sum(a != b for a, b in zip(rows, changed, strict=True))
    except (ValueError, UnicodeError):
        if len(rows) == 1:
            write(feed, pa.Table.from_pylist(rows, schema), path)
            return 0
    kept = []
    for row, new in zip(rows, changed, strict=True):
        try:
            write(feed, pa.Table.from_pylist([new], schema), path)
            kept.append(new)
        except (ValueError, UnicodeError):
            kept.append(row)
    write(feed, pa.Table.from_pylist(kept, schema), path)
    return sum(a != b for a, b in zip(rows, kept, strict=True))
