"""Where identifiers stand in a row, and what they may become."""

from collections.abc import Callable

from schemas.contract import Column, Feed
from schemas.identifiers import SCHEMES, could_be_real
from sources.faults.base import Row
from sources.faults.draw import TRIES, Draw

# How titles of columns begin that are not of the subject of a row, but of somebody linked with it.
LINKED = ("法定代表人", "父亲", "母亲")
# How titles of columns end that hold a name.
NAMED = ("名称", "姓名", "户名", "法定代表人")


def scheme_of(column: Column, value: str) -> str | None:
    """The scheme a value is written in, None if it is in none.

    The column's own scheme is asked first. Some columns hold two (the court writes a company's
    organisation code where it writes a person's masked number), so the others are asked as well.
    """
    if column.scheme in SCHEMES and SCHEMES[column.scheme].checksum_ok(value):
        return column.scheme
    return next((name for name, scheme in SCHEMES.items() if scheme.checksum_ok(value)), None)


def identifier_columns(feed: Feed, schemes: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Columns that hold identifiers, the feed's main one first; of the given schemes, if any."""
    held = [c for c in feed.columns if c.scheme and (schemes is None or c.scheme in schemes)]
    held.sort(key=lambda c: c.scheme != feed.identifier_scheme)
    return tuple(column.name for column in held)


def main_identifier(feed: Feed, row: Row) -> tuple[Column, str, str] | None:
    """The (column, value, scheme) by which a row says whom it is about, None if by name alone."""
    for name in identifier_columns(feed):
        value = row.get(name)
        if value:
            scheme = scheme_of(feed.column(name), value)
            if scheme:
                return feed.column(name), value, scheme
    return None


def name_columns(feed: Feed) -> tuple[str, ...]:
    """Columns whose Chinese title says that they hold a name of a subject, or of who leads it."""
    return tuple(
        c.name
        for c in feed.columns
        if c.title_zh.endswith(NAMED) and not c.scheme and not c.valid_values
    )


def named_beside(feed: Feed, column: str) -> str | None:
    """The name column that goes with an identifier column: the nearest before it of the same subject."""
    names = feed.column_names[: feed.column_names.index(column)]
    whose = linked(feed.column(column))
    return next(
        (
            name
            for name in reversed(names)
            if name in name_columns(feed) and linked(feed.column(name)) == whose
        ),
        None,
    )


def linked(column: Column) -> str | None:
    """Which of somebody linked with the subject of a row a column is of; None: of the subject itself."""
    return next((one for one in LINKED if column.title_zh.startswith(one)), None)


def name_beside_code(feed: Feed, column: str) -> str | None:
    """The name column of whom an identifier column names: the nearest before it, else the first."""
    return named_beside(feed, column) or next(iter(name_columns(feed)), None)


def organisation_columns(feed: Feed) -> tuple[str, ...]:
    """Name columns that may hold an organisation's name; what the social area tells is of people."""
    names = name_columns(feed) if feed.area != "social" else ()
    return tuple(name for name in names if feed.column(name).title_zh.endswith("名称"))


def firm_code_columns(feed: Feed) -> tuple[str, ...]:
    """Columns for codes of organisations; what the social area tells is of people."""
    return identifier_columns(feed, ("uscc", "org_code", "tax_no")) if feed.area != "social" else ()


def possibly_real(feed: Feed, row: Row, before: Row | None = None) -> tuple[str, str] | None:
    """The first (column, value) of a row that could be a real identifier, None if there is none.

    A value is judged by its column's own scheme: that a registration number happens to pass the
    check of a tax number makes it nobody's. Only what has not the shape of the own scheme is judged
    by every other, since some columns hold two (see `scheme_of`).

    Args:
        row: the row as it would stand.
        before: the row as it stood; only cells that differ from it are judged. None: every cell.
    """
    for column in feed.columns:
        value = row.get(column.name)
        if not value or not column.scheme or (before and before.get(column.name) == value):
            continue
        own = SCHEMES.get(column.scheme)
        if could_be_real(value, column.scheme if own and own.is_shaped(value) else None):
            return column.name, value
    return None


def may_stand(feed: Feed, row: Row, before: Row | None = None) -> bool:
    """Whether nothing new in a row could be a real identifier. What could is drawn again."""
    return possibly_real(feed, row, before) is None


def rewritten(
    row: Row, draw: Draw, names: tuple[str, ...], write: Callable[[str, Column], str | None]
) -> Row | None:
    """The row with one of its cells written otherwise; None where nothing changes any of them.

    Args:
        draw: draws the column among those filled; what could be a real identifier, or is wider than
            its column, is drawn again.
        write: a cell's text and its column -> what is written instead; None where nothing can be.
    """
    held = [name for name in names if row.get(name)]
    while held:
        name = held.pop(draw.below(len(held)))
        column = draw.feed.column(name)
        for _ in range(TRIES):
            text = write(row[name], column)
            if text is None:
                break
            spoilt = row | {name: text}
            if (
                text != row[name]
                and fits_width(draw.feed, column, text)
                and may_stand(draw.feed, spoilt, row)
                and not _real_in_another_scheme(column, text)
            ):
                return spoilt
    return None


def _real_in_another_scheme(column: Column, text: str) -> bool:
    """Whether a text that fails the check of its own scheme is valid in another, perhaps somebody's."""
    return (
        column.scheme is not None
        and scheme_of(column, text) != column.scheme
        and could_be_real(text)
    )


def fits_width(feed: Feed, column: Column, text: str) -> bool:
    """Whether a column of a fixed width can hold a text; all others can."""
    return column.width is None or len(text.encode(feed.encoding)) <= column.width


def part_of_code(uscc: str, length: int) -> str | None:
    """What an older number of so many characters repeats of a USCC (GB 32100-2015).

    Nine are the organisation code, fifteen the tax number: division and organisation code.

    >>> part_of_code("91870101PDY00001XE", 9), part_of_code("91870101PDY00001XE", 15)
    ('PDY00001X', '870101PDY00001X')
    """
    places = {9: slice(8, 17), 15: slice(2, 17), 18: slice(18)}
    return uscc[places[length]] if length in places else None
