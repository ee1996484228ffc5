"""The records of a feed in which a kind of fault may find something to change, in the order of their ids.

Which those are is read from a table of the feed's records that says of each what its rows fill, leave empty
and change. Counting and drawing then read two or three columns of it, whatever the kind of fault.
"""

from bisect import bisect_right

from pipelines.replay.plan.laid_out import LaidOut
from quality.from_contract import effect_sql
from schemas.contract import Feed
from schemas.sql import quoted
from sources.faults import Fault, kinds

# Records of a feed that are counted together. `n` numbers all records, so the n-th of some is found by
# counting them block by block, and then reading one block.
BLOCK = 1 << 13

# Frame of a fault of some columns -> the name of its condition on a column, and the SQL of that.
_OF_COLUMNS = {
    "any": ("filled", "count({c}) > 0"),
    "empty": ("empty", "count({c}) < count(*)"),
    "changed": ("changed", "min({c}) <> max({c})"),
}


def records_table(feed: Feed) -> str:
    """The name of the table of a feed's records."""
    return f"records_{feed.name}"


def records_sql(feed: Feed, db: str = "") -> str:
    """SELECT of the records of a feed, in order: `record_id`, `n` from 0 on, and each condition.

    Args:
        db: the database, with a dot.
    """
    conditions: dict[str, str] = {}
    for fault in kinds().values():
        if fault.level != "delivery" and fault.fits(feed):
            conditions |= _conditions(fault, feed, db)
    columns = "".join(f", {sql} AS {quoted(name)}" for name, sql in conditions.items())
    return (
        f"SELECT l.record_id, row_number() OVER (ORDER BY l.record_id) - 1 AS n{columns} "
        f"FROM {db}landing.{feed.name} AS l GROUP BY l.record_id ORDER BY l.record_id"
    )


def _conditions(fault: Fault, feed: Feed, db: str = "") -> dict[str, str]:
    """Condition -> SQL over a record's rows; one of them must hold of a record that the fault may befall.

    None, if it may befall every record.
    """
    if fault.frame == "again":
        return {"again": "count(DISTINCT l.published) > 1"}
    if fault.frame == "gone":
        return {"gone": _gone(feed, db)}
    name, sql = _OF_COLUMNS[fault.frame]
    return {f"{c} {name}": sql.format(c=f"l.{quoted(c)}") for c in fault.columns(feed)}


def _gone(feed: Feed, db: str) -> str:
    """Whether a feed withdrew a record: by a row that says so, or by a delivery that leaves it out."""
    if feed.mode == "changes":
        return f"bool_or({effect_sql(feed)} = 'withdraw')"
    return (
        f"count(DISTINCT l.published) < (SELECT count(DISTINCT d.published) FROM {db}landing.deliveries "
        f"AS d WHERE d.feed = '{feed.name}' AND d.published >= min(l.published))"
    )


class Frames:
    """The sampling frames of a database.

    Args:
        laid_out: what planning asks of it.
    """

    def __init__(self, laid_out: LaidOut) -> None:
        self._laid_out = laid_out
        self._found: dict[tuple[str, str], str] = {}  # kind of fault, feed -> see `_rows`
        # FROM and WHERE -> numbers of the blocks that have such records, and how many there are up to each.
        self._counted: dict[str, tuple[list[int], list[int]]] = {}

    def size(self, fault: Fault, feed: Feed) -> int:
        """How many records there are in which the fault may change something."""
        _, up_to = self._blocks(self._rows(fault, feed))
        return up_to[-1] if up_to else 0

    def nth(self, fault: Fault, feed: Feed, n: int) -> str:
        """The n-th of those records, in the order of their ids.

        Raises:
            IndexError: if there are not so many.
        """
        rows = self._rows(fault, feed)
        blocks, up_to = self._blocks(rows)
        at = bisect_right(up_to, n)
        first = blocks[at] * BLOCK
        return self._laid_out.db.rows(
            f"SELECT record_id {rows} AND n BETWEEN {first} AND {first + BLOCK - 1} "
            "ORDER BY n LIMIT 1 OFFSET ?",
            n - (up_to[at - 1] if at else 0),
        )[0][0]

    def select(self, fault: Fault, feed: Feed) -> str:
        """SELECT of the `record_id` of all of them."""
        return f"SELECT record_id {self._rows(fault, feed)}"

    def _rows(self, fault: Fault, feed: Feed) -> str:
        """FROM and WHERE of them."""
        place = fault.kind, feed.name
        if place not in self._found:
            table = self._laid_out.table(records_table(feed), lambda db: records_sql(feed, db))
            where = " OR ".join(map(quoted, _conditions(fault, feed))) or "TRUE"
            self._found[place] = f"FROM {table} WHERE ({where})"
        return self._found[place]

    def _blocks(self, rows: str) -> tuple[list[int], list[int]]:
        """Numbers of the blocks in which those rows stand, and how many there are up to the end of each."""
        if rows not in self._counted:
            blocks, up_to = [], []
            for block, count in self._laid_out.db.rows(
                f"SELECT n // {BLOCK} AS block, count(*) {rows} GROUP BY block ORDER BY block"
            ):
                blocks.append(block)
                up_to.append(count + (up_to[-1] if up_to else 0))
            self._counted[rows] = blocks, up_to
        return self._counted[rows]
