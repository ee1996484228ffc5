"""What is said of each table and column: by a feed's contract, a shape's, or in CSV files beside this one."""

from functools import cache
from pathlib import Path

from schemas.code_lists import read_csv
from schemas.contract import Feed, feeds
from schemas.shape import SHAPES, shape_contract

COLUMNS = Path(__file__).with_suffix(".csv")
CHINESE = COLUMNS.with_name("columns_zh.csv")
TABLES = COLUMNS.with_name("tables.csv")


def said_of_tables() -> dict[str, str]:
    """Table, `codes.grades`, -> what it holds, in a sentence, if neither a model nor a contract makes it."""
    return {row["table"]: row["meaning"] for row in read_csv(TABLES)}


@cache
def said_of_columns(table: str) -> dict[str, str]:
    """Column -> what it means in a table.

    A contract of the table's own comes first: that of its shape, or of the feed it is made from. Then
    what `schemas/columns.csv` says of the column in this very table. Otherwise one name means the same
    in every table.

    Args:
        table: qualified name, `lists.entries`.
    """
    stage, _, name = table.partition(".")
    said = dict(everywhere())
    for here, column, meaning in written():
        if here == table:
            said[column] = meaning
    if (SHAPES / f"{name}.odcs.yaml").exists():
        said |= shape(name)
    elif stage in ("landing", "conform") and name in feeds():
        said |= said_of_feed(feeds()[name])
    return said


@cache
def everywhere() -> dict[str, str]:
    """Column -> what it means wherever no contract of the table itself says otherwise."""
    said = {column: meaning for here, column, meaning in written() if not here}
    for path in sorted(SHAPES.glob("*.odcs.yaml")):
        said |= shape(path.name.removesuffix(".odcs.yaml"))
    return said


@cache
def shape(name: str) -> dict[str, str]:
    """Column -> what the contract of a shape says of it."""
    properties = shape_contract(name)["properties"]
    return {p["name"]: " ".join(p["description"].split()) for p in properties}


def said_of_feed(feed: Feed) -> dict[str, str]:
    """What a feed's contract says of its columns, with their Chinese names."""
    return {c.name: f"{c.title_zh}: {c.description}" for c in feed.columns}


@cache
def chinese_of_columns(table: str) -> dict[str, str]:
    """Column -> its Chinese name in a table: by the feed's contract, or by `schemas/columns_zh.csv`."""
    stage, _, name = table.partition(".")
    said = dict(chinese())
    if stage in ("landing", "conform") and name in feeds():
        said |= {c.name: c.title_zh for c in feeds()[name].columns if c.title_zh}
    return said


@cache
def chinese() -> dict[str, str]:
    """Column -> its Chinese name wherever no feed's contract says otherwise."""
    return {row["column"]: row["title_zh"] for row in read_csv(CHINESE)}


@cache
def written() -> tuple[tuple[str, str, str], ...]:
    """Table ("" for every table), column and meaning of what stands in no contract."""
    return tuple((row["table"], row["column"], row["meaning"]) for row in read_csv(COLUMNS))
